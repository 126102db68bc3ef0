"""Reading campaigns, codes and their uses. No query grows with the number of codes or of redemptions."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    bindparam,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from shop import email_address
from shop.db import Moment
from shop.discounts.models import Campaign, CampaignCountry, CampaignItem, Code, Redemption
from shop.discounts.rules import CodeTerms, CodeTry, Terms

CAMPAIGNS = Campaign.metadata.tables["campaigns"]
ITEMS = CampaignItem.metadata.tables["campaign_items"]
COUNTRIES = CampaignCountry.metadata.tables["campaign_countries"]
CODES = Code.metadata.tables["codes"]
REDEMPTIONS = Redemption.metadata.tables["redemptions"]

# What no SKU and no country contains; written into the statement, which stays the same at every call.
BETWEEN = ","
COUNTING = ("held", "redeemed")


def _joined(column: ColumnElement[str], campaign_id: ColumnElement[int]) -> ScalarSelect[Any]:
    separator: Any = literal_column(f"'{BETWEEN}'")
    return (
        select(func.aggregate_strings(column, separator))
        .where(campaign_id == CAMPAIGNS.c.id)
        .correlate(CAMPAIGNS)
        .scalar_subquery()
    )


_TERMS = (
    CAMPAIGNS.c.id,
    CAMPAIGNS.c.name,
    CAMPAIGNS.c.kind,
    CAMPAIGNS.c.currency,
    CAMPAIGNS.c.percent_basis_points,
    CAMPAIGNS.c.amount,
    CAMPAIGNS.c.automatic,
    CAMPAIGNS.c.combinable,
    CAMPAIGNS.c.public,
    CAMPAIGNS.c.active,
    CAMPAIGNS.c.minimum_subtotal_amount,
    CAMPAIGNS.c.minimum_quantity,
    CAMPAIGNS.c.first_order_only,
    CAMPAIGNS.c.max_uses,
    CAMPAIGNS.c.max_uses_per_customer,
    (CAMPAIGNS.c.held + CAMPAIGNS.c.redeemed).label("uses"),
    CAMPAIGNS.c.starts_at,
    CAMPAIGNS.c.ends_at,
    _joined(ITEMS.c.sku, ITEMS.c.campaign_id).label("skus"),
    _joined(COUNTRIES.c.country, COUNTRIES.c.campaign_id).label("countries"),
)
_CODE_TERMS = (
    CODES.c.id.label("code_id"),
    CODES.c.code.label("code"),
    CODES.c.active.label("code_active"),
    CODES.c.bound_email.label("bound_email"),
    CODES.c.max_uses.label("code_max_uses"),
    (CODES.c.held + CODES.c.redeemed).label("code_uses"),
    CODES.c.ends_at.label("code_ends_at"),
)
_NO_CODE = tuple(null().label(column.name) for column in _CODE_TERMS)
_NOW = bindparam("now", type_=Moment())
# The code's select comes first in the union: its columns give the types.
_CODE = (
    select(*_TERMS, *_CODE_TERMS)
    .join(CODES, CODES.c.campaign_id == CAMPAIGNS.c.id)
    .where(CODES.c.code == bindparam("code"))
)
_OFFERS = select(*_TERMS, *_NO_CODE).where(
    CAMPAIGNS.c.automatic,
    CAMPAIGNS.c.active,
    or_(CAMPAIGNS.c.starts_at.is_(None), CAMPAIGNS.c.starts_at <= _NOW),
    or_(CAMPAIGNS.c.ends_at.is_(None), CAMPAIGNS.c.ends_at > _NOW),
)
_CODE_AND_OFFERS = union_all(_CODE, _OFFERS)
_USES_OF_ORDER = select(REDEMPTIONS.c.campaign_id, REDEMPTIONS.c.code_id).where(
    REDEMPTIONS.c.order_id == bindparam("order_id"), REDEMPTIONS.c.state.in_(COUNTING)
)


def offers_and_code(
    session: Session,
    code: str,
    *,
    now: datetime,
    from_link: bool = False,
    without_order_id: int | None = None,
) -> tuple[list[Terms], CodeTry | None]:
    """Return the automatic offers that run at ``now`` and what was found for ``code`` (normal form or "").

    Uses of the order ``without_order_id`` are not counted: a buyer who comes back to the cart may keep what
    her own unpaid order holds. One query, two more for such an order.
    """
    if code:
        rows = session.connection().execute(_CODE_AND_OFFERS, {"code": code, "now": now}).all()
    else:
        rows = session.connection().execute(_OFFERS, {"now": now}).all()
    own = _own_uses(session, without_order_id)
    found: tuple[CodeTerms, Terms] | None = None
    offers = []
    for row in rows:
        terms = _terms(row, own)
        if row.code_id is None:
            offers.append(terms)
        else:
            found = (_code_terms(row, own), terms)
    offers.sort(key=lambda terms: terms.campaign_id)
    return offers, CodeTry(code, found, from_link) if code else None


def uses_of_customer(
    session: Session,
    email_normalized: str,
    campaign_ids: Collection[int],
    *,
    without_order_id: int | None = None,
) -> dict[int, int]:
    """Return how often each of ``campaign_ids`` is held or redeemed by the owner of a normalized address."""
    if not campaign_ids:
        return {}
    query = (
        select(REDEMPTIONS.c.campaign_id, func.count())
        .where(
            REDEMPTIONS.c.campaign_id.in_(campaign_ids),
            REDEMPTIONS.c.email_normalized == email_normalized,
            REDEMPTIONS.c.state.in_(COUNTING),
        )
        .group_by(REDEMPTIONS.c.campaign_id)
    )
    if without_order_id is not None:
        query = query.where(REDEMPTIONS.c.order_id != without_order_id)
    return dict(session.execute(query).all())


def _own_uses(session: Session, order_id: int | None) -> Collection[tuple[int, int | None]]:
    if order_id is None:
        return ()
    return session.connection().execute(_USES_OF_ORDER, {"order_id": order_id}).all()


def _terms(row: Any, own: Collection[tuple[int, int | None]]) -> Terms:
    return Terms(
        campaign_id=row.id,
        name=row.name,
        kind=row.kind,
        currency=row.currency,
        percent_basis_points=row.percent_basis_points or 0,
        amount=row.amount or 0,
        automatic=row.automatic,
        combinable=row.combinable,
        public=row.public,
        active=row.active,
        skus=frozenset(row.skus.split(BETWEEN)) if row.skus else frozenset(),
        countries=frozenset(row.countries.split(BETWEEN)) if row.countries else frozenset(),
        minimum_subtotal_amount=row.minimum_subtotal_amount,
        minimum_quantity=row.minimum_quantity,
        first_order_only=row.first_order_only,
        max_uses=row.max_uses,
        max_uses_per_customer=row.max_uses_per_customer,
        uses=row.uses - sum(campaign_id == row.id for campaign_id, _ in own),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _code_terms(row: Any, own: Collection[tuple[int, int | None]]) -> CodeTerms:
    return CodeTerms(
        code_id=row.code_id,
        code=row.code,
        active=row.code_active,
        bound_email=email_address.normalize(row.bound_email) if row.bound_email else "",
        max_uses=row.code_max_uses,
        uses=row.code_uses - sum(code_id == row.code_id for _, code_id in own),
        ends_at=row.code_ends_at,
    )

"""Reading campaigns, codes and their uses. No query grows with the number of codes or of redemptions."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, null, or_, select, union_all
from sqlalchemy.orm import Session

from shop import email_address
from shop.db import Moment
from shop.discounts.models import Campaign, CampaignCountry, CampaignItem, Code, Redemption
from shop.discounts.rules import CodeTerms, CodeTry, Terms

# What no SKU and no country contains.
_BETWEEN = "\n"
_COUNTING = ("held", "redeemed")


def _joined(column: Any, campaign_id: Any) -> Any:
    return (
        select(func.aggregate_strings(column, _BETWEEN))
        .where(campaign_id == Campaign.id)
        .correlate(Campaign)
        .scalar_subquery()
    )


_CAMPAIGN = (
    Campaign.id,
    Campaign.name,
    Campaign.kind,
    Campaign.currency,
    Campaign.percent_basis_points,
    Campaign.amount,
    Campaign.automatic,
    Campaign.combinable,
    Campaign.public,
    Campaign.active,
    Campaign.minimum_subtotal_amount,
    Campaign.minimum_quantity,
    Campaign.first_order_only,
    Campaign.max_uses,
    Campaign.max_uses_per_customer,
    (Campaign.held + Campaign.redeemed).label("uses"),
    Campaign.starts_at,
    Campaign.ends_at,
    _joined(CampaignItem.sku, CampaignItem.campaign_id).label("skus"),
    _joined(CampaignCountry.country, CampaignCountry.campaign_id).label("countries"),
)
# The code's select comes first in the union: its columns give the types.
_CODE: Select[Any] = (
    select(
        *_CAMPAIGN,
        Code.id.label("code_id"),
        Code.code.label("code"),
        Code.active.label("code_active"),
        Code.bound_email.label("bound_email"),
        Code.max_uses.label("code_max_uses"),
        (Code.held + Code.redeemed).label("code_uses"),
        Code.ends_at.label("code_ends_at"),
    )
    .join(Code, Code.campaign_id == Campaign.id)
    .where(Code.code == bindparam("code"))
)
_OFFERS: Select[Any] = select(
    *_CAMPAIGN,
    null().label("code_id"),
    null().label("code"),
    null().label("code_active"),
    null().label("bound_email"),
    null().label("code_max_uses"),
    null().label("code_uses"),
    null().label("code_ends_at"),
).where(
    Campaign.automatic,
    Campaign.active,
    or_(Campaign.starts_at.is_(None), Campaign.starts_at <= bindparam("now", type_=Moment())),
    or_(Campaign.ends_at.is_(None), Campaign.ends_at > bindparam("now", type_=Moment())),
)
_CODE_AND_OFFERS = union_all(_CODE, _OFFERS)
_USES_OF_ORDER = select(Redemption.campaign_id, Redemption.code_id).where(
    Redemption.order_id == bindparam("order_id"), Redemption.state.in_(_COUNTING)
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
        rows = session.execute(_CODE_AND_OFFERS, {"code": code, "now": now}).all()
    else:
        rows = session.execute(_OFFERS, {"now": now}).all()
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
        select(Redemption.campaign_id, func.count())
        .where(
            Redemption.campaign_id.in_(campaign_ids),
            Redemption.email_normalized == email_normalized,
            Redemption.state.in_(_COUNTING),
        )
        .group_by(Redemption.campaign_id)
    )
    if without_order_id is not None:
        query = query.where(Redemption.order_id != without_order_id)
    return dict(session.execute(query).tuples().all())


def _own_uses(session: Session, order_id: int | None) -> Collection[tuple[int, int | None]]:
    if order_id is None:
        return ()
    return session.execute(_USES_OF_ORDER, {"order_id": order_id}).tuples().all()


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
        skus=frozenset(row.skus.split(_BETWEEN)) if row.skus else frozenset(),
        countries=frozenset(row.countries.split(_BETWEEN)) if row.countries else frozenset(),
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

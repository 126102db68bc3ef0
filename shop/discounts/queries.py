"""Reading campaigns, codes and their uses. No query grows with the number of codes or of redemptions."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from shop import email_address
from shop.db import Kept, constant
from shop.discounts.models import Campaign, CampaignCountry, CampaignItem, Code, CodeBatch, Redemption
from shop.discounts.rules import CodeTerms, CodeTry, Terms
from shop.statements import Asked, Statement
from shop.together import ask

CAMPAIGNS = Campaign.metadata.tables["campaigns"]
ITEMS = CampaignItem.metadata.tables["campaign_items"]
COUNTRIES = CampaignCountry.metadata.tables["campaign_countries"]
CODES = Code.metadata.tables["codes"]
BATCHES = CodeBatch.metadata.tables["code_batches"]
REDEMPTIONS = Redemption.metadata.tables["redemptions"]

# What no SKU and no country contains; written into the statement, which stays the same at every call.
BETWEEN = ","
COUNTING = ("held", "redeemed")


def _joined(column: ColumnElement[str], campaign_id: ColumnElement[int], *where: ColumnElement[bool]) -> Any:
    separator: Any = literal_column(f"'{BETWEEN}'")
    return (
        select(func.aggregate_strings(column, separator))
        .where(campaign_id == CAMPAIGNS.c.id, *where)
        .correlate(CAMPAIGNS)
        .scalar_subquery()
    )


def _skus(role: str) -> Any:
    return _joined(ITEMS.c.sku, ITEMS.c.campaign_id, ITEMS.c.role == literal_column(f"'{role}'"))


_TERMS = (
    CAMPAIGNS.c.id,
    CAMPAIGNS.c.name,
    CAMPAIGNS.c.kind,
    CAMPAIGNS.c.currency,
    CAMPAIGNS.c.percent_basis_points,
    CAMPAIGNS.c.amount,
    CAMPAIGNS.c.buy_quantity,
    CAMPAIGNS.c.get_quantity,
    CAMPAIGNS.c.max_discount_amount,
    CAMPAIGNS.c.max_units,
    CAMPAIGNS.c.excludes_reduced,
    CAMPAIGNS.c.budget_amount,
    CAMPAIGNS.c.spent_amount,
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
    _skus("in").label("skus"),
    _skus("out").label("excluded_skus"),
    _skus("get").label("get_skus"),
    _joined(COUNTRIES.c.country, COUNTRIES.c.campaign_id).label("countries"),
)
_CODE_TERMS = (
    CODES.c.id.label("code_id"),
    CODES.c.code.label("code"),
    and_(CODES.c.active, BATCHES.c.voided_at.is_(None)).label("code_active"),
    CODES.c.bound_email.label("bound_email"),
    CODES.c.max_uses.label("code_max_uses"),
    (CODES.c.held + CODES.c.redeemed).label("code_uses"),
    CODES.c.ends_at.label("code_ends_at"),
)
# Found by the code's unique index, however many there are.
_CODE = Statement(
    select(*_TERMS, *_CODE_TERMS)
    .select_from(CODES)
    .join(CAMPAIGNS, CAMPAIGNS.c.id == CODES.c.campaign_id)
    .outerjoin(BATCHES, BATCHES.c.id == CODES.c.batch_id)
    .where(CODES.c.code == bindparam("code"))
)
_CAMPAIGN = Statement(select(*_TERMS).where(CAMPAIGNS.c.id == bindparam("id")))
_OFFERS = Statement(select(*_TERMS).where(CAMPAIGNS.c.automatic, CAMPAIGNS.c.active).order_by(CAMPAIGNS.c.id))
_COUNTERS = Statement(
    select(CAMPAIGNS.c.id, CAMPAIGNS.c.held + CAMPAIGNS.c.redeemed, CAMPAIGNS.c.spent_amount).where(
        CAMPAIGNS.c.automatic,
        CAMPAIGNS.c.active,
        or_(CAMPAIGNS.c.max_uses.is_not(None), CAMPAIGNS.c.budget_amount.is_not(None)),
    )
)
_USES_OF_ORDER = Statement(
    select(REDEMPTIONS.c.campaign_id, REDEMPTIONS.c.code_id, REDEMPTIONS.c.amount).where(
        REDEMPTIONS.c.order_id == bindparam("order_id"),
        REDEMPTIONS.c.state.in_([constant(state) for state in COUNTING]),
    )
)
# The database moves the public version when the rules of a campaign change, and not when its uses are counted.
_OFFERS_KEPT: Kept[tuple[Terms, ...]] = Kept(
    lambda session: tuple(_terms(row) for row in _OFFERS.all(session))
)


def keep(session: Session) -> None:
    """Have this process keep the automatic offers, if it does not yet."""
    _OFFERS_KEPT.get(session)


def asked_code(code: str) -> Asked:
    """Return what looks up ``code`` (normal form, or "" and then nothing)."""
    return _CODE.asked_many([{"code": code}] if code else [])


def offers_and_code(
    session: Session,
    code: str,
    *,
    now: datetime,
    from_link: bool = False,
    rows: Sequence[Any] | None = None,
) -> tuple[list[Terms], CodeTry | None]:
    """Return the automatic offers that run at ``now`` and what was found for ``code`` (normal form or "").

    ``rows``: what came of ``asked_code``, where it was asked. One query for a code else, one when an offer has a
    limit.
    """
    offers = [
        terms
        for terms in _offers(session)
        if (terms.starts_at is None or terms.starts_at <= now)
        and (terms.ends_at is None or now < terms.ends_at)
    ]
    if not code:
        return offers, None
    if rows is None:
        [rows] = ask(session, [asked_code(code)])
    found = (_code_terms(rows[0]), _terms(rows[0])) if rows else None
    return offers, CodeTry(code, found, from_link)


def limited(offers: Sequence[Terms], code_try: CodeTry | None, *, known: bool) -> bool:
    """Whether uses so far can stand in the way of any of these; ``known``: of this customer too."""
    code, campaign = code_try.found if code_try and code_try.found else (None, None)
    return (code is not None and code.max_uses is not None) or any(
        terms.max_uses is not None
        or terms.budget_amount is not None
        or (known and terms.limit_per_customer is not None)
        for terms in ([*offers, campaign] if campaign else offers)
    )


def without_order(
    session: Session, order_id: int | None, offers: list[Terms], code_try: CodeTry | None
) -> tuple[list[Terms], CodeTry | None]:
    """Return offers and code as if an order used nothing of them: a buyer who comes back may keep what it holds."""
    own = [] if order_id is None else _USES_OF_ORDER.all(session, {"order_id": order_id})
    if not own:
        return offers, code_try
    offers = [_without(terms, own) for terms in offers]
    if code_try is None or code_try.found is None:
        return offers, code_try
    code, campaign = code_try.found
    uses = code.uses - sum(use.code_id == code.code_id for use in own)
    return offers, replace(code_try, found=(replace(code, uses=uses), _without(campaign, own)))


def _offers(session: Session) -> Sequence[Terms]:
    offers = _OFFERS_KEPT.get(session)
    if all(terms.max_uses is None and terms.budget_amount is None for terms in offers):
        return offers
    counted = {campaign_id: (uses, spent) for campaign_id, uses, spent in _COUNTERS.all(session)}
    return [_counted(terms, counted.get(terms.campaign_id)) for terms in offers]


def _counted(terms: Terms, counters: tuple[int, int] | None) -> Terms:
    if counters is None or counters == (terms.uses, terms.spent_amount):
        return terms
    return replace(terms, uses=counters[0], spent_amount=counters[1])


def terms_of(session: Session, campaign_id: int) -> Terms:
    """Return a campaign as a value, as it is now. One query."""
    return _terms(_CAMPAIGN.one(session, {"id": campaign_id}))


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


def _without(terms: Terms, own: Sequence[Any]) -> Terms:
    """The terms as if the buyer's own order used nothing of them."""
    amounts = [use.amount for use in own if use.campaign_id == terms.campaign_id]
    if not amounts:
        return terms
    return replace(terms, uses=terms.uses - len(amounts), spent_amount=terms.spent_amount - sum(amounts))


def _terms(row: Any) -> Terms:
    return Terms(
        campaign_id=row.id,
        name=row.name,
        kind=row.kind,
        currency=row.currency,
        percent_basis_points=row.percent_basis_points or 0,
        amount=row.amount or 0,
        buy_quantity=row.buy_quantity,
        get_quantity=row.get_quantity,
        automatic=row.automatic,
        combinable=row.combinable,
        public=row.public,
        active=row.active,
        skus=_parted(row.skus),
        excluded_skus=_parted(row.excluded_skus),
        get_skus=_parted(row.get_skus),
        excludes_reduced=row.excludes_reduced,
        countries=_parted(row.countries),
        max_discount_amount=row.max_discount_amount,
        max_units=row.max_units,
        minimum_subtotal_amount=row.minimum_subtotal_amount,
        minimum_quantity=row.minimum_quantity,
        first_order_only=row.first_order_only,
        max_uses=row.max_uses,
        max_uses_per_customer=row.max_uses_per_customer,
        uses=row.uses,
        budget_amount=row.budget_amount,
        spent_amount=row.spent_amount,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _parted(joined: str | None) -> frozenset[str]:
    return frozenset(joined.split(BETWEEN)) if joined else frozenset()


def _code_terms(row: Any) -> CodeTerms:
    return CodeTerms(
        code_id=row.code_id,
        code=row.code,
        active=row.code_active,
        bound_email=email_address.normalize(row.bound_email) if row.bound_email else "",
        max_uses=row.code_max_uses,
        uses=row.code_uses,
        ends_at=row.code_ends_at,
    )

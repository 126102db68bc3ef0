"""The sheet of a campaign or of one code: what it brought, what it cost, and who came by it. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from shop.discounts.models import Campaign, CodeTry, Redemption
from shop.orders.models import Order, Refund
from shop.orders.queries import given_back
from shop.subscribers.models import Reader

MOST_SOURCES = 20
# A list shows what its campaigns did of late: as much work with ten years of orders as with one.
RECENT = timedelta(days=30)
WEEKS = 12
COUNTING = ("held", "redeemed")


@dataclass(frozen=True)
class Recent:
    """What a campaign did in the last 30 days, minor units: its paid orders, and what they paid less refunds.
    last_used_at: its newest use of all, None without one.
    """

    orders: int
    net_amount: int
    last_used_at: datetime | None


@dataclass(frozen=True)
class Week:
    """Orders with a campaign or code that were placed in one week and paid, and what they paid (minor units).

    starts_on, ends_on: its Monday and Sunday.
    """

    starts_on: date
    ends_on: date
    orders: int
    paid_amount: int


@dataclass(frozen=True)
class Sheet:
    """The figures of a campaign or code, minor units of one currency. held, redeemed, released: its uses by state.

    orders: paid orders that used it, refunded ones too. gross: their goods before any discount. given: what it
    took off them. paid: what was paid for them. refunded: what went back of that. new_buyers: whose first paid
    order it was. average_with, average_without: what one order paid, with it and, in the same days, without it;
    None without such orders. taken, refused: how often it was added to a cart, typed or by its link, and why it was
    refused (reason, times). sources: the article each buyer first came by as a reader ("" for none), orders and
    net. countries: likewise.
    """

    held: int
    redeemed: int
    released: int
    orders: int
    gross_amount: int
    given_amount: int
    paid_amount: int
    refunded_amount: int
    new_buyers: int
    average_with_amount: int | None
    average_without_amount: int | None
    first_used_at: datetime | None
    last_used_at: datetime | None
    taken: int
    refused: Sequence[tuple[str, int]]
    sources: Sequence[tuple[str, int, int]]
    countries: Sequence[tuple[str, int, int]]

    @property
    def net_amount(self) -> int:
        """What was paid and did not go back."""
        return self.paid_amount - self.refunded_amount

    @property
    def returning_buyers(self) -> int:
        """Orders of people who had paid one before."""
        return self.orders - self.new_buyers


def sheet(session: Session, campaign_id: int, *, code_id: int | None = None) -> Sheet:
    """Return the sheet of a campaign, or of one of its codes. The number of queries does not depend on either."""
    counted = _of(select(Redemption.state, func.count()), campaign_id, code_id).group_by(Redemption.state)
    states: dict[str, int] = dict(session.execute(counted).all())
    earlier = aliased(Order)
    is_first = ~exists().where(
        earlier.email_normalized == Order.email_normalized,
        earlier.paid_at.is_not(None),
        earlier.paid_at < Order.paid_at,
    )
    refunded = _refunded()
    totals = session.execute(
        _used(
            campaign_id,
            code_id,
            func.count(),
            func.coalesce(func.sum(Order.subtotal_amount), 0),
            func.coalesce(func.sum(Redemption.amount), 0),
            func.coalesce(func.sum(Order.total_amount), 0),
            func.coalesce(func.sum(refunded), 0),
            func.count().filter(is_first),
            func.min(Order.placed_at),
            func.max(Order.placed_at),
        )
    ).one()
    orders, gross, given, paid, back, new, first_at, last_at = totals
    return Sheet(
        held=states.get("held", 0),
        redeemed=states.get("redeemed", 0),
        released=states.get("released", 0),
        orders=orders,
        gross_amount=int(gross),
        given_amount=int(given),
        paid_amount=int(paid),
        refunded_amount=int(back),
        new_buyers=new,
        average_with_amount=int(paid) // orders if orders else None,
        average_without_amount=_average_without(session, campaign_id, code_id, first_at, last_at),
        first_used_at=first_at,
        last_used_at=last_at,
        **_tries(session, campaign_id, code_id),
        sources=_sources(session, campaign_id, code_id),
        countries=_grouped(
            session, _used(campaign_id, code_id, Order.country, *_orders_and_net()), Order.country
        ),
    )


def recent(session: Session, campaign_ids: Sequence[int], now: datetime) -> dict[int, Recent]:
    """Return what each of these campaigns did of late. Three queries that do not grow with what was before."""
    newest = (
        select(Redemption.created_at)
        .where(Redemption.campaign_id == Campaign.id, Redemption.state.in_(COUNTING))
        .order_by(Redemption.created_at.desc())
        .limit(1)
        .correlate(Campaign)
        .scalar_subquery()
    )
    last: dict[int, datetime | None] = dict(
        session.execute(select(Campaign.id, newest).where(Campaign.id.in_(campaign_ids))).all()
    )
    lately = (Redemption.campaign_id.in_(campaign_ids), Redemption.created_at >= now - RECENT)
    paid = (
        select(Redemption.campaign_id, func.count(), func.sum(Order.total_amount))
        .join(Order, Order.id == Redemption.order_id)
        .where(*lately, Order.paid_at.is_not(None))
        .group_by(Redemption.campaign_id)
    )
    # Looking at each order for refunds would take longer than all of the rest: few have one.
    refunded = (
        select(Redemption.campaign_id, func.sum(Refund.amount))
        .join(Refund, Refund.order_id == Redemption.order_id)
        .where(*lately, given_back())
        .group_by(Redemption.campaign_id)
    )
    back: dict[int, int] = dict(session.execute(refunded).all())
    money = {
        campaign_id: (orders, int(total) - int(back.get(campaign_id, 0)))
        for campaign_id, orders, total in session.execute(paid)
    }
    return {
        campaign_id: Recent(*money.get(campaign_id, (0, 0)), used_at) for campaign_id, used_at in last.items()
    }


def weeks(
    session: Session, campaign_id: int, until: datetime, zone: ZoneInfo, *, code_id: int | None = None
) -> Sequence[Week]:
    """Return the twelve weeks up to the one of ``until``, oldest first, without idle ones before the first use.

    A week begins on Monday in ``zone``. One query.
    """
    day = until.astimezone(zone).date()
    mondays = [day - timedelta(days=day.weekday() + 7 * back) for back in range(WEEKS - 1, -2, -1)]
    starts = [datetime.combine(monday, time(), zone) for monday in mondays]
    columns = []
    for start, end in pairwise(starts):
        within = and_(Order.placed_at >= start, Order.placed_at < end)
        columns += [
            func.count().filter(within),
            func.coalesce(func.sum(Order.total_amount).filter(within), 0),
        ]
    found = session.execute(_used(campaign_id, code_id, *columns).where(Order.placed_at >= starts[0])).one()
    all_weeks = [
        Week(monday, monday + timedelta(days=6), found[2 * at], int(found[2 * at + 1]))
        for at, monday in enumerate(mondays[:-1])
    ]
    first = next((at for at, week in enumerate(all_weeks) if week.orders), len(all_weeks))
    return all_weeks[first:]


def every_order(session: Session, campaign_id: int, *, code_id: int | None = None) -> Sequence[Any]:
    """Return one row for each paid order that used a campaign or code, oldest first: for a file."""
    return session.execute(
        _used(
            campaign_id,
            code_id,
            Order.number,
            Order.paid_at,
            Order.country,
            Order.code,
            Order.subtotal_amount,
            Redemption.amount,
            Order.total_amount,
            _refunded(),
            Order.currency,
        ).order_by(Order.id)
    ).all()


def _of(query: Any, campaign_id: int, code_id: int | None) -> Any:
    query = query.where(Redemption.campaign_id == campaign_id)
    return query if code_id is None else query.where(Redemption.code_id == code_id)


def _used(campaign_id: int, code_id: int | None, *columns: Any) -> Any:
    """Paid orders that used it; whether all of it went back later does not matter."""
    query = select(*columns).select_from(Redemption).join(Order, Order.id == Redemption.order_id)
    return _of(query.where(Order.paid_at.is_not(None)), campaign_id, code_id)


def _refunded() -> Any:
    return (
        select(func.coalesce(func.sum(Refund.amount), 0))
        .where(Refund.order_id == Order.id, given_back())
        .correlate(Order)
        .scalar_subquery()
    )


def _orders_and_net() -> tuple[Any, Any]:
    return func.count(), func.coalesce(func.sum(Order.total_amount - _refunded()), 0)


def _average_without(
    session: Session,
    campaign_id: int,
    code_id: int | None,
    first_at: datetime | None,
    last_at: datetime | None,
) -> int | None:
    if first_at is None or last_at is None:
        return None
    uses_it = _of(select(Redemption.id).where(Redemption.order_id == Order.id), campaign_id, code_id).exists()
    count, paid = session.execute(
        select(func.count(), func.coalesce(func.sum(Order.total_amount), 0)).where(
            Order.placed_at.between(first_at, last_at), Order.paid_at.is_not(None), ~uses_it
        )
    ).one()
    return int(paid) // count if count else None


def _tries(session: Session, campaign_id: int, code_id: int | None) -> dict[str, Any]:
    query = select(CodeTry.outcome, func.sum(CodeTry.tries)).where(CodeTry.campaign_id == campaign_id)
    if code_id is not None:
        query = query.where(CodeTry.code_id == code_id)
    by_outcome = {outcome: int(times) for outcome, times in session.execute(query.group_by(CodeTry.outcome))}
    taken = by_outcome.pop("", 0)
    return {"taken": taken, "refused": sorted(by_outcome.items(), key=lambda pair: (-pair[1], pair[0]))}


def _sources(session: Session, campaign_id: int, code_id: int | None) -> Sequence[tuple[str, int, int]]:
    """By the article that a buyer's first sign-up came from, joined on the address she gave."""
    source = func.coalesce(Reader.source, "")
    query = _used(campaign_id, code_id, source, *_orders_and_net()).outerjoin(
        Reader, and_(Reader.email_normalized == Order.email_normalized, Reader.confirmed_at.is_not(None))
    )
    return _grouped(session, query, source)


def _grouped(session: Session, query: Any, key: Any) -> Sequence[tuple[str, int, int]]:
    rows = session.execute(query.group_by(key).order_by(func.count().desc(), key).limit(MOST_SOURCES))
    return [(name, count, int(net)) for name, count, net in rows]

"""The shop's numbers over a span of time: what was sold and given back, who came again, and week by week."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased

from shop.orders.models import Order, Refund
from shop.orders.queries import given_back
from shop.subscribers.models import Reader

MOST_WEEKS = 53


@dataclass(frozen=True)
class Sales:
    """Paid orders placed in a span of time; amounts in minor units. ``again``: orders of who had bought before."""

    orders: int
    revenue: int
    discount: int
    again: int
    refunded: int
    confirmed_readers: int
    currency: str

    @property
    def order_value(self) -> int:
        """What an order came to on average, rounded down."""
        return self.revenue // (self.orders or 1)


@dataclass(frozen=True)
class Week:
    """A week's paid orders, what they came to and what was given back in it; the last day counts whole."""

    begins_on: date
    ends_on: date
    orders: int
    revenue: int
    refunded: int


def sales(session: Session, *, from_on: date, to_on: date, zone: ZoneInfo) -> Sales:
    """Return the numbers of a span of days; both count whole."""
    begin, end = _moment(from_on, zone), _moment(to_on + timedelta(days=1), zone)
    earlier = aliased(Order)
    had_bought = exists().where(
        earlier.email_normalized == Order.email_normalized,
        earlier.placed_at < Order.placed_at,
        earlier.state == "paid",
    )
    orders, revenue, discount, again, currency = session.execute(
        select(
            sql.count(),
            sql.coalesce(sql.sum(Order.total_amount), 0),
            sql.coalesce(sql.sum(Order.discount_amount + Order.shipping_discount_amount), 0),
            sql.count().filter(had_bought),
            sql.coalesce(sql.max(Order.currency), "USD"),
        ).where(*_sold(begin, end))
    ).one()
    refunded = session.scalar(select(sql.coalesce(sql.sum(Refund.amount), 0)).where(*_gone_back(begin, end)))
    readers = session.scalar(
        select(sql.count()).select_from(Reader).where(Reader.confirmed_at >= begin, Reader.confirmed_at < end)
    )
    return Sales(orders, int(revenue), int(discount), again, int(refunded or 0), readers or 0, currency)


def by_week(session: Session, *, from_on: date, to_on: date, zone: ZoneInfo) -> list[Week]:
    """Return the weeks that end with ``to_on`` and reach back to ``from_on``, the last 53 at most, oldest first."""
    count = min(((to_on - from_on).days + 7) // 7, MOST_WEEKS)
    begins = [to_on - timedelta(days=7 * back + 6) for back in range(count - 1, -1, -1)]
    edges = [_moment(day, zone) for day in [*begins, to_on + timedelta(days=1)]]
    spans = list(pairwise(edges))

    def in_each(moment: Any, *measured: Any) -> list[Any]:
        return [measure.filter(moment >= begin, moment < end) for begin, end in spans for measure in measured]

    sold = session.execute(
        select(*in_each(Order.placed_at, sql.count(), sql.sum(Order.total_amount))).where(
            *_sold(edges[0], edges[-1])
        )
    ).one()
    back = session.execute(
        select(*in_each(Refund.created_at, sql.sum(Refund.amount))).where(*_gone_back(edges[0], edges[-1]))
    ).one()
    return [
        Week(
            day,
            day + timedelta(days=6),
            sold[2 * place],
            int(sold[2 * place + 1] or 0),
            int(back[place] or 0),
        )
        for place, day in enumerate(begins)
    ]


def _sold(begin: datetime, end: datetime) -> tuple[Any, ...]:
    return (Order.placed_at >= begin, Order.placed_at < end, Order.state == "paid")


def _gone_back(begin: datetime, end: datetime) -> tuple[Any, ...]:
    return (Refund.created_at >= begin, Refund.created_at < end, given_back())


def _moment(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), tzinfo=zone)

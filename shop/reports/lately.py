"""The last weeks at a glance, for the page that is opened most: each process counts them anew every ten minutes.

Days that are over change only when an order of theirs is paid late, and a shop with a million orders has twenty
thousand of them in two weeks: nobody should wait for those each time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import func as sql
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from shop.orders.models import Order
from shop.reports.articles import ArticleMoney, per_article
from shop.subscribers.models import Reader

DAYS = 14
WEEKS_OF_ARTICLES = 4
COUNTED_ANEW = timedelta(minutes=10)


@dataclass(frozen=True)
class Day:
    """A day that is over: its paid orders, what they came to (minor units), and who confirmed as a reader."""

    on: date
    orders: int
    revenue: int
    confirmed: int

    @property
    def order_value(self) -> int:
        """What an order came to on average, rounded down."""
        return self.revenue // (self.orders or 1)


@dataclass(frozen=True)
class Lately:
    """The days before today, oldest first, and what each article brought from ``from_on`` until today, best first."""

    days: tuple[Day, ...]
    articles: tuple[ArticleMoney, ...]
    from_on: date
    today: date
    counted_at: datetime


_KEPT: WeakKeyDictionary[Pool, Lately] = WeakKeyDictionary()


def lately(session: Session, slugs: Iterable[str], *, now: datetime, zone: ZoneInfo) -> Lately:
    """Return the last weeks as they were counted within the last ten minutes, and today."""
    today = now.astimezone(zone).date()
    bind = session.bind
    assert bind is not None  # noqa: S101
    pool = bind.engine.pool
    kept = _KEPT.get(pool)
    if kept is not None and kept.today == today and timedelta() <= now - kept.counted_at < COUNTED_ANEW:
        return kept
    found = _KEPT[pool] = _counted(session, slugs, now=now, today=today, zone=zone)
    return found


def _counted(session: Session, slugs: Iterable[str], *, now: datetime, today: date, zone: ZoneInfo) -> Lately:
    from_on = today - timedelta(weeks=WEEKS_OF_ARTICLES) + timedelta(days=1)
    return Lately(
        days=tuple(by_day(session, last_on=today - timedelta(days=1), days=DAYS, zone=zone)),
        articles=tuple(per_article(session, slugs, from_on=from_on, to_on=today, zone=zone)),
        from_on=from_on,
        today=today,
        counted_at=now,
    )


def by_day(session: Session, *, last_on: date, days: int, zone: ZoneInfo) -> list[Day]:
    """Return the last ``days`` days up to one, oldest first: orders by the day they were placed. Two queries."""
    dates = [last_on - timedelta(days=back) for back in range(days - 1, -1, -1)]
    edges = [datetime.combine(on, time(), tzinfo=zone) for on in [*dates, last_on + timedelta(days=1)]]
    spans = list(pairwise(edges))

    def in_each(moment: Any, *measured: Any) -> list[Any]:
        return [measure.filter(moment >= begin, moment < end) for begin, end in spans for measure in measured]

    sold = session.execute(
        select(*in_each(Order.placed_at, sql.count(), sql.sum(Order.total_amount))).where(
            Order.placed_at >= edges[0], Order.placed_at < edges[-1], Order.state == "paid"
        )
    ).one()
    confirmed = session.execute(
        select(*in_each(Reader.confirmed_at, sql.count())).where(
            Reader.confirmed_at >= edges[0], Reader.confirmed_at < edges[-1]
        )
    ).one()
    return [
        Day(on, sold[2 * place], int(sold[2 * place + 1] or 0), confirmed[place])
        for place, on in enumerate(dates)
    ]

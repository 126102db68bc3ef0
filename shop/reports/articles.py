"""Money per article: from a read to a sign-up, a confirmed reader, an opened chapter, an order and what is left of it.

Readers are those who asked within the period, and their orders are counted whenever they came: joined on the address
that a reader gave herself. Reads are daily totals that know nobody, so the step from reads to sign-ups is a ratio of
two totals and no more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func as sql
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.articles.models import ArticleVisits
from shop.orders.models import Order, Refund
from shop.orders.queries import given_back
from shop.subscribers.models import Reader

# Stands for every sign-up that came from no article.
ELSEWHERE = ""


@dataclass
class ArticleMoney:
    """One article in a period; amounts in minor units of ``currency``.

    ``clicks`` leads on to products and the chapter by place. ``revenue`` is what buyers paid (after discounts),
    ``refunded`` what went back; ``discount`` is what codes and offers cost. ``days_to_buy`` is the median.
    """

    slug: str
    reads: int = 0
    clicks: dict[str, int] = field(default_factory=dict)
    sign_ups: int = 0
    confirmed: int = 0
    opened: int = 0
    buyers: int = 0
    orders: int = 0
    currency: str = "USD"
    revenue: int = 0
    discount: int = 0
    refunded: int = 0
    days_to_buy: float | None = None

    @property
    def net(self) -> int:
        """What is left: paid, less what went back."""
        return self.revenue - self.refunded

    @property
    def clicked(self) -> int:
        """How often one of its places led on."""
        return sum(self.clicks.values())


def per_article(
    session: Session, slugs: Iterable[str], *, from_on: date, to_on: date, zone: ZoneInfo
) -> list[ArticleMoney]:
    """Return every article of ``slugs``, and the sign-ups from elsewhere, best net first; both days count whole."""
    begin = datetime.combine(from_on, time(), tzinfo=zone)
    end = datetime.combine(to_on + timedelta(days=1), time(), tzinfo=zone)
    rows = {slug: ArticleMoney(slug) for slug in [*slugs, ELSEWHERE]}
    asked = (Reader.asked_at >= begin, Reader.asked_at < end)
    _count_visits(session, rows, from_on, to_on)
    readers = select(
        Reader.source, sql.count(), sql.count(Reader.confirmed_at), sql.count(Reader.opened_at)
    ).where(*asked)
    for source, sign_ups, confirmed, opened in session.execute(readers.group_by(Reader.source)):
        row = rows.get(source, rows[ELSEWHERE])
        row.sign_ups += sign_ups
        row.confirmed += confirmed
        row.opened += opened
    _count_orders(session, rows, asked)
    return sorted(rows.values(), key=lambda row: (-row.net, -row.sign_ups, -row.reads, row.slug))


@dataclass(frozen=True)
class ReaderOrder:
    """An order of somebody whom an article brought; ``days`` from asking for the chapter to paying."""

    number: int
    paid_at: datetime
    total_amount: int
    currency: str
    payment_state: str
    days: int


def orders_from(
    session: Session, slug: str, *, from_on: date, to_on: date, zone: ZoneInfo, limit: int
) -> list[ReaderOrder]:
    """Return the last orders, newest first, of readers who asked in a period and came from one article."""
    begin = datetime.combine(from_on, time(), tzinfo=zone)
    end = datetime.combine(to_on + timedelta(days=1), time(), tzinfo=zone)
    rows = session.execute(
        select(
            *(Order.number, Order.paid_at, Order.total_amount, Order.currency, Order.payment_state),
            Reader.asked_at,
        )
        .join(Reader, Reader.email_normalized == Order.email_normalized)
        .where(Reader.source == slug, Reader.asked_at >= begin, Reader.asked_at < end)
        .where(Order.state == "paid", Order.paid_at >= Reader.asked_at)
        .order_by(Order.paid_at.desc(), Order.number.desc())
        .limit(limit)
    )
    return [
        ReaderOrder(number, paid_at, total, currency, state, (paid_at - asked_at).days)
        for number, paid_at, total, currency, state, asked_at in rows
        if paid_at is not None
    ]


def reads_by_week(session: Session, slug: str, *, last_on: date, weeks: int) -> list[tuple[date, int]]:
    """Return how often an article was read in each of the last ``weeks`` weeks up to a day: (first day, reads)."""
    begins = [last_on - timedelta(days=7 * back + 6) for back in range(weeks - 1, -1, -1)]
    counted = dict.fromkeys(begins, 0)
    visits = select(ArticleVisits.counted_on, ArticleVisits.visits).where(
        ArticleVisits.slug == slug,
        ArticleVisits.slot == "",
        ArticleVisits.counted_on.between(begins[0], last_on),
    )
    for counted_on, count in session.execute(visits):
        counted[begins[(counted_on - begins[0]).days // 7]] += count
    return list(counted.items())


def _count_visits(session: Session, rows: dict[str, ArticleMoney], from_on: date, to_on: date) -> None:
    visits = (
        select(ArticleVisits.slug, ArticleVisits.slot, sql.sum(ArticleVisits.visits))
        .where(ArticleVisits.counted_on.between(from_on, to_on))
        .group_by(ArticleVisits.slug, ArticleVisits.slot)
    )
    for slug, slot, count in session.execute(visits):
        row = rows.get(slug)
        if row is not None and slot:
            row.clicks[slot] = int(count)
        elif row is not None:
            row.reads = int(count)


def _count_orders(session: Session, rows: dict[str, ArticleMoney], asked: tuple[Any, ...]) -> None:
    """Add what readers bought: one row a buyer, in one query."""
    back = (
        select(Refund.order_id, sql.sum(Refund.amount).label("amount"))
        .where(given_back())
        .group_by(Refund.order_id)
        .subquery()
    )
    bought = (
        select(
            Reader.source,
            Reader.asked_at,
            sql.min(Order.paid_at),
            sql.min(Order.currency),
            sql.count(Order.id),
            sql.sum(Order.total_amount),
            sql.sum(Order.discount_amount + Order.shipping_discount_amount),
            sql.sum(sql.coalesce(back.c.amount, 0)),
        )
        .join(Order, Order.email_normalized == Reader.email_normalized)
        .outerjoin(back, back.c.order_id == Order.id)
        .where(*asked, Order.state == "paid", Order.paid_at >= Reader.asked_at)
        .group_by(Reader.id, Reader.source, Reader.asked_at)
    )
    days: dict[str, list[float]] = {}
    for source, asked_at, paid_at, currency, orders, revenue, discount, refunded in session.execute(bought):
        row = rows.get(source, rows[ELSEWHERE])
        row.buyers += 1
        row.orders += orders
        row.currency = currency
        row.revenue += int(revenue)
        row.discount += int(discount)
        row.refunded += int(refunded)
        days.setdefault(row.slug, []).append((paid_at - asked_at).total_seconds() / 86_400)
    for slug, waits in days.items():
        rows[slug].days_to_buy = round(median(waits), 1)

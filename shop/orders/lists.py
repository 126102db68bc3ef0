"""Lists of orders for staff: views, filters, pages. Never a query per row, and never a count without an end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, and_, exists, select, text, tuple_, union
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from shop.orders.models import Order, OrderFlag, OrderLine, OrderTag

# A tab says "999+" above this: a count never reads more rows.
COUNTED = 999
# Numbers rise with the moments of placing, but for those of one rush; days so become a range of numbers.
SLACK = 1000
SHIPPABLE = ("paid", "part_refunded")
# The views of staff and what they hold; the keys stand in addresses.
VIEWS = {
    "to_ship": "To ship",
    "attention": "Needs attention",
    "shipped": "Shipped",
    "refunded": "Refunded",
    "archived": "Archived",
    "all": "All",
}


# What a list can be sorted by: each has an index that ends with the number, so every order has one place.
SORTS = {"number": (Order.number,), "total": (Order.total_amount, Order.number)}


# Word for word what the indexes of the short lists say: with blanks in place of the words no database would use them.
WAITS = text("orders.state = 'paid' AND orders.shipping_state IN ('to_ship', 'part_shipped', 'on_hold')")
MONEY_BACK = text("orders.payment_state IN ('part_refunded', 'refunded', 'disputed', 'lost')")


@dataclass(frozen=True)
class Listed:
    """An order as one row of a list. ``goods``: (name, pieces, SKU) of each line."""

    id: int
    number: int
    placed_at: datetime
    name: str
    email: str
    country: str
    city: str
    currency: str
    subtotal_amount: int
    discount_amount: int
    shipping_amount: int
    tax_amount: int
    total_amount: int
    state: str
    payment_state: str
    shipping_state: str
    code: str
    archived: bool
    flags: int
    goods: tuple[tuple[str, int, str], ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def pieces(self) -> int:
        """How many pieces were bought."""
        return sum(quantity for _, quantity, _ in self.goods)


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; an empty value narrows nothing. Days are those of ``zone``."""

    view: str = "to_ship"
    payment: str = ""
    shipping: str = ""
    country: str = ""
    sku: str = ""
    code: str = ""
    tag: str = ""
    from_on: date | None = None
    to_on: date | None = None
    zone: tzinfo | None = None
    # The orders a search has found; None when nothing is searched for.
    ids: Sequence[int] | None = field(default=None)
    # One of SORTS: what the list is sorted by, after "-" when the largest comes first.
    sort: str = "-number"


def place(order: Listed, sort: str) -> tuple[int, ...]:
    """Return where an order stands in a list that is sorted so, for the page that comes after it."""
    return (order.total_amount, order.number) if sort.endswith("total") else (order.number,)


def page(session: Session, narrowed: Filter, *, after: tuple[int, ...] | None, limit: int) -> list[Listed]:
    """Return a page of orders in the list's own order: those behind the place ``after`` (all when None).

    Ask for one more than is shown to learn whether there are more. Always the same three queries.
    """
    statement = _rows().where(condition(narrowed)).order_by(*_sorted(narrowed.sort)).limit(limit)
    if after is not None:
        statement = statement.where(_beyond(narrowed.sort, after))
    found = [Listed(**row._mapping) for row in session.execute(statement)]
    return _with_goods(session, found)


def numbered(session: Session, numbers: Sequence[int]) -> list[Listed]:
    """Return the orders with these numbers, oldest first, as they are packed."""
    statement = _rows().where(Order.number.in_(numbers)).order_by(Order.number)
    return _with_goods(session, [Listed(**row._mapping) for row in session.execute(statement)])


def counts(session: Session, narrowed: Filter) -> dict[str, int]:
    """Return how many orders each view has, up to COUNTED + 1, narrowed by nothing else."""
    one = select(
        *(
            _bounded(condition(replace(Filter(), view=view, zone=narrowed.zone))).label(view)
            for view in ("to_ship", "attention", "refunded")
        )
    )
    return dict(session.execute(one).one()._mapping)


def neighbors(session: Session, narrowed: Filter, number: int) -> tuple[int | None, int | None]:
    """Return the numbers of the orders above and below one in a list, where there are any."""
    inside = condition(narrowed)
    key, descending = narrowed.sort.removeprefix("-"), narrowed.sort.startswith("-")
    if key == "number":
        larger = session.scalar(select(sql.min(Order.number)).where(inside, Order.number > number))
        smaller = session.scalar(select(sql.max(Order.number)).where(inside, Order.number < number))
        return (larger, smaller) if descending else (smaller, larger)
    total = session.scalar(select(Order.total_amount).where(Order.number == number)) or 0
    backward = key if descending else f"-{key}"
    above, below = (
        session.scalar(
            select(Order.number)
            .where(inside, _beyond(sort, (total, number)))
            .order_by(*_sorted(sort))
            .limit(1)
        )
        for sort in (backward, narrowed.sort)
    )
    return above, below


def _sorted(sort: str) -> list[ColumnElement[Any]]:
    columns = SORTS[sort.removeprefix("-")]
    return [column.desc() if sort.startswith("-") else column.asc() for column in columns]


def _beyond(sort: str, at: tuple[int, ...]) -> ColumnElement[bool]:
    columns = SORTS[sort.removeprefix("-")]
    if len(columns) == 1:
        return columns[0] < at[0] if sort.startswith("-") else columns[0] > at[0]
    here, there = tuple_(*columns), tuple_(*at)
    return here < there if sort.startswith("-") else here > there


def condition(narrowed: Filter) -> ColumnElement[bool]:
    """Return what is true of every order of a list."""
    wanted: list[ColumnElement[bool] | TextClause] = [*_in_view(narrowed.view), *_on_days(narrowed)]
    if narrowed.ids is not None:
        wanted.append(Order.id.in_(narrowed.ids))
    if narrowed.payment:
        wanted.append(Order.payment_state == narrowed.payment)
    if narrowed.shipping:
        wanted.append(and_(Order.shipping_state == narrowed.shipping, Order.state == "paid"))
    if narrowed.country:
        wanted.append(Order.country == narrowed.country)
    if narrowed.code:
        wanted.append(Order.code == narrowed.code)
    if narrowed.sku:
        wanted.append(exists().where(OrderLine.order_id == Order.id, OrderLine.sku == narrowed.sku))
    if narrowed.tag:
        wanted.append(exists().where(OrderTag.order_id == Order.id, OrderTag.tag == narrowed.tag))
    return and_(*wanted)


def _in_view(view: str) -> list[ColumnElement[bool] | TextClause]:
    if view == "archived":
        return [Order.archived_at.is_not(None)]
    if view == "all":
        return [Order.number > 0]
    kept = Order.archived_at.is_(None)
    if view == "to_ship":
        return [
            kept,
            WAITS,
            Order.payment_state.in_(SHIPPABLE),
            Order.shipping_state.in_(("to_ship", "part_shipped")),
        ]
    if view == "attention":
        flagged = select(OrderFlag.order_id).where(OrderFlag.resolved_at.is_(None))
        held = select(Order.id).where(WAITS, Order.shipping_state == "on_hold")
        return [Order.id.in_(union(flagged, held))]
    if view == "shipped":
        return [kept, Order.state == "paid", Order.shipping_state.in_(("shipped", "delivered"))]
    return [kept, MONEY_BACK]


def _on_days(narrowed: Filter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if narrowed.from_on:
        start = datetime.combine(narrowed.from_on, time(), narrowed.zone)
        first = (
            select(Order.number).where(Order.placed_at >= start).order_by(Order.placed_at, Order.id).limit(1)
        )
        wanted += [Order.placed_at >= start, Order.number >= first.scalar_subquery() - SLACK]
    if narrowed.to_on:
        end = datetime.combine(narrowed.to_on + timedelta(days=1), time(), narrowed.zone)
        last = (
            select(Order.number)
            .where(Order.placed_at < end)
            .order_by(Order.placed_at.desc(), Order.id.desc())
            .limit(1)
        )
        wanted += [Order.placed_at < end, Order.number <= last.scalar_subquery() + SLACK]
    return wanted


def _bounded(wanted: ColumnElement[bool]) -> Any:
    few = select(Order.id).where(wanted).limit(COUNTED + 1).subquery()
    return select(sql.count()).select_from(few).scalar_subquery()


def _rows() -> Select[Any]:
    open_flags = (
        select(sql.count())
        .select_from(OrderFlag)
        .where(OrderFlag.order_id == Order.id, OrderFlag.resolved_at.is_(None))
        .scalar_subquery()
    )
    return select(
        Order.id,
        Order.number,
        Order.placed_at,
        Order.name,
        Order.email,
        Order.country,
        sql.coalesce(Order.address["city"].as_string(), "").label("city"),
        Order.currency,
        Order.subtotal_amount,
        Order.discount_amount,
        (Order.shipping_amount - Order.shipping_discount_amount).label("shipping_amount"),
        Order.tax_amount,
        Order.total_amount,
        Order.state,
        Order.payment_state,
        Order.shipping_state,
        Order.code,
        Order.archived_at.is_not(None).label("archived"),
        open_flags.label("flags"),
    )


def _with_goods(session: Session, found: Sequence[Listed]) -> list[Listed]:
    ids = [order.id for order in found]
    goods = _by_order(
        session.execute(
            select(OrderLine.order_id, OrderLine.name, OrderLine.quantity, OrderLine.sku)
            .where(OrderLine.order_id.in_(ids))
            .order_by(OrderLine.order_id, OrderLine.position)
        ).all()
    )
    tags = _by_order(
        session.execute(
            select(OrderTag.order_id, OrderTag.tag).where(OrderTag.order_id.in_(ids)).order_by(OrderTag.tag)
        ).all()
    )
    return [
        replace(
            order,
            goods=tuple((name, quantity, sku) for name, quantity, sku in goods.get(order.id, [])),
            tags=tuple(tag for (tag,) in tags.get(order.id, [])),
        )
        for order in found
    ]


def _by_order(rows: Sequence[Any]) -> Mapping[int, list[Any]]:
    by_order: dict[int, list[Any]] = {}
    for order_id, *rest in rows:
        by_order.setdefault(order_id, []).append(rest)
    return by_order

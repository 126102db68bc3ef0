"""Lists of orders for staff: views, filters, pages. Never a query per row, and never a count without an end."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    TextClause,
    and_,
    bindparam,
    cast,
    exists,
    literal_column,
    select,
    text,
    tuple_,
    union,
    union_all,
)
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from shop.db import constant
from shop.orders.models import Order, OrderFlag, OrderLine, OrderTag
from shop.statements import Statement

# A tab says "999+" above this: a count never reads more rows.
COUNTED = 999
# Numbers rise with the moments of placing, but for those of one rush; days so become a range of numbers.
SLACK = 1000
# Words that stand in a statement itself: a list of blanks would be written anew for each length.
SENT = tuple(map(constant, ("shipped", "delivered")))
# An order is paid within this time of being placed, or by a bank that takes its time: then it makes no news.
LONGEST_PAYING = timedelta(days=1)
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
WAITS = text(
    "orders.archived_at IS NULL AND orders.state = 'paid' AND orders.payment_state IN ('paid', 'part_refunded')"
    " AND orders.shipping_state IN ('to_ship', 'part_shipped')"
)
HELD = text("orders.state = 'paid' AND orders.shipping_state = 'on_hold'")
MONEY_BACK = text("orders.payment_state IN ('part_refunded', 'refunded', 'disputed', 'lost')")


class Listed(NamedTuple):
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
    gift_note: str
    goods: tuple[tuple[str, int, str], ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def pieces(self) -> int:
        """How many pieces were bought."""
        return sum(quantity for _, quantity, _ in self.goods)

    @property
    def first_goods(self) -> str:
        """The first two goods, and how many there are besides."""
        words = ", ".join(f"{quantity} × {name}" for name, quantity, _ in self.goods[:2])
        return f"{words} and {len(self.goods) - 2} more" if len(self.goods) > 2 else words

    @property
    def goes_to(self) -> str:
        """The city, where one is known, and the country."""
        return f"{self.city}, {self.country}" if self.city else self.country


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
    ids: tuple[int, ...] | None = None
    # One of SORTS: what the list is sorted by, after "-" when the largest comes first.
    sort: str = "-number"


def place(order: Listed, sort: str) -> tuple[int, ...]:
    """Return where an order stands in a list that is sorted so, for the page that comes after it."""
    return (order.total_amount, order.number) if sort.endswith("total") else (order.number,)


def page(session: Session, narrowed: Filter, *, after: tuple[int, ...] | None, limit: int) -> list[Listed]:
    """Return a page of orders in the list's own order: those behind the place ``after`` (all when None).

    Ask for one more than is shown to learn whether there are more. Always the same two queries.
    """
    at = {f"after_{place}": value for place, value in enumerate(after or ())}
    asked = {"most": limit, **at}
    if narrowed.ids is None:
        return _with_goods(session, _page_of(narrowed, len(at)).all(session, asked))
    # Which orders a search has found is another statement each time.
    return _with_goods(session, session.connection().execute(_selected(narrowed, len(at)), asked).all())


@lru_cache(maxsize=128)
def _page_of(narrowed: Filter, depth: int) -> Statement:
    # Making a statement takes longer than running it, and the same lists are asked for again and again.
    return Statement(_selected(narrowed, depth))


def _selected(narrowed: Filter, depth: int) -> Select[Any]:
    statement = _ROWS.where(condition(narrowed)).order_by(*_sorted(narrowed.sort)).limit(bindparam("most"))
    at: list[BindParameter[Any]] = [bindparam(f"after_{place}", type_=Integer) for place in range(depth)]
    return statement.where(_beyond(narrowed.sort, at)) if at else statement


def numbered(session: Session, numbers: Sequence[int]) -> list[Listed]:
    """Return the orders with these numbers, oldest first, as they are packed."""
    statement = _ROWS.where(Order.number.in_(numbers)).order_by(Order.number)
    return _with_goods(session, session.connection().execute(statement).all())


def counts(session: Session) -> dict[str, int]:
    """Return how many orders the short views have, each up to COUNTED + 1."""
    found: dict[str, int] = _counts().one(session)._asdict()
    return found


@lru_cache(maxsize=1)
def _counts() -> Statement:
    return Statement(
        select(
            *(_bounded(condition(Filter(view))).label(view) for view in ("to_ship", "attention", "refunded"))
        )
    )


def paid_since(session: Session, since: datetime) -> int:
    """Return how many orders were paid after a moment, up to COUNTED + 1."""
    found: int = _PAID_SINCE.scalar(session, {"since": since, "placed": since - LONGEST_PAYING})
    return found


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


def _beyond(sort: str, at: Sequence[Any]) -> ColumnElement[bool]:
    here, there = tuple_(*SORTS[sort.removeprefix("-")]), tuple_(*at)
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
    if view == "to_ship":
        return [WAITS]
    kept = Order.archived_at.is_(None)
    if view == "attention":
        flagged = select(OrderFlag.order_id).where(OrderFlag.resolved_at.is_(None))
        held = select(Order.id).where(HELD)
        return [Order.id.in_(union(flagged, held))]
    if view == "shipped":
        return [kept, Order.state == "paid", Order.shipping_state.in_(SENT)]
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


_PAID_SINCE = Statement(
    select(
        _bounded(
            and_(
                Order.placed_at > bindparam("placed"),
                Order.paid_at > bindparam("since"),
                Order.state == "paid",
            )
        )
    )
)
_OPEN_FLAGS = (
    select(sql.count())
    .select_from(OrderFlag)
    .where(OrderFlag.order_id == Order.id, OrderFlag.resolved_at.is_(None))
    .scalar_subquery()
)
# In the order of the fields of Listed.
_ROWS = select(
    Order.id,
    Order.number,
    Order.placed_at,
    Order.name,
    Order.email,
    Order.country,
    sql.coalesce(Order.address["city"].as_string(), ""),
    Order.currency,
    Order.subtotal_amount,
    Order.discount_amount,
    Order.shipping_amount - Order.shipping_discount_amount,
    Order.tax_amount,
    Order.total_amount,
    Order.state,
    Order.payment_state,
    Order.shipping_state,
    Order.code,
    Order.archived_at.is_not(None),
    _OPEN_FLAGS,
    Order.gift_note,
)
_TAGGED = -1
_BY_POSITION = itemgetter(1, 2)


def _goods(of_page: Select[int]) -> CompoundSelect[Any]:
    return union_all(
        select(
            OrderLine.order_id, OrderLine.position, OrderLine.name, OrderLine.quantity, OrderLine.sku
        ).where(OrderLine.order_id.in_(of_page)),
        select(
            OrderTag.order_id, literal_column(str(_TAGGED)), OrderTag.tag, literal_column("0"), constant("")
        ).where(OrderTag.order_id.in_(of_page)),
    )


# The lines of orders and their tags; the orders' ids come as one JSON list.
_IDS = cast(bindparam("ids"), String)
_listed_ids = sql.json_each(_IDS).table_valued("value")
_GOODS = Statement(
    _goods(select(_listed_ids.c.value)),
    postgresql=_goods(select(cast(sql.json_array_elements_text(cast(_IDS, JSON)), Integer))),
)


def _with_goods(session: Session, rows: Sequence[Any]) -> list[Listed]:
    goods: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
    tags: dict[int, list[str]] = defaultdict(list)
    found = _GOODS.all(session, {"ids": json.dumps([row.id for row in rows])}) if rows else []
    # Sorting a hundred short rows that mostly stand right already is quicker here than in the database.
    for order_id, position, name, quantity, sku in sorted(found, key=_BY_POSITION):
        if position == _TAGGED:
            tags[order_id].append(name)
        else:
            goods[order_id].append((name, quantity, sku))
    return [Listed._make((*row, tuple(goods[row.id]), tuple(tags[row.id]))) for row in rows]

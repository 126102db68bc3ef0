"""The list of orders: views, filters, search, and the list as a sheet."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from shop import clock, money
from shop.admin import narrowing, order_rows
from shop.admin.desk import PAGE_LENGTH, back_to, blueprint, page, record
from shop.admin.guard import Role, admits
from shop.admin.narrowing import PAYMENTS, SHIPPINGS
from shop.admin.own_views import own_views
from shop.db import reading, writing
from shop.orders import lists
from shop.orders.lists import COUNTED, VIEWS, Filter, Listed
from shop.orders.queries import by_number
from shop.web.sheets import sheet
from shop.web.tools import tools

BATCH = 500
ORDER_COLUMNS = [
    *(
        "number",
        "placed_at",
        "name",
        "email",
        "city",
        "country",
        "state",
        "payment",
        "shipping",
        "code",
        "tags",
    ),
    *("currency", "subtotal", "discount", "shipping_amount", "tax", "total"),
    "gift_note",
]
LINE_COLUMNS = ["number", "placed_at", "country", "state", "sku", "name", "quantity"]


@blueprint.get("/admin/orders")
@admits(Role.READ_ONLY)
def orders() -> str:
    """List orders: a view, narrowed by filters or found by a search."""
    shown_at = clock.now()
    with reading(tools().engine) as session:
        asked = narrowing.asked(session, request.args)
        after = narrowing.place(request.args, asked.order)
        found = lists.page(session, asked.narrowed, after=after, limit=PAGE_LENGTH + 1)
        counts = lists.counts(session)
        own = own_views(session, "orders")
    return page(
        "admin/orders.html",
        "orders",
        asked=asked,
        view=asked.narrowed.view,
        views=VIEWS,
        own=own,
        counts={view: _short(count) for view, count in counts.items()},
        parts=tuple(asked.parts.items()),
        payments=tuple(PAYMENTS.items()),
        shippings=tuple(SHIPPINGS.items()),
        orders=found[:PAGE_LENGTH],
        filled=order_rows.filled,
        next_after=_place(found[PAGE_LENGTH - 1], asked.narrowed) if len(found) > PAGE_LENGTH else "",
        paged=after is not None,
        shown_at=shown_at,
    )


@blueprint.get("/admin/orders/new")
@admits(Role.READ_ONLY)
def new_orders() -> dict[str, int]:
    """Return how many orders were paid since a list was read; nonsense for its moment has none."""
    since = narrowing.moment(request.args.get("since", ""))
    if since is None:
        return {"orders": 0}
    with reading(tools().engine) as session:
        return {"orders": lists.paid_since(session, since)}


@blueprint.get("/admin/orders/open")
@admits(Role.READ_ONLY)
def open_order() -> ResponseReturnValue:
    """Go to the order with a number; to the search for it when there is none, which says so."""
    typed = request.args.get("number", "")
    with reading(tools().engine) as session:
        found = by_number(session, int(typed)) if re.fullmatch(r"[0-9]{1,9}", typed, re.ASCII) else None
    return back_to(f"/admin/orders/{found.number}" if found else f"/admin/orders?{urlencode({'q': typed})}")


@blueprint.post("/admin/orders/export")
@admits(Role.STAFF, step_up=True)
def export() -> ResponseReturnValue:
    """Return the list as a sheet: an order a row, or with ``rows=lines`` a line a row."""
    by_line = request.form.get("rows") == "lines"
    with writing(tools().engine) as session:
        asked = narrowing.asked(session, request.args, view="all")
        record(session, "exported", "order lines" if by_line else "orders", after={"view": asked.address()})
    narrowed = asked.narrowed
    if by_line:
        return sheet(
            "order-lines",
            LINE_COLUMNS,
            (row for order in _all(tools().engine, narrowed) for row in _lines(order)),
        )
    return sheet("orders", ORDER_COLUMNS, (_row(order) for order in _all(tools().engine, narrowed)))


def _all(engine: Engine, narrowed: Filter) -> Iterator[Listed]:
    """Read a list to its end, batch by batch, each in a transaction of its own."""
    last = None
    while True:
        with reading(engine) as session:
            found = lists.page(session, narrowed, after=last, limit=BATCH)
        yield from found
        if len(found) < BATCH:
            return
        last = lists.place(found[-1], narrowed.sort)


def _place(order: Listed, narrowed: Filter) -> str:
    return ".".join(map(str, lists.place(order, narrowed.sort)))


def _row(order: Listed) -> list[Any]:
    amounts = (
        order.subtotal_amount,
        order.discount_amount,
        order.shipping_amount,
        order.tax_amount,
        order.total_amount,
    )
    return [
        order.number,
        order.placed_at.isoformat(),
        order.name,
        order.email,
        order.city,
        order.country,
        order.state,
        order.payment_state,
        order.shipping_state,
        order.code,
        " ".join(order.tags),
        order.currency,
        *(money.plain(amount, order.currency) for amount in amounts),
        order.gift_note,
    ]


def _lines(order: Listed) -> list[list[Any]]:
    return [
        [order.number, order.placed_at.isoformat(), order.country, order.state, sku, name, quantity]
        for name, quantity, sku in order.goods
    ]


def _short(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)

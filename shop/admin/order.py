"""One order: everything that is known of it, and what staff do with it."""

from collections.abc import Mapping

from flask import request
from flask.typing import ResponseReturnValue

from shop import clock
from shop.admin import guard, narrowing, queries
from shop.admin.desk import back, blueprint, page, record
from shop.admin.guard import Role, admits
from shop.admin.packing import chosen
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.orders import actions as order_actions
from shop.orders import handling, lists, receipts, rules
from shop.orders import queries as order_queries
from shop.orders.models import OrderFlag
from shop.orders.packing import left_to_ship
from shop.orders.rules import payment_words
from shop.web import filters
from shop.web.notices import say
from shop.web.tools import tools


@blueprint.get("/admin/orders/<int:number>")
@admits(Role.READ_ONLY)
def order(number: int) -> str:
    """Show everything that is known of one order."""
    return show(number)


def show(number: int, *, typed: Mapping[str, str] | None = None, error: Refused | None = None) -> str:
    """Return the page of an order; after a refusal with what was typed and what others did meanwhile."""
    typed = typed or {}
    with reading(tools().engine) as session:
        found = order_queries.by_number(session, number)
        if found is None:
            raise Refused(Reason.ORDER_UNKNOWN)
        asked = narrowing.asked(session, request.args, view="all")
        above, below = lists.neighbors(session, asked.narrowed, number)
        timeline = queries.timeline(session, found.id)
        return page(
            "admin/order.html",
            "orders",
            order=found,
            within=asked.address(),
            above=above,
            below=below,
            receipt=receipts.receipt(session, found),
            left=dict(left_to_ship(session, found.id)),
            flags=order_queries.flags(session, found.id),
            payments=order_queries.payments(session, found.id),
            refunds=order_queries.refunds(session, found.id),
            disputes=order_queries.disputes(session, found.id),
            attempts=queries.attempts(session, found.id),
            timeline=timeline,
            tags=order_queries.tags(session, found.id),
            earlier=order_queries.orders_of(session, found.email_normalized),
            seen=max((entry.event_id for entry in timeline), default=0),
            news=[entry for entry in timeline if entry.event_id > int(typed.get("seen", "0") or 0)]
            if error
            else [],
            typed=typed,
            error=tools().content.refusal(error) if error else "",
            payment_words=payment_words,
            carriers=tuple(rules.CARRIERS),
        )


@blueprint.post("/admin/orders/<int:number>/flags/<int:flag_id>/resolve")
@admits(Role.STAFF)
def resolve_flag(number: int, flag_id: int) -> ResponseReturnValue:
    """Mark a flag of an order as dealt with."""
    with writing(tools().engine) as session:
        found = order_queries.by_number(session, number)
        flag = session.get(OrderFlag, flag_id) if flag_id <= order_queries.LARGEST_NUMBER else None
        if found is None or flag is None or flag.order_id != found.id:
            raise Refused(Reason.ORDER_UNKNOWN)
        order_actions.resolve_flag(session, flag_id, by=guard.member().email, now=clock.now())
        record(session, "flag resolved", f"order {number}", after={"reason": flag.reason})
    say("ok", filters.phrase("flashes.flag_resolved"))
    return back("order", number=number)


@blueprint.post("/admin/orders/archive")
@admits(Role.STAFF)
def archive() -> ResponseReturnValue:
    """Put the chosen orders out of sight."""
    return _archive(archived=True)


@blueprint.post("/admin/orders/unarchive")
@admits(Role.STAFF)
def unarchive() -> ResponseReturnValue:
    """Bring the chosen orders back into the lists."""
    return _archive(archived=False)


def _archive(*, archived: bool) -> ResponseReturnValue:
    numbers = chosen([*request.form.getlist("n"), *request.form.get("numbers", "").split(",")])
    with writing(tools().engine) as session:
        ids = [found.id for found in lists.numbered(session, numbers)]
        handling.archive(session, ids, archived=archived, by=guard.member().email, now=clock.now())
        if ids:
            record(
                session, "archived" if archived else "unarchived", f"orders {', '.join(map(str, numbers))}"
            )
    if not ids:
        say("warn", filters.phrase("flashes.nothing_chosen"))
        return back("orders")
    undo = {
        "action": f"/admin/orders/{'unarchive' if archived else 'archive'}",
        "fields": {"numbers": ",".join(map(str, numbers))},
        "label": filters.phrase("flashes.undo"),
    }
    key = "flashes.archived" if archived else "flashes.unarchived"
    say("ok", filters.phrase(key, count=len(ids)), undo)
    return back("orders", view=None if archived else "archived")

"""Orders: the list and the page of each."""

from flask import Response, abort, make_response, redirect, request, url_for

from shop import clock
from shop.admin import guard, queries
from shop.admin.desk import PAGE_LENGTH, before, blueprint, page
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.orders import actions as order_actions
from shop.orders import queries as order_queries
from shop.orders.models import OrderFlag
from shop.orders.rules import payment_words
from shop.web import filters
from shop.web.notices import say
from shop.web.tools import tools

VIEWS = {"to_ship": "To ship", "flagged": "Flagged", "all": "All"}


@blueprint.get("/admin/orders")
@admits(Role.READ_ONLY)
def orders() -> str:
    """List orders: those to ship, the flagged ones, or all."""
    view = request.args.get("view", "to_ship")
    if view not in VIEWS:
        abort(404)
    with reading(tools().engine) as session:
        found = order_queries.listed(session, view=view, before=before(), limit=PAGE_LENGTH + 1)
    return page(
        "admin/orders.html",
        "orders",
        views=VIEWS,
        view=view,
        orders=found[:PAGE_LENGTH],
        next_before=found[PAGE_LENGTH - 1].number if len(found) > PAGE_LENGTH else None,
    )


@blueprint.get("/admin/orders/<int:number>")
@admits(Role.READ_ONLY)
def order(number: int) -> str:
    """Show everything that is known of one order."""
    with reading(tools().engine) as session:
        found = order_queries.by_number(session, number)
        if found is None:
            raise Refused(Reason.ORDER_UNKNOWN)
        return page(
            "admin/order.html",
            "orders",
            order=found,
            receipt=order_queries.receipt(session, found),
            flags=order_queries.flags(session, found.id),
            payments=order_queries.payments(session, found.id),
            refunds=order_queries.refunds(session, found.id),
            disputes=order_queries.disputes(session, found.id),
            attempts=queries.attempts(session, found.id),
            letters=queries.letters_about(session, found.id),
            timeline=order_queries.timeline(session, found.id),
            payment_words=payment_words,
        )


@blueprint.post("/admin/orders/<int:number>/flags/<int:flag_id>/resolve")
@admits(Role.STAFF)
def resolve_flag(number: int, flag_id: int) -> Response:
    """Mark a flag of an order as dealt with."""
    with writing(tools().engine) as session:
        found = order_queries.by_number(session, number)
        flag = session.get(OrderFlag, flag_id) if flag_id <= order_queries.LARGEST_NUMBER else None
        if found is None or flag is None or flag.order_id != found.id:
            raise Refused(Reason.ORDER_UNKNOWN)
        order_actions.resolve_flag(session, flag_id, by=guard.member().email, now=clock.now())
    say("ok", filters.phrase("flashes.flag_resolved"))
    return make_response(redirect(url_for("admin.order", number=number), 303))

"""The back office: sign in, what needs a person today, orders, and the outbox."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from shop import clock
from shop.admin import guard, queries
from shop.content import WordsMissing
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.mail import actions as mail
from shop.orders import actions as order_actions
from shop.orders import queries as orders
from shop.orders.models import OrderFlag
from shop.orders.rules import payment_words
from shop.staff import actions as staff
from shop.web import filters
from shop.web.notices import say
from shop.web.throttles import allow, client_address
from shop.web.tools import tools

blueprint = Blueprint("admin", __name__)
blueprint.before_request(guard.check)
blueprint.after_request(guard.keep_private)

PAGE_LENGTH = 50
VIEWS = {"to_ship": "To ship", "flagged": "Flagged", "all": "All"}
TRIES_SECONDS = 900
TRIES_PER_ADDRESS = 10
TRIES_PER_NETWORK = 30


@blueprint.get("/admin/login")
def login() -> str:
    """Show the sign-in form."""
    return _sign_in_form()


@blueprint.post("/admin/login")
def sign_in() -> ResponseReturnValue:
    """Begin a session, if address and password are right; the answer is the same whichever is wrong."""
    email = request.form.get("email", "")
    now = clock.now()
    try:
        for kind, subject, limit in (
            ("sign-in-network", client_address(), TRIES_PER_NETWORK),
            ("sign-in-address", email.strip().lower(), TRIES_PER_ADDRESS),
        ):
            allow(tools().engine, kind, subject, limit=limit, seconds=TRIES_SECONDS, now=now)
        with reading(tools().engine) as session:
            member_id = staff.authenticate(session, email, request.form.get("password", ""))
    except Refused as error:
        return _sign_in_form(email, error), 429 if error.reason is Reason.TOO_MANY_TRIES else 400
    fresh_token = secrets.token_urlsafe(32)
    with writing(tools().engine) as session:
        staff.sign_out(session, guard.token(), now=now)
        staff.sign_in(session, member_id, fresh_token, device=request.user_agent.string, now=now)
    response = make_response(redirect(_onward(request.form.get("next", "")), 303))
    guard.remember(response, fresh_token)
    return response


@blueprint.post("/admin/logout")
def sign_out() -> Response:
    """End the session on the server and in the browser."""
    with writing(tools().engine) as session:
        staff.sign_out(session, guard.token(), now=clock.now())
    response = make_response(redirect(url_for("admin.login"), 303))
    guard.forget(response)
    return response


@blueprint.get("/admin")
def today() -> str:
    """Show what needs a person."""
    with reading(tools().engine) as session:
        found = queries.today(session, now=clock.now())
        return _page("admin/today.html", "today", today=found)


@blueprint.get("/admin/orders", endpoint="orders")
def order_list() -> str:
    """List orders: those to ship, the flagged ones, or all."""
    view = request.args.get("view", "to_ship")
    if view not in VIEWS:
        abort(404)
    with reading(tools().engine) as session:
        found = orders.listed(session, view=view, before=_before(), limit=PAGE_LENGTH + 1)
    return _page(
        "admin/orders.html",
        "orders",
        views=VIEWS,
        view=view,
        orders=found[:PAGE_LENGTH],
        next_before=found[PAGE_LENGTH - 1].number if len(found) > PAGE_LENGTH else None,
    )


@blueprint.get("/admin/orders/<int:number>")
def order(number: int) -> str:
    """Show everything that is known of one order."""
    with reading(tools().engine) as session:
        found = orders.by_number(session, number)
        if found is None:
            raise Refused(Reason.ORDER_UNKNOWN)
        return _page(
            "admin/order.html",
            "orders",
            order=found,
            receipt=orders.receipt(session, found),
            flags=orders.flags(session, found.id),
            payments=orders.payments(session, found.id),
            refunds=orders.refunds(session, found.id),
            disputes=orders.disputes(session, found.id),
            attempts=queries.attempts(session, found.id),
            letters=queries.letters_about(session, found.id),
            timeline=orders.timeline(session, found.id),
            payment_words=payment_words,
        )


@blueprint.post("/admin/orders/<int:number>/flags/<int:flag_id>/resolve")
def resolve_flag(number: int, flag_id: int) -> Response:
    """Mark a flag of an order as dealt with."""
    with writing(tools().engine) as session:
        found = orders.by_number(session, number)
        flag = session.get(OrderFlag, flag_id) if flag_id <= orders.LARGEST_NUMBER else None
        if found is None or flag is None or flag.order_id != found.id:
            raise Refused(Reason.ORDER_UNKNOWN)
        order_actions.resolve_flag(session, flag_id, by=guard.member().email, now=clock.now())
    say("ok", filters.phrase("flashes.flag_resolved"))
    return make_response(redirect(url_for("admin.order", number=number), 303))


@blueprint.get("/admin/outbox")
def outbox() -> str:
    """List the letters that failed, wait, or were sent; what failed is shown first when there is any."""
    with reading(tools().engine) as session:
        counts = queries.letter_counts(session)
        view = request.args.get("view") or next((name for name, count in counts.items() if count), "sent")
        if view not in counts:
            abort(404)
        found = queries.letters(session, view=view, before=_before(), limit=PAGE_LENGTH + 1)
    return _page(
        "admin/outbox.html",
        "outbox",
        counts=counts,
        view=view,
        letters=found[:PAGE_LENGTH],
        next_before=found[PAGE_LENGTH - 1].id if len(found) > PAGE_LENGTH else None,
    )


@blueprint.post("/admin/outbox/<int:letter_id>/retry")
def retry(letter_id: int) -> Response:
    """Send a letter again that failed or waits."""
    with writing(tools().engine) as session:
        again = letter_id <= orders.LARGEST_NUMBER and mail.retry(
            session, letter_id, by=guard.member().email, now=clock.now()
        )
    if not again:
        abort(404)
    say("ok", filters.phrase("flashes.mail_retried"))
    return make_response(redirect(url_for("admin.outbox"), 303))


def flag_sentence(reason: str, detail: Mapping[str, Any]) -> str:
    """Return what staff read about a flag; its bare reason when the words have changed meanwhile."""
    try:
        return filters.phrase(f"flags.{reason}", **detail)
    except WordsMissing:
        return reason.replace("_", " ").capitalize()


def _page(template: str, place: str, **values: Any) -> str:
    return render_template(
        template, place=place, member=guard.member(), flag_sentence=flag_sentence, now=clock.now(), **values
    )


def _sign_in_form(email: str = "", error: Refused | None = None) -> str:
    sentence = tools().content.refusal(error) if error else ""
    onward = _onward(request.values.get("next", ""))
    return render_template("admin/login.html", email=email, error=sentence, next=onward)


def _onward(asked: str) -> str:
    """Return where to go after the sign-in: a page of the back office, whatever was asked for."""
    return (
        asked if re.fullmatch(r"/admin(/[\w/-]*)?(\?[\w=&-]*)?", asked, re.ASCII) else url_for("admin.today")
    )


def _before() -> int | None:
    """Return the number below which the next page of a list begins; nonsense shows the first page."""
    text = request.args.get("before", "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else None

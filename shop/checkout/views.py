"""Checkout over HTTP: the form, the way to the payment page and back, and the webhook."""

import secrets
from contextlib import suppress
from dataclasses import replace
from threading import BoundedSemaphore

import structlog
from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import clock
from shop.cart.rules import Cart, Entry
from shop.checkout import forms, hear, pay, queries
from shop.checkout.forms import CheckoutForm
from shop.db import DATABASE_AWAY, reading, writing
from shop.discounts import tries
from shop.errors import Reason, Refused
from shop.orders import queries as orders
from shop.orders.rules import country_name
from shop.payments.gateway import NotificationRefused
from shop.web.cart_cookie import clear_cart, read_cart, write_cart
from shop.web.notices import say
from shop.web.throttles import allow, client_address
from shop.web.tools import reads, till, tools

blueprint = Blueprint("checkout", __name__)
log = structlog.get_logger()

# One network may hold many buyers (an office, a carrier's gateway); card testers need thousands of tries.
TRIES, TRIES_SECONDS = 3000, 600
# So many webhooks of a burst are acted on at once in each process; the worker takes the rest.
AT_ONCE = BoundedSemaphore(4)


@blueprint.get("/checkout")
def form() -> ResponseReturnValue:
    """Ask for e-mail and country, and show the whole cost before anybody leaves for the payment page."""
    cart, _ = read_cart(request)
    if not cart.entries:
        say("info", tools().content.phrase("refusals.cart_empty"))
        return redirect("/cart")
    with reads() as session:
        # Who comes back from the payment page finds her note again: an empty field would take it out.
        note = orders.open_gift_note(session, cart.key)
    return _page(cart, CheckoutForm(country=cart.country, gift_note=note))


@blueprint.post("/checkout")
def place() -> ResponseReturnValue:
    """Place the order and go to the payment page; whatever is refused keeps what was typed."""
    cart, _ = read_cart(request)
    typed = forms.read(request.form)
    with reads() as session:
        queries.keep(session)
    try:
        allow(
            tools().engine,
            "checkout",
            client_address(),
            limit=TRIES,
            seconds=TRIES_SECONDS,
            now=clock.now(),
        )
        way = pay.start(till(), cart, forms.details(typed))
    except Refused as refused:
        if cart.code and refused.reason.value.startswith("code_"):
            _count_code(cart, _why_refused(cart, typed, refused))
        return _page(cart, typed, refused)
    response = redirect(way.url, code=303)
    if cart.code_uncounted:
        _count_code(cart, "")
        write_cart(response, replace(cart, code_uncounted=False))
    return clear_cart(response) if way.paid else response


def _count_code(cart: Cart, outcome: str) -> None:
    """Count what came of a cart's code at checkout, for its sheet; no order fails for a figure."""
    on = clock.now().astimezone(tools().config.time_zone).date()
    with suppress(*DATABASE_AWAY), writing(tools().engine) as session:
        tries.count_order(session, cart.code, outcome, on=on)


def _why_refused(cart: Cart, typed: CheckoutForm, refused: Refused) -> Reason | str:
    """Return why a code was refused: a stranger hears less, and of another buyer's luck only ``refused`` tells."""
    buyer = forms.details(typed)
    with reading(tools().engine) as session:
        priced = queries.price_cart(
            session, cart, now=clock.now(), email=buyer.email, country=buyer.country, method=buyer.method
        )
    return priced.quote.code_outcome or refused.reason


def _page(cart: Cart, typed: CheckoutForm, refused: Refused | None = None) -> ResponseReturnValue:
    with reads() as session:
        try:
            priced = queries.price_cart(
                session, cart, now=clock.now(), country=typed.country, method=typed.method
            )
        except Refused:
            # The country or the way of shipping that was sent does not exist: show what does.
            priced = queries.price_cart(session, replace(cart, country=""), now=clock.now())
    if not priced.quote.lines:
        if refused is not None:
            say("bad", tools().content.refusal(refused))
        return redirect("/cart", code=303)
    page = render_template(
        "checkout/checkout.html",
        priced=priced,
        typed=typed,
        problem=forms.field_of(refused.reason) if refused else "",
        countries=sorted(((code, country_name(code)) for code in priced.countries), key=lambda pair: pair[1]),
        refusal=tools().content.refusal(refused) if refused else "",
        code_refused=bool(refused and refused.reason.value.startswith("code_")),
        cart_blocked=priced.obstacle is not None,
    )
    return page, _status(refused)


def _status(refused: Refused | None) -> int:
    if refused is None:
        return 200
    return {Reason.PAYMENT_UNAVAILABLE: 503, Reason.TOO_MANY_TRIES: 429}.get(refused.reason, 422)


@blueprint.post("/orders/<token>/pay")
def resume(token: str) -> ResponseReturnValue:
    """Go on paying an open order; when it has been closed, its goods are put into the cart again."""
    with reading(tools().engine) as session:
        order = orders.by_token(session, token)
        bought = orders.lines(session, order.id) if order else []
    if order is None:
        raise Refused(Reason.ORDER_UNKNOWN)
    way = pay.resume(till(), order.id)
    if way is not None:
        return redirect(way.url, code=303)
    cart, _ = read_cart(request)
    entries = tuple(Entry(line.sku, line.quantity, line.unit_amount) for line in bought)
    say("info", tools().content.phrase("flashes.order_closed"))
    fresh = replace(cart, key=cart.key or secrets.token_hex(16), entries=entries, code=order.code)
    return write_cart(redirect("/cart", code=303), fresh)


@blueprint.post("/webhooks/stripe")
def webhook() -> ResponseReturnValue:
    """Write the event down, answer within milliseconds, and act on it at once if there is room."""
    mine = tools()
    try:
        told = mine.gateway.hear(request.get_data(cache=False), request.headers.get("Stripe-Signature", ""))
    except NotificationRefused as refused:
        log.warning("webhook_refused", why=str(refused))
        return str(refused), 400
    if told.livemode != mine.config.livemode:
        return "", 200
    heard = hear.hear(till(), told)
    if AT_ONCE.acquire(blocking=False):
        try:
            if heard is not None:
                hear.act_on(till(), heard, hurried=True)
            else:
                hear.act(till(), told.id, hurried=True)
        except DATABASE_AWAY:
            # The event is written down: the worker acts on it when the database has room again.
            log.warning("webhook_put_off", notification=told.id)
        finally:
            AT_ONCE.release()
    return "", 200

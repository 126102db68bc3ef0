"""The cart page, and everything that fills, changes or prices a visitor's own cart."""

import re
import secrets
from dataclasses import replace
from datetime import datetime

from babel import Locale
from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import money
from shop.cart import links
from shop.cart import rules as carts
from shop.cart.rules import MAX_ENTRIES, Cart
from shop.checkout import queries as checkout
from shop.checkout.queries import PricedCart
from shop.clock import now
from shop.db import writing
from shop.discounts import tries
from shop.discounts.rules import CURABLE, normal_code
from shop.errors import Reason, Refused
from shop.shipping import queries as shipping
from shop.web.cart_cookie import clear_cart, read_cart, write_cart
from shop.web.notices import refuse, say
from shop.web.throttles import allow, client_address
from shop.web.tools import reads, tools

blueprint = Blueprint("cart", __name__)

# Read on every page of a cart, and faster as a plain table than through the layers of the locale.
COUNTRY_NAMES = dict(Locale("en", "US").territories)
# Enough for a family behind one address that mistypes, far too few to guess a code.
CODE_TRIES = 20
CODE_WINDOW_SECONDS = 600
# How much is shown of a part of a link that was left out.
SHOWN_CHARACTERS = 60
# Browsers drop some of these inside an address and take a backslash for a slash.
_NOT_IN_A_PATH = re.compile(r"[\x00-\x20\x7f\\]")


@blueprint.get("/cart")
def page() -> ResponseReturnValue:
    """The cart at today's prices and stock. A cookie that cannot be read is told of once and taken away."""
    cart, lost = read_cart(request)
    if lost:
        refuse(lost)
    return clear_cart(_page(cart)) if lost else _page(cart)


@blueprint.post("/cart/items")
def add() -> ResponseReturnValue:
    """Put something in; ``instead`` names SKUs of which one piece each goes out: the parts of a set."""
    cart = _cart()
    sku = request.form.get("sku", "").strip()
    try:
        quantity = carts.quantity(request.form.get("quantity", "1"))
        with reads() as session:
            filled = checkout.fill(session, _without_parts(cart), sku, quantity)
    except Refused as error:
        return _refused(cart, error)
    say("ok", _phrase("flashes.added", name=filled.name))
    return _back(_counted(filled.cart))


@blueprint.post("/cart/items/<sku>")
def change(sku: str) -> ResponseReturnValue:
    """Have exactly so many pieces of something; 0 takes it out, and that can be undone."""
    cart = _cart()
    try:
        quantity = carts.quantity(request.form.get("quantity", ""), zero_removes=True)
        with reads() as session:
            filled = checkout.fill(session, cart, sku, quantity, exactly=True)
    except Refused as error:
        return _refused(cart, error)
    if quantity:
        say("ok", _phrase("flashes.changed", name=filled.name, quantity=quantity))
    elif sku in cart.quantities:
        fields = {"sku": sku, "quantity": cart.quantities[sku]}
        undo = {"action": "/cart/items", "fields": fields, "label": _phrase("flashes.undo")}
        say("ok", _phrase("flashes.removed", name=filled.name), undo=undo)
    return _back(_counted(filled.cart) if quantity else filled.cart)


@blueprint.post("/cart/code")
def code() -> ResponseReturnValue:
    """Use a discount code. One that does not work leaves the cart, and a code in it, as they were."""
    cart, at = _cart(), now()
    typed = normal_code(request.form.get("code", ""))
    if not typed:
        return _page(cart, code_error=Refused(Reason.CODE_EMPTY), status=400)
    try:
        _count_code_try(at)
    except Refused as error:
        return _page(cart, typed_code=typed, code_error=error, status=429)
    wanted = replace(cart, code=typed, code_from_link=False, code_uncounted=False)
    with reads() as session:
        priced = checkout.price_cart(session, wanted, now=at)
    _count_outcome(priced, at)
    refusal = priced.quote.refusal
    if refusal and refusal.reason not in CURABLE:
        return _page(cart, typed_code=typed, code_error=refusal, status=400)
    say("info" if refusal or not priced.code_words else "ok", _said_of_code(priced))
    return _back(wanted)


@blueprint.post("/cart/code/remove")
def remove_code() -> ResponseReturnValue:
    """Take the code out of the cart."""
    cart = _cart()
    if cart.code:
        say("ok", _phrase("flashes.code_removed", code=cart.code))
    return _back(replace(cart, code="", code_from_link=False, code_uncounted=False))


@blueprint.post("/cart/country")
def country() -> ResponseReturnValue:
    """Show shipping to another country."""
    cart = _cart()
    chosen = request.form.get("country", "")
    with reads() as session:
        served = shipping.countries(session)
    if chosen not in served:
        return _refused(cart, Refused(Reason.COUNTRY_NOT_SERVED if chosen else Reason.COUNTRY_MISSING))
    say("ok", _phrase("flashes.country_changed", country=COUNTRY_NAMES[chosen]))
    return _back(replace(cart, country=chosen))


@blueprint.get("/buy/<items>")
def buy(items: str) -> ResponseReturnValue:
    """Fill the visitor's own cart from a link: ``/buy/HOOK-1:1,BALL-1:2?code=``. Twice is the same as once.

    What cannot be had is named in a notice; the rest is kept.
    """
    cart = _cart()
    with reads() as session:
        for part in items.split(",", MAX_ENTRIES)[:MAX_ENTRIES]:
            sku, _, pieces = part.partition(":")
            try:
                quantity = max(carts.quantity(pieces or "1"), cart.quantities.get(sku.strip(), 0))
                cart = checkout.fill(session, cart, sku.strip(), quantity, exactly=True).cart
            except Refused as error:
                why = tools().content.refusal(error)
                shown = part[:SHOWN_CHARACTERS]
                say("warn", _phrase("cart.link_part_left_out", part=shown, why=why))
    if cart.entries:
        say("ok", _phrase("flashes.cart_filled"))
    return _back(_with_code(cart, request.args.get("code", "")))


@blueprint.get("/buy/again/<signed>")
def again(signed: str) -> ResponseReturnValue:
    """Fill the visitor's own cart with what a letter remembers, at today's prices. Twice is the same as once."""
    cart = _cart()
    try:
        goods, code = links.read(signed, secret_key=tools().config.secret_key)
    except Refused as error:
        refuse(error)
        return _back(cart)
    with reads() as session:
        for sku, pieces in goods:
            try:
                quantity = max(pieces, cart.quantities.get(sku, 0))
                cart = checkout.fill(session, cart, sku, quantity, exactly=True).cart
            except Refused as error:
                refuse(error)
    if cart.entries:
        say("ok", _phrase("flashes.cart_filled"))
    return _back(_with_code(cart, code))


@blueprint.get("/go/<code>")
def go(code: str) -> ResponseReturnValue:
    """Keep a code from a link in the cart, even in an empty one, and lead on to the local path ``to``."""
    cart = _with_code(_cart(), code)
    fallback = "/cart" if cart.entries else "/shop"
    return write_cart(redirect(_local(request.args.get("to", ""), fallback), 303), cart)


def _cart() -> Cart:
    """Return the visitor's cart; one that cannot be read is told of and becomes an empty one."""
    cart, lost = read_cart(request)
    if lost:
        refuse(lost)
    return cart


def _without_parts(cart: Cart) -> Cart:
    """Return the cart with one piece less of each SKU that the form wants replaced."""
    for sku in set(request.form.getlist("instead")):
        for entry in cart.entries:
            if entry.sku == sku:
                cart = carts.change(cart, sku, entry.quantity - 1, seen_amount=entry.seen_amount)
    return cart


def _with_code(cart: Cart, text: str) -> Cart:
    """Return the cart with the code of a link, unless too many were tried; the cart page says what it does."""
    typed = normal_code(text)
    if not typed:
        return cart
    try:
        _count_code_try(now())
    except Refused as error:
        refuse(error)
        return cart
    if typed == cart.code:
        return replace(cart, code_from_link=True)
    return replace(cart, code=typed, code_from_link=True, code_uncounted=True)


def _count_code_try(at: datetime) -> None:
    allow(tools().engine, "code", client_address(), limit=CODE_TRIES, seconds=CODE_WINDOW_SECONDS, now=at)


def _count_outcome(priced: PricedCart, at: datetime) -> None:
    """Count what came of a code that exists, for its sheet; unknown ones are only throttled."""
    trial = priced.quote.code_trial
    if trial is not None and trial.code_id is not None:
        on = at.astimezone(tools().config.time_zone).date()
        with writing(tools().engine) as session:
            tries.count(session, trial.campaign_id, trial.code_id, priced.quote.code_outcome, on=on)


def _counted(cart: Cart) -> Cart:
    """Count what comes of a code that a link has brought, once there are goods to use it on."""
    if not cart.code_uncounted:
        return cart
    at = now()
    with reads() as session:
        priced = checkout.price_cart(session, cart, now=at)
    _count_outcome(priced, at)
    return replace(cart, code_uncounted=False)


def _said_of_code(priced: PricedCart) -> str:
    used = next((use for use in priced.quote.uses if use.code), None)
    if used is None:
        return _phrase("flashes.code_waits", code=priced.cart.code)
    if used.off_shipping and priced.quote.shipping_amount == priced.quote.shipping_discount_amount:
        return _phrase("flashes.code_applied_free_shipping", code=used.code)
    saving = money.display(used.amount, priced.quote.currency)
    return _phrase("flashes.code_applied", code=used.code, saving=saving)


def _local(path: str, fallback: str) -> str:
    """Return ``path`` if it leads to a page of this shop, and only then."""
    local = path.startswith("/") and not path.startswith("//") and not _NOT_IN_A_PATH.search(path)
    return path if local else fallback


def _back(cart: Cart) -> ResponseReturnValue:
    """Send the visitor to the cart page with ``cart``; the first thing put in gives it a key."""
    if cart.entries and not cart.key:
        cart = replace(cart, key=secrets.token_hex(16))
    return write_cart(redirect("/cart", 303), cart)


def _refused(cart: Cart, error: Refused) -> Response:
    """Show the unchanged cart with the reason for a refusal."""
    refuse(error)
    return _page(cart, status=404 if error.reason is Reason.ITEM_UNKNOWN else 400)


def _page(
    cart: Cart, *, typed_code: str = "", code_error: Refused | None = None, status: int = 200
) -> Response:
    with reads() as session:
        priced = checkout.price_cart(session, cart, now=now())
    error = code_error or priced.quote.refusal
    names = {code: COUNTRY_NAMES[code] for code in priced.countries}
    return make_response(
        render_template(
            "cart/cart.html",
            cart=cart,
            priced=priced,
            quote=priced.quote,
            content=tools().content,
            countries=tuple(names.items()),
            typed_code=typed_code,
            code_error=tools().content.refusal(error) if error else "",
        ),
        status,
    )


def _phrase(key: str, **values: object) -> str:
    return tools().content.phrase(key, **values)

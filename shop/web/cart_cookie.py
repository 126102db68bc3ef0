"""The visitor's cart, carried by the visitor: signed, so that nobody else writes it, and small."""

import re
from typing import Any, TypeVar

from flask import Request
from itsdangerous import BadData, SignatureExpired
from werkzeug.wrappers import Response

from shop.cart.rules import MAX_CODE_LENGTH, MAX_ENTRIES, MAX_QUANTITY, MAX_SKU_LENGTH, Cart, Entry
from shop.config import Config
from shop.errors import Reason, Refused
from shop.web.signed_cookies import CookieSerializer, send_cookie, serializer
from shop.web.tools import tools

CART = "cart"
# Read by the header's script on pages that are the same for everybody; nobody trusts it.
COUNT = "cart_count"
KEPT_SECONDS = 30 * 24 * 60 * 60
# A full cart of the longest names is smaller; a longer cookie is not ours.
MAX_BYTES = 4000
# A code that was typed is 0, one that came by a link 1.
BY_LINK_UNCOUNTED = 2

Answer = TypeVar("Answer", bound=Response)

_KEY = re.compile(r"[0-9a-f]{32}|")
_COUNTRY = re.compile(r"[A-Z]{2}|")


def read_cart(request: Request) -> tuple[Cart, Refused | None]:
    """Return the cart that came with ``request``, empty if there is none.

    A cookie that cannot be read gives an empty cart and the refusal to tell of: CART_TOO_OLD after 30 days,
    CART_UNREADABLE for one that the shop did not write or no longer understands. Never raises.
    """
    config = tools().config
    text = request.cookies.get(config.cookie(CART), "")
    if not text:
        return Cart(), None
    if len(text) > MAX_BYTES:
        return Cart(), Refused(Reason.CART_UNREADABLE)
    try:
        return _unpacked(_serializer(config).loads(text, max_age=KEPT_SECONDS)), None
    except SignatureExpired:
        return Cart(), Refused(Reason.CART_TOO_OLD)
    except (BadData, ValueError, TypeError, RecursionError):
        return Cart(), Refused(Reason.CART_UNREADABLE)


def write_cart(response: Answer, cart: Cart) -> Answer:
    """Send ``cart`` and its count with ``response``, for 30 days from now; return the response."""
    if cart == Cart():
        return clear_cart(response)
    config = tools().config
    _send(response, config, CART, str(_serializer(config).dumps(_packed(cart))), httponly=True)
    _send(response, config, COUNT, str(cart.count), httponly=False)
    return response


def clear_cart(response: Answer) -> Answer:
    """Take the cart away from the visitor, because it was bought or cannot be read; return the response."""
    config = tools().config
    for name in (CART, COUNT):
        response.delete_cookie(
            config.cookie(name), secure=config.https, samesite="Lax", httponly=name == CART
        )
    return response


def _send(response: Response, config: Config, name: str, value: str, *, httponly: bool) -> None:
    send_cookie(
        response, config.cookie(name), value, secure=config.https, httponly=httponly, max_age=KEPT_SECONDS
    )


def _serializer(config: Config) -> CookieSerializer:
    return serializer(config.secret_key, CART)


def _packed(cart: Cart) -> list[Any]:
    entries = [[entry.sku, entry.quantity, entry.seen_amount] for entry in cart.entries]
    return [cart.key, entries, cart.code, cart.country, cart.code_from_link + cart.code_uncounted]


def _unpacked(packed: Any) -> Cart:
    """Return the cart that was packed; raises ValueError or TypeError for what an older shop packed."""
    key, entries, code, country, from_link = packed
    cart = Cart(
        key,
        tuple(_entry(*entry) for entry in entries),
        code,
        country,
        bool(from_link),
        from_link == BY_LINK_UNCOUNTED,
    )
    if (
        not _KEY.fullmatch(key)
        or not _COUNTRY.fullmatch(country)
        or not isinstance(code, str)
        or len(code) > MAX_CODE_LENGTH
        or len(cart.entries) > MAX_ENTRIES
        or len(cart.quantities) < len(cart.entries)
    ):
        raise ValueError("not a cart")
    return cart


def _entry(sku: Any, quantity: Any, seen_amount: Any) -> Entry:
    if (
        not isinstance(sku, str)
        or not 1 <= len(sku) <= MAX_SKU_LENGTH
        or type(quantity) is not int
        or not 1 <= quantity <= MAX_QUANTITY
        or type(seen_amount) is not int
    ):
        raise ValueError("not a cart entry")
    return Entry(sku, quantity, seen_amount)

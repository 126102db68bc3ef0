"""Links that fill a cart again: signed, so that what is in them is what the shop wrote, and good for two weeks."""

from itsdangerous import BadData, URLSafeTimedSerializer

from shop.cart.rules import MAX_ENTRIES, MAX_QUANTITY
from shop.errors import Reason, Refused

KEPT_SECONDS = 14 * 24 * 60 * 60

Goods = list[tuple[str, int]]


def signed(goods: Goods, code: str, *, secret_key: str) -> str:
    """Return the part of an address that stands for ``goods`` (SKU and pieces) and a code."""
    return str(_serializer(secret_key).dumps([goods, code]))


def read(text: str, *, secret_key: str) -> tuple[Goods, str]:
    """Return what ``signed`` put in. Raises Refused(CART_UNREADABLE), also when it is too old."""
    try:
        goods, code = _serializer(secret_key).loads(text, max_age=KEPT_SECONDS)
        found = [(str(sku), min(int(pieces), MAX_QUANTITY)) for sku, pieces in goods[:MAX_ENTRIES]]
        return found, str(code)
    except (BadData, ValueError, TypeError) as error:
        raise Refused(Reason.CART_UNREADABLE) from error


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="cart again")

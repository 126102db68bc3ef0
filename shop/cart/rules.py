"""The cart: a value that a visitor carries, and what may be done to it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from shop import money
from shop.errors import Reason, Refused

MAX_QUANTITY = 99
MAX_ENTRIES = 20
# As long as the columns that know them.
MAX_SKU_LENGTH = 40
MAX_CODE_LENGTH = 40

_WHOLE_NUMBER = re.compile(r"-?[0-9]+")


@dataclass(frozen=True)
class Entry:
    """One SKU in a cart. quantity: pieces, 1 to 99. seen_amount: the unit amount (minor units) that the
    visitor last saw, so that the shop can say when it has changed.
    """

    sku: str
    quantity: int
    seen_amount: int


@dataclass(frozen=True)
class Cart:
    """What a visitor wants to buy.

    key: 32 random hex characters that make double orders of one cart impossible, or "" until the first item
    goes in. entries: one per SKU, in the order they came. code: the discount code in its normal form, or "".
    country: where to (ISO 3166-1 alpha-2), or "" when not chosen. code_from_link: the code came by a link of
    the shop, so its holder may be told its conditions. code_uncounted: opening that link wrote nothing, so the
    try of the code is counted with the next thing that is sent.
    """

    key: str = ""
    entries: tuple[Entry, ...] = ()
    code: str = ""
    country: str = ""
    code_from_link: bool = False
    code_uncounted: bool = False

    @property
    def count(self) -> int:
        """How many pieces are in it."""
        return sum(entry.quantity for entry in self.entries)

    @property
    def quantities(self) -> dict[str, int]:
        """SKU -> pieces."""
        return {entry.sku: entry.quantity for entry in self.entries}


@dataclass(frozen=True)
class Ware:
    """What the catalogue says today of something in a cart. unit_amount: minor units of currency. for_sale:
    it may be bought. left: pieces that could be had with this cart, or None when it can have what it wants.
    """

    name: str
    unit_amount: int
    currency: str
    for_sale: bool
    left: int | None = None


@dataclass(frozen=True)
class Change:
    """Something in a cart is not as the visitor saw it. key: its sentence in content/phrases.yaml; values:
    the blanks of that sentence, ready for people.
    """

    kind: Literal["price_up", "price_down", "stock_less", "sold_out", "gone"]
    sku: str
    values: Mapping[str, str | int]

    @property
    def key(self) -> str:
        """The key of its sentence."""
        return f"cart_changes.{self.kind}"


def quantity(text: str, *, zero_removes: bool = False) -> int:
    """Return the number of pieces that ``text`` asks for: 1 to 99, or 0 where ``zero_removes``.

    Raises Refused(QUANTITY_NOT_A_NUMBER) for anything but ASCII digits with an optional minus sign, and
    Refused(QUANTITY_OUT_OF_RANGE) for a whole number that no cart line can have.
    """
    text = text.strip()
    if not _WHOLE_NUMBER.fullmatch(text):
        raise Refused(Reason.QUANTITY_NOT_A_NUMBER)
    digits = text.lstrip("-").lstrip("0")
    # Counted before it is converted: a number of a million digits is an attack on int().
    number = int(digits or "0") if len(digits) <= len(str(MAX_QUANTITY)) else MAX_QUANTITY + 1
    least = 0 if zero_removes else 1
    if (text.startswith("-") and number) or not least <= number <= MAX_QUANTITY:
        raise Refused(Reason.QUANTITY_OUT_OF_RANGE, most=MAX_QUANTITY)
    return number


def add(cart: Cart, sku: str, quantity: int, *, seen_amount: int) -> Cart:
    """Return the cart with ``quantity`` more pieces of ``sku``, seen at ``seen_amount`` (minor units).

    Raises Refused(QUANTITY_OUT_OF_RANGE) above 99 pieces and Refused(CART_FULL) above 20 lines.
    """
    return _put(cart, sku, cart.quantities.get(sku, 0) + quantity, seen_amount)


def change(cart: Cart, sku: str, quantity: int, *, seen_amount: int) -> Cart:
    """Return the cart with exactly ``quantity`` pieces of ``sku``; 0 removes it. Refuses like ``add``."""
    return _put(cart, sku, quantity, seen_amount) if quantity else remove(cart, sku)


def remove(cart: Cart, sku: str) -> Cart:
    """Return the cart without ``sku``."""
    return replace(cart, entries=tuple(entry for entry in cart.entries if entry.sku != sku))


def see(cart: Cart, unit_amounts: Mapping[str, int]) -> Cart:
    """Return the cart with today's ``unit_amounts`` (SKU -> minor units) as the ones the visitor has seen."""
    entries = tuple(
        replace(entry, seen_amount=unit_amounts.get(entry.sku, entry.seen_amount)) for entry in cart.entries
    )
    return replace(cart, entries=entries)


def changes(cart: Cart, wares: Mapping[str, Ware]) -> tuple[Change, ...]:
    """Return what is not as the visitor saw it, in the cart's order; a SKU that ``wares`` lacks is gone."""
    found: list[Change] = []
    for entry in cart.entries:
        ware = wares.get(entry.sku)
        if ware is None or not ware.for_sale:
            found.append(Change("gone", entry.sku, {"name": ware.name if ware else entry.sku}))
            continue
        if ware.left is not None and ware.left < entry.quantity:
            kind: Literal["stock_less", "sold_out"] = "stock_less" if ware.left else "sold_out"
            found.append(Change(kind, entry.sku, {"name": ware.name, "left": ware.left}))
        if ware.unit_amount != entry.seen_amount:
            before, now = (
                money.display(amount, ware.currency) for amount in (entry.seen_amount, ware.unit_amount)
            )
            up = ware.unit_amount > entry.seen_amount
            found.append(
                Change(
                    "price_up" if up else "price_down",
                    entry.sku,
                    {"name": ware.name, "before": before, "now": now},
                ),
            )
    return tuple(found)


def fingerprint(cart: Cart, email: str, country: str, method: str, total_amount: int) -> str:
    """Return 64 hex characters that are equal exactly when the same order would be placed again.

    The order of the lines and the prices that were seen do not matter; ``total_amount`` (minor units) does.
    """
    parts = [sorted(cart.quantities.items()), cart.code, email, country, method, total_amount]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def _put(cart: Cart, sku: str, quantity: int, seen_amount: int) -> Cart:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Refused(Reason.QUANTITY_OUT_OF_RANGE, most=MAX_QUANTITY)
    entry = Entry(sku, quantity, seen_amount)
    if sku in cart.quantities:
        return replace(cart, entries=tuple(entry if old.sku == sku else old for old in cart.entries))
    if len(cart.entries) >= MAX_ENTRIES:
        raise Refused(Reason.CART_FULL, most=MAX_ENTRIES)
    return replace(cart, entries=(*cart.entries, entry))

"""One invented order: what it cost and how far it is."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shop import money
from shop.catalog.rules import Item
from shop.demo.names import CART_KEY, DAY, GIFT_NOTES, SHIPPING
from shop.demo.people import Person

ABROAD = 2900
FREE_FROM = 7500
# Counted from the newest order: what is odd happens lately, so that it is on the first page of its list.
ODD = {
    17: "on_hold",
    20: "part_shipped",
    23: "flagged",
    27: "disputed",
    30: "bounced",
    33: "withdrawn",
    36: "shipped",
}
# What of these was bought: of one a part has left, the others are about a thing that travels.
BOUGHT = {
    "part_shipped": {"HOOK-1": 1, "BOOK-PB": 2},
    "disputed": {"HOOK-1": 1},
    "bounced": {"HOOK-1": 1},
}
# These went to the European Union, and have arrived.
EUROPEAN = (33, 36)


@dataclass
class Story:
    """An order and its fate: expired, to_ship, shipped, part_refunded, refunded, digital, or one of ODD."""

    number: int
    person: Person
    pieces: dict[str, int]
    placed_at: datetime
    fate: str = "shipped"
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    tracking: str = ""
    card: str = "4242"
    lines: list[dict[str, Any]] = field(default_factory=list)
    stock: dict[str, int] = field(default_factory=dict)
    subtotal: int = 0
    discount: int = 0
    shipping: int = 0
    gift_note: str = ""

    def decide(self, luck: random.Random, *, age: timedelta, newest: int) -> None:
        """Choose how far the order is: the newest wait, a few are odd, the rest have arrived."""
        self.card = luck.choice(("4242", "1881", "0077", "5556", "8431"))
        self.gift_note = GIFT_NOTES.get(newest, "")
        if newest <= 14:
            self.fate = "to_ship"
        elif newest in ODD:
            self.fate = ODD[newest]
            self.pieces = dict(BOUGHT.get(self.fate, self.pieces))
        else:
            fates = ("shipped", "expired", "part_refunded", "refunded")
            self.fate = luck.choices(fates, (86, 8, 3, 3))[0]
        if self.fate == "expired":
            return
        self.paid_at = self.placed_at + timedelta(minutes=luck.randrange(2, 12))
        if self.fate not in ("to_ship", "on_hold", "flagged"):
            self.shipped_at = min(
                self.paid_at + timedelta(hours=luck.randrange(8, 40)), self.paid_at + age / 2
            )
            arrived = self.shipped_at + DAY * luck.randrange(2, 6)
            if newest in EUROPEAN:
                arrived = self.placed_at + age * 3 / 4
            if arrived < self.placed_at + age and self.fate not in ("part_shipped", "bounced"):
                self.delivered_at = arrived
            self.tracking = f"9400{luck.randrange(10**17, 10**18)}"

    def price(self, items: Mapping[str, Item]) -> None:
        """Work out lines, discount and shipping from the catalogue's prices."""
        goods = [(items[sku], quantity) for sku, quantity in self.pieces.items()]
        subtotals = [item.unit_amount * quantity for item, quantity in goods]
        self.subtotal = sum(subtotals)
        self.discount = self.person.off_amount or self.subtotal * self.person.basis_points // 10000
        shares = money.allocate(self.discount, subtotals)
        for position, ((item, quantity), subtotal, share) in enumerate(
            zip(goods, subtotals, shares, strict=True)
        ):
            self.lines.append(
                {
                    "position": position,
                    "sku": item.sku,
                    "name": item.name,
                    "digital": item.digital,
                    "unit_amount": item.unit_amount,
                    "quantity": quantity,
                    "subtotal_amount": subtotal,
                    "discount_amount": share,
                    "total_amount": subtotal - share,
                }
            )
            for part, each in () if item.digital else (item.parts or ((item.sku, 1),)):
                self.stock[part] = self.stock.get(part, 0) + each * quantity
        if self.stock:
            free = self.person.country == "US" and self.subtotal - self.discount >= FREE_FROM
            self.shipping = 0 if free else SHIPPING.get(self.person.country, ABROAD)
        elif self.fate in ("shipped", "to_ship", "on_hold"):
            self.fate = "digital"

    @property
    def total(self) -> int:
        """What was paid, in minor units."""
        return self.subtotal - self.discount + self.shipping

    @property
    def refunded(self) -> int:
        """What went back, in minor units: the whole order, or its first line."""
        first: int = self.lines[0]["total_amount"]
        return {"refunded": self.total, "part_refunded": first}.get(self.fate, 0)

    @property
    def payment_state(self) -> str:
        """The payment state that the rows come to."""
        if self.paid_at is None:
            return "unpaid"
        if self.fate == "disputed":
            return "disputed"
        if self.refunded:
            return "refunded" if self.refunded >= self.total else "part_refunded"
        return "paid"

    @property
    def shipping_state(self) -> str:
        """The shipping state that the rows come to."""
        if not self.stock:
            return "nothing_to_ship"
        if self.fate in ("on_hold", "part_shipped"):
            return self.fate
        if self.shipped_at is None:
            return "to_ship"
        return "delivered" if self.delivered_at else "shipped"

    def address(self) -> dict[str, Any] | None:
        """The postal address, once it was typed on the payment page."""
        if self.paid_at is None or not self.stock:
            return None
        who = self.person
        return {
            "line1": who.street,
            "line2": None,
            "city": who.city,
            "state": who.region,
            "postal_code": who.postal_code,
            "country": who.country,
        }

    def order_row(self, token: str) -> dict[str, Any]:
        """The row of the order itself."""
        ended = self.placed_at + timedelta(minutes=31) if self.paid_at is None else None
        on_road = DAY * 4 if self.person.country == "US" else DAY * 10
        return {
            "number": self.number,
            "access_token": token,
            "cart_key": f"{CART_KEY}{self.number:028}",
            "cart_hash": "0" * 64,
            "state": "expired" if self.paid_at is None else "paid",
            "payment_state": self.payment_state,
            "shipping_state": self.shipping_state,
            "email": self.person.email,
            "email_normalized": self.person.email,
            "name": self.person.name if self.paid_at else "",
            "phone": "",
            "country": self.person.country,
            "address": self.address(),
            "currency": "USD",
            "subtotal_amount": self.subtotal,
            "discount_amount": self.discount,
            "shipping_amount": self.shipping,
            "shipping_discount_amount": 0,
            "tax_amount": 0,
            "total_amount": self.total,
            "code": self.person.code,
            "shipping_method": "standard" if self.stock else "",
            "shipping_name": "Standard shipping" if self.stock else "",
            "gift_note": self.gift_note if self.stock else "",
            "arrives_from_on": (self.placed_at + on_road).date() if self.stock else None,
            "arrives_to_on": (self.placed_at + on_road * 1.5).date() if self.stock else None,
            "placed_at": self.placed_at,
            "paid_at": self.paid_at,
            "ended_at": ended,
            "version": 0,
        }

    def line_rows(self, order_id: int) -> list[dict[str, Any]]:
        """The rows of what was bought."""
        return [{**line, "order_id": order_id} for line in self.lines]

"""One invented order: what it cost, how far it is, and the rows that say so."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shop import money
from shop.catalog.models import StockHold, StockMovement
from shop.catalog.rules import Item
from shop.checkout.models import CheckoutAttempt
from shop.demo.names import BY, CART_KEY, PAYMENT_ID, SHIPPING
from shop.demo.people import Person
from shop.mail.models import OutboxLetter
from shop.mail.rules import message_id
from shop.orders.models import (
    OrderEvent,
    OrderFlag,
    Payment,
    Refund,
    RefundLine,
    Shipment,
    ShipmentLine,
)
from shop.orders.rules import arrival_words, carrier_of, country_name

ABROAD = 2900
FREE_FROM = 7500
DAY = timedelta(days=1)
Rows = dict[Any, list[dict[str, Any]]]


@dataclass
class Story:
    """An order and its fate: expired, to_ship, on_hold, flagged, shipped, delivered, part_refunded or refunded."""

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

    def decide(self, luck: random.Random, *, age: timedelta, newest: int) -> None:
        """Choose how far the order is: the newest wait, a few are odd, the rest have arrived."""
        self.card = luck.choice(("4242", "1881", "0077", "5556", "8431"))
        if newest <= 14:
            self.fate = "to_ship"
        elif newest in (17, 23):
            self.fate = {17: "on_hold", 23: "flagged"}[newest]
        else:
            fates = ("shipped", "expired", "part_refunded", "refunded")
            self.fate = luck.choices(fates, (86, 8, 3, 3))[0]
        if self.fate == "expired":
            return
        self.paid_at = self.placed_at + timedelta(minutes=luck.randrange(2, 12))
        if self.fate in ("shipped", "part_refunded", "refunded"):
            self.shipped_at = min(
                self.paid_at + timedelta(hours=luck.randrange(8, 40)), self.paid_at + age / 2
            )
            arrived = self.shipped_at + DAY * luck.randrange(2, 6)
            if arrived < self.placed_at + age:
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
        if self.refunded:
            return "refunded" if self.refunded >= self.total else "part_refunded"
        return "paid"

    @property
    def shipping_state(self) -> str:
        """The shipping state that the rows come to."""
        if not self.stock:
            return "nothing_to_ship"
        if self.fate == "on_hold":
            return "on_hold"
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


def tell(
    session: Session, rows: Rows, story: Story, order_id: int, line_ids: list[int], order_url: str
) -> None:
    """Plan all rows of an order besides itself, its lines and its discount."""
    ended_at = story.paid_at or story.placed_at + timedelta(minutes=31)
    rows[CheckoutAttempt].append(
        {
            "order_id": order_id,
            "number": 1,
            "state": "complete" if story.paid_at else "expired",
            "idempotency_key": f"demo-{story.number}",
            "parameters": {},
            "page_id": f"cs_demo_{story.number}",
            "created_at": story.placed_at,
            "expires_at": story.placed_at + timedelta(minutes=30),
            "checked_at": ended_at,
        }
    )
    for sku, quantity in story.stock.items():
        state = "consumed" if story.paid_at else "released"
        rows[StockHold].append(
            {
                "order_id": order_id,
                "sku": sku,
                "quantity": quantity,
                "state": state,
                "created_at": story.placed_at,
                "ended_at": ended_at,
            }
        )
    _event(rows, order_id, "placed", story.placed_at, amount=story.total)
    if story.paid_at is None:
        _event(rows, order_id, "expired", ended_at)
        return
    _pay(rows, story, order_id, order_url)
    if story.shipped_at is not None and story.stock:
        _ship(session, rows, story, order_id, line_ids, order_url)
    if story.refunded:
        _refund(session, rows, story, order_id, line_ids, order_url)
    if story.fate == "on_hold":
        _event(
            rows, order_id, "held", story.paid_at + timedelta(hours=1), by=BY, why="The street has no number."
        )
    if story.fate == "flagged":
        _flag(rows, story, order_id)


def _pay(rows: Rows, story: Story, order_id: int, order_url: str) -> None:
    assert story.paid_at is not None  # noqa: S101  told by the caller
    for sku, quantity in story.stock.items():
        rows[StockMovement].append(
            {
                "sku": sku,
                "delta": -quantity,
                "reason": "sold",
                "order_id": order_id,
                "note": "",
                "by": "shop",
                "created_at": story.paid_at,
            }
        )
    if not story.refunded:
        rows[Payment].append(_payment(story, order_id))
    _event(rows, order_id, "payment_received", story.paid_at, amount=story.total)
    _event(rows, order_id, "paid", story.paid_at, amount=story.total)
    arrives = (
        arrival_words(*((story.placed_at + DAY * days).date() for days in (4, 6))) if story.stock else ""
    )
    blanks = {
        "name": story.person.name,
        "status_sentence": "Thank you. Your order is paid.",
        "lines": [
            [f"{line['quantity']} × {line['name']}", money.display(line["subtotal_amount"], "USD")]
            for line in story.lines
        ],
        "totals": [["Total", money.display(story.total, "USD")]],
        "address": f"{story.person.name}\n{story.person.street}\n{story.person.city}",
        "shipping_name": "Standard shipping" if story.stock else "",
        "arrives": arrives,
    }
    _letter(rows, story, order_id, "order_confirmed", "paid", story.paid_at, order_url, **blanks)


def _payment(story: Story, order_id: int) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "provider_id": f"{PAYMENT_ID}{story.number}",
        "charge_id": f"ch_demo_{story.number}",
        "amount": story.total,
        "currency": "USD",
        "state": "succeeded",
        "livemode": False,
        "method": "card",
        "card_brand": "visa",
        "card_last4": story.card,
        "created_at": story.paid_at,
        "updated_at": story.paid_at,
    }


def _ship(
    session: Session, rows: Rows, story: Story, order_id: int, line_ids: list[int], order_url: str
) -> None:
    assert story.shipped_at is not None  # noqa: S101  told by the caller
    carrier = carrier_of(story.tracking)
    parcel = Shipment(
        order_id=order_id,
        carrier=carrier,
        tracking_number=story.tracking,
        shipped_at=story.shipped_at,
        delivered_at=story.delivered_at,
        by=BY,
    )
    session.add(parcel)
    session.flush()
    for line_id, line in zip(line_ids, story.lines, strict=True):
        if not line["digital"]:
            rows[ShipmentLine].append(
                {"shipment_id": parcel.id, "order_line_id": line_id, "quantity": line["quantity"]}
            )
    _event(
        rows, order_id, "shipped", story.shipped_at, by=BY, carrier=carrier, tracking_number=story.tracking
    )
    blanks = {"carrier": carrier, "tracking_number": story.tracking, "arrives": ""}
    _letter(rows, story, order_id, "order_shipped", "shipped", story.shipped_at, order_url, **blanks)


def _refund(
    session: Session, rows: Rows, story: Story, order_id: int, line_ids: list[int], order_url: str
) -> None:
    assert story.paid_at is not None  # noqa: S101  told by the caller
    at = story.paid_at + DAY * 5
    payment = Payment(**_payment(story, order_id))
    session.add(payment)
    session.flush()
    refund = Refund(
        order_id=order_id,
        payment_id=payment.id,
        idempotency_key=f"rf-demo-{story.number}",
        provider_id=f"re_demo_{story.number}",
        amount=story.refunded,
        currency="USD",
        state="succeeded",
        source="staff",
        reason="requested_by_customer",
        note="As you asked.",
        by=BY,
        run_at=at,
        created_at=at,
        updated_at=at,
    )
    session.add(refund)
    session.flush()
    whole = story.fate == "refunded"
    for line_id, line in list(zip(line_ids, story.lines, strict=True))[: None if whole else 1]:
        rows[RefundLine].append(
            {
                "refund_id": refund.id,
                "order_line_id": line_id,
                "quantity": line["quantity"],
                "amount": line["total_amount"],
                "restock": False,
            }
        )
    _event(rows, order_id, "refund_requested", at, by=BY, amount=story.refunded)
    _event(rows, order_id, "refund_succeeded", at, amount=story.refunded)
    shown = money.display(story.refunded, "USD")
    blanks = {"amount": shown, "sentence": "As you asked."}
    _letter(rows, story, order_id, "order_refunded", "refunded", at, order_url, **blanks)


def _flag(rows: Rows, story: Story, order_id: int) -> None:
    assert story.paid_at is not None  # noqa: S101  told by the caller
    given = country_name(story.person.country)
    detail = {"expected": "Canada" if given != "Canada" else "Germany", "given": given}
    rows[OrderFlag].append(
        {
            "order_id": order_id,
            "reason": "country_differs",
            "reference": "",
            "detail": detail,
            "raised_at": story.paid_at,
        }
    )
    _event(rows, order_id, "flagged", story.paid_at, reason="country_differs", **detail)
    _letter(
        rows,
        story,
        order_id,
        "order_flagged",
        "flagged",
        story.paid_at,
        "",
        sentence=f"This order was priced for {detail['expected']}, but the address is in {given}.",
        admin_url="",
        total=money.display(story.total, "USD"),
    )


def _event(rows: Rows, order_id: int, kind: str, at: datetime, *, by: str = "shop", **detail: Any) -> None:
    rows[OrderEvent].append({"order_id": order_id, "kind": kind, "detail": detail, "by": by, "at": at})


def _letter(
    rows: Rows,
    story: Story,
    order_id: int,
    template: str,
    why: str,
    at: datetime,
    order_url: str,
    **blanks: Any,
) -> None:
    key = f"{why}:{story.number}:demo"
    rows[OutboxLetter].append(
        {
            "dedupe_key": key,
            "template": template,
            "recipient": "owner@example.com" if template == "order_flagged" else story.person.email,
            "blanks": {"order_number": str(story.number), "order_url": order_url, **blanks},
            "order_id": order_id,
            "priority": 0,
            "state": "sent",
            "tries": 1,
            "run_at": at,
            "message_id": message_id(key),
            "last_error": "",
            "created_at": at,
            "sent_at": at,
        }
    )

"""The rows that say what became of an invented order."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shop import money
from shop.catalog.models import StockHold, StockMovement
from shop.checkout.models import CheckoutAttempt
from shop.demo.names import BY, DAY, PAYMENT_ID
from shop.demo.story import Story
from shop.mail.models import OutboxLetter
from shop.mail.rules import message_id
from shop.orders.models import (
    Dispute,
    OrderEvent,
    OrderFlag,
    Payment,
    Refund,
    RefundLine,
    Shipment,
    ShipmentLine,
    Withdrawal,
    WithdrawalLine,
)
from shop.orders.rules import arrival_words, carrier_of, country_name
from shop.orders.withdrawal import REFUND_DAYS, day_words, moment_words

Rows = dict[Any, list[dict[str, Any]]]
NO_MAILBOX = "550 5.1.1 The mailbox does not exist"


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
    if story.fate == "disputed":
        _dispute(session, rows, story, order_id)
    if story.fate == "withdrawn":
        _withdraw(session, rows, story, order_id, line_ids, order_url)


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
    if not story.refunded and story.fate != "disputed":
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
    leaves = [
        (line_id, line) for line_id, line in zip(line_ids, story.lines, strict=True) if not line["digital"]
    ]
    for line_id, line in leaves[:1] if story.fate == "part_shipped" else leaves:
        rows[ShipmentLine].append(
            {"shipment_id": parcel.id, "order_line_id": line_id, "quantity": line["quantity"]}
        )
    _event(
        rows, order_id, "shipped", story.shipped_at, by=BY, carrier=carrier, tracking_number=story.tracking
    )
    blanks = {"carrier": carrier, "tracking_number": story.tracking, "arrives": ""}
    _letter(rows, story, order_id, "order_shipped", "shipped", story.shipped_at, order_url, **blanks)
    if story.fate == "bounced":
        rows[OutboxLetter][-1] |= {"state": "failed", "last_error": NO_MAILBOX, "sent_at": None}


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
    sentence = f"This order was priced for {detail['expected']}, but the address is in {detail['given']}."
    _raise(rows, story, order_id, story.paid_at, "country_differs", sentence, **detail)


def _raise(
    rows: Rows,
    story: Story,
    order_id: int,
    at: datetime,
    reason: str,
    sentence: str,
    reference: str = "",
    **detail: str,
) -> None:
    flag = {"order_id": order_id, "reason": reason, "reference": reference, "detail": detail, "raised_at": at}
    rows[OrderFlag].append(flag)
    _event(rows, order_id, "flagged", at, reason=reason, **detail)
    total = money.display(story.total, "USD")
    blanks = {"sentence": sentence, "admin_url": "", "total": total}
    _letter(rows, story, order_id, "order_flagged", f"flagged-{reason}", at, "", **blanks)


def _dispute(session: Session, rows: Rows, story: Story, order_id: int) -> None:
    assert story.shipped_at is not None  # noqa: S101  told by the caller
    at = story.shipped_at + DAY / 2
    payment = Payment(**_payment(story, order_id))
    session.add(payment)
    session.flush()
    reference = f"dp_demo_{story.number}"
    dispute = {
        "order_id": order_id,
        "payment_id": payment.id,
        "provider_id": reference,
        "amount": story.total,
        "currency": "USD",
        "reason": "product_not_received",
        "status": "needs_response",
        "due_by_at": at + DAY * 20,
        "opened_at": at,
    }
    rows[Dispute].append(dispute)
    told = {"status": dispute["status"], "amount": story.total}
    _event(rows, order_id, "dispute", at, by="payment service", **told)
    _raise(
        rows,
        story,
        order_id,
        at,
        "dispute_opened",
        "The buyer’s bank has opened a dispute.",
        reference,
    )


def _withdraw(
    session: Session, rows: Rows, story: Story, order_id: int, line_ids: list[int], order_url: str
) -> None:
    assert story.delivered_at is not None  # noqa: S101  told by the caller
    at = story.delivered_at + timedelta(hours=3)
    who = story.person
    made = Withdrawal(order_id=order_id, number=1, received_at=at, name=who.name, email=who.email, reason="")
    session.add(made)
    session.flush()
    for line_id, line in zip(line_ids, story.lines, strict=True):
        rows[WithdrawalLine].append(
            {"withdrawal_id": made.id, "order_line_id": line_id, "quantity": line["quantity"]}
        )
    goods = ", ".join(f"{line['quantity']} × {line['name']}" for line in story.lines)
    refund_by = day_words(at.date() + DAY * REFUND_DAYS)
    _event(rows, order_id, "withdrawn", at, by="buyer", goods=goods)
    blanks = {
        "name": who.name,
        "contact": who.email,
        "received": moment_words(at),
        "goods": [[line["name"], str(line["quantity"])] for line in story.lines],
        "reason": "",
        "goods_back": f"Send the goods back by {refund_by}.",
        "money_back": f"We refund all you paid by {refund_by}, with the standard shipping.",
    }
    _letter(rows, story, order_id, "order_withdrawn", "withdrawn", at, order_url, **blanks)
    sentence = f"The buyer has withdrawn from the contract for {goods}. Refund it by {refund_by}."
    told = {"goods": goods, "refund_by": refund_by}
    _raise(rows, story, order_id, at, "withdrawn", sentence, "withdrawal 1", **told)


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

"""The letters of the money path. Each is one function, written into the outbox in the transaction of its reason."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import money
from shop.checkout.till import Till
from shop.mail import actions as mail
from shop.orders import rules
from shop.orders.models import Order, OrderLine, Payment, Refund, Shipment

# Order mail goes before everything else.
FIRST = 0


def order_confirmed(session: Session, till: Till, order: Order, *, now: datetime) -> None:
    """Tell the buyer that the order is paid."""
    lines = session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    )
    _write(
        session,
        till,
        order,
        "order_confirmed",
        key=f"paid:{order.number}",
        now=now,
        name=order.name,
        status_sentence=_status(till, order),
        lines=[[f"{line.quantity} × {line.name}", _show(line.subtotal_amount, order)] for line in lines],
        totals=_totals(order),
        address="\n".join(rules.address_lines(order.name, order.address)),
        shipping_name=order.shipping_name,
        arrives=_arrives(order),
    )


def payment_processing(session: Session, till: Till, order: Order, *, now: datetime) -> None:
    """Tell the buyer that the bank takes days and nothing more is asked of her."""
    _write(
        session, till, order, "order_processing", key=f"processing:{order.number}", now=now, **_total(order)
    )


def payment_failed(session: Session, till: Till, order: Order, *, now: datetime) -> None:
    """Tell the buyer that the bank said no in the end."""
    _write(
        session, till, order, "order_payment_failed", key=f"failed:{order.number}", now=now, **_total(order)
    )


def payment_returned(
    session: Session, till: Till, order: Order, payment: Payment, why: str, *, now: datetime
) -> None:
    """Tell the buyer that a payment the shop could not use goes back to her."""
    _write(
        session,
        till,
        order,
        "payment_returned",
        key=f"returned:{payment.provider_id}",
        now=now,
        amount=money.display(payment.amount, payment.currency),
        sentence=till.content.phrase(f"returned.{why}"),
    )


def refunded(session: Session, till: Till, order: Order, refund: Refund, *, now: datetime) -> None:
    """Tell the buyer that money is on its way back."""
    _write(
        session,
        till,
        order,
        "order_refunded",
        key=f"refunded:{refund.idempotency_key}",
        now=now,
        amount=money.display(refund.amount, refund.currency),
        sentence=refund.note,
    )


def shipped(session: Session, till: Till, order: Order, parcel: Shipment, *, now: datetime) -> None:
    """Tell the buyer that a parcel has left."""
    _write(
        session,
        till,
        order,
        "order_shipped",
        key=f"shipped:{order.number}:{parcel.id}",
        now=now,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        arrives=_arrives(order),
    )


def flagged(
    session: Session,
    till: Till,
    order: Order,
    reason: str,
    *,
    now: datetime,
    reference: str = "",
    **detail: str,
) -> None:
    """Tell the shop's people that an order needs one of them."""
    mail.write(
        session,
        "order_flagged",
        till.config.admin_email,
        {
            "order_number": str(order.number),
            "sentence": till.content.phrase(f"flags.{reason}", **detail),
            "admin_url": f"{till.config.base_url.rstrip('/')}/admin/orders/{order.number}",
            "total": money.display(order.total_amount, order.currency),
        },
        dedupe_key=f"flagged:{order.number}:{reason}:{reference}",
        now=now,
        order_id=order.id,
        priority=FIRST,
    )


def _write(
    session: Session, till: Till, order: Order, template: str, *, key: str, now: datetime, **blanks: Any
) -> None:
    common = {"order_number": str(order.number), "order_url": till.order_url(order)}
    mail.write(
        session,
        template,
        order.email,
        common | blanks,
        dedupe_key=key,
        now=now,
        order_id=order.id,
        priority=FIRST,
    )


def _status(till: Till, order: Order) -> str:
    if order.shipping_state == "nothing_to_ship":
        return till.content.phrase("order_status.paid_digital")
    if order.arrives_from_on and order.arrives_to_on:
        return till.content.phrase("order_status.paid", arrives=_arrives(order))
    return till.content.phrase("order_status.paid_no_date")


def _arrives(order: Order) -> str:
    return rules.arrival_words(order.arrives_from_on, order.arrives_to_on)


def _show(amount: int, order: Order) -> str:
    return money.display(amount, order.currency)


def _total(order: Order) -> dict[str, str]:
    return {"total": _show(order.total_amount, order)}


def _totals(order: Order) -> list[list[str]]:
    rows = [["Subtotal", _show(order.subtotal_amount, order)]]
    if order.discount_amount:
        rows.append([f"Discount {order.code}".strip(), _show(-order.discount_amount, order)])
    if order.shipping_method:
        shipping = order.shipping_amount - order.shipping_discount_amount
        rows.append(["Shipping", _show(shipping, order) if shipping else "Free"])
    if order.tax_amount:
        rows.append(["Tax", _show(order.tax_amount, order)])
    rows.append(["Total", _show(order.total_amount, order)])
    return rows

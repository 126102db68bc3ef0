"""The letters of the money path. Each is one function, written into the outbox in the transaction of its reason."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy.orm import Session

from shop import money
from shop.checkout.till import Till
from shop.mail import actions as mail
from shop.mail.models import OutboxLetter
from shop.mail.rendering import render
from shop.mail.rules import ORDER, Letter
from shop.orders import queries, rules
from shop.orders.models import Order, Payment, Refund, Shipment
from shop.orders.queries import ReceiptTotal
from shop.orders.receipts import Receipt
from shop.orders.rules import Standing
from shop.statements import Asked
from shop.together import ask

TOTALS = {
    "subtotal": "Subtotal",
    "shipping": "Shipping",
    "shipping_discount": "Shipping discount",
    "tax": "Tax",
    "total": "Total",
}


def order_confirmed(
    till: Till, order: Order, standing: Standing, bought: Sequence[Any], *, now: datetime
) -> Asked:
    """Return what tells the buyer that the order is paid, in the words and figures of its page."""
    arrives = _arrives(order)
    return _letter(
        till,
        order,
        "order_confirmed",
        key=f"paid:{order.number}",
        now=now,
        name=order.name,
        status_sentence=till.content.phrase(rules.status_sentence(standing), arrives=arrives),
        lines=[[f"{line.quantity} × {line.name}", _show(line.subtotal_amount, order)] for line in bought],
        totals=[_total_row(total, order) for total in queries.totals(order)],
        address="\n".join(rules.address_lines(order.name, order.address)),
        shipping_name=order.shipping_name,
        arrives=arrives,
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
        **_refund_blanks(order, refund.amount, refund.note),
    )


def refund_preview(till: Till, order: Order, amount: int, note: str, *, now: datetime) -> EmailMessage:
    """Return the letter that ``refunded`` would write, as the buyer would get it. Raises LetterRefused."""
    letter = Letter(
        id=0,
        template="order_refunded",
        recipient=order.email,
        blanks=_common(till, order) | _refund_blanks(order, amount, note),
        message_id="preview",
        tries=1,
        locked_until=now,
        created_at=now,
    )
    return render(letter, till.content, till.config)


def again(session: Session, letter_id: int, *, now: datetime) -> bool:
    """Send a letter about an order once more, to its present address; False when it is none. Once a minute at most."""
    kept = session.get(OutboxLetter, letter_id)
    if kept is None or kept.order_id is None or kept.template == "order_flagged":
        return False
    order = session.get_one(Order, kept.order_id)
    return mail.write(
        session,
        kept.template,
        order.email,
        kept.blanks,
        dedupe_key=f"again:{letter_id}:{int(now.timestamp()) // 60}",
        now=now,
        order_id=order.id,
        priority=kept.priority,
    )


def shipped(
    session: Session,
    till: Till,
    order: Order,
    parcel: Shipment,
    *,
    now: datetime,
    run_at: datetime | None = None,
) -> None:
    """Tell the buyer that a parcel has left; not before ``run_at``, while it can still be taken back."""
    _write(
        session,
        till,
        order,
        "order_shipped",
        key=shipped_key(order, parcel),
        now=now,
        run_at=run_at,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        arrives=_arrives(order),
    )


def shipped_key(order: Order, parcel: Shipment) -> str:
    """Return the reason of a parcel's letter."""
    return f"shipped:{order.number}:{parcel.id}"


def withdrawn(
    session: Session, till: Till, order: Order, receipt: Receipt, number: int, *, now: datetime
) -> None:
    """Acknowledge a withdrawal at once, with its words and its moment (Directive 2011/83/EU, article 11a.4).

    It goes where the buyer asked for it, and to the order's own address too when that is another one.
    """
    made = receipt.withdrawals[number - 1]
    goods_back, money_back = (
        till.content.phrase(key, day=day) for key, day in receipt.after_withdrawal(number)
    )
    for recipient in dict.fromkeys((made.email, order.email)):
        mail.write(
            session,
            "order_withdrawn",
            recipient,
            _common(till, order)
            | {
                "name": made.name,
                "contact": made.email,
                "received": made.received,
                "goods": [[name, str(quantity)] for quantity, name in receipt.withdrawn_goods(number)],
                "reason": made.reason,
                "goods_back": goods_back,
                "money_back": money_back,
            },
            dedupe_key=f"withdrawn:{order.number}:{number}:{'buyer' if recipient == order.email else 'contact'}",
            now=now,
            order_id=order.id,
            priority=ORDER,
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
        priority=ORDER,
    )


def _write(session: Session, till: Till, order: Order, template: str, **letter: Any) -> None:
    ask(session, [_letter(till, order, template, **letter)])


def _letter(
    till: Till,
    order: Order,
    template: str,
    *,
    key: str,
    now: datetime,
    run_at: datetime | None = None,
    **blanks: Any,
) -> Asked:
    return mail.letter(
        template,
        order.email,
        _common(till, order) | blanks,
        dedupe_key=key,
        now=now,
        order_id=order.id,
        priority=ORDER,
        run_at=run_at,
    )


def _common(till: Till, order: Order) -> dict[str, Any]:
    return {"order_number": str(order.number), "order_url": till.order_url(order)}


def _refund_blanks(order: Order, amount: int, note: str) -> dict[str, Any]:
    return {"amount": money.display(amount, order.currency), "sentence": note}


def _arrives(order: Order) -> str:
    return rules.arrival_words(order.arrives_from_on, order.arrives_to_on)


def _show(amount: int, order: Order) -> str:
    return money.display(amount, order.currency)


def _total(order: Order) -> dict[str, Any]:
    return {"total": _show(order.total_amount, order)}


def _total_row(total: ReceiptTotal, order: Order) -> list[str]:
    label = f"Discount {order.code}".strip() if total.name == "discount" else TOTALS[total.name]
    free = total.name == "shipping" and total.amount == 0
    return [label, "Free" if free else _show(total.amount, order)]

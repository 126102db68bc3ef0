"""What was paid and given back in the invented history, for whoever keeps the payments of before."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.demo.names import PAYMENT_ID
from shop.orders.models import Order, Payment, Refund


def past_payments(session: Session) -> list[dict[str, Any]]:
    """Return every invented payment with what was given back of it, oldest first, in the payment service's ids."""
    invented = Payment.provider_id.startswith(PAYMENT_ID, autoescape=True)
    back: dict[int, list[dict[str, Any]]] = defaultdict(list)
    refunds = select(Refund.payment_id, Refund.provider_id, Refund.amount, Refund.created_at).join(
        Payment, Payment.id == Refund.payment_id
    )
    for payment_id, refund_id, amount, at in session.execute(
        refunds.where(invented, Refund.state == "succeeded").order_by(Refund.id)
    ):
        back[payment_id].append({"id": refund_id, "amount": amount, "created": int(at.timestamp())})
    rows = session.execute(
        select(Payment, Order.email)
        .join(Order, Order.id == Payment.order_id)
        .where(invented)
        .order_by(Payment.created_at, Payment.id)
    )
    return [
        {
            "id": payment.provider_id,
            "charge": payment.charge_id,
            "amount": payment.amount,
            "currency": payment.currency.lower(),
            "created": int(payment.created_at.timestamp()),
            "last4": payment.card_last4,
            "email": email,
            "refunds": back[payment.id],
        }
        for payment, email in rows
    ]

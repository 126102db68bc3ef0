"""Orders and what belongs to them, as rows: for tests of what reads or follows an order."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shop.catalog import queries as catalog
from shop.orders.models import Dispute, Order, OrderLine, Payment, Refund

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
ADDRESS = {
    "line1": "12 Elm Street",
    "line2": None,
    "city": "Portland",
    "state": "OR",
    "postal_code": "97201",
    "country": "US",
}


def an_order(session: Session, number: int, goods: dict[str, int] | None = None, **columns: Any) -> Order:
    """A pending order of one Hip Hook, or of ``goods`` (SKU -> pieces), with ``columns`` as wanted."""
    items = catalog.items(session)
    bought = [(items[sku], quantity) for sku, quantity in (goods or {"HOOK-1": 1}).items()]
    subtotal = sum(item.unit_amount * quantity for item, quantity in bought)
    ships = any(not item.digital for item, _ in bought)
    values = {
        "number": number,
        "access_token": f"token-of-order-{number:07}",
        "cart_key": f"{number:032}",
        "cart_hash": "0" * 64,
        "email": "maya@example.com",
        "email_normalized": "maya@example.com",
        "country": "US",
        "currency": "USD",
        "subtotal_amount": subtotal,
        "discount_amount": 0,
        "shipping_amount": 0,
        "total_amount": subtotal,
        "shipping_method": "standard" if ships else "",
        "shipping_name": "Standard shipping" if ships else "",
        "shipping_state": "to_ship" if ships else "nothing_to_ship",
        "placed_at": NOW + timedelta(minutes=number),
    }
    order = Order(**values | columns)
    session.add(order)
    session.flush()
    for position, (item, quantity) in enumerate(bought):
        session.add(
            OrderLine(
                order_id=order.id,
                position=position,
                sku=item.sku,
                name=item.name,
                digital=item.digital,
                unit_amount=item.unit_amount,
                quantity=quantity,
                subtotal_amount=item.unit_amount * quantity,
                total_amount=item.unit_amount * quantity,
            )
        )
    session.flush()
    return order


def a_paid_order(session: Session, number: int, goods: dict[str, int] | None = None, **columns: Any) -> Order:
    """An order that was paid with a Visa and can be shipped."""
    paid = {
        "state": "paid",
        "payment_state": "paid",
        "name": "Maya Lee",
        "address": ADDRESS,
        "paid_at": NOW,
        "arrives_from_on": datetime(2026, 11, 27, tzinfo=UTC).date(),
        "arrives_to_on": datetime(2026, 12, 2, tzinfo=UTC).date(),
    }
    order = an_order(session, number, goods, **paid | columns)
    a_payment(session, order)
    return order


def a_payment(session: Session, order: Order, **columns: Any) -> Payment:
    """A payment of the whole order by card."""
    values = {
        "order_id": order.id,
        "provider_id": f"pi_{order.number}",
        "amount": order.total_amount,
        "currency": order.currency,
        "state": "succeeded",
        "livemode": False,
        "method": "card",
        "card_brand": "visa",
        "card_last4": "4242",
        "created_at": NOW,
        "updated_at": NOW,
    }
    payment = Payment(**values | columns)
    session.add(payment)
    session.flush()
    return payment


def a_refund(session: Session, payment: Payment, amount: int, **columns: Any) -> Refund:
    """A refund that has gone through."""
    values = {
        "order_id": payment.order_id,
        "payment_id": payment.id,
        "idempotency_key": f"rf-{payment.id}-{amount}",
        "amount": amount,
        "currency": payment.currency,
        "state": "succeeded",
        "source": "staff",
        "by": "owner@example.com",
        "run_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }
    refund = Refund(**values | columns)
    session.add(refund)
    session.flush()
    return refund


def a_dispute(session: Session, payment: Payment, **columns: Any) -> Dispute:
    """A dispute that waits for the shop's answer."""
    values = {
        "order_id": payment.order_id,
        "payment_id": payment.id,
        "provider_id": "dp_1",
        "amount": payment.amount,
        "currency": payment.currency,
        "reason": "product_not_received",
        "status": "needs_response",
        "opened_at": NOW,
    }
    dispute = Dispute(**values | columns)
    session.add(dispute)
    session.flush()
    return dispute

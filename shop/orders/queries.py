"""Reading orders: one by its link or number, what belongs to it, its timeline, and those of an address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from shop.db import constant
from shop.orders import rules
from shop.orders.balance import GONE_BACK
from shop.orders.models import (
    Dispute,
    Order,
    OrderEvent,
    OrderFlag,
    OrderLine,
    OrderTag,
    Payment,
    Refund,
)
from shop.orders.rules import Standing
from shop.statements import Statement
from shop.together import Steps

LARGEST_NUMBER = 2**31 - 1
LINKS_IN_A_LETTER = 30


@dataclass(frozen=True)
class ReceiptTotal:
    """One row under the lines: subtotal, discount, shipping, shipping_discount, tax or total.

    What is taken off is negative.
    """

    name: str
    amount: int


def _open_flag(order_id: Any) -> ColumnElement[bool]:
    return exists().where(OrderFlag.order_id == order_id, OrderFlag.resolved_at.is_(None))


# Made once: making a statement takes longer than running it.
_LINES = select(OrderLine).where(OrderLine.order_id == bindparam("order_id")).order_by(OrderLine.position)
_PAYMENTS = select(Payment).where(Payment.order_id == bindparam("order_id")).order_by(Payment.id)
_REFUNDS = select(Refund).where(Refund.order_id == bindparam("order_id")).order_by(Refund.id)
_DISPUTES = select(Dispute).where(Dispute.order_id == bindparam("order_id")).order_by(Dispute.id)
_EVENTS = (
    select(OrderEvent).where(OrderEvent.order_id == bindparam("order_id")).order_by(OrderEvent.id.desc())
)
_FLAGS = (
    select(OrderFlag)
    .where(OrderFlag.order_id == bindparam("order_id"))
    .order_by(OrderFlag.resolved_at.is_not(None), OrderFlag.id)
)
_TAGS = select(OrderTag.tag).where(OrderTag.order_id == bindparam("order_id")).order_by(OrderTag.tag)
_PAID_BY = select(sql.count(), sql.coalesce(sql.sum(Order.total_amount), 0)).where(
    Order.email_normalized == bindparam("email"), Order.state == "paid"
)
ORDER_LINES = OrderLine.metadata.tables["order_lines"]
_BOUGHT = Statement(
    select(ORDER_LINES.c.name, ORDER_LINES.c.quantity, ORDER_LINES.c.subtotal_amount)
    .where(ORDER_LINES.c.order_id == bindparam("order_id"))
    .order_by(ORDER_LINES.c.position)
)
_OF_ORDER = Payment.order_id == bindparam("order_id")
# What the sentence about an order depends on beside its own states.
BESIDE_STATES = (
    _open_flag(bindparam("order_id")).label("flagged"),
    and_(exists().where(_OF_ORDER), ~exists().where(_OF_ORDER, Payment.state != "failed")).label(
        "payment_failed"
    ),
)
_STANDING = Statement(select(*BESIDE_STATES))


def by_token(session: Session, token: str) -> Order | None:
    """Return the order behind an unguessable link, or None."""
    if not rules.token_shaped(token):
        return None
    return session.scalar(select(Order).where(Order.access_token == token))


def by_number(session: Session, number: int) -> Order | None:
    """Return the order that people know as ``number``, or None."""
    if not 0 < number <= LARGEST_NUMBER:
        return None
    return session.scalar(select(Order).where(Order.number == number))


def lines(session: Session, order_id: int) -> Sequence[OrderLine]:
    """Return what was bought, in the order of the cart."""
    return session.scalars(_LINES, {"order_id": order_id}).all()


def bought(order_id: int) -> Steps[Sequence[Any]]:
    """Return ``name``, ``quantity`` and ``subtotal_amount`` of what was bought, in the order of the cart."""
    [rows] = yield [_BOUGHT.asked({"order_id": order_id})]
    return rows


def timeline(session: Session, order_id: int) -> Sequence[OrderEvent]:
    """Return all that happened to an order, newest first."""
    return session.scalars(_EVENTS, {"order_id": order_id}).all()


def flags(session: Session, order_id: int) -> Sequence[OrderFlag]:
    """Return what a person had or has to decide, open ones first."""
    return session.scalars(_FLAGS, {"order_id": order_id}).all()


def payments(session: Session, order_id: int) -> Sequence[Payment]:
    """Return the payments of an order, oldest first."""
    return session.scalars(_PAYMENTS, {"order_id": order_id}).all()


def refunds(session: Session, order_id: int) -> Sequence[Refund]:
    """Return the refunds of an order, oldest first, failed ones too."""
    return session.scalars(_REFUNDS, {"order_id": order_id}).all()


def disputes(session: Session, order_id: int) -> Sequence[Dispute]:
    """Return the disputes about an order, oldest first."""
    return session.scalars(_DISPUTES, {"order_id": order_id}).all()


def of_email(session: Session, email_normalized: str) -> Sequence[Order]:
    """Return the latest 30 orders of an address, newest first, without those that were never paid in time."""
    return session.scalars(
        select(Order)
        .where(
            Order.email_normalized == email_normalized,
            or_(Order.state != "expired", Order.payment_state != "unpaid"),
        )
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .limit(LINKS_IN_A_LETTER)
    ).all()


def standing(session: Session, order: Order, *, confirming: bool = False) -> Standing:
    """Return where an order stands, for its sentence. ``confirming``: word of a payment may come at any moment."""
    row = _STANDING.one(session, {"order_id": order.id})
    return standing_as(order, row, confirming=confirming)


def standing_as(order: Order, row: Any, *, confirming: bool = False) -> Standing:
    """The same where ``BESIDE_STATES`` were asked already: ``row`` has its columns."""
    return Standing(
        state=order.state,
        payment_state=order.payment_state,
        shipping_state=order.shipping_state,
        flagged=bool(row.flagged),
        confirming=confirming,
        payment_failed=bool(row.payment_failed),
        dated=order.arrives_to_on is not None,
    )


def totals(order: Order) -> tuple[ReceiptTotal, ...]:
    """Return the rows under the lines of an order's receipt."""
    rows = (
        ReceiptTotal("subtotal", order.subtotal_amount),
        ReceiptTotal("discount", -order.discount_amount),
        ReceiptTotal("shipping", order.shipping_amount),
        ReceiptTotal("shipping_discount", -order.shipping_discount_amount),
        ReceiptTotal("tax", order.tax_amount),
        ReceiptTotal("total", order.total_amount),
    )
    always = ["subtotal", "total"]
    if order.shipping_state != "nothing_to_ship":
        always.append("shipping")
    return tuple(row for row in rows if row.amount or row.name in always)


def tags(session: Session, order_id: int) -> Sequence[str]:
    """Return the tags of an order."""
    return session.scalars(_TAGS, {"order_id": order_id}).all()


def orders_of(session: Session, email_normalized: str) -> tuple[int, int]:
    """Return how many paid orders an address has, and what they came to (minor units, before refunds)."""
    row = session.execute(_PAID_BY, {"email": email_normalized}).one()
    return row[0], int(row[1])


def given_back() -> ColumnElement[bool]:
    """Return which refunds take something from what was sold.

    What was paid twice, or too late for an order that could not be kept, never counted as sold, and goes back by itself.
    """
    return and_(Refund.state.in_(GONE_BACK), Refund.source != constant("automatic"))


def open_gift_note(session: Session, cart_key: str) -> str:
    """Return the note of the order that a cart has made and that is not paid yet; "" where there is none."""
    statement = select(Order.gift_note).where(Order.cart_key == cart_key, Order.state == "pending")
    return session.scalar(statement) or ""

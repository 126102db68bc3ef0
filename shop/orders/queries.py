"""Reading orders: one by its link or number, its receipt, its timeline, and lists of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, or_, select, union_all
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from shop.orders import rules
from shop.orders.models import (
    Dispute,
    Order,
    OrderEvent,
    OrderFlag,
    OrderLine,
    OrderTag,
    Payment,
    Refund,
    RefundLine,
    Shipment,
    ShipmentLine,
)
from shop.orders.rules import Standing
from shop.statements import Statement

LARGEST_NUMBER = 2**31 - 1
LINKS_IN_A_LETTER = 30


@dataclass(frozen=True)
class ReceiptLine:
    """What was bought; amounts in minor units of the order's currency."""

    id: int
    sku: str
    name: str
    digital: bool
    unit_amount: int
    quantity: int
    subtotal_amount: int
    discount_amount: int
    total_amount: int


@dataclass(frozen=True)
class ReceiptTotal:
    """One row under the lines: subtotal, discount, shipping, shipping_discount, tax or total.

    What is taken off is negative.
    """

    name: str
    amount: int


@dataclass(frozen=True)
class ReceiptRefund:
    """Money that went back (``succeeded``) or is on its way."""

    amount: int
    succeeded: bool
    at: datetime


@dataclass(frozen=True)
class Parcel:
    """A parcel and what lies in it: names and pieces."""

    id: int
    carrier: str
    tracking_number: str
    shipped_at: datetime
    delivered_at: datetime | None
    lines: tuple[tuple[str, int], ...]

    @property
    def address(self) -> str:
        """Where its carrier tells how far it is, or nothing when the carrier is not known."""
        return rules.tracking_address(self.carrier, self.tracking_number)


@dataclass(frozen=True)
class Receipt:
    """All that a buyer sees of an order: for the order page, the printed receipt and the letters."""

    order_id: int
    number: int
    token: str
    standing: Standing
    email: str
    name: str
    country: str
    address: tuple[str, ...]
    currency: str
    code: str
    lines: tuple[ReceiptLine, ...]
    totals: tuple[ReceiptTotal, ...]
    total_amount: int
    payment: str
    paid_amount: int
    refunds: tuple[ReceiptRefund, ...]
    refunded_amount: int
    parcels: tuple[Parcel, ...]
    shipping_name: str
    arrives_from_on: date | None
    arrives_to_on: date | None
    placed_at: datetime
    paid_at: datetime | None

    @property
    def arrives(self) -> str:
        """The days of arrival in words, or nothing."""
        return rules.arrival_words(self.arrives_from_on, self.arrives_to_on)


@dataclass(frozen=True)
class Packed:
    """An order on the packing table. ``left``: (name, SKU, pieces) of what has not left and was not refunded."""

    id: int
    number: int
    placed_at: datetime
    name: str
    email: str
    address: Mapping[str, Any] | None
    shipping_name: str
    version: int
    left: tuple[tuple[str, str, int], ...]
    digital: tuple[str, ...]


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
_SHIPMENTS = (
    select(Shipment)
    .where(Shipment.order_id == bindparam("order_id"), Shipment.undone_at.is_(None))
    .order_by(Shipment.id)
)
_IDS: BindParameter[Any] = bindparam("order_ids", expanding=True)
# How many pieces of each line have left, and how many were refunded.
_GONE = union_all(
    select(ShipmentLine.order_line_id, ShipmentLine.quantity)
    .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
    .where(Shipment.order_id.in_(_IDS), Shipment.undone_at.is_(None)),
    select(RefundLine.order_line_id, RefundLine.quantity)
    .join(Refund, Refund.id == RefundLine.refund_id)
    .where(Refund.order_id.in_(_IDS), Refund.state.not_in(("failed", "canceled"))),
)
_PAID_BY = select(sql.count(), sql.coalesce(sql.sum(Order.total_amount), 0)).where(
    Order.email_normalized == bindparam("email"), Order.state == "paid"
)
_FLAGGED = select(_open_flag(bindparam("order_id")))
ORDER_LINES = OrderLine.metadata.tables["order_lines"]
_BOUGHT = Statement(
    select(ORDER_LINES.c.name, ORDER_LINES.c.quantity, ORDER_LINES.c.subtotal_amount)
    .where(ORDER_LINES.c.order_id == bindparam("order_id"))
    .order_by(ORDER_LINES.c.position)
)
_OF_ORDER = Payment.order_id == bindparam("order_id")
_STANDING = Statement(
    select(
        _open_flag(bindparam("order_id")).label("flagged"),
        and_(exists().where(_OF_ORDER), ~exists().where(_OF_ORDER, Payment.state != "failed")).label(
            "payment_failed"
        ),
    )
)


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


def bought(session: Session, order_id: int) -> Sequence[Any]:
    """Return ``name``, ``quantity`` and ``subtotal_amount`` of what was bought, in the order of the cart."""
    return _BOUGHT.all(session, {"order_id": order_id})


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


def receipt(session: Session, order: Order, *, confirming: bool = False) -> Receipt:
    """Return the receipt of an order. ``confirming``: word of a payment may come at any moment.

    Always the same few queries, however long the order is.
    """
    made = payments(session, order.id)
    given_back = [refund for refund in refunds(session, order.id) if refund.state in rules.REFUND_STATES]
    bought = lines(session, order.id)
    return Receipt(
        order_id=order.id,
        number=order.number,
        token=order.access_token,
        standing=_standing(
            order,
            flagged=bool(session.scalar(_FLAGGED, {"order_id": order.id})),
            payment_failed=bool(made) and all(payment.state == "failed" for payment in made),
            confirming=confirming,
        ),
        email=order.email,
        name=order.name,
        country=rules.country_name(order.country),
        address=rules.address_lines(order.name, order.address),
        currency=order.currency,
        code=order.code,
        lines=tuple(_line(line) for line in bought),
        totals=totals(order),
        total_amount=order.total_amount,
        payment=_payment_words(made),
        paid_amount=sum(payment.amount for payment in made if payment.state == "succeeded"),
        refunds=tuple(_refund(refund) for refund in given_back),
        refunded_amount=sum(refund.amount for refund in given_back),
        parcels=_parcels(session, order.id, bought),
        shipping_name=order.shipping_name,
        arrives_from_on=order.arrives_from_on,
        arrives_to_on=order.arrives_to_on,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
    )


def standing(session: Session, order: Order) -> Standing:
    """Return where an order stands, for its sentence in a letter."""
    row = _STANDING.one(session, {"order_id": order.id})
    return _standing(order, flagged=bool(row.flagged), payment_failed=bool(row.payment_failed))


def _standing(order: Order, *, flagged: bool, payment_failed: bool, confirming: bool = False) -> Standing:
    return Standing(
        state=order.state,
        payment_state=order.payment_state,
        shipping_state=order.shipping_state,
        flagged=flagged,
        confirming=confirming,
        payment_failed=payment_failed,
        dated=order.arrives_to_on is not None,
    )


def _line(line: OrderLine) -> ReceiptLine:
    return ReceiptLine(
        id=line.id,
        sku=line.sku,
        name=line.name,
        digital=line.digital,
        unit_amount=line.unit_amount,
        quantity=line.quantity,
        subtotal_amount=line.subtotal_amount,
        discount_amount=line.discount_amount,
        total_amount=line.total_amount,
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


def _payment_words(made: Sequence[Payment]) -> str:
    for state in ("succeeded", "processing"):
        for payment in made:
            if payment.state == state:
                return rules.payment_words(payment.method, payment.card_brand, payment.card_last4)
    return ""


def _refund(refund: Refund) -> ReceiptRefund:
    return ReceiptRefund(refund.amount, refund.state == "succeeded", refund.created_at)


def _parcels(session: Session, order_id: int, bought: Sequence[OrderLine]) -> tuple[Parcel, ...]:
    names = {line.id: line.name for line in bought}
    sent = session.scalars(_SHIPMENTS, {"order_id": order_id}).all()
    packed: dict[int, list[tuple[str, int]]] = {shipment.id: [] for shipment in sent}
    if sent:
        rows = session.execute(
            select(ShipmentLine.shipment_id, ShipmentLine.order_line_id, ShipmentLine.quantity)
            .where(ShipmentLine.shipment_id.in_(packed))
            .order_by(ShipmentLine.order_line_id)
        )
        for shipment_id, line_id, quantity in rows:
            packed[shipment_id].append((names[line_id], quantity))
    return tuple(
        Parcel(
            id=shipment.id,
            carrier=shipment.carrier,
            tracking_number=shipment.tracking_number,
            shipped_at=shipment.shipped_at,
            delivered_at=shipment.delivered_at,
            lines=tuple(packed[shipment.id]),
        )
        for shipment in sent
    )


def to_pack(session: Session, numbers: Sequence[int]) -> list[Packed]:
    """Return those of these orders that are paid, not held, and have something left to send; oldest first.

    Always the same three queries.
    """
    found = session.scalars(
        select(Order)
        .where(
            Order.number.in_(numbers),
            Order.state == "paid",
            Order.payment_state.in_(("paid", "part_refunded")),
            Order.shipping_state.in_(("to_ship", "part_shipped")),
        )
        .order_by(Order.number)
    ).all()
    ids = [order.id for order in found]
    gone = _pieces_gone(session, ids)
    bought = session.scalars(
        select(OrderLine).where(OrderLine.order_id.in_(ids)).order_by(OrderLine.position)
    ).all()
    packed = [_packed(order, [line for line in bought if line.order_id == order.id], gone) for order in found]
    return [order for order in packed if order.left]


def _packed(order: Order, bought: Sequence[OrderLine], gone: Mapping[int, int]) -> Packed:
    left = [
        (line.name, line.sku, line.quantity - gone.get(line.id, 0)) for line in bought if not line.digital
    ]
    return Packed(
        id=order.id,
        number=order.number,
        placed_at=order.placed_at,
        name=order.name,
        email=order.email,
        address=order.address,
        shipping_name=order.shipping_name,
        version=order.version,
        left=tuple(part for part in left if part[2] > 0),
        digital=tuple(line.name for line in bought if line.digital),
    )


def _pieces_gone(session: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """Return how many pieces of each line (by line id) have left or were refunded."""
    gone: dict[int, int] = {}
    for line_id, quantity in session.execute(_GONE, {"order_ids": order_ids}):
        gone[line_id] = gone.get(line_id, 0) + quantity
    return gone


def left_to_ship(session: Session, order_id: int) -> list[tuple[int, int]]:
    """Return the pieces of each line (by line id) of an order that have neither left nor were refunded."""
    gone = _pieces_gone(session, [order_id])
    return [
        (line.id, line.quantity - gone.get(line.id, 0))
        for line in lines(session, order_id)
        if not line.digital and line.quantity > gone.get(line.id, 0)
    ]


def tags(session: Session, order_id: int) -> Sequence[str]:
    """Return the tags of an order."""
    return session.scalars(_TAGS, {"order_id": order_id}).all()


def orders_of(session: Session, email_normalized: str) -> tuple[int, int]:
    """Return how many paid orders an address has, and what they came to (minor units, before refunds)."""
    row = session.execute(_PAID_BY, {"email": email_normalized}).one()
    return row[0], int(row[1])

"""The receipt of an order: all that its buyer sees of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop.orders import queries, rules
from shop.orders.models import Order, OrderLine, Payment, Refund, Shipment, ShipmentLine
from shop.orders.queries import ReceiptTotal
from shop.orders.rules import Standing


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
    gift_note: str
    arrives_from_on: date | None
    arrives_to_on: date | None
    placed_at: datetime
    paid_at: datetime | None

    @property
    def arrives(self) -> str:
        """The days of arrival in words, or nothing."""
        return rules.arrival_words(self.arrives_from_on, self.arrives_to_on)


# Made once: making a statement takes longer than running it.
_SHIPMENTS = (
    select(Shipment)
    .where(Shipment.order_id == bindparam("order_id"), Shipment.undone_at.is_(None))
    .order_by(Shipment.id)
)


def receipt(session: Session, order: Order, *, confirming: bool = False) -> Receipt:
    """Return the receipt of an order. ``confirming``: word of a payment may come at any moment.

    Always the same few queries, however long the order is.
    """
    made = queries.payments(session, order.id)
    given_back = [
        refund for refund in queries.refunds(session, order.id) if refund.state in rules.REFUND_STATES
    ]
    bought = queries.lines(session, order.id)
    return Receipt(
        order_id=order.id,
        number=order.number,
        token=order.access_token,
        standing=queries.standing(session, order, confirming=confirming),
        email=order.email,
        name=order.name,
        country=rules.country_name(order.country),
        address=rules.address_lines(order.name, order.address),
        currency=order.currency,
        code=order.code,
        lines=tuple(_line(line) for line in bought),
        totals=queries.totals(order),
        total_amount=order.total_amount,
        payment=_payment_words(made),
        paid_amount=sum(payment.amount for payment in made if payment.state == "succeeded"),
        refunds=tuple(_refund(refund) for refund in given_back),
        refunded_amount=sum(refund.amount for refund in given_back),
        parcels=_parcels(session, order.id, bought),
        shipping_name=order.shipping_name,
        gift_note=order.gift_note,
        arrives_from_on=order.arrives_from_on,
        arrives_to_on=order.arrives_to_on,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
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

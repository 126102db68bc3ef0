"""The receipt of an order: all that its buyer sees of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop.errors import Reason
from shop.orders import actions, queries, rules, withdrawal
from shop.orders.models import (
    Order,
    OrderLine,
    Payment,
    Refund,
    Shipment,
    ShipmentLine,
    Withdrawal,
    WithdrawalLine,
)
from shop.orders.queries import ReceiptTotal
from shop.orders.rules import Standing
from shop.orders.withdrawal import Right, Withdrawn


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
    withdrawals: tuple[Withdrawn, ...]

    @property
    def arrives(self) -> str:
        """The days of arrival in words, or nothing."""
        return rules.arrival_words(self.arrives_from_on, self.arrives_to_on)

    def after_withdrawal(self, number: int) -> tuple[tuple[str, str], ...]:
        """Return what follows a withdrawal: keys of the phrases for goods and money, each with the day that it names."""
        withdrawn = self.withdrawals[number - 1]
        travels = any(line.id in withdrawn.pieces and not line.digital for line in self.lines)
        goods_back = travels and bool(self.parcels)
        refund = "whole" if self.standing.withdrawn == "whole" and not self.only_digital else "part"
        steps = (
            ("send" if goods_back else "nothing", withdrawn.send_back_by_on),
            (f"refund_{refund}{'_wait' if goods_back else ''}", withdrawn.refund_by_on),
        )
        return tuple((f"withdrawal.next_{name}", withdrawal.day_words(day)) for name, day in steps)

    @property
    def only_digital(self) -> bool:
        """Whether nothing of it travels."""
        return all(line.digital for line in self.lines)

    def withdrawn_goods(self, number: int) -> tuple[tuple[int, str], ...]:
        """Return pieces and names of what the withdrawal ``number`` is about."""
        return self.goods(self.withdrawals[number - 1].pieces)

    def goods(self, pieces: Mapping[int, int]) -> tuple[tuple[int, str], ...]:
        """Return pieces and names of some of the lines (line id -> pieces), in the order of the cart."""
        return tuple((pieces[line.id], line.name) for line in self.lines if line.id in pieces)


# Made once: making a statement takes longer than running it.
_SHIPMENTS = (
    select(Shipment)
    .where(Shipment.order_id == bindparam("order_id"), Shipment.undone_at.is_(None))
    .order_by(Shipment.id)
)
_WITHDRAWALS = (
    select(Withdrawal, WithdrawalLine.order_line_id, WithdrawalLine.quantity)
    .join(WithdrawalLine, WithdrawalLine.withdrawal_id == Withdrawal.id)
    .where(Withdrawal.order_id == bindparam("order_id"))
    .order_by(Withdrawal.number, WithdrawalLine.order_line_id)
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
    withdrawn = _withdrawals(session, order.id)
    standing = queries.standing(session, order, confirming=confirming)
    return Receipt(
        order_id=order.id,
        number=order.number,
        token=order.access_token,
        standing=replace(standing, withdrawn=_how_much(bought, withdrawn)),
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
        withdrawals=withdrawn,
    )


def right_to_withdraw(session: Session, order: Order, receipt: Receipt, *, now: datetime) -> Right:
    """Return whether the buyer of an order may withdraw from it now, and from what."""
    if not withdrawal.covers(receipt.standing, {order.country, (order.address or {}).get("country", "")}):
        return Right(Reason.WITHDRAWAL_NOT_HERE, None, {})
    until_on = withdrawal.last_day(
        order.shipping_state,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        arrives_to_on=order.arrives_to_on,
        parcels=[(parcel.shipped_at, parcel.delivered_at) for parcel in receipt.parcels],
    )
    left = withdrawal.pieces_left(
        {line.id: line.quantity for line in receipt.lines},
        _pieces(receipt.withdrawals),
        actions.refunded_pieces(session, order.id),
    )
    return withdrawal.right(until_on, left, now)


def _withdrawals(session: Session, order_id: int) -> tuple[Withdrawn, ...]:
    found: dict[int, tuple[Withdrawal, dict[int, int]]] = {}
    for row, line_id, quantity in session.execute(_WITHDRAWALS, {"order_id": order_id}):
        found.setdefault(row.id, (row, {}))[1][line_id] = quantity
    return tuple(
        Withdrawn(row.number, row.received_at, row.name, row.email, row.reason, pieces)
        for row, pieces in found.values()
    )


def _pieces(withdrawn: Sequence[Withdrawn]) -> dict[int, int]:
    total: dict[int, int] = {}
    for each in withdrawn:
        for line_id, quantity in each.pieces.items():
            total[line_id] = total.get(line_id, 0) + quantity
    return total


def _how_much(bought: Sequence[OrderLine], withdrawn: Sequence[Withdrawn]) -> Literal["", "part", "whole"]:
    if not withdrawn:
        return ""
    pieces = _pieces(withdrawn)
    return "whole" if all(pieces.get(line.id, 0) >= line.quantity for line in bought) else "part"


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

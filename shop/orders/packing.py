"""Orders on the packing table: what is left to send of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, select, union_all
from sqlalchemy.orm import Session

from shop.orders.models import Order, OrderLine, Refund, RefundLine, Shipment, ShipmentLine
from shop.orders.queries import lines


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
    gift_note: str
    left: tuple[tuple[str, str, int], ...]
    digital: tuple[str, ...]


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
        gift_note=order.gift_note,
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

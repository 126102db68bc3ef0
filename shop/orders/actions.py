"""Changing orders: events, flags, payments, refunds, parcels. The flow in shop.checkout calls these in turn."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Table,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from shop import money
from shop.db import constant, lock_rows
from shop.errors import Reason, Refused
from shop.orders.balance import GONE_BACK, payment_state
from shop.orders.models import (
    Dispute,
    Order,
    OrderEvent,
    OrderFlag,
    OrderLine,
    OrderNumber,
    Payment,
    Refund,
    RefundLine,
    Shipment,
    ShipmentLine,
)
from shop.orders.queries import BESIDE_STATES, standing_as
from shop.orders.rules import Standing
from shop.statements import Asked, Statement
from shop.together import Steps, ask, together

ORDERS = Order.metadata.tables["orders"]
ORDER_NUMBERS = OrderNumber.metadata.tables["order_numbers"]
PAYMENTS = Payment.metadata.tables["payments"]
REFUNDS = Refund.metadata.tables["refunds"]
DISPUTES = Dispute.metadata.tables["disputes"]
FLAGS = OrderFlag.metadata.tables["order_flags"]
# What no status of a dispute contains.
BETWEEN = ","
_GONE_BACK = [constant(state) for state in GONE_BACK]
_SEPARATOR: Any = literal_column(f"'{BETWEEN}'")


def _of_order(told: ColumnElement[Any], of: Table, *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(told).where(of.c.order_id == bindparam("order_id"), *conditions).scalar_subquery()


# Made once: every order passes here, and making a statement takes longer than running it.
_COUNT_NUMBER = (
    update(ORDER_NUMBERS)
    .values(last=ORDER_NUMBERS.c.last + 1)
    .returning(ORDER_NUMBERS.c.last.label("number"))
)
_NEXT_NUMBER = _COUNT_NUMBER.cte("next_number")
_OF_ORDER = update(ORDERS).where(ORDERS.c.id == bindparam("order_id")).returning(ORDERS.c.number)
# SQLite knows no statement that writes twice; its buyers stand in line anyway.
_COUNT = Statement(_COUNT_NUMBER)
_GIVE_NUMBER = Statement(
    _OF_ORDER.values(number=select(ORDER_NUMBERS.c.last).scalar_subquery()),
    postgresql=_OF_ORDER.values(number=select(_NEXT_NUMBER.c.number).scalar_subquery()),
)
_ORDER = select(Order).where(Order.id == bindparam("order_id")).execution_options(populate_existing=True)
_ORDER_LOCKED = _ORDER.with_for_update()
_NOTE = Statement(insert(OrderEvent.metadata.tables["order_events"]))
_FLAG = select(FLAGS.c.id).where(
    FLAGS.c.order_id == bindparam("order_id"),
    FLAGS.c.reason == bindparam("reason"),
    FLAGS.c.reference == bindparam("reference"),
)
_RAISE_FLAG = insert(FLAGS)
_SUMS = Statement(
    select(
        _of_order(
            func.coalesce(func.sum(PAYMENTS.c.amount), 0), PAYMENTS, PAYMENTS.c.state == "succeeded"
        ).label("captured"),
        _of_order(
            func.coalesce(func.sum(REFUNDS.c.amount), 0),
            REFUNDS,
            REFUNDS.c.state.in_(_GONE_BACK),
        ).label("refunded"),
        _of_order(func.count(), PAYMENTS, PAYMENTS.c.state == "processing").label("processing"),
        _of_order(func.aggregate_strings(DISPUTES.c.status, _SEPARATOR), DISPUTES).label("disputes"),
        *BESIDE_STATES,
    )
)


def provisional_number(access_token: str) -> int:
    """Return what stands for an order's number until ``give_number``: below 0, so that it is nobody's.

    Two orders of the same moment could have the same one, once in two thousand million times; the database then
    refuses the second, which is placed anew.
    """
    return -1 - crc32(access_token.encode()) // 2


def give_number(session: Session, order_id: int) -> Steps[int]:
    """Give an order the next number and return it. Concurrent buyers wait here for each other until their commit.

    To be asked when all else is written: what comes after it, no two buyers do at the same time.
    """
    counting = [] if lock_rows(session) else [_COUNT.asked()]
    *_, [row] = yield [*counting, _GIVE_NUMBER.asked({"order_id": order_id})]
    return int(row.number)


def forget_words(session: Session, order_ids: Sequence[int]) -> None:
    """Take what people typed and where parcels went out of the timeline."""
    session.flush()
    for kind, detail in (("note", {"text": "Erased"}), ("address_changed", {"before": {}, "after": {}})):
        mine = update(OrderEvent).where(OrderEvent.order_id.in_(order_ids), OrderEvent.kind == kind)
        session.execute(mine.values(detail=detail).execution_options(synchronize_session=False))


def lock(session: Session, order_id: int) -> Order:
    """Return the order, locked until the transaction ends, as it is now in the database."""
    statement = _ORDER_LOCKED if lock_rows(session) else _ORDER
    return session.scalars(statement, {"order_id": order_id}).one()


def note(session: Session, order_id: int, kind: str, *, by: str, now: datetime, **detail: Any) -> None:
    """Write one line into the order's timeline."""
    ask(session, [notes(order_id, {kind: detail}, by=by, now=now)])


def notes(order_id: int, details: Mapping[str, Mapping[str, Any]], *, by: str, now: datetime) -> Asked:
    """Return what writes a line of each kind (kind -> detail) into the order's timeline, in this order."""
    common = {"order_id": order_id, "by": by, "at": now}
    return _NOTE.asked_many([common | {"kind": kind, "detail": detail} for kind, detail in details.items()])


def flag(
    session: Session, order_id: int, reason: str, *, now: datetime, reference: str = "", **detail: Any
) -> bool:
    """Ask a person to look at the order; return False when this was asked already (even if resolved)."""
    known = session.scalar(_FLAG, {"order_id": order_id, "reason": reason, "reference": reference})
    if known is not None:
        return False
    row = {"order_id": order_id, "reason": reason, "reference": reference, "detail": detail, "raised_at": now}
    session.execute(_RAISE_FLAG, row)
    note(session, order_id, "flagged", by="shop", now=now, reason=reason, **detail)
    return True


def resolve_flag(session: Session, flag_id: int, *, by: str, now: datetime) -> None:
    """Close a flag once; a second person who comes late changes nothing."""
    found = session.get(OrderFlag, flag_id, with_for_update=lock_rows(session), populate_existing=True)
    if found is not None and found.resolved_at is None:
        found.resolved_at = now
        found.resolved_by = by
        note(session, found.order_id, "flag_resolved", by=by, now=now, reason=found.reason)


def refresh_payment_state(session: Session, order: Order) -> str:
    """Derive the payment state from payments, refunds and disputes as they were flushed; store and return it."""
    together(session, refresh_payment_state_in_steps(order))
    return order.payment_state


def refresh_payment_state_in_steps(order: Order) -> Steps[Standing]:
    """``refresh_payment_state``, beside what else is asked; return where the order then stands."""
    [[sums]] = yield [_SUMS.asked({"order_id": order.id})]
    disputes = sums.disputes.split(BETWEEN) if sums.disputes else []
    order.payment_state = (
        "paid"
        if order.total_amount == 0 and order.state == "paid"
        else payment_state(
            order.total_amount,
            captured=sums.captured,
            refunded=sums.refunded,
            processing=bool(sums.processing),
            disputes=disputes,
        )
    )
    return standing_as(order, sums)


def _sum(session: Session, column: Any, *conditions: Any) -> int:
    return int(session.scalar(select(func.coalesce(func.sum(column), 0)).where(*conditions)) or 0)


def refundable(session: Session, payment: Payment) -> int:
    """Return what of a payment has neither gone back nor been asked to (minor units)."""
    gone = _sum(
        session,
        Refund.amount,
        Refund.payment_id == payment.id,
        Refund.state.not_in(("failed", "canceled")),
    )
    return payment.amount - gone


def add_refund(
    session: Session,
    payment: Payment,
    amount: int,
    *,
    key: str,
    source: str,
    by: str,
    now: datetime,
    reason: str = "",
    note_text: str = "",
    notify: bool = True,
) -> Refund:
    """Write a refund that will be sent under ``key``; the order must be locked.

    Raises Refused(REFUND_NOTHING) for 0 or less and Refused(REFUND_TOO_MUCH; left) above what is left.
    """
    if amount <= 0:
        raise Refused(Reason.REFUND_NOTHING)
    left = refundable(session, payment)
    if amount > left:
        raise Refused(Reason.REFUND_TOO_MUCH, left=money.display(left, payment.currency))
    refund = Refund(
        order_id=payment.order_id,
        payment_id=payment.id,
        idempotency_key=key,
        amount=amount,
        currency=payment.currency,
        state="requested",
        source=source,
        reason=reason,
        note=note_text,
        notify=notify,
        by=by,
        run_at=now,
        created_at=now,
        updated_at=now,
    )
    session.add(refund)
    session.flush()
    note(session, payment.order_id, "refund_requested", by=by, now=now, amount=amount, reason=reason)
    return refund


def refunded_pieces(session: Session, order_id: int) -> dict[int, int]:
    """Return how many pieces of each line (by line id) went back or are going back."""
    rows = session.execute(
        select(RefundLine.order_line_id, func.sum(RefundLine.quantity))
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(Refund.order_id == order_id, Refund.state.not_in(("failed", "canceled")))
        .group_by(RefundLine.order_line_id)
    )
    return {line_id: int(quantity) for line_id, quantity in rows}


def ship(
    session: Session,
    order_id: int,
    *,
    carrier: str,
    tracking_number: str,
    by: str,
    now: datetime,
    quantities: Mapping[int, int] | None = None,
) -> Shipment:
    """Send a parcel with ``quantities`` (line id -> pieces), by default all that has not left yet.

    Raises Refused(ORDER_NOT_PAID) unless the order is paid and not held back, and
    Refused(ORDER_ALREADY_SHIPPED) when nothing of it is left to send.
    """
    order = lock(session, order_id)
    if order.state != "paid" or order.payment_state not in ("paid", "part_refunded"):
        raise Refused(Reason.ORDER_NOT_PAID)
    left = _unshipped(session, order_id)
    sent = {line: min(quantity, left.get(line, 0)) for line, quantity in (quantities or left).items()}
    sent = {line: quantity for line, quantity in sent.items() if quantity > 0}
    if not sent:
        raise Refused(Reason.ORDER_ALREADY_SHIPPED)
    parcel = Shipment(
        order_id=order_id, carrier=carrier, tracking_number=tracking_number, shipped_at=now, by=by
    )
    session.add(parcel)
    session.flush()
    for line, quantity in sent.items():
        session.add(ShipmentLine(shipment_id=parcel.id, order_line_id=line, quantity=quantity))
    order.shipping_state = "shipped" if sent == left else "part_shipped"
    note(session, order_id, "shipped", by=by, now=now, carrier=carrier, tracking_number=tracking_number)
    return parcel


def _unshipped(session: Session, order_id: int) -> dict[int, int]:
    """Return the pieces of each physical line that neither left in a parcel nor were refunded."""
    ordered = session.execute(
        select(OrderLine.id, OrderLine.quantity).where(
            OrderLine.order_id == order_id, OrderLine.digital.is_(False)
        )
    )
    shipped = session.execute(
        select(ShipmentLine.order_line_id, func.sum(ShipmentLine.quantity))
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(Shipment.order_id == order_id, Shipment.undone_at.is_(None))
        .group_by(ShipmentLine.order_line_id)
    )
    gone = {line: int(quantity) for line, quantity in shipped}
    back = refunded_pieces(session, order_id)
    left = {line: quantity - gone.get(line, 0) - back.get(line, 0) for line, quantity in ordered.all()}
    return {line: quantity for line, quantity in left.items() if quantity > 0}

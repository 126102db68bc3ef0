"""Refund: money goes back by amount or by line, asked for here or at the payment service, booked once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import money
from shop.catalog import actions as stock
from shop.checkout import letters
from shop.checkout.flagging import raise_flag
from shop.checkout.till import Till
from shop.db import reading, writing
from shop.discounts import actions as discounts
from shop.errors import Reason, Refused
from shop.orders import actions as orders
from shop.orders.balance import DISPUTE_OPEN, line_refund
from shop.orders.models import Dispute, Order, OrderLine, Payment, Refund, RefundLine
from shop.payments.gateway import (
    DisputeSnapshot,
    GatewayRefused,
    GatewayUnknown,
    PaymentSnapshot,
    RefundRequest,
    RefundSnapshot,
)

# States only advance: a snapshot that was read earlier and arrives later changes nothing.
RANK = {"requested": 0, "pending": 1, "requires_action": 1, "succeeded": 2, "failed": 3, "canceled": 3}
RETRY_AFTER = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=1)
# The payment service forgets a key after 24 hours; before repeating then, it is looked up.
KEY_LIFETIME = timedelta(hours=23)


@dataclass(frozen=True)
class Wish:
    """What to give back: all that is left (the default), an amount (minor units), or pieces of lines (line id).

    ``extra`` goes on top of pieces: shipping, or out of goodwill.
    """

    amount: int | None = None
    pieces: Mapping[int, int] = field(default_factory=dict)
    extra: int = 0
    restock: bool = False
    reason: str = ""
    note: str = ""
    notify: bool = True


def request(session: Session, order_id: int, wish: Wish, *, key: str, by: str, now: datetime) -> Refund:
    """Write a refund that ``send`` will carry out; returned goods go back to the shelf if wished.

    Raises Refused(ORDER_NOT_PAID), Refused(REFUND_DISPUTED) while a bank disputes the payment,
    Refused(REFUND_LINE_UNKNOWN), Refused(REFUND_NOTHING) or Refused(REFUND_TOO_MUCH; left). The same ``key``
    twice gives the same refund.
    """
    order = orders.lock(session, order_id)
    known = session.scalars(select(Refund).where(Refund.idempotency_key == key)).one_or_none()
    if known is not None:
        return known
    payment = _payment_to_refund(session, order_id)
    amounts = _line_amounts(session, order, wish)
    amount = wish.amount
    if amount is None:
        amount = sum(amounts.values()) + wish.extra if wish.pieces else orders.refundable(session, payment)
    refund = orders.add_refund(
        session,
        payment,
        amount,
        key=key,
        source="staff",
        by=by,
        now=now,
        reason=wish.reason,
        note_text=wish.note,
        notify=wish.notify,
    )
    pieces = wish.pieces or (_all_left(session, order_id) if wish.amount is None else {})
    _write_lines(session, order, refund, pieces, amounts, wish, by=by, now=now)
    return refund


def _payment_to_refund(session: Session, order_id: int) -> Payment:
    payments = session.scalars(
        select(Payment).where(Payment.order_id == order_id, Payment.state == "succeeded").order_by(Payment.id)
    ).all()
    if not payments:
        raise Refused(Reason.ORDER_NOT_PAID)
    disputed = session.scalars(
        select(Dispute.payment_id).where(
            Dispute.order_id == order_id, Dispute.status.in_([*DISPUTE_OPEN, "lost"])
        )
    ).all()
    free = [payment for payment in payments if payment.id not in disputed]
    if not free:
        raise Refused(Reason.REFUND_DISPUTED)
    return max(free, key=lambda payment: orders.refundable(session, payment))


def _line_amounts(session: Session, order: Order, wish: Wish) -> dict[int, int]:
    before = orders.refunded_pieces(session, order.id)
    lines = {
        line.id: line for line in session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    }
    amounts = {}
    for line_id, more in wish.pieces.items():
        line = lines.get(line_id)
        done = before.get(line_id, 0)
        if line is None or more <= 0 or done + more > line.quantity:
            raise Refused(Reason.REFUND_LINE_UNKNOWN)
        amounts[line_id] = line_refund(line.total_amount, line.quantity, refunded=done, more=more)
    return amounts


def _all_left(session: Session, order_id: int) -> dict[int, int]:
    before = orders.refunded_pieces(session, order_id)
    lines = session.execute(select(OrderLine.id, OrderLine.quantity).where(OrderLine.order_id == order_id))
    left = {line_id: quantity - before.get(line_id, 0) for line_id, quantity in lines}
    return {line_id: quantity for line_id, quantity in left.items() if quantity > 0}


def _write_lines(
    session: Session,
    order: Order,
    refund: Refund,
    pieces: Mapping[int, int],
    amounts: Mapping[int, int],
    wish: Wish,
    *,
    by: str,
    now: datetime,
) -> None:
    back: dict[str, int] = {}
    for line_id, quantity in sorted(pieces.items()):
        line = session.get_one(OrderLine, line_id)
        done = orders.refunded_pieces(session, order.id).get(line_id, 0)
        amount = amounts.get(
            line_id, line_refund(line.total_amount, line.quantity, refunded=done, more=quantity)
        )
        restock = wish.restock and not line.digital
        session.add(
            RefundLine(
                refund_id=refund.id, order_line_id=line_id, quantity=quantity, amount=amount, restock=restock
            )
        )
        session.flush()
        if restock:
            back[line.sku] = back.get(line.sku, 0) + quantity
    stock.put_back(session, order.id, back, by=by, note=f"refund of order {order.number}", now=now)


def priced(session: Session, order_id: int, wish: Wish, *, key: str, now: datetime) -> int:
    """Return what a refund would come to (minor units), and change nothing. Raises as ``request`` does."""
    trial = session.begin_nested()
    try:
        return request(session, order_id, wish, key=key, by="nobody", now=now).amount
    finally:
        trial.rollback()


def goods_came_back(
    session: Session, order_id: int, reference: str, pieces: Mapping[int, int], *, by: str, now: datetime
) -> None:
    """Put goods back on the shelf for a refund that was made at the payment service (``reference``: its id).

    Raises Refused(REFUND_LINE_UNKNOWN) for an unknown refund, and for pieces that the order never had or that came back
    before.
    """
    order = orders.lock(session, order_id)
    refund = session.scalars(
        select(Refund).where(Refund.order_id == order_id, Refund.provider_id == reference)
    ).one_or_none()
    if refund is None:
        raise Refused(Reason.REFUND_LINE_UNKNOWN)
    wish = Wish(amount=0, pieces=pieces, restock=True)
    _line_amounts(session, order, wish)
    # The money went back as one amount; which line it was for nobody has said.
    _write_lines(session, order, refund, pieces, dict.fromkeys(pieces, 0), wish, by=by, now=now)
    orders.note(session, order_id, "restocked", by=by, now=now, pieces=sum(pieces.values()))


def send(till: Till, refund_id: int) -> None:
    """Carry out a requested refund at the payment service and book the answer.

    When no answer comes the refund stays requested and is repeated later under the same key.
    """
    with reading(till.engine) as session:
        refund = session.get_one(Refund, refund_id)
        payment_id = session.scalars(select(Payment.provider_id).where(Payment.id == refund.payment_id)).one()
        stale = till.clock() - refund.created_at > KEY_LIFETIME
        asked = RefundRequest(
            key=refund.idempotency_key, payment_id=payment_id, amount=refund.amount, reason=refund.reason
        )
    try:
        if stale and _found_there(till, refund_id, payment_id):
            return
        snapshot = _made_there(till, refund_id, asked)
    except GatewayUnknown as unknown:
        with writing(till.engine) as session:
            put_off(session, refund_id, str(unknown), now=till.clock())
        return
    if snapshot is None:
        return
    with writing(till.engine) as session:
        order, refund = _locked(session, refund_id)
        book(session, till, order, refund, snapshot, now=till.clock())
        session.flush()
        orders.refresh_payment_state(session, order)
        _give_discount_back(session, order, now=till.clock())


def _made_there(till: Till, refund_id: int, asked: RefundRequest) -> RefundSnapshot | None:
    """Ask the payment service for the refund; None when it said no, and that is booked already."""
    try:
        return till.gateway.refund(asked)
    except GatewayRefused as refused:
        # An earlier call may have made it after all: only what is not there either has failed.
        if not _found_there(till, refund_id, asked.payment_id):
            with writing(till.engine) as session:
                _fail(session, till, refund_id, str(refused), now=till.clock())
        return None


def _locked(session: Session, refund_id: int) -> tuple[Order, Refund]:
    """Lock the order of a refund, and return both as they are now: read before the lock, it may be of yesterday."""
    order_id = session.scalars(select(Refund.order_id).where(Refund.id == refund_id)).one()
    return orders.lock(session, order_id), session.get_one(Refund, refund_id, populate_existing=True)


def _found_there(till: Till, refund_id: int, payment_id: str) -> bool:
    """Look for the refund at the payment service and book it if it is there."""
    try:
        sync(till, payment_id)
    except GatewayRefused:
        # The service does not know the payment, so it knows no refund of it.
        return False
    with reading(till.engine) as session:
        return session.get_one(Refund, refund_id).provider_id is not None


def put_off(session: Session, refund_id: int, why: str, *, now: datetime) -> None:
    """Send a refund again later: no answer came, or something was in the way."""
    refund = session.get_one(Refund, refund_id)
    refund.tries += 1
    refund.failure = why[:200]
    refund.run_at = now + min(RETRY_AFTER * refund.tries, LONGEST_WAIT)


def _fail(session: Session, till: Till, refund_id: int, why: str, *, now: datetime) -> None:
    order, refund = _locked(session, refund_id)
    if refund.state == "requested":
        refund.state, refund.failure, refund.updated_at = "failed", why[:200], now
        raise_flag(
            session,
            till,
            order,
            "refund_failed",
            now=now,
            reference=refund.idempotency_key,
            failure=why[:200],
        )
        session.flush()
        orders.refresh_payment_state(session, order)


def sync(till: Till, payment_id: str) -> bool:
    """Read a payment with its refunds and disputes again and book what changed; False when it is not ours."""
    with reading(till.engine) as session:
        known = session.scalar(select(Payment.id).where(Payment.provider_id == payment_id))
    if known is None:
        return False
    snapshot = till.gateway.read_payment(payment_id)
    with writing(till.engine) as session:
        now = till.clock()
        order_id = session.scalars(select(Payment.order_id).where(Payment.id == known)).one()
        order = orders.lock(session, order_id)
        payment = session.get_one(Payment, known)
        _book_refunds(session, till, order, payment, snapshot, now=now)
        for dispute in snapshot.disputes:
            _book_dispute(session, till, order, payment, dispute, now=now)
        session.flush()
        orders.refresh_payment_state(session, order)
        _give_discount_back(session, order, now=now)
    return True


def _book_refunds(
    session: Session, till: Till, order: Order, payment: Payment, snapshot: PaymentSnapshot, *, now: datetime
) -> None:
    for told in snapshot.refunds:
        refund = session.scalars(select(Refund).where(Refund.provider_id == told.id)).one_or_none()
        if refund is None and told.key:
            refund = session.scalars(
                select(Refund).where(Refund.idempotency_key == told.key, Refund.payment_id == payment.id)
            ).one_or_none()
        if refund is None:
            refund = _refund_made_elsewhere(session, till, order, payment, told, now=now)
        book(session, till, order, refund, told, now=now)


def _refund_made_elsewhere(
    session: Session, till: Till, order: Order, payment: Payment, told: RefundSnapshot, *, now: datetime
) -> Refund:
    refund = Refund(
        order_id=order.id,
        payment_id=payment.id,
        idempotency_key=f"elsewhere-{told.id}",
        provider_id=told.id,
        amount=told.amount,
        currency=told.currency,
        state="requested",
        source="provider",
        notify=False,
        by="payment service",
        run_at=now,
        created_at=told.created_at,
        updated_at=now,
    )
    session.add(refund)
    session.flush()
    amount = money.display(told.amount, told.currency)
    raise_flag(session, till, order, "refunded_at_provider", now=now, reference=told.id, amount=amount)
    return refund


def book(
    session: Session, till: Till, order: Order, refund: Refund, told: RefundSnapshot, *, now: datetime
) -> None:
    """Bring one refund to what the payment service says of it, only ever forward."""
    if refund.provider_id is None:
        refund.provider_id = told.id
    if RANK[told.state] < RANK[refund.state] or told.state == refund.state:
        return
    first_time = refund.state == "requested"
    refund.state, refund.failure, refund.updated_at = told.state, told.failure[:200], now
    orders.note(
        session,
        order.id,
        f"refund_{told.state}",
        by="payment service",
        now=now,
        amount=refund.amount,
        refund=told.id,
    )
    if told.state in ("failed", "canceled"):
        why = told.failure or told.state
        raise_flag(session, till, order, "refund_failed", now=now, reference=told.id, failure=why)
    elif first_time and refund.notify:
        letters.refunded(session, till, order, refund, now=now)


def _book_dispute(
    session: Session, till: Till, order: Order, payment: Payment, told: DisputeSnapshot, *, now: datetime
) -> None:
    dispute = session.scalars(select(Dispute).where(Dispute.provider_id == told.id)).one_or_none()
    if dispute is None:
        dispute = Dispute(
            order_id=order.id, payment_id=payment.id, provider_id=told.id, opened_at=told.opened_at, status=""
        )
        session.add(dispute)
    if dispute.status == told.status or dispute.status in ("won", "lost"):
        return
    dispute.amount, dispute.currency, dispute.reason = told.amount, told.currency, told.reason
    dispute.status, dispute.due_by_at = told.status, told.due_by_at
    orders.note(
        session, order.id, "dispute", by="payment service", now=now, status=told.status, amount=told.amount
    )
    if told.status in ("won", "lost"):
        dispute.closed_at = now
        if told.status == "lost":
            raise_flag(session, till, order, "dispute_lost", now=now, reference=told.id)
        elif order.shipping_state == "on_hold":
            order.shipping_state = "to_ship"
    elif told.status in DISPUTE_OPEN:
        raise_flag(session, till, order, "dispute_opened", now=now, reference=told.id)
        if order.shipping_state == "to_ship":
            order.shipping_state = "on_hold"


def _give_discount_back(session: Session, order: Order, *, now: datetime) -> None:
    if order.payment_state == "refunded":
        discounts.release(session, order.id, now=now, redeemed=True)

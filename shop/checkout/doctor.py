"""Looks for what went wrong unseen: the shop's books beside those of the payment service, and what has come to a stop."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.checkout import reconcile, refund
from shop.checkout.models import CheckoutAttempt, UnmatchedPayment, WebhookEvent
from shop.checkout.settle import LIVE
from shop.checkout.till import Till
from shop.db import reading, writing
from shop.mail.models import OutboxLetter
from shop.orders.models import Order, Payment, Refund
from shop.payments.gateway import GatewayError, PaymentSnapshot

# What the worker does by itself is done by then, several times over.
PATIENCE = timedelta(minutes=15)
# So many rounds of the worker end all that can be ended.
ROUNDS = 20
NOBODY = "the worker has not come to it"


@dataclass(frozen=True)
class _Booked:
    """A payment as the shop has it, with its refunds: their id -> amount (minor units) and state."""

    order_number: int
    id: str
    state: str
    amount: int
    currency: str
    refunds: dict[str, tuple[int, str]]


def findings(till: Till, *, since: datetime) -> list[str]:
    """Return what is wrong, a sentence each: payments made since then (aware UTC), and whatever is stuck now."""
    return [*_unheard(till, since), *_books(till, since), *_stuck(till)]


def mend(till: Till, *, since: datetime) -> None:
    """Do what harms nothing when done twice: hear what was missed, ask again, send what waits, book what is booked there.

    Raises GatewayError when the payment service does not answer.
    """
    told = till.gateway.notifications_since(since)
    with writing(till.engine) as session:
        reconcile.write_down(session, till, told, now=till.clock())
    for _ in range(ROUNDS):
        if not (reconcile.hear_waiting(till) + reconcile.check_attempts(till) + reconcile.send_refunds(till)):
            break
    for booked in _payments(till, since):
        if _differences(till, booked):
            refund.sync(till, booked.id)


def in_a_line(error: GatewayError) -> str:
    """Return what the payment service, or its library, says of a failure."""
    return str(error).partition("\n")[0].rstrip(". ")


def _unheard(till: Till, since: datetime) -> list[str]:
    """Events that the service would tell of and the shop has never heard."""
    try:
        told = till.gateway.notifications_since(since)
    except GatewayError as error:
        return [f"The payment service cannot be asked: {in_a_line(error)}."]
    ours = {each.id: each.type for each in told if each.livemode == till.config.livemode}
    with reading(till.engine) as session:
        known = set(session.scalars(select(WebhookEvent.id).where(WebhookEvent.created_at >= since)))
    return [f"Never heard: {kind} ({event_id})." for event_id, kind in ours.items() if event_id not in known]


def _books(till: Till, since: datetime) -> list[str]:
    return [difference for booked in _payments(till, since) for difference in _differences(till, booked)]


def _payments(till: Till, since: datetime) -> list[_Booked]:
    with reading(till.engine) as session:
        rows = session.execute(
            select(Order.number, Payment)
            .join(Payment, Payment.order_id == Order.id)
            .where(Payment.created_at >= since)
            .order_by(Payment.id)
        ).all()
        refunds: dict[int, dict[str, tuple[int, str]]] = {}
        for row in session.scalars(
            select(Refund)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Payment.created_at >= since, Refund.provider_id.is_not(None))
        ):
            refunds.setdefault(row.payment_id, {})[str(row.provider_id)] = (row.amount, row.state)
    return [
        _Booked(
            number,
            payment.provider_id,
            payment.state,
            payment.amount,
            payment.currency,
            refunds.get(payment.id, {}),
        )
        for number, payment in rows
    ]


def _differences(till: Till, booked: _Booked) -> list[str]:
    try:
        there = till.gateway.read_payment(booked.id)
    except GatewayError as error:
        return [f"Order {booked.order_number}: payment {booked.id} cannot be read: {in_a_line(error)}."]
    return [f"Order {booked.order_number}: {difference}." for difference in _compared(booked, there)]


def _compared(booked: _Booked, there: PaymentSnapshot) -> Iterator[str]:
    here, far = (booked.state, booked.amount, booked.currency), (there.state, there.amount, there.currency)
    if here != far:
        yield f"payment {booked.id} is {' '.join(map(str, here))} here, {' '.join(map(str, far))} there"
    refunds = {each.id: (each.amount, each.state) for each in there.refunds}
    for refund_id in sorted(refunds.keys() | booked.refunds.keys()):
        ours, theirs = booked.refunds.get(refund_id), refunds.get(refund_id)
        if ours != theirs:
            yield f"refund {refund_id} is {_of(ours)} here, {_of(theirs)} there"


def _of(known: tuple[int, str] | None) -> str:
    return f"{known[1]} {known[0]}" if known else "unknown"


def _stuck(till: Till) -> list[str]:
    late = till.clock() - PATIENCE
    with reading(till.engine) as session:
        return [
            *_stuck_attempts(session, late),
            *_stuck_events(session, late),
            *_stuck_refunds(session, late),
            *_stuck_letters(session, late),
            *(
                f"Payment {row.provider_id} of {row.amount} {row.currency} belongs to no order."
                for row in session.scalars(select(UnmatchedPayment))
            ),
        ]


def _stuck_attempts(session: Session, late: datetime) -> list[str]:
    stuck = select(CheckoutAttempt, Order.number).join(Order, Order.id == CheckoutAttempt.order_id)
    over = CheckoutAttempt.state.in_(LIVE) & (CheckoutAttempt.expires_at < late)
    unmade = (CheckoutAttempt.state == "creating") & (CheckoutAttempt.created_at < late)
    return [
        f"Order {number}: its payment page of {attempt.created_at:%Y-%m-%d %H:%M} UTC is still {attempt.state}."
        for attempt, number in session.execute(stuck.where(over | unmade))
    ]


def _stuck_events(session: Session, late: datetime) -> list[str]:
    waits = (WebhookEvent.state == "received") & (WebhookEvent.run_at < late)
    return [
        f"Event {event.id} ({event.type}) is {event.state}: {event.error or NOBODY}."
        for event in session.scalars(select(WebhookEvent).where((WebhookEvent.state == "failed") | waits))
    ]


def _stuck_refunds(session: Session, late: datetime) -> list[str]:
    waits = select(Refund).where(Refund.state == "requested", Refund.run_at < late)
    return [
        f"Refund {row.idempotency_key} of {row.amount} was not sent: {row.failure or NOBODY}."
        for row in session.scalars(waits)
    ]


def _stuck_letters(session: Session, late: datetime) -> list[str]:
    waits = (OutboxLetter.state == "queued") & (OutboxLetter.run_at < late)
    return [
        f"Letter {letter.id} ({letter.template}) is {letter.state}: {letter.last_error or NOBODY}."
        for letter in session.scalars(select(OutboxLetter).where((OutboxLetter.state == "failed") | waits))
    ]

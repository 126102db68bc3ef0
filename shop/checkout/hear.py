"""Hear: webhooks and the service's own list of events. They only say where to look; nothing else in them is believed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from shop.checkout import refund
from shop.checkout.flagging import raise_flag
from shop.checkout.models import UnmatchedPayment, WebhookEvent
from shop.checkout.pay import Named, attempt_of, find_attempt
from shop.checkout.settle import lock_both, settle, settle_page
from shop.checkout.till import Till
from shop.db import DATABASE_AWAY, at_once, last, reading, writing
from shop.orders import actions as orders
from shop.orders.models import Payment
from shop.payments.gateway import GatewayRefused, GatewayUnknown, Notification
from shop.plain_rows import plain, set_columns
from shop.statements import Statement, insert_once
from shop.together import Steps, ask_one, together

log = structlog.get_logger()

# After so many tries in vain an event rests as failed, where people see it. One that only waits for the
# payment service to answer never does.
MOST_TRIES = 12
LONGEST_WAIT = timedelta(hours=1)

# What becomes of an event; "marked" is done, and was marked so together with what it changed.
Fate = Literal["received", "done", "ignored", "failed", "marked"]

EVENTS = WebhookEvent.metadata.tables["webhook_events"]
_WRITE_DOWN = insert_once(EVENTS, EVENTS.c.id)
_MARK = Statement(
    update(EVENTS)
    .where(EVENTS.c.id == bindparam("event_id"))
    .values(
        state=bindparam("now_state"),
        error=bindparam("why"),
        tries=EVENTS.c.tries + 1,
        run_at=bindparam("next_at"),
        handled_at=bindparam("handled_at"),
    )
)


@dataclass(frozen=True)
class Heard:
    """An event that was just written down, and the attempt that it is about as far as its ids tell."""

    event: WebhookEvent
    attempt: Named | None


def write_down(session: Session, told: Notification, *, now: datetime) -> bool:
    """Keep the event; return False when it was heard before."""
    [fresh] = together(session, _write(_event(told, now)))
    return bool(fresh)


def hear(till: Till, told: Notification) -> Heard | None:
    """Keep the event in a transaction of its own and return it; None if it was heard before."""
    event = _event(told, till.clock())
    with at_once(till.engine) as connection:
        looking = find_attempt(page_id=told.page_id, attempt_key=told.attempt_key)
        fresh, attempt = together(connection, _write(event), looking)
    return Heard(event, attempt) if fresh else None


def _write(event: WebhookEvent) -> Steps[bool]:
    [written] = yield [_WRITE_DOWN.asked(set_columns(event))]
    return bool(written)


def _event(told: Notification, now: datetime) -> WebhookEvent:
    return plain(
        WebhookEvent,
        id=told.id,
        type=told.type,
        object_id=told.object_id,
        page_id=told.page_id,
        payment_id=told.payment_id,
        attempt_key=told.attempt_key,
        created_at=told.created_at,
        received_at=now,
        state="received",
        tries=0,
        run_at=now,
        error="",
    )


def act(till: Till, event_id: str, *, hurried: bool = False) -> None:
    """Do what an event asks for: read the facts again and apply them. Doing it twice changes nothing.

    When the payment service does not answer, the event waits and is tried again later; so does one that trips
    over a mistake of ours, which must neither be lost nor hold up those behind it. Raises one of
    DATABASE_AWAY.
    """
    with reading(till.engine) as session:
        event = session.get(WebhookEvent, event_id)
    if event is not None and event.state not in ("done", "ignored"):
        attempt = attempt_of(till, page_id=event.page_id, attempt_key=event.attempt_key)
        act_on(till, Heard(event, attempt), hurried=hurried)


def act_on(till: Till, heard: Heard, *, hurried: bool = False) -> None:
    """The same for an event that is at hand."""
    event = heard.event
    state: Fate
    tired: Fate = "failed" if event.tries + 1 >= MOST_TRIES else "received"
    try:
        state, error = _look(till, heard, hurried=hurried), ""
    except GatewayUnknown as problem:
        state, error = "received", str(problem)
    except GatewayRefused as problem:
        state, error = tired, str(problem)
    except DATABASE_AWAY:
        raise
    except Exception as mistake:
        log.exception("event_not_acted_on", event_id=event.id, type=event.type)
        state, error = tired, type(mistake).__name__
    if state != "marked":
        with at_once(till.engine) as connection:
            _MARK.run(connection, _mark(till, event, state, error))


def _mark(till: Till, event: WebhookEvent, state: Fate, error: str = "") -> dict[str, Any]:
    tries, now = event.tries + 1, till.clock()
    return {
        "event_id": event.id,
        "now_state": state,
        "why": error[:400],
        "next_at": now + min(timedelta(seconds=5 * 2 ** min(tries, 12)), LONGEST_WAIT),
        "handled_at": None if state == "received" else now,
    }


def _mark_done(session: Session, *, till: Till, event: WebhookEvent) -> None:
    last(session, ask_one(_MARK.asked(_mark(till, event, "done"))))


def _look(till: Till, heard: Heard, *, hurried: bool) -> Fate:
    """Do what the event asks for, if it is about something of ours, and return what became of it."""
    event, attempt = heard.event, heard.attempt
    kind = event.type.partition(".")[0]
    if kind == "checkout" and attempt is not None and attempt.page_id is not None:
        # Marked in the transaction that settles: one commit less, and never one without the other.
        also = partial(_mark_done, till=till, event=event)
        settle_page(till, attempt.id, attempt.page_id, hurried=hurried, also=also)
        return "marked"
    if kind == "checkout":
        ours = _look_at_page(till, event, attempt, hurried=hurried)
    elif event.type == "payment_intent.payment_failed":
        ours = _note_decline(till, event, attempt)
    else:
        ours = _look_at_money(till, event, hurried=hurried)
    return "done" if ours else "ignored"


def _look_at_money(till: Till, event: WebhookEvent, *, hurried: bool) -> bool:
    """Refunds, disputes and warnings: return whether they are about a payment of ours."""
    kind = event.type.partition(".")[0]
    known = refund.sync(till, event.payment_id) if event.payment_id else False
    if known and kind == "radar":
        _flag_warning(till, event)
    if known:
        return True
    attempt = attempt_of(till, page_id="", attempt_key=_attempt_key(till, event))
    if attempt is None:
        return False
    # A refund or dispute may be heard of before the payment itself: settle first, then look again.
    settle(till, attempt.id, hurried=hurried)
    refund.sync(till, event.payment_id)
    return True


def _attempt_key(till: Till, event: WebhookEvent) -> str:
    """Return the key in the payment's metadata: a dispute or a warning carries none of its own."""
    if event.attempt_key or not event.payment_id:
        return event.attempt_key
    try:
        return till.gateway.read_payment(event.payment_id).attempt_key
    except GatewayRefused:
        return ""


def _look_at_page(till: Till, event: WebhookEvent, attempt: Named | None, *, hurried: bool) -> bool:
    if attempt is None:
        return _keep_unmatched(till, event)
    if event.page_id:
        _name_page(till, attempt.id, event.page_id)
    settle(till, attempt.id, hurried=hurried)
    return True


def _name_page(till: Till, attempt_id: int, page_id: str) -> None:
    """The webhook may be faster than the answer to our own call that made the page; both write the row once."""
    with writing(till.engine) as session:
        _, attempt = lock_both(session, attempt_id)
        if attempt.page_id is None:
            attempt.page_id = page_id
            attempt.state = "open" if attempt.state == "creating" else attempt.state


def _keep_unmatched(till: Till, event: WebhookEvent) -> bool:
    """A page that this shop made but does not know (a restored database): its payment is shown to people."""
    if event.type not in ("checkout.session.completed", "checkout.session.async_payment_succeeded"):
        return False
    try:
        page = till.gateway.read_page(event.page_id)
    except GatewayRefused:
        return False
    paid = page.payment
    if not page.ours or paid is None or paid.state != "succeeded" or page.livemode != till.config.livemode:
        return False
    with writing(till.engine) as session:
        if session.get(UnmatchedPayment, paid.id) is None:
            session.add(
                UnmatchedPayment(
                    provider_id=paid.id,
                    page_id=page.id,
                    amount=paid.amount,
                    currency=paid.currency,
                    email=page.email,
                    seen_at=till.clock(),
                )
            )
    return True


def _note_decline(till: Till, event: WebhookEvent, attempt: Named | None) -> bool:
    if attempt is None:
        return False
    with writing(till.engine) as session:
        order, _ = lock_both(session, attempt.id)
        # The web process and the worker may act on one event at the same time: the second sees the first.
        if session.get_one(WebhookEvent, event.id, populate_existing=True).state != "done":
            orders.note(session, order.id, "payment_declined", by="payment service", now=till.clock())
            session.get_one(WebhookEvent, event.id).state = "done"
    return True


def _flag_warning(till: Till, event: WebhookEvent) -> None:
    with writing(till.engine) as session:
        order_id = session.scalars(
            select(Payment.order_id).where(Payment.provider_id == event.payment_id)
        ).one()
        order = orders.lock(session, order_id)
        raise_flag(session, till, order, "fraud_warning", now=till.clock(), reference=event.object_id)
        if order.shipping_state == "to_ship":
            order.shipping_state = "on_hold"

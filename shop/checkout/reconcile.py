"""Reconcile: the shop is right without a single webhook. Each step is called by the worker, or by the cli."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.checkout import hear, pay, refund
from shop.checkout.models import CheckoutAttempt, WebhookEvent
from shop.checkout.settle import LIVE, settle
from shop.checkout.till import Till
from shop.db import DATABASE_AWAY, Checkpoint, is_due, reading, writing
from shop.errors import Refused
from shop.orders.models import Payment, Refund
from shop.payments.gateway import GatewayError, Notification

log = structlog.get_logger()

CHECK_EVERY = timedelta(seconds=60)
EVENTS_EVERY = timedelta(minutes=2)
# Events are asked for again with some overlap: they may be listed later than they say.
OVERLAP = timedelta(hours=1)
BATCH = 50


def check_attempts(till: Till) -> int:
    """Look again at attempts that are being made, open, or waiting for a bank; return how many were due.

    A page past its deadline is closed at the service first: holds go back only when the service says expired.
    """
    now = till.clock()
    with reading(till.engine) as session:
        due = session.scalars(
            select(CheckoutAttempt)
            .where(
                CheckoutAttempt.state.in_(LIVE) | CheckoutAttempt.processing.is_(True),
                is_due(CheckoutAttempt.checked_at, now - CHECK_EVERY, farthest=2 * CHECK_EVERY),
            )
            .order_by(CheckoutAttempt.checked_at)
            .limit(BATCH)
        ).all()
    for attempt in due:
        if not _went_well(partial(_check, till, attempt), "attempt_not_checked", attempt=attempt.id):
            _look_later(till, attempt.id)
    return len(due)


def _went_well(step: Callable[[], object], failure: str, **which: object) -> bool:
    """Take one step and keep its failure to itself: it is told in the log, and those behind it have their turn.

    Raises only what is DATABASE_AWAY, which those behind it would not survive either.
    """
    try:
        step()
    except (GatewayError, Refused) as problem:
        log.warning(failure, problem=str(problem), **which)
    except DATABASE_AWAY:
        raise
    except Exception:  # a mistake of ours, met by one event or payment, must not hold up those behind it
        log.exception(failure, **which)
    else:
        return True
    return False


def _check(till: Till, attempt: CheckoutAttempt) -> None:
    if attempt.page_id is None:
        pay.make_page(till, attempt)
        return
    settle(till, attempt.id)
    if attempt.state in LIVE and attempt.expires_at < till.clock():
        till.gateway.expire_page(attempt.page_id, attempt.idempotency_key)
        settle(till, attempt.id)


def _look_later(till: Till, attempt_id: int) -> None:
    with writing(till.engine) as session:
        session.get_one(CheckoutAttempt, attempt_id).checked_at = till.clock()


def hear_waiting(till: Till) -> int:
    """Act on events that were written down but not yet acted on; return how many were due."""
    with reading(till.engine) as session:
        due = session.scalars(
            select(WebhookEvent.id)
            .where(
                WebhookEvent.state == "received",
                is_due(WebhookEvent.run_at, till.clock(), farthest=2 * hear.LONGEST_WAIT),
            )
            .order_by(WebhookEvent.created_at)
            .limit(BATCH)
        ).all()
    for event_id in due:
        hear.act(till, event_id)
    return len(due)


def fetch_events(till: Till) -> int:
    """Ask the service for events the shop may have missed; return how many were new.

    How far the shop has heard is kept by the service's clock: while our own is wrong, nothing is passed over.
    """
    now = till.clock()
    with reading(till.engine) as session:
        last = session.get(Checkpoint, "events")
        heard_until = min(last.at, now) if last else now
    told = till.gateway.notifications_since(heard_until - OVERLAP)
    with writing(till.engine) as session:
        new = write_down(session, till, told, now=now)
        latest = max((notification.created_at for notification in told), default=heard_until)
        session.merge(Checkpoint(name="events", at=latest))
    return new


def write_down(session: Session, till: Till, told: Sequence[Notification], *, now: datetime) -> int:
    """Keep those of the events that are this shop's and new; return how many."""
    ours = [each for each in told if each.livemode == till.config.livemode]
    return sum(hear.write_down(session, each, now=now) for each in ours)


def send_refunds(till: Till) -> int:
    """Send refunds that wait, and look again at those that are on their way; return how many were due."""
    due = is_due(Refund.run_at, till.clock(), farthest=2 * refund.LONGEST_WAIT)
    with reading(till.engine) as session:
        waiting = session.scalars(
            select(Refund.id).where(Refund.state == "requested", due).order_by(Refund.run_at).limit(BATCH)
        ).all()
        under_way = session.scalars(
            select(Payment.provider_id)
            .join(Refund, Refund.payment_id == Payment.id)
            .where(Refund.state.in_(("pending", "requires_action")), due)
            .distinct()
            .limit(BATCH)
        ).all()
    for refund_id in waiting:
        if not _went_well(partial(refund.send, till, refund_id), "refund_not_sent", refund=refund_id):
            with writing(till.engine) as session:
                refund.put_off(session, refund_id, "It could not be sent.", now=till.clock())
    for payment_id in under_way:
        _went_well(partial(refund.sync, till, payment_id), "refund_not_checked", payment=payment_id)
        _ask_later(till, payment_id)
    return len(waiting) + len(under_way)


def _ask_later(till: Till, payment_id: str) -> None:
    with writing(till.engine) as session:
        rows = session.scalars(
            select(Refund)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Payment.provider_id == payment_id, Refund.state.in_(("pending", "requires_action")))
        )
        for row in rows:
            row.run_at = till.clock() + timedelta(minutes=10)

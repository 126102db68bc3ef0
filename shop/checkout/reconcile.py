"""Reconcile: the shop is right without a single webhook. Each step is called by the worker, or by the cli."""

from datetime import timedelta

import structlog
from sqlalchemy import select

from shop.checkout import hear, pay, refund
from shop.checkout.models import CheckoutAttempt, WebhookEvent
from shop.checkout.settle import LIVE, settle
from shop.checkout.till import Till
from shop.db import Checkpoint, reading, writing
from shop.errors import Refused
from shop.orders.models import Payment, Refund
from shop.payments.gateway import GatewayError

log = structlog.get_logger()

CHECK_EVERY = timedelta(seconds=60)
EVENTS_EVERY = timedelta(minutes=2)
# Events are asked for again with some overlap: they may be listed later than they say.
OVERLAP = timedelta(hours=1)
# The payment service keeps events for 30 days.
OLDEST_EVENT = timedelta(days=29)
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
                CheckoutAttempt.checked_at <= now - CHECK_EVERY,
            )
            .order_by(CheckoutAttempt.checked_at)
            .limit(BATCH)
        ).all()
    for attempt in due:
        try:
            _check(till, attempt)
        except (GatewayError, Refused) as problem:
            log.warning("attempt_not_checked", attempt=attempt.id, problem=str(problem))
            _look_later(till, attempt.id)
    return len(due)


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
            .where(WebhookEvent.state == "received", WebhookEvent.run_at <= till.clock())
            .order_by(WebhookEvent.created_at)
            .limit(BATCH)
        ).all()
    for event_id in due:
        hear.act(till, event_id)
    return len(due)


def fetch_events(till: Till) -> int:
    """Ask the service for events the shop may have missed; return how many were new."""
    now = till.clock()
    with reading(till.engine) as session:
        last = session.get(Checkpoint, "events")
        since = max(last.at - OVERLAP if last else now - OVERLAP, now - OLDEST_EVENT)
    told = till.gateway.notifications_since(since)
    new = 0
    with writing(till.engine) as session:
        for notification in told:
            if notification.livemode == till.config.livemode:
                new += hear.write_down(session, notification, now=now)
        session.merge(Checkpoint(name="events", at=now))
    return new


def send_refunds(till: Till) -> int:
    """Send refunds that wait, and look again at those that are on their way; return how many were due."""
    now = till.clock()
    with reading(till.engine) as session:
        waiting = session.scalars(
            select(Refund.id).where(Refund.state == "requested", Refund.run_at <= now).limit(BATCH)
        ).all()
        under_way = session.scalars(
            select(Payment.provider_id)
            .join(Refund, Refund.payment_id == Payment.id)
            .where(Refund.state.in_(("pending", "requires_action")), Refund.run_at <= now)
            .distinct()
            .limit(BATCH)
        ).all()
    for refund_id in waiting:
        refund.send(till, refund_id)
    for payment_id in under_way:
        refund.sync(till, payment_id)
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

"""What the back office shows from several domains at once. Reads only, and never one query per row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import func as sql
from sqlalchemy import select, union
from sqlalchemy.orm import Session

from shop.catalog import levels as catalog
from shop.catalog.levels import Level
from shop.checkout.models import CheckoutAttempt, UnmatchedPayment, WebhookEvent
from shop.mail.models import OutboxLetter
from shop.orders import lists
from shop.orders import queries as orders
from shop.orders.lists import COUNTED, Filter
from shop.orders.models import Dispute, Order, OrderFlag, Payment
from shop.subscribers.models import Reader

# What one table of the Today page shows; the count beside its heading says how many there are.
SHOWN = 20
PAST_LETTERS = 100
# The payment service shows an event for 30 days in its own list; by then somebody has looked there.
EVENTS_SHOWN = timedelta(days=30)
VIEWS = {"failed": ("failed",), "waiting": ("sending", "queued"), "sent": ("sent", "cancelled")}


@dataclass(frozen=True)
class FlaggedOrder:
    """An open flag and the order it is about."""

    number: int
    reason: str
    detail: Mapping[str, Any]
    raised_at: datetime


@dataclass(frozen=True)
class OpenDispute:
    """A dispute that waits for an answer or a decision."""

    number: int
    amount: int
    currency: str
    status: str
    due_by_at: datetime | None


@dataclass(frozen=True)
class Figure:
    """A number of today until now, and that of the same weekday before until the same time; money in minor units.

    ``address``: where its rows are.
    """

    name: str
    now: int
    before: int
    address: str
    currency: str = ""


@dataclass(frozen=True)
class Today:
    """What needs a person now."""

    to_ship: int
    oldest_to_ship_at: datetime | None
    flagged: int
    flags: Sequence[FlaggedOrder]
    failed_letters: int
    unmatched: Sequence[UnmatchedPayment]
    failed_events: Sequence[WebhookEvent]
    disputes: Sequence[OpenDispute]
    low_stock: Sequence[Level]
    figures: Sequence[Figure]


@dataclass(frozen=True)
class LetterRow:
    """A letter of the outbox as one row of a list; ``order_number`` is None when it is about no order."""

    id: int
    template: str
    recipient: str
    state: str
    tries: int
    last_error: str
    run_at: datetime
    created_at: datetime
    sent_at: datetime | None
    order_number: int | None


def today(session: Session, *, now: datetime, zone: tzinfo) -> Today:
    """Return what needs a person, in a fixed number of queries."""
    to_ship, oldest = session.execute(
        select(sql.count(), sql.min(Order.paid_at)).where(lists.condition(Filter("to_ship")))
    ).one()
    return Today(
        to_ship=to_ship,
        oldest_to_ship_at=oldest,
        flagged=session.scalar(
            select(sql.count()).select_from(Order).where(lists.condition(Filter("attention")))
        )
        or 0,
        flags=_flags(session),
        failed_letters=session.scalar(
            select(sql.count()).select_from(OutboxLetter).where(OutboxLetter.state == "failed")
        )
        or 0,
        unmatched=session.scalars(
            select(UnmatchedPayment)
            .where(UnmatchedPayment.resolved_at.is_(None))
            .order_by(UnmatchedPayment.seen_at)
        ).all(),
        failed_events=session.scalars(
            select(WebhookEvent)
            .where(WebhookEvent.state == "failed", WebhookEvent.received_at > now - EVENTS_SHOWN)
            .order_by(WebhookEvent.received_at.desc())
            .limit(SHOWN)
        ).all(),
        disputes=_disputes(session),
        low_stock=[level for level in catalog.levels(session, now=now) if level.low],
        figures=_figures(session, now=now, zone=zone),
    )


def _figures(session: Session, *, now: datetime, zone: tzinfo) -> list[Figure]:
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    week = timedelta(days=7)
    sales = [_sales(session, start, start + (now - midnight)) for start in (midnight, midnight - week)]
    readers = [
        session.scalar(
            select(sql.count())
            .select_from(Reader)
            .where(Reader.confirmed_at.between(start, start + (now - midnight)))
        )
        or 0
        for start in (midnight, midnight - week)
    ]
    (orders_now, money_now, currency), (orders_before, money_before, _) = sales
    rows = f"/admin/orders?view=all&from_on={midnight.date()}&to_on={midnight.date()}"
    value_now, value_before = money_now // (orders_now or 1), money_before // (orders_before or 1)
    return [
        Figure("Revenue", money_now, money_before, rows, currency),
        Figure("Orders", orders_now, orders_before, rows),
        Figure("Order value", value_now, value_before, rows, currency),
        Figure("Confirmed readers", readers[0], readers[1], "/admin/readers?view=confirmed"),
    ]


def _sales(session: Session, start: datetime, end: datetime) -> tuple[int, int, str]:
    """Return how many orders placed in that time were paid, what they came to, and in which currency."""
    row = session.execute(
        select(
            sql.count(),
            sql.coalesce(sql.sum(Order.total_amount), 0),
            sql.coalesce(sql.max(Order.currency), "USD"),
        ).where(Order.placed_at >= start, Order.placed_at < end, Order.state == "paid")
    ).one()
    return row[0], int(row[1]), row[2]


def _flags(session: Session) -> list[FlaggedOrder]:
    rows = session.execute(
        select(Order.number, OrderFlag.reason, OrderFlag.detail, OrderFlag.raised_at)
        .join(Order, Order.id == OrderFlag.order_id)
        .where(OrderFlag.resolved_at.is_(None))
        .order_by(OrderFlag.id)
        .limit(SHOWN)
    )
    return [FlaggedOrder(*row) for row in rows]


def _disputes(session: Session) -> list[OpenDispute]:
    rows = session.execute(
        select(Order.number, Dispute.amount, Dispute.currency, Dispute.status, Dispute.due_by_at)
        .join(Order, Order.id == Dispute.order_id)
        .where(Dispute.closed_at.is_(None))
        .order_by(Dispute.due_by_at, Dispute.id)
    )
    return [OpenDispute(*row) for row in rows]


def attempts(session: Session, order_id: int) -> Sequence[CheckoutAttempt]:
    """Return the payment pages an order has had, newest first."""
    return session.scalars(
        select(CheckoutAttempt)
        .where(CheckoutAttempt.order_id == order_id)
        .order_by(CheckoutAttempt.number.desc())
    ).all()


def letter_counts(session: Session) -> dict[str, int]:
    """Return how many letters each view of the outbox has, up to one more than COUNTED: failed, waiting, sent."""
    few = {
        view: select(sql.count())
        .select_from(
            select(OutboxLetter.id).where(OutboxLetter.state.in_(states)).limit(COUNTED + 1).subquery()
        )
        .scalar_subquery()
        .label(view)
        for view, states in VIEWS.items()
    }
    return dict(session.execute(select(*few.values())).one()._mapping)


def letters(session: Session, *, view: str, before: int | None, limit: int) -> list[LetterRow]:
    """Return a page of one view of the outbox, newest first: those with an id below ``before``."""
    # Nearly all letters have left: named by what they are not, the database walks back from the newest instead of
    # putting all of them in order.
    others = [state for name, states in VIEWS.items() if name != view for state in states]
    state = OutboxLetter.state
    statement = _letters().where(state.not_in(others) if view == "sent" else state.in_(VIEWS[view]))
    if before is not None:
        statement = statement.where(OutboxLetter.id < before)
    rows = session.execute(statement.order_by(OutboxLetter.id.desc()).limit(limit))
    return [LetterRow(**row._mapping) for row in rows]


def letters_about(session: Session, order_id: int) -> list[LetterRow]:
    """Return the letters about an order, newest first."""
    statement = _letters().where(OutboxLetter.order_id == order_id).order_by(OutboxLetter.id.desc())
    return [LetterRow(**row._mapping) for row in session.execute(statement)]


def letters_to(session: Session, reader_id: int) -> list[LetterRow]:
    """Return the letters to a reader, newest first."""
    statement = _letters().where(OutboxLetter.reader_id == reader_id).order_by(OutboxLetter.id.desc())
    return [LetterRow(**row._mapping) for row in session.execute(statement.limit(PAST_LETTERS))]


def orders_of(session: Session, email_normalized: str) -> Sequence[Order]:
    """Return the last orders of an address, newest first."""
    mine = select(Order).where(Order.email_normalized == email_normalized)
    return session.scalars(mine.order_by(Order.placed_at.desc()).limit(SHOWN)).all()


def _letters() -> Any:
    return select(
        OutboxLetter.id,
        OutboxLetter.template,
        OutboxLetter.recipient,
        OutboxLetter.state,
        OutboxLetter.tries,
        OutboxLetter.last_error,
        OutboxLetter.run_at,
        OutboxLetter.created_at,
        OutboxLetter.sent_at,
        Order.number.label("order_number"),
    ).outerjoin(Order, Order.id == OutboxLetter.order_id)


@dataclass(frozen=True)
class Entry:
    """One line of an order's timeline: an event of the order, a letter (``letter_id``), or word of the payment service.

    ``event_id`` is 0 for what is no event of the order. ``heard``: the payment service's id of what it told of, and
    ``heard_state`` what became of it,
    ``handled_at`` when.
    """

    at: datetime
    words: str
    by: str
    detail: Mapping[str, Any]
    event_id: int = 0
    letter_id: int = 0
    letter_state: str = ""
    heard: str = ""
    heard_state: str = ""
    handled_at: datetime | None = None


def timeline(session: Session, order_id: int) -> list[Entry]:
    """Return all that happened to an order, was written about it, or heard of it, newest first."""
    events = [
        Entry(event.at, event.kind.replace("_", " ").capitalize(), event.by, event.detail, event_id=event.id)
        for event in orders.timeline(session, order_id)
    ]
    letters = [
        Entry(
            letter.sent_at or letter.created_at,
            f"E-mail: {letter.template.replace('_', ' ').capitalize()}",
            "shop",
            {"to": letter.recipient} | ({"problem": letter.last_error} if letter.last_error else {}),
            letter_id=letter.id,
            letter_state=letter.state,
        )
        for letter in letters_about(session, order_id)
    ]
    words = [
        Entry(
            event.received_at,
            f"Heard: {event.type}",
            "payment service",
            _heard(event),
            heard=event.id,
            heard_state=event.state,
            handled_at=event.handled_at,
        )
        for event in heard_about(session, order_id)
    ]
    return sorted(events + letters + words, key=lambda entry: (entry.at, entry.event_id), reverse=True)


def heard_about(session: Session, order_id: int) -> Sequence[WebhookEvent]:
    """Return what the payment service told about an order's payments and payment pages, newest first."""
    paid = select(Payment.provider_id).where(Payment.order_id == order_id)
    keys = select(CheckoutAttempt.idempotency_key).where(CheckoutAttempt.order_id == order_id)
    ids = union(
        select(WebhookEvent.id).where(WebhookEvent.payment_id.in_(paid)),
        select(WebhookEvent.id).where(WebhookEvent.attempt_key.in_(keys)),
    )
    statement = select(WebhookEvent).where(WebhookEvent.id.in_(ids))
    return session.scalars(statement.order_by(WebhookEvent.received_at.desc()).limit(PAST_LETTERS)).all()


def order_of_event(session: Session, event: WebhookEvent) -> int | None:
    """Return the number of the order that an event is about, or None when it is about none of the shop's."""
    paid = select(Payment.order_id).where(Payment.provider_id == event.payment_id)
    opened = select(CheckoutAttempt.order_id).where(CheckoutAttempt.idempotency_key == event.attempt_key)
    return session.scalar(select(Order.number).where(Order.id.in_(paid) | Order.id.in_(opened)).limit(1))


def _heard(event: WebhookEvent) -> dict[str, Any]:
    detail: dict[str, Any] = {"about": event.object_id, "event": event.id}
    if event.tries > 1:
        detail["tries"] = event.tries
    return detail | ({"problem": event.error} if event.error else {})

"""What the worker does for readers again and again. Each of them in a transaction of its own: a crash loses one step."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Select, exists, select
from sqlalchemy.orm import Session

from shop.db import reading, writing
from shop.mail.models import OutboxLetter
from shop.orders.models import Order
from shop.subscribers import actions as subscribers
from shop.subscribers import queries
from shop.subscribers.models import Enrolment, Reader, ReaderLink
from shop.subscribers.rules import KEPT_UNCONFIRMED, is_open
from shop.welcome import abandoned, letters, purchases
from shop.welcome.ask import Wish, add
from shop.welcome.desk import Desk
from shop.welcome.purchases import BOUGHT
from shop.welcome.series import begin_bought, take_step

AT_ONCE = 100
# How far back orders are looked at; the worker is never away for so long.
RECENT = timedelta(days=30)
# Who has not opened the chapter by then does not want to be reminded of it.
LATEST_REMINDER = timedelta(days=6)
REFUSED = "The mail server refused the address: 5%"


def go_round(engine: Engine, desk: Desk, *, now: datetime) -> int:
    """Do all of it once; return how much was done."""
    done = [
        send_series(engine, desk, now=now),
        remind(engine, desk, now=now),
        follow_orders(engine, desk, now=now),
        ask_buyers(engine, desk, now=now),
        heed_refusals(engine, now=now),
        write_about_left(engine, desk, now=now),
        forget_unconfirmed(engine, now=now),
    ]
    return sum(done)


def send_series(engine: Engine, desk: Desk, *, now: datetime) -> int:
    """Write the letters of series that are due; return how many series were looked at."""
    due = (
        select(Enrolment.id)
        .where(Enrolment.state == "active", Enrolment.due_at <= now)
        .order_by(Enrolment.due_at)
        .limit(AT_ONCE)
    )
    return _each(engine, due, lambda session, one: take_step(session, desk, one, now=now))


def remind(engine: Engine, desk: Desk, *, now: datetime) -> int:
    """Remind those, once, who asked for the chapter a day ago and have not opened it."""
    plan = desk.content.series
    if not is_open(now, plan.opens, plan.closes, desk.zone):
        return 0
    late = select(Reader.id).where(
        Reader.state == "pending",
        Reader.reminded_at.is_(None),
        Reader.asked_at <= now - timedelta(hours=plan.reminder_hours),
        Reader.asked_at > now - LATEST_REMINDER,
    )

    def one(session: Session, reader_id: int) -> None:
        reader = subscribers.lock(session, reader_id)
        if subscribers.reminded(session, reader, now=now) and not _left_alone(session, reader):
            letters.reminder(session, desk, reader, now=now)

    return _each(engine, late.limit(AT_ONCE), one)


def follow_orders(engine: Engine, desk: Desk, *, now: datetime) -> int:
    """Begin the letters after a purchase for readers who have bought, and end their welcome."""
    begun = exists().where(Enrolment.reader_id == Reader.id, Enrolment.series == "bought")
    active = exists().where(
        Enrolment.reader_id == Reader.id, Enrolment.series == "welcome", Enrolment.state == "active"
    )
    buyers = (
        select(Reader.id)
        .join(Order, Order.email_normalized == Reader.email_normalized)
        .where(
            Order.placed_at > now - RECENT,
            Order.state == "paid",
            Order.payment_state.in_(BOUGHT),
            Reader.state == "confirmed",
            active | ~begun,
        )
        .distinct()
    )

    def one(session: Session, reader_id: int) -> None:
        reader = subscribers.lock(session, reader_id)
        bought = purchases.of_reader(session, reader.email_normalized, now=now, zone=desk.zone)
        if bought.any:
            subscribers.stop(session, reader.id, "bought", series="welcome")
            begin_bought(session, desk, reader, bought, now=now)

    return _each(engine, buyers.limit(AT_ONCE), one)


def ask_buyers(engine: Engine, desk: Desk, *, now: datetime) -> int:
    """Ask those to confirm who ticked the box for letters at checkout and are not known yet."""
    known = exists().where(Reader.email_normalized == Order.email_normalized)
    willing = select(Order.id).where(
        Order.placed_at > now - RECENT, Order.state == "paid", Order.letters_consent_at.is_not(None), ~known
    )

    def one(session: Session, order_id: int) -> None:
        order = session.get_one(Order, order_id)
        reader = add(session, desk, Wish(order.email, slot="checkout"), now=now)
        reason = queries.suppressed(session, reader.email_normalized)
        if reason:
            subscribers.leave(session, reader, reason, now=now)
            return
        words = desk.content.phrase("checkout.consent")
        at = order.letters_consent_at or now
        subscribers.agree(session, reader, "checkout", words=words, slot="checkout", now=at)
        letters.chapter_asked(session, desk, reader, now=now)

    return _each(engine, willing.limit(AT_ONCE), one)


def write_about_left(engine: Engine, desk: Desk, *, now: datetime) -> int:
    """Write about checkouts that were left, where the setting allows it; return how many letters were written."""
    plan = desk.content.series
    is_day = is_open(now, plan.opens, plan.closes, desk.zone)
    if desk.config.checkout_reminder != "on" or not is_day:
        return 0
    written: list[bool] = []

    def one(session: Session, order_id: int) -> None:
        written.append(abandoned.write_about(session, desk, order_id, now=now))

    _each(engine, abandoned.left_checkouts(now).limit(AT_ONCE), one)
    return sum(written)


def heed_refusals(engine: Engine, *, now: datetime) -> int:
    """Leave those alone whose mail server has said that there is no such address."""
    refused = (
        select(OutboxLetter.reader_id)
        .join(Reader, Reader.id == OutboxLetter.reader_id)
        .where(OutboxLetter.state == "failed", OutboxLetter.last_error.like(REFUSED), Reader.state != "left")
    )

    def one(session: Session, reader_id: int) -> None:
        reader = subscribers.lock(session, reader_id)
        subscribers.suppress(session, reader.email, "bounced", "refused when a letter was sent", now=now)

    return _each(engine, refused.limit(AT_ONCE), one)


def forget_unconfirmed(engine: Engine, *, now: datetime) -> int:
    """Delete those who asked 30 days ago, never confirmed, and hold no link that still works."""
    link = exists().where(ReaderLink.reader_id == Reader.id, ReaderLink.expires_at > now)
    gone = select(Reader.id).where(
        Reader.state.in_(("pending", "left")),
        Reader.confirmed_at.is_(None),
        Reader.asked_at <= now - KEPT_UNCONFIRMED,
        ~link,
    )
    return _each(engine, gone.limit(AT_ONCE), lambda session, one: subscribers.forget(session, [one]))


def _left_alone(session: Session, reader: Reader) -> bool:
    return bool(queries.suppressed(session, reader.email_normalized))


def _each(engine: Engine, found: Select[Any], act: Callable[[Session, int], object]) -> int:
    with reading(engine) as session:
        ids: Sequence[int] = session.scalars(found).all()
    for one in ids:
        with writing(engine) as session:
            act(session, one)
    return len(ids)

"""One step of a series: whether a reader's next letter is written now, later, or never."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.content import Step
from shop.mail.models import OutboxLetter
from shop.mail.rules import SERIES
from shop.subscribers import actions as subscribers
from shop.subscribers import queries
from shop.subscribers.models import Enrolment, Reader
from shop.subscribers.rules import days_later, is_open, next_day, next_opening
from shop.welcome import letters, purchases
from shop.welcome.desk import Desk
from shop.welcome.purchases import Purchases
from shop.welcome.queries import code_of
from shop.welcome.rules import activity, letter_of

# Who bought long before she became a reader needs no letter about her first session.
FRESH_PURCHASE = timedelta(days=14)


def take_step(session: Session, desk: Desk, enrolment_id: int, *, now: datetime) -> bool:
    """Move one series on, if it is due; return whether a letter was written.

    It ends when the reader has left or, the welcome, has bought. It waits while a parcel is on its way to her, at
    night, and while she has had a letter of this day or one is still to leave. The reader's row is locked, so that
    two series never write on the same day.
    """
    reader_id = session.scalars(select(Enrolment.reader_id).where(Enrolment.id == enrolment_id)).one()
    reader = subscribers.lock(session, reader_id)
    enrolment = session.get_one(Enrolment, enrolment_id, populate_existing=True)
    if enrolment.state != "active" or enrolment.due_at > now:
        return False
    if reader.state != "confirmed" or queries.suppressed(session, reader.email_normalized):
        subscribers.stop(session, reader.id, "left")
        return False
    bought = purchases.of_reader(session, reader.email_normalized, now=now, zone=desk.zone)
    if enrolment.series == "welcome" and bought.any:
        subscribers.stop(session, reader.id, "bought", series="welcome")
        begin_bought(session, desk, reader, bought, now=now)
        return False
    later = _later(session, desk, reader, bought, now=now)
    if later is not None:
        subscribers.advance(session, enrolment, position=enrolment.position, due_at=later)
        return False
    return _write_next(session, desk, reader, enrolment, now=now)


def begin_bought(session: Session, desk: Desk, reader: Reader, bought: Purchases, *, now: datetime) -> bool:
    """Begin the letters after a purchase; they wait for the parcel. False when there are none or they have begun.

    After an old purchase they end as they begin, so that nobody asks again.
    """
    plan = desk.content.series
    steps = plan.of("bought")
    if not steps:
        return False
    due_at = days_later(now, steps[0].day, plan.opens, plan.closes, desk.zone)
    begun = subscribers.start(session, reader.id, "bought", due_at=due_at, now=now)
    old = bought.arrived_at is not None and bought.arrived_at < now - FRESH_PURCHASE
    if begun and old and not bought.travelling:
        subscribers.stop(session, reader.id, "old", series="bought")
    return begun


def _later(
    session: Session, desk: Desk, reader: Reader, bought: Purchases, *, now: datetime
) -> datetime | None:
    """Return when to look again, or None when a letter may be written now."""
    plan = desk.content.series
    if not is_open(now, plan.opens, plan.closes, desk.zone):
        return next_opening(now, plan.opens, plan.closes, desk.zone)
    today = now.astimezone(desk.zone).date()
    had_one = reader.letter_on is not None and reader.letter_on >= today
    if bought.travelling or had_one or _still_to_leave(session, reader, now=now, desk=desk):
        return next_day(now, plan.opens, desk.zone)
    return None


def _still_to_leave(session: Session, reader: Reader, *, now: datetime, desk: Desk) -> bool:
    """Whether the letter before waits for the mail server, or has left only today."""
    local = now.astimezone(desk.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    letter = select(OutboxLetter.id).where(
        OutboxLetter.reader_id == reader.id,
        OutboxLetter.priority == SERIES,
        OutboxLetter.state.in_(("queued", "sending"))
        | (OutboxLetter.sent_at >= midnight.astimezone(now.tzinfo)),
    )
    return session.scalar(letter.limit(1)) is not None


def _write_next(session: Session, desk: Desk, reader: Reader, enrolment: Enrolment, *, now: datetime) -> bool:
    steps = desk.content.series.of(enrolment.series)
    position = enrolment.position
    while position < len(steps) and not _wanted(session, reader, steps[position], now=now):
        position += 1
    if position >= len(steps):
        subscribers.advance(session, enrolment, position=len(steps), due_at=None)
        return False
    if not _move_on(session, desk, enrolment, steps, position, now=now):
        return False
    if not subscribers.take_day(session, reader, now.astimezone(desk.zone).date()):
        raise RuntimeError("a reader whose row is locked was written to by somebody else")
    doing = activity(reader.source, desk.content.articles)
    template = letter_of(steps[position], doing, desk.content.letters.keys())
    key = f"series:{reader.key}:{enrolment.series}:{steps[position].letter}"
    letters.of_series(session, desk, reader, template, key=key, now=now)
    return True


def _wanted(session: Session, reader: Reader, step: Step, *, now: datetime) -> bool:
    if step.only != "code_unused":
        return True
    code = code_of(session, reader, now=now)
    return code is not None and code.state == "unused"


def _move_on(
    session: Session,
    desk: Desk,
    enrolment: Enrolment,
    steps: tuple[Step, ...],
    position: int,
    *,
    now: datetime,
) -> bool:
    plan = desk.content.series
    due_at = None
    if position + 1 < len(steps):
        days = steps[position + 1].day - steps[position].day
        due_at = days_later(now, days, plan.opens, plan.closes, desk.zone)
    return subscribers.advance(session, enrolment, position=position + 1, due_at=due_at)

"""The outbox's rows: written with their reason, held by one worker at a time, marked with their fate."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Update, and_, delete, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from shop.db import is_due, lock_rows
from shop.mail import rules
from shop.mail.models import MailboxMessage, OutboxLetter
from shop.mail.rules import Lane, Letter
from shop.statements import Asked, insert_once
from shop.together import ask

# PostgreSQL's driver gives no row count for an insert that may return rows: the row itself is asked for.
_INSERTS = {
    table: insert_once(
        table.metadata.tables[table.__tablename__], table.metadata.tables[table.__tablename__].c.id
    )
    for table in (OutboxLetter, MailboxMessage)
}


def write(
    session: Session,
    template: str,
    recipient: str,
    blanks: Mapping[str, Any],
    *,
    dedupe_key: str,
    now: datetime,
    order_id: int | None = None,
    reader_id: int | None = None,
    priority: int = rules.SERVICE,
    run_at: datetime | None = None,
) -> bool:
    """Put a letter in the outbox, in its reason's transaction. Return False if that reason already wrote.

    ``template`` is the name of a file in content/emails, ``blanks`` fill it: strings, or rows as a list of
    ``[left, right]``, or a link whose token is made when the letter leaves: ``{"path": "/orders/{}", "seed": seed}``
    (see shop.tokens). ``dedupe_key`` names the reason (160 characters at most). ``priority``: see mail.rules.
    ``run_at``: it waits until then, so that its reason can still be taken back; by default it leaves at once.
    """
    writing = letter(
        template,
        recipient,
        blanks,
        dedupe_key=dedupe_key,
        now=now,
        order_id=order_id,
        reader_id=reader_id,
        priority=priority,
        run_at=run_at,
    )
    return bool(ask(session, [writing])[0])


def letter(
    template: str,
    recipient: str,
    blanks: Mapping[str, Any],
    *,
    dedupe_key: str,
    now: datetime,
    order_id: int | None = None,
    reader_id: int | None = None,
    priority: int = rules.SERVICE,
    run_at: datetime | None = None,
) -> Asked:
    """Return ``write`` as one of those that are asked together; it returns a row unless that reason already wrote."""
    return _INSERTS[OutboxLetter].asked(
        {
            "dedupe_key": dedupe_key,
            "template": template,
            "recipient": recipient,
            "blanks": dict(blanks),
            "order_id": order_id,
            "reader_id": reader_id,
            "priority": priority,
            "state": "queued",
            "tries": 0,
            "run_at": run_at or now,
            "message_id": rules.message_id(dedupe_key),
            "last_error": "",
            "created_at": now,
        }
    )


def claim(
    session: Session, *, now: datetime, limit: int, lease_seconds: float, lane: Lane = rules.EVERYTHING
) -> list[Letter]:
    """Take up to ``limit`` letters of a lane that are due, for ``lease_seconds``; no other worker gets them meanwhile.

    A letter whose holder died is due again when its lease is over, so a letter leaves at least once: if the
    mail server had already said yes, it leaves again under the same Message-ID. The session must be one that
    writes (on SQLite its transaction began IMMEDIATE; on PostgreSQL rows held by others are skipped).
    """
    _give_up_on_deadly(session, now=now)
    query = (
        select(OutboxLetter)
        .where(_due(now), _in_lane(lane))
        .order_by(OutboxLetter.priority, OutboxLetter.run_at, OutboxLetter.id)
        .limit(limit)
    )
    if lock_rows(session):
        query = query.with_for_update(skip_locked=True)
    locked_until = now + timedelta(seconds=lease_seconds)
    taken = session.scalars(query).all()
    for row in taken:
        row.state, row.locked_until = "sending", locked_until
        row.tries += 1
    session.flush()
    return [_in_hand(row, locked_until) for row in taken]


def any_due(session: Session, *, now: datetime, lane: Lane = rules.EVERYTHING) -> bool:
    """Whether a claim would find something; a read, so that an idle worker never stands in a writer's way."""
    return session.scalar(select(OutboxLetter.id).where(_due(now), _in_lane(lane)).limit(1)) is not None


def mark_sent(session: Session, letter: Letter, *, now: datetime) -> bool:
    """Note that ``letter`` has left. False, and no change, if it is no longer held under this lease."""
    return _mark(session, letter, state="sent", sent_at=now, last_error="")


def mark_failed(
    session: Session, letter: Letter, error: str, *, permanent: bool, jitter: float, now: datetime
) -> bool:
    """Note why ``letter`` did not leave: it waits for its next try, or it has failed for good.

    ``error`` is a sentence for people. ``permanent``: no later try can help. ``jitter`` (0 to 1) spreads the
    waits. False, and no change, if the letter is no longer held under this lease.
    """
    error = error[: rules.ERROR_LENGTH]
    if permanent or letter.tries >= rules.MAX_TRIES:
        return _mark(session, letter, state="failed", last_error=error)
    run_at = now + rules.wait(letter.tries, jitter)
    return _mark(session, letter, state="queued", run_at=run_at, last_error=error)


def give_back(session: Session, letter: Letter) -> bool:
    """Put ``letter`` back as if it had not been taken: its time was over before it was tried."""
    return _mark(session, letter, state="queued", tries=letter.tries - 1)


def put_off(session: Session, letter: Letter, error: str, *, jitter: float, now: datetime) -> bool:
    """Put ``letter`` back because the mail server cannot be reached: no try of its own is used up.

    It rests for about a minute (``jitter`` from 0 to 1 spreads that), however often this happens: when the server
    is back, nothing waits for the end of a long pause.
    """
    run_at = now + rules.rest(jitter)
    error = error[: rules.ERROR_LENGTH]
    return _mark(session, letter, state="queued", tries=letter.tries - 1, run_at=run_at, last_error=error)


def cancel_for(session: Session, reader_id: int, *, why: str, least_priority: int = rules.SERVICE) -> None:
    """Keep a reader's waiting letters from leaving, those of ``least_priority`` and beyond; ``why`` is for people."""
    session.execute(
        update(OutboxLetter)
        .where(
            OutboxLetter.reader_id == reader_id,
            OutboxLetter.state.in_(("queued", "failed")),
            OutboxLetter.priority >= least_priority,
        )
        .values(state="cancelled", last_error=why[: rules.ERROR_LENGTH])
        .execution_options(synchronize_session=False)
    )


def retry(session: Session, letter_id: int, *, by: str, now: datetime) -> bool:
    """Send a letter that failed, was cancelled or waits, as soon as possible and with all its tries.

    Return False, and change nothing, if it was sent, is just being sent, or does not exist.
    """
    again = (
        update(OutboxLetter)
        .where(OutboxLetter.id == letter_id, OutboxLetter.state.in_(("failed", "cancelled", "queued")))
        .values(state="queued", tries=0, run_at=now, last_error=f"Tried again by {by}."[: rules.ERROR_LENGTH])
    )
    return _changes(session, again)


def cancel(session: Session, letter_id: int, *, by: str) -> bool:
    """Keep a letter from leaving. Return False, and change nothing, if it has left, or is just leaving."""
    stopped = (
        update(OutboxLetter)
        .where(OutboxLetter.id == letter_id, OutboxLetter.state.in_(("failed", "queued")))
        .values(state="cancelled", last_error=f"Cancelled by {by}."[: rules.ERROR_LENGTH])
    )
    return _changes(session, stopped)


def forget(session: Session, reader_ids: Sequence[int]) -> None:
    """Delete every letter of these readers, sent or not, and what the demo mailbox kept of them."""
    letters = OutboxLetter.reader_id.in_(reader_ids)
    # A message is known by the letter's id of 40 characters and the shop's host: <id@host>.
    kept = func.substr(MailboxMessage.message_id, 2, 40)
    session.execute(
        delete(MailboxMessage)
        .where(kept.in_(select(OutboxLetter.message_id).where(letters)))
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(OutboxLetter).where(letters).execution_options(synchronize_session=False))


def take_back(session: Session, dedupe_key: str) -> bool:
    """Take a letter out of the outbox whose reason is taken back; return whether it has not left and now will not.

    True as well when its reason wrote no letter. Its row goes: nobody can send it again.
    """
    gone = delete(OutboxLetter).where(OutboxLetter.dedupe_key == dedupe_key, OutboxLetter.state == "queued")
    session.execute(gone)
    return session.scalar(select(OutboxLetter.id).where(OutboxLetter.dedupe_key == dedupe_key)) is None


def keep(
    session: Session,
    *,
    message_id: str,
    recipient: str,
    subject: str,
    text: str,
    html: str,
    now: datetime,
) -> bool:
    """Put a finished message in the demo mailbox. False if one with this ``message_id`` is already there."""
    message = {
        "message_id": message_id,
        "recipient": recipient,
        "subject": subject,
        "text": text,
        "html": html,
        "received_at": now,
    }
    return _INSERTS[MailboxMessage].scalar(session, message) is not None


def _in_lane(lane: Lane) -> Any:
    return OutboxLetter.priority.between(lane.first, lane.last)


def _due(now: datetime) -> Any:
    waiting = and_(
        OutboxLetter.state == "queued", is_due(OutboxLetter.run_at, now, farthest=rules.FARTHEST_TRY)
    )
    abandoned = and_(
        OutboxLetter.state == "sending",
        is_due(OutboxLetter.locked_until, now, farthest=rules.LONGEST_LEASE),
    )
    return or_(waiting, abandoned)


def _give_up_on_deadly(session: Session, *, now: datetime) -> None:
    # A letter that kills whoever sends it comes back by its lease, not by mark_failed; it must end too.
    session.execute(
        update(OutboxLetter)
        .where(
            OutboxLetter.state == "sending",
            is_due(OutboxLetter.locked_until, now, farthest=rules.LONGEST_LEASE),
            OutboxLetter.tries >= rules.MAX_TRIES,
        )
        .values(
            state="failed",
            locked_until=None,
            last_error=f"The worker stopped {rules.MAX_TRIES} times while sending this letter.",
        )
    )


def _in_hand(row: OutboxLetter, locked_until: datetime) -> Letter:
    return Letter(
        id=row.id,
        template=row.template,
        recipient=row.recipient,
        blanks=row.blanks,
        message_id=row.message_id,
        tries=row.tries,
        locked_until=locked_until,
        created_at=row.created_at,
    )


def _mark(session: Session, letter: Letter, **values: Any) -> bool:
    # Tries and lease together name one claim: a worker that overslept its lease changes nothing.
    held = (
        update(OutboxLetter)
        .where(
            OutboxLetter.id == letter.id,
            OutboxLetter.state == "sending",
            OutboxLetter.tries == letter.tries,
            OutboxLetter.locked_until == letter.locked_until,
        )
        .values(locked_until=None, **values)
    )
    return _changes(session, held)


def _changes(session: Session, statement: Update) -> bool:
    result = cast(CursorResult[Any], session.execute(statement))
    return result.rowcount == 1

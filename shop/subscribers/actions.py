"""Changing readers: asked, confirmed, left, suppressed, forgotten. Each change is a conditional one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shop.db import Base, lock_rows
from shop.email_address import normalize
from shop.mail import actions as mail
from shop.mail.rules import SERIES
from shop.subscribers import rules
from shop.subscribers.models import Consent, ConsentWording, Enrolment, Reader, ReaderLink, Suppression
from shop.subscribers.queries import address_hash


def find_or_add(
    session: Session, email: str, *, key: str, seed: str, source: str, slot: str, now: datetime
) -> Reader:
    """Return the reader of a mailbox, locked; a new one is pending. ``email`` is an address as ``parse`` returns it.

    ``source`` is the slug of the article she came from, ``slot`` the place of the form; a known reader keeps hers.
    """
    _insert_once(
        session,
        Reader,
        key=key,
        email=email,
        email_normalized=normalize(email),
        seed=seed,
        source=source,
        slot=slot,
        asked_at=now,
    )
    found = select(Reader.id).where(Reader.email_normalized == normalize(email))
    return lock(session, session.scalars(found).one())


def lock(session: Session, reader_id: int) -> Reader:
    """Return the reader, locked until the transaction ends, as she is now in the database."""
    statement = select(Reader).where(Reader.id == reader_id).execution_options(populate_existing=True)
    return session.scalars(statement.with_for_update() if lock_rows(session) else statement).one()


def agree(
    session: Session,
    reader: Reader,
    kind: str,
    *,
    words: str,
    now: datetime,
    network: str = "",
    source: str = "",
    slot: str = "",
) -> None:
    """Write down a step of a consent: ``kind`` (see Consent), and the sentence ``words`` that was agreed to, if any."""
    version = rules.wording_version(words) if words else None
    if version:
        _insert_once(session, ConsentWording, version=version, words=words, first_used_at=now)
    session.add(
        Consent(
            reader_id=reader.id,
            kind=kind,
            wording_version=version,
            source=source,
            slot=slot,
            network=network,
            at=now,
        )
    )


def add_link(session: Session, reader_id: int, kind: str, token_hash: str, *, now: datetime) -> None:
    """Let a token open what is the reader's: ``kind`` chapter for seven days, leave for good. Repeating is harmless."""
    expires_at = now + rules.LINK_LIFETIME if kind == "chapter" else None
    _insert_once(
        session,
        ReaderLink,
        hash=token_hash,
        reader_id=reader_id,
        kind=kind,
        created_at=now,
        expires_at=expires_at,
    )


def revoke_links(session: Session, reader_id: int, *, now: datetime) -> None:
    """Let no link to the chapter that was sent so far open anything any more. Links to leave go on working."""
    session.execute(
        _quietly(
            update(ReaderLink)
            .where(
                ReaderLink.reader_id == reader_id,
                ReaderLink.kind == "chapter",
                ReaderLink.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
    )


def confirm(session: Session, reader: Reader, *, now: datetime) -> bool:
    """Make somebody a reader, or a reader again. False, and no change, when she is one already."""
    return _changes(
        session,
        update(Reader)
        .where(Reader.id == reader.id, Reader.state != "confirmed")
        .values(
            state="confirmed",
            confirmed_at=reader.confirmed_at or now,
            left_at=None,
            left_why="",
        ),
        reader,
    )


def opened(session: Session, reader: Reader, *, now: datetime) -> None:
    """Note that the chapter was opened; the first time counts."""
    statement = update(Reader).where(Reader.id == reader.id, Reader.opened_at.is_(None)).values(opened_at=now)
    _changes(session, statement, reader)


def give_code(session: Session, reader: Reader, code_id: int) -> bool:
    """Give a reader her code. False, and no change, when she has one."""
    statement = update(Reader).where(Reader.id == reader.id, Reader.code_id.is_(None)).values(code_id=code_id)
    return _changes(session, statement, reader)


def reminded(session: Session, reader: Reader, *, now: datetime) -> bool:
    """Note the one reminder. False when there was one, or none is needed any more."""
    statement = (
        update(Reader)
        .where(Reader.id == reader.id, Reader.reminded_at.is_(None), Reader.state == "pending")
        .values(reminded_at=now)
    )
    return _changes(session, statement, reader)


def take_day(session: Session, reader: Reader, day: date) -> bool:
    """Take the day's one letter for a reader. False when a letter of this day or a later one was written already."""
    statement = (
        update(Reader)
        .where(Reader.id == reader.id, or_(Reader.letter_on.is_(None), Reader.letter_on < day))
        .values(letter_on=day)
    )
    return _changes(session, statement, reader)


def leave(session: Session, reader: Reader, why: str, *, now: datetime) -> bool:
    """Send a reader no more letters: waiting ones are called back, series end. False when she had left already.

    Letters about her orders are none of a reader's, and go on.
    """
    left = _changes(
        session,
        update(Reader)
        .where(Reader.id == reader.id, Reader.state != "left")
        .values(state="left", left_at=now, left_why=why),
        reader,
    )
    if left:
        session.add(Consent(reader_id=reader.id, kind="left", source=reader.source, slot=why, at=now))
        stop(session, reader.id, "left")
        mail.cancel_for(session, reader.id, why="The reader has left.", least_priority=SERIES)
    return left


def start(session: Session, reader_id: int, series: str, *, due_at: datetime, now: datetime) -> bool:
    """Begin a series, or go on with one that ended because the reader had left. False when neither was needed."""
    if _insert_once(session, Enrolment, reader_id=reader_id, series=series, started_at=now, due_at=due_at):
        return True
    return _changes(
        session,
        update(Enrolment)
        .where(
            Enrolment.reader_id == reader_id,
            Enrolment.series == series,
            Enrolment.state == "stopped",
            Enrolment.why == "left",
        )
        .values(state="active", why="", due_at=due_at),
    )


def stop(session: Session, reader_id: int, why: str, *, series: str = "") -> None:
    """End the reader's series, or only ``series``."""
    statement = update(Enrolment).where(Enrolment.reader_id == reader_id, Enrolment.state == "active")
    if series:
        statement = statement.where(Enrolment.series == series)
    session.execute(_quietly(statement.values(state="stopped", why=why)))


def advance(session: Session, enrolment: Enrolment, *, position: int, due_at: datetime | None) -> bool:
    """Move a series on to ``position``, due at ``due_at``; None: it is done. False when somebody else moved it."""
    moved = (
        update(Enrolment)
        .where(
            Enrolment.id == enrolment.id,
            Enrolment.state == "active",
            Enrolment.position == enrolment.position,
            Enrolment.due_at == enrolment.due_at,
        )
        .values(
            position=position,
            due_at=due_at or enrolment.due_at,
            state="active" if due_at else "done",
        )
    )
    return _changes(session, moved)


def suppress(session: Session, email: str, reason: str, detail: str, *, now: datetime) -> bool:
    """Send an address no letter any more: ``reason`` bounced or complained. False when that was known."""
    normalized = normalize(email)
    new = _insert_once(
        session,
        Suppression,
        address_hash=address_hash(normalized),
        reason=reason,
        detail=detail[:200],
        at=now,
    )
    reader_id = session.scalar(select(Reader.id).where(Reader.email_normalized == normalized))
    if reader_id is not None:
        leave(session, lock(session, reader_id), reason, now=now)
        mail.cancel_for(session, reader_id, why=f"The address has {reason}.")
    return new


def lift(session: Session, email: str) -> bool:
    """Let letters go to an address again. False when nothing stood in their way."""
    mine = delete(Suppression).where(Suppression.address_hash == address_hash(normalize(email)))
    return _changes(session, mine)


def forget(session: Session, reader_ids: Sequence[int]) -> None:
    """Delete readers and everything that is only theirs: consents, links, series, letters."""
    mail.forget(session, reader_ids)
    for table in (Consent, ReaderLink, Enrolment):
        session.execute(_quietly(delete(table).where(table.reader_id.in_(reader_ids))))
    session.execute(_quietly(delete(Reader).where(Reader.id.in_(reader_ids))))


def _changes(session: Session, statement: Update | Delete, reader: Reader | None = None) -> bool:
    session.flush()
    result = cast(CursorResult[Any], session.execute(_quietly(statement)))
    if reader is not None:
        session.refresh(reader)
    return result.rowcount == 1


def _quietly(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


def _insert_once(session: Session, table: type[Base], **values: Any) -> bool:
    insert = postgresql.insert if lock_rows(session) else sqlite.insert
    key = next(iter(cast(Any, table).__table__.primary_key.columns))
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(key)
    return session.scalar(statement) is not None

"""Reading readers: one by a link, by her key or her address, and whom to leave alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.email_address import normalize
from shop.subscribers.models import Consent, ConsentWording, Enrolment, Reader, ReaderLink, Suppression
from shop.tokens import hash_of, token_shaped


@dataclass(frozen=True)
class Link:
    """What a token opens: whose it is, and whether it still does."""

    reader_id: int
    kind: str
    expired: bool


@dataclass(frozen=True)
class ConsentShown:
    """A step of a consent with the words that were agreed to."""

    kind: str
    at: datetime
    version: str
    words: str
    source: str
    slot: str
    network: str


def address_hash(email_normalized: str) -> str:
    """Return what is kept of an address that is to be left alone."""
    return hashlib.sha256(email_normalized.encode()).hexdigest()


def link(session: Session, token: str, kind: str, *, now: datetime) -> Link | None:
    """Return what ``token`` opens, or None for one that was never sent, was revoked, or opens something else."""
    if not token_shaped(token):
        return None
    row = session.execute(
        select(ReaderLink.reader_id, ReaderLink.expires_at).where(
            ReaderLink.hash == hash_of(token), ReaderLink.kind == kind, ReaderLink.revoked_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return None
    return Link(row.reader_id, kind, row.expires_at is not None and row.expires_at <= now)


def suppressed(session: Session, email_normalized: str) -> str:
    """Return why no letter may go to an address, or nothing."""
    query = select(Suppression.reason).where(Suppression.address_hash == address_hash(email_normalized))
    return session.scalar(query) or ""


def by_key(session: Session, key: str) -> Reader | None:
    """Return the reader that people know as ``key``, or None."""
    return session.scalars(select(Reader).where(Reader.key == key[:30])).one_or_none()


def by_email(session: Session, email: str) -> Reader | None:
    """Return the reader of a mailbox, or None."""
    return session.scalars(select(Reader).where(Reader.email_normalized == normalize(email))).one_or_none()


def consents(session: Session, reader_id: int) -> list[ConsentShown]:
    """Return the steps of a reader's consent, oldest first."""
    rows = session.execute(
        select(Consent, ConsentWording.words)
        .outerjoin(ConsentWording, ConsentWording.version == Consent.wording_version)
        .where(Consent.reader_id == reader_id)
        .order_by(Consent.id)
    )
    return [
        ConsentShown(
            step.kind, step.at, step.wording_version or "", words or "", step.source, step.slot, step.network
        )
        for step, words in rows
    ]


def enrolments(session: Session, reader_id: int) -> Sequence[Enrolment]:
    """Return where a reader is in each series."""
    return session.scalars(
        select(Enrolment).where(Enrolment.reader_id == reader_id).order_by(Enrolment.id)
    ).all()

"""Readers: who asked for the chapter, what they agreed to, which letters they are to get, and whom to leave alone."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, Moment


class Reader(Base):
    """Somebody who asked for the free chapter. Counted as a reader once she has confirmed it herself.

    ``key`` is what people see in addresses. ``seed`` is what her link to leave is made of (see shop.tokens).
    ``letter_on`` is the day, in the shop's time zone, of her last letter of a series.
    """

    __tablename__ = "readers"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'confirmed', 'left')", name="state_known"),
        CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_has_moment"),
        CheckConstraint("(state = 'left') = (left_at IS NOT NULL)", name="left_has_moment"),
        CheckConstraint("code_id IS NULL OR confirmed_at IS NOT NULL", name="code_after_confirmation"),
        Index("ix_readers_state", "state", "asked_at"),
        Index("ix_readers_source", "source", "asked_at"),
        # How many came in a week is counted in these alone.
        Index("ix_readers_asked_at", "asked_at"),
        Index("ix_readers_confirmed_at", "confirmed_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(22), unique=True)
    email: Mapped[str] = mapped_column(String(320))
    email_normalized: Mapped[str] = mapped_column(String(320), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    source: Mapped[str] = mapped_column(String(100), default="")
    slot: Mapped[str] = mapped_column(String(20), default="")
    seed: Mapped[str] = mapped_column(String(43), unique=True)
    code_id: Mapped[int | None] = mapped_column(ForeignKey("codes.id"), unique=True)
    letter_on: Mapped[date | None]
    asked_at: Mapped[datetime] = mapped_column(Moment)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)
    left_why: Mapped[str] = mapped_column(String(20), default="")


class ReaderTotals(Base):
    """One row: how many readers are in each state (``gone``: left). The database moves it with every reader."""

    __tablename__ = "reader_totals"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_row"),
        CheckConstraint("pending >= 0 AND confirmed >= 0 AND gone >= 0", name="not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    pending: Mapped[int]
    confirmed: Mapped[int]
    gone: Mapped[int]


class ConsentWording(Base):
    """The sentence people agreed to, as it stood beside the button; ``version`` is made of its letters."""

    __tablename__ = "consent_wordings"
    version: Mapped[str] = mapped_column(String(12), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime] = mapped_column(Moment)


class Consent(Base):
    """One step of a consent: asked for, confirmed, given at checkout, taken back. Proof, so it is never changed."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("kind IN ('asked', 'confirmed', 'checkout', 'left')", name="kind_known"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("readers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    wording_version: Mapped[str | None] = mapped_column(ForeignKey("consent_wordings.version"))
    source: Mapped[str] = mapped_column(String(100), default="")
    slot: Mapped[str] = mapped_column(String(20), default="")
    network: Mapped[str] = mapped_column(String(50), default="")
    at: Mapped[datetime] = mapped_column(Moment)


class ReaderLink(Base):
    """A link that was sent to a reader, known by the hash of its token. A link to leave never expires."""

    __tablename__ = "reader_links"
    __table_args__ = (
        CheckConstraint("kind IN ('chapter', 'leave')", name="kind_known"),
        CheckConstraint("kind = 'leave' OR expires_at IS NOT NULL", name="chapter_expires"),
    )
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("readers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class Enrolment(Base):
    """Where a reader is in a series: ``position`` is the step that comes next, counted from 0."""

    __tablename__ = "enrolments"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'done', 'stopped')", name="state_known"),
        CheckConstraint("position >= 0", name="position_not_negative"),
        UniqueConstraint("reader_id", "series"),
        Index("ix_enrolments_due", "state", "due_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("readers.id"))
    series: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="active")
    why: Mapped[str] = mapped_column(String(20), default="")
    started_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)


class Suppression(Base):
    """An address to which no letter goes any more, known by its hash: it outlives the reader's row."""

    __tablename__ = "suppressions"
    __table_args__ = (CheckConstraint("reason IN ('bounced', 'complained')", name="reason_known"),)
    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(12))
    detail: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(Moment)

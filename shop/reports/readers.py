"""Lists of readers, how many there are, and how their number grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func as sql
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shop.discounts.models import Code
from shop.email_address import normalize
from shop.subscribers.models import Reader, ReaderTotals

VIEWS = {
    "confirmed": Reader.state == "confirmed",
    "pending": Reader.state == "pending",
    "left": Reader.state == "left",
}


@dataclass(frozen=True)
class ReaderRow:
    """A reader as one row of a list."""

    id: int
    key: str
    email: str
    state: str
    left_why: str
    source: str
    slot: str
    asked_at: datetime
    confirmed_at: datetime | None
    code: str | None
    code_used: int | None


@dataclass(frozen=True)
class Week:
    """How many asked and how many confirmed in the week that begins on ``begins_on``."""

    begins_on: date
    asked: int
    confirmed: int


def counts(session: Session) -> dict[str, int]:
    """Return how many readers each view has: one row, however many there are."""
    totals = ReaderTotals
    row = session.execute(select(totals.confirmed, totals.pending, totals.gone.label("left"))).one()
    return dict(row._mapping)


def listed(
    session: Session,
    *,
    view: str = "",
    typed: str = "",
    source: str = "",
    before: int | None = None,
    limit: int,
) -> list[ReaderRow]:
    """Return a page of readers, newest first: of a view, whose address begins with ``typed``, from one article."""
    query = select(
        *(Reader.id, Reader.key, Reader.email, Reader.state, Reader.left_why, Reader.source, Reader.slot),
        *(Reader.asked_at, Reader.confirmed_at, Code.code, Code.redeemed),
    ).outerjoin(Code, Code.id == Reader.code_id)
    if view:
        query = query.where(VIEWS[view])
    if source:
        query = query.where(Reader.source == source)
    if typed:
        text = typed.strip().lower()
        found = Reader.email_normalized.startswith(text, autoescape=True)
        query = query.where(or_(found, Reader.email_normalized == normalize(text)) if "@" in text else found)
    if before is not None:
        query = query.where(Reader.id < before)
    return [ReaderRow(*row) for row in session.execute(query.order_by(Reader.id.desc()).limit(limit))]


def growth(session: Session, *, today: date, weeks: int, zone: ZoneInfo) -> Sequence[Week]:
    """Return the last ``weeks`` weeks, this one last."""
    monday = today - timedelta(days=today.weekday())
    begins = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    edges = [datetime.combine(day, time(), tzinfo=zone) for day in [*begins, monday + timedelta(weeks=1)]]

    def within(column: Any, index: int) -> Any:
        return (
            select(sql.count())
            .where(column >= edges[index], column < edges[index + 1])
            .scalar_subquery()
            .label(f"{column.key}_{index}")
        )

    moments = (Reader.asked_at, Reader.confirmed_at)
    # Each count is a stretch of one index: nothing older is looked at.
    found = session.execute(
        select(*(within(column, index) for index in range(weeks) for column in moments))
    ).one()
    return [Week(day, found[2 * index], found[2 * index + 1]) for index, day in enumerate(begins)]

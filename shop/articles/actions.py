"""Counting how often an article is read, where it leads on, and what readers say of it."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

COUNT = text(
    "INSERT INTO article_days (slug, counted_on, useful_yes, useful_no) VALUES (:slug, :counted_on, :yes, :no) "
    "ON CONFLICT (slug, counted_on) DO UPDATE SET useful_yes = article_days.useful_yes + :yes, "
    "useful_no = article_days.useful_no + :no"
)

VISITS = text(
    "INSERT INTO article_visits (slug, slot, counted_on, visits) VALUES (:slug, :slot, :counted_on, :visits) "
    "ON CONFLICT (slug, slot, counted_on) DO UPDATE SET visits = article_visits.visits + :visits"
)


def count_visits(session: Session, counts: Mapping[tuple[str, str, date], int]) -> None:
    """Add visits by article, place (empty: the article itself) and day. No row says whose they were."""
    rows = [
        {"slug": slug, "slot": slot, "counted_on": counted_on, "visits": visits}
        for (slug, slot, counted_on), visits in sorted(counts.items())
    ]
    if rows:
        session.execute(VISITS, rows)


def count_answer(session: Session, slug: str, *, useful: bool, counted_on: date) -> None:
    """Add one answer to the article's day. No row says who answered."""
    session.execute(
        COUNT, {"slug": slug, "counted_on": counted_on, "yes": int(useful), "no": int(not useful)}
    )

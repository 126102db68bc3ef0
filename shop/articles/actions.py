"""Counting what readers say of an article."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

COUNT = text(
    "INSERT INTO article_days (slug, counted_on, useful_yes, useful_no) VALUES (:slug, :counted_on, :yes, :no) "
    "ON CONFLICT (slug, counted_on) DO UPDATE SET useful_yes = article_days.useful_yes + :yes, "
    "useful_no = article_days.useful_no + :no"
)


def count_answer(session: Session, slug: str, *, useful: bool, counted_on: date) -> None:
    """Add one answer to the article's day. No row says who answered."""
    session.execute(
        COUNT, {"slug": slug, "counted_on": counted_on, "yes": int(useful), "no": int(not useful)}
    )

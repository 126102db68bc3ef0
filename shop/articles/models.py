"""How often an article is read and what readers say of it, as totals per day: nothing tells who it was."""

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class ArticleDay(Base):
    """How many readers of one article found it useful, or not, on one day of the shop's time zone."""

    __tablename__ = "article_days"
    __table_args__ = (CheckConstraint("useful_yes >= 0 AND useful_no >= 0", name="counts_not_negative"),)
    slug: Mapped[str] = mapped_column(String(100), primary_key=True)
    counted_on: Mapped[date] = mapped_column(primary_key=True)
    useful_yes: Mapped[int] = mapped_column(default=0)
    useful_no: Mapped[int] = mapped_column(default=0)


class ArticleVisits(Base):
    """How often an article was read on one day (``slot`` empty), or led on from one of its places (``slot``)."""

    __tablename__ = "article_visits"
    __table_args__ = (CheckConstraint("visits >= 0", name="visits_not_negative"),)
    slug: Mapped[str] = mapped_column(String(100), primary_key=True)
    slot: Mapped[str] = mapped_column(String(20), primary_key=True)
    counted_on: Mapped[date] = mapped_column(primary_key=True)
    visits: Mapped[int] = mapped_column(default=0)

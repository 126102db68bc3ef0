"""The shelves as staff see them: stock, how long it lasts, and the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.catalog.models import Stock, StockMovement, Variant

# What is sold in this many days says how long the rest will last; under two weeks it is time to order more.
COVER_DAYS = 28
LOW_COVER_DAYS = 14


@dataclass(frozen=True)
class Level:
    """A variant as staff see it. Stock is None for what has none of its own; ``sold`` is of the last 28 days."""

    sku: str
    name: str
    slug: str
    price_amount: int
    currency: str
    active: bool
    digital: bool
    on_hand: int | None
    held: int | None
    reorder_at: int | None
    location: str | None
    sold: int

    @property
    def free(self) -> int | None:
        """How many pieces are neither sold nor held."""
        return None if self.on_hand is None or self.held is None else self.on_hand - self.held

    @property
    def cover(self) -> int | None:
        """For how many days the free pieces last at the pace of 28 days; None when nothing was sold."""
        return self._lasts(self.free)

    @property
    def low(self) -> bool:
        """Whether it is time to order more: at the reorder point, or under two weeks' cover."""
        return self._low(self.free)

    @property
    def low_for_sure(self) -> bool:
        """Whether it is low even if every piece that is held comes back, because nobody pays for it."""
        return self._low(self.on_hand)

    def _lasts(self, pieces: int | None) -> int | None:
        return pieces * COVER_DAYS // self.sold if pieces is not None and self.sold else None

    def _low(self, pieces: int | None) -> bool:
        if pieces is None or self.reorder_at is None:
            return False
        days = self._lasts(pieces)
        return pieces <= self.reorder_at or (days is not None and days < LOW_COVER_DAYS)


def levels(session: Session, *, now: datetime) -> list[Level]:
    """Return every variant with its stock and what was sold of it lately, in the order of the shelves."""
    sold = (
        select(StockMovement.sku, (-func.sum(StockMovement.delta)).label("sold"))
        .where(StockMovement.reason == "sold", StockMovement.created_at > now - timedelta(days=COVER_DAYS))
        .group_by(StockMovement.sku)
        .subquery()
    )
    rows: Iterable[Any] = session.execute(
        select(
            Variant.sku,
            Variant.name,
            Variant.slug,
            Variant.price_amount,
            Variant.currency,
            Variant.active,
            Variant.digital,
            Stock.on_hand,
            Stock.held,
            Stock.reorder_at,
            Stock.location,
            func.coalesce(sold.c.sold, 0),
        )
        .outerjoin(Stock, Stock.sku == Variant.sku)
        .outerjoin(sold, sold.c.sku == Variant.sku)
        .order_by(Variant.position, Variant.id)
    )
    return [Level(*row) for row in rows]


def locations(session: Session) -> dict[str, str]:
    """Return where each SKU lies, for those of which somebody has said so."""
    statement = select(Stock.sku, Stock.location).where(Stock.location.is_not(None))
    return {sku: str(location) for sku, location in session.execute(statement)}


def ledger(session: Session, sku: str, *, before: int | None, limit: int) -> Sequence[StockMovement]:
    """Return a page of what moved of a SKU, newest first: movements with an id below ``before``."""
    statement = select(StockMovement).where(StockMovement.sku == sku).order_by(StockMovement.id.desc())
    if before is not None:
        statement = statement.where(StockMovement.id < before)
    return session.scalars(statement.limit(limit)).all()

"""What goods cost before the ninety days, and what one of them is to cost later: invented, like all of it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from shop.catalog.models import PriceChange
from shop.catalog.rules import Item
from shop.demo.names import BY, DAY, DAYS

# What was added to the price (minor units) how many days ago. Every order of the history was paid at the last of them.
RISES = {"HOOK-1": ((DAYS + 210, 1000), (DAYS + 60, 600)), "BALL-1": ((DAYS + 120, 300),)}
PLANNED_SKU, PLANNED_RISE, PLANNED_IN = "HOOK-1", 600, DAY * 21


def add_prices(session: Session, items: Mapping[str, Item], *, now: datetime) -> None:
    """Give some goods a history of their price, and one of them a price that is planned."""
    for sku, rises in RISES.items():
        amount = items[sku].unit_amount
        for days_ago, rise in reversed(rises):
            at = now - DAY * days_ago
            session.add(_change(items[sku], amount, at, at, before=amount - rise))
            amount -= rise
    item = items[PLANNED_SKU]
    session.add(_change(item, item.unit_amount + PLANNED_RISE, now - DAY, now + PLANNED_IN))


def forget_prices(session: Session) -> None:
    """Take them out again. A planned price that has come into force since is what the goods cost, and stays."""
    invented = (PriceChange.by == BY) & (
        PriceChange.applied_at.is_(None) | (PriceChange.due_at == PriceChange.created_at)
    )
    session.execute(delete(PriceChange).where(invented).execution_options(synchronize_session=False))


def _change(
    item: Item, after: int, at: datetime, due_at: datetime, *, before: int | None = None
) -> PriceChange:
    return PriceChange(
        sku=item.sku,
        before_amount=before,
        after_amount=after,
        currency=item.currency,
        by=BY,
        created_at=at,
        due_at=due_at,
        applied_at=None if before is None else at,
    )

"""What staff change about goods."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from shop.catalog.models import Stock, Variant
from shop.db import publish_change


def set_active(session: Session, sku: str, *, active: bool, now: datetime) -> None:
    """Sell a SKU, or take it off the shelf; open orders keep it."""
    session.execute(update(Variant).where(Variant.sku == sku).values(active=active, updated_at=now))
    publish_change(session)


def set_reorder_point(session: Session, sku: str, pieces: int) -> None:
    """Say from how many free pieces a SKU counts as low."""
    session.execute(update(Stock).where(Stock.sku == sku).values(reorder_at=pieces))

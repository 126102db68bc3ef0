"""What staff change about goods."""

import re
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from shop.catalog.models import Stock, Variant
from shop.db import publish_change


def set_active(session: Session, sku: str, *, active: bool, now: datetime) -> None:
    """Sell a SKU, or take it off the shelf; open orders keep it."""
    session.execute(update(Variant).where(Variant.sku == sku).values(active=active, updated_at=now))
    publish_change(session)


# Letters, digits, and what stands between them: nothing that a sheet or a page could take for more than a name.
LOCATION = re.compile(r"[A-Z0-9]([A-Z0-9 ./-]{0,18}[A-Z0-9])?")


def location(typed: str) -> str | None:
    """Return a place in the store room as it is kept, such as A-03-2; "" for none, None for what is no such name."""
    name = " ".join(typed.split()).upper()
    return name if not name or LOCATION.fullmatch(name) else None


def set_location(session: Session, sku: str, name: str) -> None:
    """Say where a SKU lies in the store room; ``name`` is as ``location`` gives it."""
    session.execute(update(Stock).where(Stock.sku == sku).values(location=name or None))


def set_reorder_point(session: Session, sku: str, pieces: int) -> None:
    """Say from how many free pieces a SKU counts as low."""
    session.execute(update(Stock).where(Stock.sku == sku).values(reorder_at=pieces))

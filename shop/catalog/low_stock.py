"""Tells the shop's people when a SKU runs low: one letter for each time it does, and none until it has recovered."""

from datetime import datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shop.catalog.levels import Level, levels
from shop.catalog.models import LowStock
from shop.config import Config
from shop.db import lock_rows, reading, writing
from shop.mail import actions as mail

TABLE = LowStock.metadata.tables["low_stock"]
_OPEN_ONE = {
    dialect: insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)
    for dialect, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


def look(engine: Engine, config: Config, *, now: datetime) -> int:
    """Write about every SKU that has become low, and note which have recovered; return how many letters.

    What is low is what the Today page calls low, once it is sold: pieces that are only held may come back, and would
    make a letter of each checkout that is abandoned at the reorder point. Two workers may look at the same time:
    the database opens one time of being low for a SKU, and the letter goes with it.
    """
    if config.low_stock_mail != "on":
        return 0
    with reading(engine) as session:
        low = {level.sku: level for level in levels(session, now=now) if level.low_for_sure}
        if _open(session) == set(low):
            return 0
    with writing(engine) as session:
        # Read again, under the writers' lock: what was low a moment ago may have been sold out, or delivered.
        low = {level.sku: level for level in levels(session, now=now) if level.low_for_sure}
        known = _open(session)
        _close(session, known - set(low), now=now)
        return sum(_tell(session, config, low[sku], now=now) for sku in sorted(set(low) - known))


def _open(session: Session) -> set[str]:
    return set(session.scalars(select(LowStock.sku).where(LowStock.recovered_at.is_(None))))


def _close(session: Session, skus: set[str], *, now: datetime) -> None:
    over = update(LowStock).where(LowStock.sku.in_(skus), LowStock.recovered_at.is_(None))
    session.execute(over.values(recovered_at=now))


def _tell(session: Session, config: Config, level: Level, *, now: datetime) -> bool:
    statement = _OPEN_ONE["postgresql" if lock_rows(session) else "sqlite"]
    opened = session.scalar(statement, {"sku": level.sku, "began_at": now})
    if opened is None:
        return False
    return mail.write(
        session,
        "staff_stock_low",
        config.admin_email,
        {
            "name": level.name,
            "sku": level.sku,
            "pieces": str(level.free),
            "sold": str(level.sold),
            "lasts": "" if level.cover is None else str(level.cover),
            "admin_url": f"{config.base_url.rstrip('/')}/admin/products/{level.sku}",
        },
        dedupe_key=f"low-stock:{opened}",
        now=now,
    )

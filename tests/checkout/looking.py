"""What the tests of the money path look at."""

from typing import TypeVar

from sqlalchemy import select

from shop.catalog import actions as stock
from shop.catalog.models import Stock
from shop.checkout.till import Till
from shop.db import reading, writing
from shop.discounts.models import Code
from shop.mail.models import OutboxLetter
from shop.orders.models import OrderFlag

Row = TypeVar("Row")


def rows(till: Till, table: type[Row]) -> list[Row]:
    """Every row of one table, oldest first."""
    with reading(till.engine) as session:
        return list(session.scalars(select(table)).all())


def letters(till: Till) -> list[str]:
    """What has been written to anybody, in order."""
    with reading(till.engine) as session:
        return list(session.scalars(select(OutboxLetter.template).order_by(OutboxLetter.id)))


def flags(till: Till) -> list[str]:
    """What people have been asked to look at."""
    return [flag.reason for flag in rows(till, OrderFlag)]


def stock_of(till: Till, sku: str) -> tuple[int, int]:
    """Pieces on hand and held."""
    with reading(till.engine) as session:
        row = session.get_one(Stock, sku)
        return row.on_hand, row.held


def code_of(till: Till, text: str) -> Code:
    """A discount code as it is now."""
    with reading(till.engine) as session:
        return session.scalars(select(Code).where(Code.code == text)).one()


def leave(till: Till, sku: str, pieces: int) -> None:
    """Let only so many pieces of a SKU be free."""
    with writing(till.engine) as session:
        row = session.get_one(Stock, sku)
        delta = pieces - (row.on_hand - row.held)
        if delta:
            stock.move(session, sku, delta, "correction", by="test", note="", now=till.clock())

"""Reading the catalogue: what is for sale, at what price, and how much of it is free."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from shop.catalog.models import BundlePart, Product, Stock, Variant
from shop.catalog.rules import Item
from shop.db import PUBLIC_VERSION, VERSION_SEEN, Kept
from shop.statements import Statement

PRODUCTS = Product.metadata.tables["products"]
VARIANTS = Variant.metadata.tables["variants"]
STOCK = Stock.metadata.tables["stock"]
PARTS = BundlePart.metadata.tables["bundle_parts"]

# One row per variant, and one per part for a bundle. Tables, not mapped classes: every cart page reads this.
_GOODS = Statement(
    select(
        VARIANTS.c.sku,
        VARIANTS.c.slug,
        VARIANTS.c.name,
        VARIANTS.c.label,
        PRODUCTS.c.name.label("product_name"),
        VARIANTS.c.price_amount.label("unit_amount"),
        VARIANTS.c.currency,
        VARIANTS.c.weight_grams,
        VARIANTS.c.digital,
        VARIANTS.c.active,
        PARTS.c.part_sku,
        PARTS.c.quantity.label("part_quantity"),
    )
    .join(PRODUCTS, PRODUCTS.c.id == VARIANTS.c.product_id)
    .outerjoin(PARTS, PARTS.c.bundle_sku == VARIANTS.c.sku)
    .order_by(PRODUCTS.c.position, VARIANTS.c.position, PARTS.c.part_sku)
)
# One row at least, of a shop without any stock.
_FREE = Statement(
    select(PUBLIC_VERSION.c.number, STOCK.c.sku, (STOCK.c.on_hand - STOCK.c.held).label("free")).select_from(
        PUBLIC_VERSION.outerjoin(STOCK, true())
    )
)


@dataclass
class _Shelf:
    """The goods as rows; and what was free when they were last asked for, with the items that this makes."""

    rows: Sequence[Any]
    stocked: tuple[Sequence[Any], Mapping[str, Item]] = ((), MappingProxyType({}))


_SHELF: Kept[_Shelf] = Kept(lambda session: _Shelf(_GOODS.all(session)))


def items(session: Session) -> Mapping[str, Item]:
    """Return every variant by SKU, in the order of the shelves, with what is available now.

    One query, for what is free; the goods themselves are kept until the public version moves.
    """
    free = _FREE.all(session)
    session.info.setdefault(VERSION_SEEN, free[0].number)
    shelf = _SHELF.get(session)
    known, found = shelf.stocked
    if known != free:
        found = _items(shelf.rows, {row.sku: row.free for row in free if row.sku is not None})
        shelf.stocked = (free, found)
    return found


_SHOWN: Kept[Mapping[str, Item]] = Kept(items)


def items_shown(session: Session) -> Mapping[str, Item]:
    """Return the same as the pages show it, kept until the public version moves; no query while it has not.

    Where more than LOW_STOCK pieces are ``available`` the figure may be an old one, but it is more than that still.
    """
    return _SHOWN.get(session)


def _items(rows: Sequence[Any], free: Mapping[str, int]) -> dict[str, Item]:
    parts: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in rows:
        if row.part_sku is not None:
            parts[row.sku].append((row.part_sku, row.part_quantity))
    by_sku = {row.sku: row for row in rows}
    single = {sku: None if row.digital else free.get(sku, 0) for sku, row in by_sku.items()}
    return {sku: _item(row, parts.get(sku, ()), single) for sku, row in by_sku.items()}


def _item(row: Any, parts: Sequence[tuple[str, int]], single: Mapping[str, int | None]) -> Item:
    limits = [free // quantity for sku, quantity in parts if (free := single[sku]) is not None]
    return Item(
        sku=row.sku,
        slug=row.slug,
        name=row.name,
        label=row.label,
        product_name=row.product_name,
        unit_amount=row.unit_amount,
        currency=row.currency,
        weight_grams=row.weight_grams,
        digital=row.digital,
        active=row.active,
        parts=tuple(parts),
        available=min(limits, default=None) if parts else single[row.sku],
    )


def bundled(session: Session) -> list[tuple[str, int]]:
    """Return the parts of all bundles: SKU and how many pieces of it a bundle takes."""
    rows = _SHELF.get(session).rows
    return [(row.part_sku, row.part_quantity) for row in rows if row.part_sku is not None]


def item_by_slug(session: Session, slug: str) -> Item | None:
    """Return the item whose page is /products/``slug``, or None."""
    return next((item for item in items(session).values() if item.slug == slug), None)


def free_stock(session: Session) -> dict[str, int]:
    """Return how many pieces of each stocked SKU are neither sold nor held."""
    rows = session.execute(select(Stock.sku, Stock.on_hand - Stock.held))
    return dict(rows.all())

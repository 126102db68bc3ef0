"""Packing slips and one pick list, as one PDF."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from shop.catalog import queries as catalog
from shop.catalog.rules import Item
from shop.config import ROOT
from shop.orders import barcode, rules
from shop.orders.packing import Packed, to_pack
from shop.typesetter import pdf_of
from shop.web import filters
from shop.web.tools import tools

LAYOUT = ROOT / "templates" / "orders" / "slips.typ"


# What slips are printed on: the key stands in addresses.
PAPERS = {"letter": "Letter", "a4": "A4", "label": "4 × 6 in label"}


def slips(session: Session, numbers: Sequence[int], *, day: str, paper: str = "letter") -> bytes | None:
    """Return the PDF for the orders with these numbers that have something left to send; None when none has.

    ``day`` is printed on it; ``paper`` is one of PAPERS. Raises PressFailed.
    """
    packed = to_pack(session, numbers)
    if not packed:
        return None
    items = catalog.items(session)
    matter = {
        "title": f"Packing slips, {day}",
        "day": day,
        "paper": paper,
        "shop": tools().config.shop_name,
        "foot": filters.phrase("packing_slip.foot", shop_name=tools().config.shop_name),
        "picks": _picks(packed, items),
        "orders": [_slip(order) for order in packed],
    }
    return pdf_of(LAYOUT, matter)


def _picks(packed: Sequence[Packed], items: Mapping[str, Item]) -> list[dict[str, Any]]:
    """Return what to take from the shelves: by SKU, sets as their parts."""
    pieces: Counter[str] = Counter()
    for order in packed:
        for _, sku, quantity in order.left:
            for part, each in (items[sku].parts if sku in items else ()) or ((sku, 1),):
                pieces[part] += each * quantity
    return [
        {"sku": sku, "pieces": count, "name": items[sku].name if sku in items else sku}
        for sku, count in sorted(pieces.items())
    ]


def _slip(order: Packed) -> dict[str, Any]:
    address = rules.address_lines(order.name, order.address)
    return {
        "number": order.number,
        "bars": barcode.bars(str(order.number)),
        "placed": filters.moment(order.placed_at),
        "place": ", ".join(part for part in (order.name, (order.address or {}).get("city") or "") if part),
        "summary": ", ".join(f"{quantity} × {name}" for name, _, quantity in order.left),
        "address": list(address) or [order.email],
        "shipping": order.shipping_name,
        "lines": [{"pieces": quantity, "name": name, "sku": sku} for name, sku, quantity in order.left],
        "digital": ", ".join(order.digital),
    }

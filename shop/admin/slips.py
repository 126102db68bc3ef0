"""Packing slips and one pick list, as one PDF.

The square code on a slip leads to the page about returns and not to the order's own page: whoever has that one's
address sees prices and the buyer's e-mail and may act for her, and a slip lies in a parcel that may be a present, may
be opened by a neighbor, and may be printed twice. The order's number stands beside it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import segno
from sqlalchemy.orm import Session

from shop.catalog import levels
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
    items, places = catalog.items(session), levels.locations(session)
    returns = f"{tools().config.base_url.rstrip('/')}/returns"
    matter = {
        "title": f"Packing slips, {day}",
        "day": day,
        "paper": paper,
        "shop": tools().config.shop_name,
        "foot": filters.phrase("packing_slip.foot", shop_name=tools().config.shop_name),
        "returns": returns.partition("://")[2],
        "returns_code": segno.make(returns, error="m", micro=False).svg_inline(border=0),
        "picks": _picks(packed, items, places),
        "orders": [_slip(order, items, places) for order in packed],
    }
    return pdf_of(LAYOUT, matter)


def _picks(
    packed: Sequence[Packed], items: Mapping[str, Item], places: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return what to take from the shelves, on one way past them: by place, then SKU; sets as their parts."""
    pieces: Counter[str] = Counter()
    for order in packed:
        for _, sku, quantity in order.left:
            for part, each in _parts(sku, items) or ((sku, 1),):
                pieces[part] += each * quantity
    way = sorted(pieces, key=lambda sku: (*way_to(places.get(sku, "")), sku))
    return [_row(pieces[sku], _name(sku, items), sku, places) for sku in way]


def way_to(place: str) -> tuple[bool, list[tuple[int, str]]]:
    """Return what places are sorted by: A-2 comes before A-10, and goods whose place nobody has named come last."""
    steps = re.findall(r"[0-9]+|[^0-9]+", place)
    return not place, [(int(step), "") if step.isdigit() else (-1, step) for step in steps]


def _slip(order: Packed, items: Mapping[str, Item], places: Mapping[str, str]) -> dict[str, Any]:
    address = rules.address_lines(order.name, order.address)
    return {
        "number": order.number,
        "bars": barcode.bars(str(order.number)),
        "placed": filters.moment(order.placed_at),
        "place": ", ".join(part for part in (order.name, (order.address or {}).get("city") or "") if part),
        "summary": ", ".join(f"{quantity} × {name}" for name, _, quantity in order.left),
        "address": list(address) or [order.email],
        "shipping": order.shipping_name,
        "lines": [row for line in order.left for row in _rows(*line, items, places)],
        "digital": ", ".join(order.digital),
        "note": order.gift_note.split("\n") if order.gift_note else [],
        "note_from_right": _from_right(order.gift_note),
    }


def _rows(
    name: str, sku: str, quantity: int, items: Mapping[str, Item], places: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the rows of one line: what was bought, and of a set each part, which is what lies on the shelf."""
    parts = _parts(sku, items)
    bought = _row(quantity, name, sku, places)
    return [
        bought | {"set": bool(parts)},
        *(_row(each * quantity, _name(part, items), part, places) | {"part": True} for part, each in parts),
    ]


def _row(pieces: int, name: str, sku: str, places: Mapping[str, str]) -> dict[str, Any]:
    row = {"pieces": pieces, "name": name, "sku": sku, "place": places.get(sku, "")}
    return row | {"set": False, "part": False}


def _parts(sku: str, items: Mapping[str, Item]) -> Sequence[tuple[str, int]]:
    return items[sku].parts if sku in items else ()


def _name(sku: str, items: Mapping[str, Item]) -> str:
    return items[sku].name if sku in items else sku


def _from_right(words: str) -> bool:
    """Whether words begin on the right: their first letter with a direction decides (Unicode, UAX 9, P2 and P3)."""
    directions = (unicodedata.bidirectional(letter) for letter in words)
    return next((way in ("R", "AL") for way in directions if way in ("L", "R", "AL")), False)

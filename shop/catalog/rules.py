"""What can be bought and how much of it there is: values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass

from shop.errors import Reason, Refused

LOW_STOCK = 5


@dataclass(frozen=True)
class Item:
    """One SKU as the shop sells it now. ``unit_amount`` is in minor units of ``currency``, weight in grams.

    ``parts`` are the SKUs of a bundle with their pieces, empty for everything else. ``available`` is how many
    could be sold now; None means without limit (digital goods).
    """

    sku: str
    slug: str
    name: str
    label: str
    product_name: str
    unit_amount: int
    currency: str
    weight_grams: int
    digital: bool
    active: bool
    parts: tuple[tuple[str, int], ...]
    available: int | None


def stock_state(available: int | None) -> str:
    """Return what a buyer is told: ``in_stock``, ``low`` (5 pieces or fewer) or ``sold_out``."""
    if available is None or available > LOW_STOCK:
        return "in_stock"
    return "low" if available > 0 else "sold_out"


def pieces(item: Item, items: Mapping[str, Item]) -> dict[str, int]:
    """Return the stocked SKUs and pieces that one ``item`` takes off the shelf; digital ones take nothing."""
    parts = item.parts or ((item.sku, 1),)
    return {sku: quantity for sku, quantity in parts if not items[sku].digital}


def needs(quantities: Mapping[str, int], items: Mapping[str, Item]) -> dict[str, int]:
    """Return the pieces of each stocked SKU that ``quantities`` (SKU -> pieces) take off the shelf.

    Bundles are unfolded, so a bundle and its part add up; digital goods are left out.
    Raises Refused(ITEM_UNKNOWN) for a SKU that is not among ``items``.
    """
    wanted: dict[str, int] = {}
    for sku, quantity in quantities.items():
        for part, per_item in pieces(_known(sku, items), items).items():
            wanted[part] = wanted.get(part, 0) + per_item * quantity
    return wanted


def shortages(
    quantities: Mapping[str, int], items: Mapping[str, Item], free: Mapping[str, int]
) -> dict[str, int]:
    """Return the SKUs of ``quantities`` that ``free`` stock (SKU -> pieces) cannot meet -> how many it could.

    Earlier entries are served first, so when a bundle and its part want the same last piece, the later one
    of the two is short. Raises Refused(ITEM_UNKNOWN) for a SKU that is not among ``items``.
    """
    left = dict(free)
    short: dict[str, int] = {}
    for sku, quantity in quantities.items():
        taken = pieces(_known(sku, items), items)
        could = min([quantity, *(max(left.get(part, 0), 0) // each for part, each in taken.items())])
        for part, each in taken.items():
            left[part] = left.get(part, 0) - each * could
        if could < quantity:
            short[sku] = could
    return short


def surely_there(quantities: Mapping[str, int], items: Mapping[str, Item]) -> bool:
    """Whether ``items`` as the pages show them (``queries.items_shown``) are enough to know that there is plenty."""
    wanted = needs(quantities, items)
    return all(pieces <= LOW_STOCK < (items[sku].available or 0) for sku, pieces in wanted.items())


def _known(sku: str, items: Mapping[str, Item]) -> Item:
    if sku not in items:
        raise Refused(Reason.ITEM_UNKNOWN)
    return items[sku]


def one_by_one(item: Item, items: Mapping[str, Item]) -> int | None:
    """Return what the parts of a bundle cost today one by one (minor units of its currency).

    None when ``item`` is no bundle, when a part is not for sale by itself, or when the bundle saves nothing:
    a comparison must be with prices at which the parts can be bought today (16 CFR 233.4).
    """
    parts = [(items[sku], quantity) for sku, quantity in item.parts]
    if not parts or any(not part.active or part.currency != item.currency for part, _ in parts):
        return None
    total = sum(part.unit_amount * quantity for part, quantity in parts)
    return total if total > item.unit_amount else None

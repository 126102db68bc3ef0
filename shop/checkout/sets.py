"""A set that would complete a cart, with what it saves: pure, and true to the cent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shop.catalog.rules import Item


@dataclass(frozen=True)
class SetOffer:
    """A bundle that costs less than what a cart holds and lacks of it; amounts in minor units.

    instead: SKUs in the cart of which the set replaces one piece each. missing, missing_names: what it brings
    on top. parts_amount: what all of that costs without the set.
    """

    sku: str
    slug: str
    name: str
    currency: str
    amount: int
    parts_amount: int
    instead: tuple[str, ...]
    missing: tuple[str, ...]
    missing_names: tuple[str, ...]

    @property
    def saving_amount(self) -> int:
        """What the buyer saves on the prices without discounts."""
        return self.parts_amount - self.amount


def set_offer(quantities: Mapping[str, int], items: Mapping[str, Item]) -> SetOffer | None:
    """Return the one set to offer for a cart (SKU -> pieces), or None.

    A set whose parts all lie in the cart comes first, then the one that lacks least; among equals the one
    that saves most. Never one that is in the cart already, not for sale, sold out or not cheaper.
    """
    offers = list(_offers(quantities, items))
    return min(offers, key=lambda offer: (len(offer.missing), -offer.saving_amount, offer.sku), default=None)


def _offers(quantities: Mapping[str, int], items: Mapping[str, Item]) -> Iterator[SetOffer]:
    in_cart = [items[sku] for sku in quantities if sku in items]
    # Smaller sets before single goods.
    in_cart.sort(key=lambda item: (-len(item.parts), item.sku))
    for bundle in items.values():
        if not bundle.parts or not bundle.active or bundle.sku in quantities or bundle.available == 0:
            continue
        instead, missing = _cover(bundle, in_cart)
        if not instead or not all(items[sku].active for sku in missing):
            continue
        parts = sum(items[sku].unit_amount for sku in (*instead, *missing))
        if parts > bundle.unit_amount:
            yield SetOffer(
                bundle.sku,
                bundle.slug,
                bundle.name,
                bundle.currency,
                bundle.unit_amount,
                parts,
                instead,
                missing,
                tuple(items[sku].name for sku in missing),
            )


def _cover(bundle: Item, in_cart: Sequence[Item]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what of the cart a bundle could replace, in that order, and what is lacking.

    One piece of each SKU at most: a bundle that needs two of a thing is not offered in its place.
    """
    needed = dict(bundle.parts)
    instead = []
    for item in in_cart:
        parts = item.parts or ((item.sku, 1),)
        if all(needed.get(sku, 0) >= count for sku, count in parts):
            instead.append(item.sku)
            for sku, count in parts:
                needed[sku] -= count
    missing = [sku for sku, count in needed.items() for _ in range(count)]
    return tuple(instead), tuple(missing)

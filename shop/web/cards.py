"""A product with its words, as shelves, articles and product pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shop.catalog.rules import Item, one_by_one, stock_state
from shop.content import Content, ProductWords
from shop.shipping.rules import Rate


@dataclass(frozen=True)
class Card:
    """A product with its words. ``before``: its parts one by one, minor units; ``stock``: see stock_state."""

    item: Item
    words: ProductWords
    before: int | None
    stock: str


@dataclass(frozen=True)
class Delivery:
    """What shipping costs (minor units of the rate's currency), when it arrives, and to which countries (ISO 3166)."""

    rate: Rate
    amount: int
    arrives: tuple[date, date]
    countries: tuple[str, ...]


def cards_of(items: Mapping[str, Item], content: Content) -> dict[str, Card]:
    """Return the items that are for sale by slug, in the order of the shelves. Raises WordsMissing."""
    return {
        item.slug: Card(
            item, content.product(item.slug), one_by_one(item, items), stock_state(item.available)
        )
        for item in items.values()
        if item.active
    }

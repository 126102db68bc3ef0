"""The set that is offered for a cart: true to the cent, or not offered."""

from dataclasses import replace

import pytest

from shop.catalog.rules import Item
from shop.checkout.sets import set_offer


def an_item(sku: str, amount: int, parts: tuple[tuple[str, int], ...] = (), available: int = 9) -> Item:
    return Item(sku, sku.lower(), sku, "", sku, amount, "USD", 100, False, True, parts, available)


HOOK, BALL, BOOK = an_item("HOOK", 14900), an_item("BALL", 2900), an_item("BOOK", 2495)
FULL = an_item("FULL", 17900, (("BALL", 1), ("BOOK", 1), ("HOOK", 1)))
READ = an_item("READ", 16400, (("BOOK", 1), ("HOOK", 1)))
GENTLE = an_item("GENTLE", 4600, (("BALL", 1), ("BOOK", 1)))
ITEMS = {item.sku: item for item in (HOOK, BALL, BOOK, FULL, READ, GENTLE)}


@pytest.mark.parametrize(
    ("cart", "sku", "instead", "missing", "saving"),
    [
        ({"HOOK": 1, "BOOK": 1}, "READ", {"HOOK", "BOOK"}, (), 995),
        ({"HOOK": 2, "BOOK": 3}, "READ", {"HOOK", "BOOK"}, (), 995),
        ({"HOOK": 1, "BALL": 1, "BOOK": 1}, "FULL", {"HOOK", "BALL", "BOOK"}, (), 2395),
        ({"HOOK": 1}, "READ", {"HOOK"}, ("BOOK",), 995),
        ({"HOOK": 1, "BALL": 1}, "FULL", {"HOOK", "BALL"}, ("BOOK",), 2395),
        ({"BOOK": 1}, "READ", {"BOOK"}, ("HOOK",), 995),
        ({"READ": 1}, "FULL", {"READ"}, ("BALL",), 1400),
        ({"READ": 1, "BALL": 1}, "FULL", {"READ", "BALL"}, (), 1400),
    ],
)
def test_a_set_is_offered_with_what_it_really_saves(
    cart: dict[str, int], sku: str, instead: set[str], missing: tuple[str, ...], saving: int
) -> None:
    offer = set_offer(cart, ITEMS)
    assert offer is not None
    assert (offer.sku, set(offer.instead), offer.missing) == (sku, instead, missing)
    parts = sum(ITEMS[part].unit_amount for part in (*offer.instead, *offer.missing))
    assert offer.saving_amount == parts - ITEMS[sku].unit_amount == saving


@pytest.mark.parametrize(
    "change", [{"active": False}, {"available": 0}, {"unit_amount": 20295}, {"unit_amount": 99999}]
)
def test_a_set_that_cannot_be_had_or_saves_nothing_is_not_offered(change: dict[str, object]) -> None:
    items = {"HOOK": HOOK, "BALL": BALL, "BOOK": BOOK, "FULL": replace(FULL, **change)}
    assert set_offer({"HOOK": 1, "BALL": 1}, items) is None


def test_a_set_is_not_offered_when_what_it_brings_is_not_sold() -> None:
    items = ITEMS | {"BOOK": replace(BOOK, active=False)}
    assert set_offer({"HOOK": 1}, items) is None


def test_an_empty_cart_and_one_with_the_whole_set_get_no_offer() -> None:
    assert set_offer({}, ITEMS) is None
    assert set_offer({"FULL": 1}, ITEMS) is None

"""What can be bought and how much of it there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.catalog.rules import Item, needs, shortages, stock_state
from shop.errors import Reason, Refused


def an_item(sku: str, parts: tuple[tuple[str, int], ...] = (), digital: bool = False) -> Item:
    return Item(sku, sku.lower(), sku, "", sku, 1000, "USD", 100, digital, True, parts, None)


ITEMS = {
    item.sku: item
    for item in (
        an_item("HOOK"),
        an_item("BALL"),
        an_item("FILE", digital=True),
        an_item("SET", (("BALL", 1), ("HOOK", 1))),
        an_item("PAIR", (("BALL", 2), ("FILE", 1))),
    )
}


@pytest.mark.parametrize(
    ("available", "state"),
    [(None, "in_stock"), (6, "in_stock"), (5, "low"), (1, "low"), (0, "sold_out"), (-1, "sold_out")],
)
def test_a_buyer_is_told_when_five_or_fewer_are_left(available: int | None, state: str) -> None:
    assert stock_state(available) == state


def test_a_bundle_and_its_part_need_the_same_stock() -> None:
    assert needs({"SET": 2, "HOOK": 1, "FILE": 9}, ITEMS) == {"BALL": 2, "HOOK": 3}


def test_a_bundle_that_holds_a_part_twice_needs_it_twice_and_nothing_for_its_e_book() -> None:
    assert needs({"PAIR": 3}, ITEMS) == {"BALL": 6}


def test_a_cart_with_an_unknown_sku_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        needs({"NOPE": 1}, ITEMS)
    assert refusal.value.reason is Reason.ITEM_UNKNOWN


@pytest.mark.parametrize(
    ("quantities", "free", "short"),
    [
        ({"HOOK": 2}, {"HOOK": 2, "BALL": 0}, {}),
        ({"HOOK": 3}, {"HOOK": 2, "BALL": 0}, {"HOOK": 2}),
        ({"SET": 1}, {"HOOK": 2, "BALL": 0}, {"SET": 0}),
        ({"SET": 1, "HOOK": 1}, {"HOOK": 1, "BALL": 1}, {"HOOK": 0}),
        ({"HOOK": 1, "SET": 1}, {"HOOK": 1, "BALL": 1}, {"SET": 0}),
        ({"PAIR": 2, "BALL": 1}, {"BALL": 4}, {"BALL": 0}),
        ({"FILE": 99}, {}, {}),
        ({"HOOK": 1}, {"HOOK": -3}, {"HOOK": 0}),
    ],
)
def test_what_stock_cannot_meet_is_named_with_how_many_it_could(
    quantities: dict[str, int], free: dict[str, int], short: dict[str, int]
) -> None:
    assert shortages(quantities, ITEMS, free) == short


@given(
    quantities=st.dictionaries(st.sampled_from(sorted(ITEMS)), st.integers(1, 9)),
    free=st.fixed_dictionaries({"HOOK": st.integers(0, 12), "BALL": st.integers(0, 12)}),
)
def test_a_cart_lowered_to_what_stock_can_meet_is_met(
    quantities: dict[str, int], free: dict[str, int]
) -> None:
    could = quantities | shortages(quantities, ITEMS, free)
    assert all(needed <= free[sku] for sku, needed in needs(could, ITEMS).items())
    if could == quantities:
        assert shortages(quantities, ITEMS, free) == {}

"""The cart as a value: quantities, limits, what has changed, and its fingerprint."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.cart import rules
from shop.cart.rules import MAX_ENTRIES, MAX_QUANTITY, Cart, Entry, Ware
from shop.errors import Reason, Refused

HOOK = Entry("HOOK-1", 2, 14900)
BALL = Entry("BALL-1", 1, 2900)
CART = Cart("a" * 32, (HOOK, BALL), "RUN15", "US")


@pytest.mark.parametrize(
    ("text", "pieces"), [("1", 1), ("99", 99), (" 3 ", 3), ("007", 7), ("0" * 5000 + "4", 4)]
)
def test_a_whole_number_from_1_to_99_is_a_quantity(text: str, pieces: int) -> None:
    assert rules.quantity(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "1.5",
        "1,5",
        "1e3",
        "٣",
        "３",
        "+1",
        "--1",
        "1 2",
        "0x10",
        "1\n2",
        "½",
        "∞",
        "NaN",
        "-",
    ],
)
def test_anything_else_is_not_a_number(text: str) -> None:
    for zero_removes in (False, True):
        with pytest.raises(Refused) as refused:
            rules.quantity(text, zero_removes=zero_removes)
        assert refused.value.reason is Reason.QUANTITY_NOT_A_NUMBER


@pytest.mark.parametrize("text", ["-1", "100", "1000000000", "-99999999999999999999", "9" * 100_000])
def test_a_number_that_no_line_can_have_is_out_of_range(text: str) -> None:
    for zero_removes in (False, True):
        with pytest.raises(Refused) as refused:
            rules.quantity(text, zero_removes=zero_removes)
        assert refused.value.reason is Reason.QUANTITY_OUT_OF_RANGE


@pytest.mark.parametrize("text", ["0", "-0", "000"])
def test_zero_removes_where_it_may_and_is_out_of_range_elsewhere(text: str) -> None:
    assert rules.quantity(text, zero_removes=True) == 0
    with pytest.raises(Refused) as refused:
        rules.quantity(text)
    assert refused.value.reason is Reason.QUANTITY_OUT_OF_RANGE


def test_adding_makes_a_new_cart_and_leaves_the_old_one() -> None:
    more = rules.add(CART, "BALL-1", 3, seen_amount=2500)
    assert more.entries == (HOOK, Entry("BALL-1", 4, 2500))
    assert CART.entries == (HOOK, BALL)
    assert more.count == 6


def test_a_line_holds_99_pieces_at_most() -> None:
    full = rules.change(CART, "BALL-1", MAX_QUANTITY, seen_amount=2900)
    with pytest.raises(Refused) as refused:
        rules.add(full, "BALL-1", 1, seen_amount=2900)
    assert refused.value.reason is Reason.QUANTITY_OUT_OF_RANGE


def test_a_cart_holds_20_lines_at_most_and_its_lines_can_still_be_changed() -> None:
    cart = Cart()
    for number in range(MAX_ENTRIES):
        cart = rules.add(cart, f"SKU-{number}", 1, seen_amount=100)
    with pytest.raises(Refused) as refused:
        rules.add(cart, "ONE-MORE", 1, seen_amount=100)
    assert refused.value.reason is Reason.CART_FULL
    assert rules.add(cart, "SKU-7", 1, seen_amount=100).count == MAX_ENTRIES + 1


def test_changing_to_nothing_removes_the_line_and_nothing_else() -> None:
    assert rules.change(CART, "HOOK-1", 0, seen_amount=14900) == replace(CART, entries=(BALL,))
    assert rules.remove(CART, "NEVER-THERE") == CART


@pytest.mark.parametrize(
    ("ware", "kind", "values"),
    [
        (Ware("Hip Hook", 15900, "USD", True), "price_up", {"before": "$149.00", "now": "$159.00"}),
        (Ware("Hip Hook", 9900, "USD", True), "price_down", {"before": "$149.00", "now": "$99.00"}),
        (Ware("Hip Hook", 14900, "USD", True, 1), "stock_less", {"left": 1}),
        (Ware("Hip Hook", 14900, "USD", True, 0), "sold_out", {"left": 0}),
        (Ware("Hip Hook", 9900, "USD", False, 0), "gone", {}),
    ],
)
def test_a_change_since_the_last_look_is_named(ware: Ware, kind: str, values: dict[str, str | int]) -> None:
    cart = Cart("a" * 32, (HOOK,))
    [change] = rules.changes(cart, {"HOOK-1": ware})
    assert (change.kind, change.key, change.sku) == (kind, f"cart_changes.{kind}", "HOOK-1")
    assert change.values == {"name": "Hip Hook"} | values


def test_a_sku_that_the_catalogue_does_not_know_is_gone() -> None:
    assert [change.kind for change in rules.changes(CART, {})] == ["gone", "gone"]


def test_a_cart_as_it_was_seen_has_no_changes() -> None:
    wares = {"HOOK-1": Ware("Hip Hook", 15900, "USD", True, 2), "BALL-1": Ware("Ball", 2900, "USD", True)}
    assert [change.kind for change in rules.changes(CART, wares)] == ["price_up"]
    assert rules.changes(rules.see(CART, {"HOOK-1": 15900}), wares) == ()


def test_the_fingerprint_ignores_the_order_of_lines_and_what_was_seen() -> None:
    one = rules.fingerprint(CART, "maya@example.com", "US", "standard", 30700)
    shuffled = replace(CART, entries=(BALL, replace(HOOK, seen_amount=1)))
    assert rules.fingerprint(shuffled, "maya@example.com", "US", "standard", 30700) == one
    assert len(one) == 64


def test_the_fingerprint_moves_with_everything_that_makes_another_order() -> None:
    fingerprints = {
        rules.fingerprint(CART, "maya@example.com", "US", "standard", 30700),
        rules.fingerprint(CART, "ann@example.com", "US", "standard", 30700),
        rules.fingerprint(CART, "maya@example.com", "CA", "standard", 30700),
        rules.fingerprint(CART, "maya@example.com", "US", "express", 30700),
        rules.fingerprint(CART, "maya@example.com", "US", "standard", 30701),
        rules.fingerprint(replace(CART, code=""), "maya@example.com", "US", "standard", 30700),
        rules.fingerprint(rules.remove(CART, "BALL-1"), "maya@example.com", "US", "standard", 30700),
    }
    assert len(fingerprints) == 7


@given(st.lists(st.tuples(st.sampled_from("ABCDEFG"), st.integers(0, 120)), max_size=60))
def test_no_history_of_changes_passes_the_limits(steps: list[tuple[str, int]]) -> None:
    cart = Cart()
    for sku, pieces in steps:
        try:
            cart = rules.change(cart, sku, pieces, seen_amount=100)
        except Refused:
            continue
        assert all(1 <= entry.quantity <= MAX_QUANTITY for entry in cart.entries)
        assert len(cart.quantities) == len(cart.entries)

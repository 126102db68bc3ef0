"""What nobody could explain to a buyer is refused, each with a reason of its own; what somebody could is not."""

from typing import Any

import pytest
import yaml

from shop.config import ROOT
from shop.discounts.rules import Terms
from shop.discounts.soundness import Ware, faults
from tests.discounts.test_sentence import at

WARES = {
    "HOOK-1": Ware("Hip Hook", 14900),
    "BALL-1": Ware("Hip Release Ball", 2900),
    "SET-FULL": Ware("Complete program", 17900, reduced=True),
}
COUNTRIES = ["US", "CA"]
PERCENT = {"kind": "percent", "percent_basis_points": 1000}
FIXED = {"kind": "fixed_order", "amount": 1000}
BUNDLE = {"kind": "bundle_price", "amount": 16000, "skus": {"HOOK-1", "BALL-1"}}
GIFT = {"kind": "buy_get", "buy_quantity": 1, "get_quantity": 1, "percent_basis_points": 10000}


def found(fields: dict[str, Any]) -> list[str]:
    """The keys of the faults of a campaign."""
    values = {name: frozenset(value) if isinstance(value, set) else value for name, value in fields.items()}
    terms = Terms(**{"campaign_id": 1, "name": "A campaign", "currency": "USD"} | values)
    return [fault.key for fault in faults(terms, WARES, COUNTRIES)]


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        (PERCENT | {"name": ""}, "name_missing"),
        (PERCENT | {"percent_basis_points": 0}, "percent_range"),
        (PERCENT | {"percent_basis_points": 10001}, "percent_range"),
        (FIXED | {"amount": 0}, "amount_missing"),
        (GIFT | {"get_quantity": 0}, "quantities_missing"),
        (PERCENT | {"skus": {"HOOK-1"}, "excluded_skus": {"HOOK-1"}}, "in_and_out"),
        (PERCENT | {"excluded_skus": set(WARES)}, "nothing_left"),
        (PERCENT | {"skus": {"SET-FULL"}, "excludes_reduced": True}, "nothing_left"),
        (BUNDLE | {"skus": {"HOOK-1"}, "amount": 100}, "bundle_of_one"),
        (BUNDLE | {"excluded_skus": {"SET-FULL"}}, "bundle_excludes"),
        (GIFT | {"get_skus": {"BALL-1"}}, "gift_of_everything"),
        (GIFT | {"get_skus": {"BALL-1"}, "skus": {"BALL-1", "HOOK-1"}}, "bought_and_given"),
        ({"kind": "set_price", "amount": 14900, "skus": {"HOOK-1"}}, "set_price_saves_nothing"),
        (BUNDLE | {"amount": 17800}, "bundle_saves_nothing"),
        (FIXED | {"max_discount_amount": 500}, "cap_of_fixed"),
        (FIXED | {"max_units": 2}, "pieces_of_no_piece"),
        ({"kind": "free_shipping", "max_units": 2}, "pieces_of_no_piece"),
        (BUNDLE | {"minimum_quantity": 2}, "quantity_is_said"),
        (FIXED | {"budget_amount": 999}, "budget_too_small"),
        (PERCENT | {"countries": {"US", "AQ"}}, "countries_not_served"),
        (PERCENT | {"starts_at": at(2026, 12, 2), "ends_at": at(2026, 12, 2)}, "window_empty"),
        (PERCENT | {"first_order_only": True, "max_uses_per_customer": 2}, "first_order_twice"),
        (PERCENT | {"max_uses": 2, "max_uses_per_customer": 3}, "customer_above_all"),
        (PERCENT | {"max_uses": 2, "uses": 3}, "below_uses"),
        (PERCENT | {"budget_amount": 100, "spent_amount": 101}, "below_spent"),
        (PERCENT | {"percent_basis_points": 10000}, "gives_the_shop_away"),
    ],
)
def test_a_set_of_rules_nobody_could_explain_is_refused_with_the_reason(
    fields: dict[str, Any], key: str
) -> None:
    assert found(fields) == [key]


@pytest.mark.parametrize(
    "fields",
    [
        PERCENT,
        FIXED | {"budget_amount": 1000},
        BUNDLE,
        GIFT,
        GIFT | {"skus": {"HOOK-1"}, "get_skus": {"BALL-1"}, "max_units": 1},
        PERCENT | {"percent_basis_points": 10000, "max_uses": 1},
        PERCENT | {"first_order_only": True, "max_uses_per_customer": 1, "max_uses": 1, "uses": 1},
        {"kind": "free_shipping", "countries": {"US"}, "max_discount_amount": 1000},
        {"kind": "reduced_shipping", "amount": 500, "starts_at": at(2026, 12, 1), "ends_at": at(2026, 12, 2)},
    ],
)
def test_what_can_be_explained_is_not_refused(fields: dict[str, Any]) -> None:
    assert found(fields) == []


def test_every_fault_has_a_sentence() -> None:
    sentences = yaml.safe_load((ROOT / "content" / "phrases.yaml").read_text())["campaign_faults"]
    source = (ROOT / "shop" / "discounts" / "soundness.py").read_text()
    asked = {line.split('", "')[1].split('"')[0] for line in source.splitlines() if 'yield Fault("' in line}
    assert len(asked) > 20
    assert asked <= sentences.keys()

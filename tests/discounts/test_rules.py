"""What a campaign takes off, which rule stands in its way, and what a visitor hears of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shop.discounts import amounts, checks, rules
from shop.discounts.rules import CodeTerms, CodeTry, Customer, Goods, Terms
from shop.errors import Reason, Refused

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
GOODS = [Goods("BALL-1", 2900, 2), Goods("BOOK-EB", 1495, 1, reduced=True), Goods("HOOK-1", 14900, 1)]
WHOLE = {line.sku: line.subtotal_amount for line in GOODS}
TENTH = Terms(1, "Ten percent", "percent", "USD", percent_basis_points=1000)
BUY_TWO = replace(TENTH, kind="buy_get", buy_quantity=2, get_quantity=1)
CODE = CodeTerms(7, "TEN")
STRANGER = Customer(country="US")
MAYA = Customer("maya@example.com", "US", known=True)


def failed(terms: Terms, customer: Customer = STRANGER, code: CodeTerms | None = CODE) -> list[Reason]:
    """The reasons of the rules that do not hold."""
    tried = checks.checks(terms, code, GOODS, "USD", customer, NOW)
    return [check.reason for check in tried if not check.passed]


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("run15", "RUN15"),
        ("  Run 15 ", "RUN15"),
        ("ch–7k2m–4p", "CH-7K2M-4P"),
        ("CH−7K2M—4P", "CH-7K2M-4P"),
        ("ＲＵＮ１５", "RUN15"),
        ("run\u200b15\u00ad", "RUN15"),
        ("straße", "STRASSE"),
        ("a\tb\nc\x00", "ABC"),
        ("", ""),
        (" \u3000 ", ""),
        ("x" * 1_000_000, "X" * 40),
        ("ß" * 40, "S" * 40),
    ],
)
def test_a_typed_code_has_one_normal_form(typed: str, normal: str) -> None:
    assert rules.normal_code(typed) == normal
    assert rules.normal_code(normal) == normal


@pytest.mark.parametrize(
    ("terms", "off"),
    [
        (TENTH, {"BALL-1": 580, "BOOK-EB": 150, "HOOK-1": 1490}),
        (replace(TENTH, skus=frozenset(["HOOK-1"])), {"HOOK-1": 1490}),
        (replace(TENTH, percent_basis_points=10_000), WHOLE),
        (replace(TENTH, kind="fixed_order", amount=4000), {"BALL-1": 1045, "BOOK-EB": 270, "HOOK-1": 2685}),
        (replace(TENTH, kind="fixed_order", amount=99_999_999), WHOLE),
        (replace(TENTH, excluded_skus=frozenset(["HOOK-1"])), {"BALL-1": 580, "BOOK-EB": 150}),
        (replace(TENTH, excludes_reduced=True), {"BALL-1": 580, "HOOK-1": 1490}),
        (replace(TENTH, max_discount_amount=1000), {"BALL-1": 261, "BOOK-EB": 68, "HOOK-1": 671}),
        (replace(TENTH, max_units=2), {"BALL-1": 290, "HOOK-1": 1490}),
        (replace(TENTH, kind="fixed_item", amount=500, max_units=2), {"BALL-1": 500, "HOOK-1": 500}),
        (replace(TENTH, kind="set_price", amount=2000), {"BALL-1": 1800, "HOOK-1": 12900}),
        (replace(TENTH, kind="set_price", amount=2000, max_units=2), {"BALL-1": 900, "HOOK-1": 12900}),
        (
            replace(TENTH, kind="bundle_price", amount=15000, skus=frozenset(["HOOK-1", "BALL-1"])),
            {"BALL-1": 456, "HOOK-1": 2344},
        ),
        (replace(TENTH, kind="bundle_price", amount=99999, skus=frozenset(["HOOK-1", "BALL-1"])), {}),
        (replace(BUY_TWO, percent_basis_points=10_000), {"BOOK-EB": 1495}),
        (replace(BUY_TWO, buy_quantity=1, percent_basis_points=5_000), {"BALL-1": 1450, "BOOK-EB": 748}),
        (
            replace(BUY_TWO, buy_quantity=1, percent_basis_points=10_000, max_units=1),
            {"BOOK-EB": 1495},
        ),
        (
            replace(
                BUY_TWO,
                buy_quantity=1,
                percent_basis_points=10_000,
                skus=frozenset(["HOOK-1"]),
                get_skus=frozenset(["BALL-1"]),
            ),
            {"BALL-1": 2900},
        ),
        (replace(TENTH, kind="free_shipping"), {}),
        (replace(TENTH, kind="fixed_item", amount=500), {"BALL-1": 1000, "BOOK-EB": 500, "HOOK-1": 500}),
        (
            replace(TENTH, kind="fixed_item", amount=4000),
            {"BALL-1": 5800, "BOOK-EB": 1495, "HOOK-1": 4000},
        ),
    ],
)
def test_each_kind_takes_off_what_it_says_and_never_more_than_there_is(
    terms: Terms, off: dict[str, int]
) -> None:
    assert amounts.amounts_off(terms, GOODS, WHOLE) == off


def test_a_discount_sees_only_what_the_ones_before_it_left() -> None:
    left = WHOLE | {"HOOK-1": 0}
    assert amounts.amounts_off(TENTH, GOODS, left) == {"BALL-1": 580, "BOOK-EB": 150}


@pytest.mark.parametrize(
    ("terms", "stage"),
    [
        (TENTH, "order"),
        (replace(TENTH, skus=frozenset(["HOOK-1"])), "items"),
        (replace(TENTH, kind="fixed_item", amount=100), "items"),
        (replace(TENTH, kind="fixed_order", amount=100), "order"),
        (replace(TENTH, kind="free_shipping"), "shipping"),
    ],
)
def test_items_come_first_then_the_order_then_shipping(terms: Terms, stage: str) -> None:
    assert terms.stage == stage


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": False}, Reason.CODE_DISABLED),
        ({"starts_at": NOW + timedelta(seconds=1)}, Reason.CODE_NOT_STARTED),
        ({"ends_at": NOW}, Reason.CODE_ENDED),
        ({"currency": "EUR"}, Reason.CODE_OTHER_CURRENCY),
        ({"countries": frozenset(["CA", "GB"])}, Reason.CODE_NOT_FOR_THIS_COUNTRY),
        ({"skus": frozenset(["BOOK-PB"])}, Reason.CODE_NO_MATCHING_ITEM),
        ({"minimum_subtotal_amount": 22196}, Reason.CODE_BELOW_SUBTOTAL),
        ({"minimum_quantity": 5}, Reason.CODE_BELOW_QUANTITY),
        ({"max_uses": 10, "uses": 10}, Reason.CODE_USED_UP),
        ({"budget_amount": 500, "spent_amount": 500}, Reason.CODE_USED_UP),
        ({"excluded_skus": frozenset(["BALL-1", "BOOK-EB", "HOOK-1"])}, Reason.CODE_NO_MATCHING_ITEM),
        ({"excludes_reduced": True, "skus": frozenset(["BOOK-EB"])}, Reason.CODE_NOT_FOR_REDUCED),
        (
            {"kind": "bundle_price", "amount": 100, "skus": frozenset(["HOOK-1", "BOOK-PB"])},
            Reason.CODE_BELOW_QUANTITY,
        ),
        ({"kind": "buy_get", "buy_quantity": 4, "get_quantity": 1}, Reason.CODE_BELOW_QUANTITY),
        (
            {"kind": "buy_get", "buy_quantity": 1, "get_quantity": 1, "get_skus": frozenset(["BOOK-PB"])},
            Reason.CODE_NO_MATCHING_ITEM,
        ),
    ],
)
def test_each_rule_that_does_not_hold_has_a_reason_of_its_own(
    change: dict[str, object], reason: Reason
) -> None:
    assert reason in failed(replace(TENTH, **change))
    assert failed(TENTH) == []


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": NOW, "ends_at": NOW + timedelta(seconds=1)},
        {"countries": frozenset(["CA", "US"])},
        {"minimum_subtotal_amount": 22195},
        {"minimum_quantity": 4},
        {"max_uses": 10, "uses": 9},
        {"skus": frozenset(["HOOK-1"]), "minimum_subtotal_amount": 14900, "minimum_quantity": 1},
    ],
)
def test_a_rule_holds_up_to_its_very_edge(change: dict[str, object]) -> None:
    terms = replace(TENTH, **change)
    assert failed(terms) == []
    assert not checks.is_hopeless(terms, checks.sight(GOODS), NOW)


def test_minimums_count_only_the_goods_that_the_campaign_is_for() -> None:
    hook = replace(TENTH, skus=frozenset(["HOOK-1"]))
    assert failed(replace(hook, minimum_subtotal_amount=14901)) == [Reason.CODE_BELOW_SUBTOTAL]
    assert failed(replace(hook, minimum_quantity=2)) == [Reason.CODE_BELOW_QUANTITY]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": False}, Reason.CODE_DISABLED),
        ({"ends_at": NOW}, Reason.CODE_ENDED),
        ({"max_uses": 1, "uses": 1}, Reason.CODE_USED_UP),
    ],
)
def test_a_code_has_limits_of_its_own(change: dict[str, object], reason: Reason) -> None:
    assert failed(TENTH, code=replace(CODE, **change)) == [reason]


def test_what_depends_on_the_address_is_assumed_until_it_is_known() -> None:
    terms = replace(TENTH, first_order_only=True, max_uses_per_customer=2)
    bound = replace(CODE, bound_email="ann@example.com")
    asked = {"bound_email", "first_order", "uses_per_customer"}
    tried = checks.checks(terms, bound, GOODS, "USD", STRANGER, NOW)
    assert {check.rule for check in tried if check.assumed} == asked
    assert all(check.passed for check in tried)
    buyer = replace(MAYA, orders_before=1, uses={1: 2})
    assert failed(terms, buyer, bound) == [
        Reason.CODE_FOR_ANOTHER_ADDRESS,
        Reason.CODE_FIRST_ORDER_ONLY,
        Reason.CODE_USED_BY_YOU,
    ]


def test_a_first_order_can_only_happen_once() -> None:
    first = replace(TENTH, first_order_only=True)
    assert first.limit_per_customer == 1
    assert failed(first, replace(MAYA, uses={1: 1})) == [Reason.CODE_USED_BY_YOU]
    assert failed(first, MAYA) == []


def test_before_there_are_goods_a_code_waits_unless_it_is_hopeless() -> None:
    picky = replace(TENTH, skus=frozenset(["BOOK-PB"]), minimum_quantity=9)
    assert all(check.passed for check in checks.checks(picky, CODE, [], "USD", STRANGER, NOW))
    over = checks.checks(replace(picky, ends_at=NOW), CODE, [], "USD", STRANGER, NOW)
    assert [check.reason for check in over if not check.passed] == [Reason.CODE_ENDED]


def said(terms: Terms, *, from_link: bool = False) -> Refused:
    """What a visitor hears of the first rule that fails."""
    tried = checks.checks(terms, CODE, GOODS, "USD", STRANGER, NOW)
    first = next(check for check in tried if not check.passed)
    return rules.refusal(first, CodeTry("TEN", (CODE, terms), from_link))


@pytest.mark.parametrize(
    "change",
    [{"active": False}, {"starts_at": NOW + timedelta(days=1)}, {"ends_at": NOW - timedelta(days=1)}],
)
def test_a_guesser_cannot_tell_a_code_that_is_off_from_one_that_is_not(change: dict[str, object]) -> None:
    heard = said(replace(TENTH, **change))
    unknown = rules.unknown(CodeTry("TEN"))
    assert (heard.reason, heard.values) == (unknown.reason, unknown.values)


def test_conditions_are_told_only_of_a_public_campaign_or_to_who_came_by_a_link() -> None:
    terms = replace(TENTH, minimum_subtotal_amount=22996)
    assert said(terms).reason is Reason.CODE_NOT_FOR_THIS_CART
    assert "missing" not in said(terms).values
    for heard in (said(replace(terms, public=True)), said(terms, from_link=True)):
        assert heard.reason is Reason.CODE_BELOW_SUBTOTAL
        assert heard.values["missing"] == "$8.01"


def test_what_no_other_cart_can_cure_is_said_first() -> None:
    terms = replace(TENTH, public=True, minimum_subtotal_amount=99_900, max_uses=1, uses=1)
    assert said(terms).reason is Reason.CODE_USED_UP


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (TENTH, "10% off"),
        (replace(TENTH, percent_basis_points=1250), "12.5% off"),
        (replace(TENTH, kind="fixed_order", amount=4000), "$40.00 off"),
        (replace(TENTH, kind="fixed_item", amount=500), "$5.00 off each"),
        (replace(TENTH, kind="free_shipping"), "free shipping"),
        (replace(TENTH, kind="reduced_shipping", amount=300), "$3.00 off shipping"),
        (replace(TENTH, kind="set_price", amount=9900), "$99.00 each"),
        (replace(TENTH, kind="bundle_price", amount=16000), "$160.00 together"),
        (replace(BUY_TWO, percent_basis_points=10_000), "buy 2, get 1 free"),
        (replace(BUY_TWO, percent_basis_points=5_000), "buy 2, get 1 50% off"),
    ],
)
def test_a_campaign_says_in_a_few_words_what_it_gives(terms: Terms, words: str) -> None:
    assert rules.summary(terms) == words

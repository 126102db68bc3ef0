"""The price engine: sums to the cent, the customer's best, and the same for every order of lines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.checkout.rules import Line, Quote, price
from shop.discounts import checks
from shop.discounts.amounts import amounts_off, most_off
from shop.discounts.rules import KINDS, CodeTerms, CodeTry, Customer, Goods, Terms
from shop.errors import Reason
from shop.orders.balance import line_refund
from shop.shipping.rules import Rate, charge

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
HOOK = Line("HOOK-1", "Hip Hook", False, 14900, 1)
BALL = Line("BALL-1", "Hip Release Ball", False, 2900, 2)
EBOOK = Line("BOOK-EB", "The e-book", True, 1495, 1)
HOME = Rate("United States", "standard", "Standard", 695, "USD", 7500, (1, 2), (2, 5))
STRANGER = Customer(country="US")
TENTH = Terms(1, "Ten percent", "percent", "USD", percent_basis_points=1000)
FIVE_OFF = Terms(2, "Five dollars off", "fixed_order", "USD", amount=500)
HOOK_40 = Terms(3, "$40 off the Hook", "fixed_item", "USD", amount=4000, skus=frozenset(["HOOK-1"]))
FREE = Terms(4, "Free shipping", "free_shipping", "USD")


def typed(terms: Terms, code: CodeTerms | None = None) -> CodeTry:
    """A code that was found."""
    return CodeTry("CODE", (code or CodeTerms(9, "CODE"), replace(terms, automatic=False)))


def quote(
    *lines: Line,
    offers: Sequence[Terms] = (),
    code: CodeTry | None = None,
    rate: Rate | None = HOME,
    customer: Customer = STRANGER,
) -> Quote:
    """A price on the demo's terms."""
    return price(
        lines, "USD", [replace(terms, automatic=True) for terms in offers], code, rate, customer, NOW
    )


def refused(priced: Quote) -> Reason | None:
    """Why the code does not apply."""
    return priced.refusal.reason if priced.refusal else None


def test_a_cart_without_discounts_costs_its_lines_and_shipping() -> None:
    priced = quote(BALL)
    assert (priced.subtotal_amount, priced.shipping_amount, priced.total_amount) == (5800, 695, 6495)
    assert priced.uses == ()
    assert priced.ships


def test_nothing_is_shipped_for_what_is_downloaded() -> None:
    priced = quote(EBOOK)
    assert not priced.ships
    assert priced.total_amount == 1495


def test_an_empty_cart_costs_nothing_and_keeps_its_code_waiting() -> None:
    priced = quote(code=typed(HOOK_40))
    assert (priced.total_amount, priced.uses, priced.refusal) == (0, (), None)


def test_a_code_is_taken_off_line_by_line() -> None:
    priced = quote(HOOK, BALL, EBOOK, code=typed(TENTH))
    assert [line.discount_amount for line in priced.lines] == [1490, 580, 150]
    assert [line.discounts for line in priced.lines] == [((1, 1490),), ((1, 580),), ((1, 150),)]
    assert priced.discount_amount == 2220
    [use] = priced.uses
    assert (use.campaign_id, use.code_id, use.code, use.amount) == (1, 9, "CODE", 2220)


def test_items_come_before_the_order_and_percents_before_fixed_amounts() -> None:
    priced = quote(HOOK, BALL, offers=[FIVE_OFF, HOOK_40], code=typed(TENTH))
    # 20700 - 4000 on the Hook = 16700; 10% of that = 1670; then 500.
    assert [(use.campaign_id, use.amount) for use in priced.uses] == [(3, 4000), (1, 1670), (2, 500)]
    assert priced.discount_amount == 6170


def test_an_amount_off_each_piece_stops_at_the_price_of_the_piece() -> None:
    dear = Terms(5, "Thirty off each", "fixed_item", "USD", amount=3000)
    assert quote(BALL, offers=[dear]).lines[0].total_amount == 0


def test_the_free_shipping_threshold_counts_after_the_discount() -> None:
    cart = replace(BALL, quantity=3)
    assert quote(cart).shipping_amount == 0
    assert quote(cart, code=typed(replace(TENTH, percent_basis_points=2000))).shipping_amount == 695


def test_a_shop_may_count_the_free_shipping_threshold_before_the_discount() -> None:
    cart, code = replace(BALL, quantity=3), typed(replace(TENTH, percent_basis_points=2000))
    assert quote(cart, code=code, rate=replace(HOME, counts_before_discounts=True)).shipping_amount == 0


def test_a_code_that_would_cost_more_than_it_gives_is_not_used() -> None:
    # 80.00 ships free; with 5.50 off, 74.50 does not, and the total would rise.
    cart = Line("X", "X", False, 8000, 1)
    priced = quote(cart, code=typed(replace(FIVE_OFF, amount=550)))
    assert priced.total_amount == 8000
    assert refused(priced) is Reason.CODE_NOTHING_TO_REDUCE
    assert priced.uses == ()


def test_free_shipping_is_a_discount_on_shipping() -> None:
    priced = quote(BALL, code=typed(FREE))
    assert (priced.shipping_amount, priced.shipping_discount_amount, priced.total_amount) == (695, 695, 5800)
    assert priced.uses[0].off_shipping
    assert priced.discount_amount == 0


def test_shipping_may_also_cost_less_and_never_less_than_nothing() -> None:
    less = Terms(5, "Two off shipping", "reduced_shipping", "USD", amount=200)
    priced = quote(BALL, code=typed(less))
    assert (priced.shipping_amount, priced.shipping_discount_amount, priced.total_amount) == (695, 200, 6295)
    both = quote(BALL, offers=[replace(less, campaign_id=6, amount=600)], code=typed(less))
    assert [use.amount for use in both.uses] == [200, 495]
    assert quote(BALL, offers=[less], code=typed(FREE)).uses[0].amount == 695
    capped = replace(FREE, max_discount_amount=500)
    assert quote(BALL, code=typed(capped)).shipping_discount_amount == 500


@pytest.mark.parametrize("lines", [(HOOK,), (EBOOK,)])
def test_free_shipping_has_nothing_to_reduce_where_shipping_costs_nothing(lines: tuple[Line, ...]) -> None:
    priced = quote(*lines, code=typed(FREE))
    assert refused(priced) is Reason.CODE_NOTHING_TO_REDUCE
    assert priced.uses == ()


def test_free_shipping_is_kept_while_the_rate_is_not_known() -> None:
    priced = quote(BALL, code=typed(FREE), rate=None)
    assert priced.refusal is None
    assert [use.amount for use in priced.uses] == [0]


def test_of_two_campaigns_that_exclude_each_other_the_better_one_is_used() -> None:
    alone = replace(FIVE_OFF, combinable=False)
    assert [use.campaign_id for use in quote(HOOK, offers=[alone], code=typed(TENTH)).uses] == [1]
    small = replace(TENTH, percent_basis_points=100)
    priced = quote(HOOK, offers=[alone], code=typed(small))
    assert [use.campaign_id for use in priced.uses] == [2]
    assert refused(priced) is Reason.CODE_OFFER_IS_BETTER


def test_an_exclusive_code_stands_alone_when_it_beats_all_offers_together() -> None:
    alone = replace(TENTH, percent_basis_points=5000, combinable=False)
    priced = quote(HOOK, BALL, offers=[FIVE_OFF, HOOK_40], code=typed(alone))
    assert [use.campaign_id for use in priced.uses] == [1]
    assert priced.refusal is None


def test_between_equal_prices_no_code_is_spent() -> None:
    alone = replace(FIVE_OFF, combinable=False)
    same = replace(FIVE_OFF, campaign_id=8, combinable=False)
    priced = quote(HOOK, offers=[alone], code=typed(same))
    assert [use.code for use in priced.uses] == [""]
    assert refused(priced) is Reason.CODE_OFFER_IS_BETTER


def test_a_campaign_that_is_an_offer_and_has_a_code_is_used_once() -> None:
    priced = quote(HOOK, offers=[FIVE_OFF], code=typed(FIVE_OFF))
    assert [(use.campaign_id, use.code) for use in priced.uses] == [(2, "CODE")]


def test_an_unknown_code_changes_no_price() -> None:
    priced = quote(HOOK, offers=[FIVE_OFF], code=CodeTry("NOPE"))
    assert refused(priced) is Reason.CODE_UNKNOWN
    assert priced.total_amount == quote(HOOK, offers=[FIVE_OFF]).total_amount


def test_a_refused_code_changes_no_price() -> None:
    over = typed(replace(TENTH, public=True, ends_at=NOW - timedelta(days=1)))
    priced = quote(HOOK, offers=[FIVE_OFF], code=over)
    assert refused(priced) is Reason.CODE_ENDED
    assert [use.campaign_id for use in priced.uses] == [2]


def test_conditions_of_the_buyer_are_asked_again_with_the_address() -> None:
    first = typed(replace(TENTH, first_order_only=True))
    assert quote(HOOK, code=first).discount_amount == 1490
    regular = Customer("maya@example.com", "US", known=True, orders_before=3)
    priced = quote(HOOK, code=first, customer=regular)
    assert priced.discount_amount == 0
    assert refused(priced) is Reason.CODE_FIRST_ORDER_ONLY


def test_every_campaign_that_was_tried_is_in_the_trace_with_all_its_checks() -> None:
    over = replace(FIVE_OFF, ends_at=NOW)
    priced = quote(HOOK, offers=[over], code=typed(TENTH))
    trials = {trial.campaign_id: trial for trial in priced.trials}
    assert trials[1].passed
    assert trials[1].amount == 1490
    assert not trials[2].passed
    assert [check.rule for check in trials[2].checks if not check.passed] == ["not_ended"]
    assert len(trials[2].checks) > 5


@pytest.mark.parametrize(("cents", "total"), [(0, 0), (1, 50), (49, 50), (50, 50), (51, 51)])
def test_a_discount_leaves_nothing_or_what_the_payment_service_takes(cents: int, total: int) -> None:
    priced = quote(HOOK, BALL, offers=[replace(FIVE_OFF, amount=20700 - cents), TENTH][:1], rate=None)
    assert (priced.total_amount, priced.trimmed_amount) == (total, total - cents)
    assert sum(line.total_amount for line in priced.lines) == total
    assert priced.payable
    [use] = priced.uses
    assert use.amount == 20700 - total == priced.discount_amount


def test_what_is_left_on_a_price_may_make_its_shipping_free() -> None:
    tiny = replace(HOME, amount=1, free_from_amount=45)
    priced = quote(HOOK, offers=[replace(FIVE_OFF, amount=14860)], rate=tiny)
    assert (priced.goods_amount, priced.shipping_amount, priced.total_amount) == (50, 0, 50)


def test_a_price_that_is_too_small_by_itself_is_not_payable() -> None:
    assert not quote(replace(HOOK, unit_amount=49), rate=None).payable


def test_a_sku_stands_in_one_line_only() -> None:
    with pytest.raises(ValueError, match="two lines"):
        quote(HOOK, HOOK)


def test_the_odd_cent_falls_on_the_same_line_whatever_the_order() -> None:
    lines = [Line(sku, sku, True, 333, 1) for sku in "ABC"]
    for shuffled in (lines, lines[::-1], [lines[1], lines[2], lines[0]]):
        priced = quote(*shuffled, code=typed(TENTH))
        assert {line.sku: line.discount_amount for line in priced.lines} == {"A": 34, "B": 33, "C": 33}


# --- What holds for every cart and every set of campaigns ---

HOPELESS: list[dict[str, object]] = [
    {"active": False},
    {"starts_at": NOW + timedelta(hours=1)},
    {"ends_at": NOW},
    {"max_uses": 3, "uses": 3},
]

SKUS = [f"SKU-{number}" for number in range(8)]
amounts = st.integers(1, 60_000)
lines_strategy = st.lists(
    st.builds(
        Line,
        sku=st.sampled_from(SKUS),
        name=st.just("A thing"),
        digital=st.booleans(),
        # Equal prices make equal remainders: who gets the odd cent?
        unit_amount=st.sampled_from([5, 333, 999]) | amounts,
        quantity=st.sampled_from([1, 1, 2]) | st.integers(1, 99),
        reduced=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda line: line.sku,
)
terms_strategy = st.builds(
    Terms,
    campaign_id=st.integers(1, 6),
    name=st.just("A campaign"),
    kind=st.sampled_from(KINDS),
    currency=st.sampled_from(["USD", "USD", "USD", "JPY"]),
    buy_quantity=st.integers(1, 3),
    get_quantity=st.integers(1, 2),
    excluded_skus=st.frozensets(st.sampled_from(SKUS), max_size=1),
    get_skus=st.frozensets(st.sampled_from(SKUS), max_size=1),
    excludes_reduced=st.booleans(),
    max_discount_amount=st.none() | st.integers(1, 5_000),
    max_units=st.none() | st.integers(1, 4),
    budget_amount=st.none() | st.integers(1, 50_000),
    percent_basis_points=st.integers(1, 10_000),
    amount=amounts,
    combinable=st.booleans(),
    skus=st.frozensets(st.sampled_from(SKUS), max_size=2),
    minimum_subtotal_amount=st.sampled_from([0, 0, 5_000, 100_000]),
    minimum_quantity=st.sampled_from([0, 0, 3]),
)
offers_strategy = st.lists(terms_strategy, max_size=5, unique_by=lambda terms: terms.campaign_id)
code_strategy = st.none() | st.builds(typed, terms_strategy)
rate_strategy = st.none() | st.builds(
    replace,
    st.just(HOME),
    amount=st.integers(0, 5_000),
    free_from_amount=st.none() | st.integers(0, 50_000),
    counts_before_discounts=st.booleans(),
)


def any_quote(
    lines: Sequence[Line], offers: Sequence[Terms], code: CodeTry | None, rate: Rate | None
) -> Quote:
    return price(lines, "USD", offers, code, rate, STRANGER, NOW)


@given(lines_strategy, offers_strategy, code_strategy, rate_strategy)
def test_everything_adds_up_and_nothing_is_below_zero(
    lines: list[Line], offers: list[Terms], code: CodeTry | None, rate: Rate | None
) -> None:
    priced = any_quote(lines, offers, code, rate)
    for line in priced.lines:
        assert line.subtotal_amount == line.unit_amount * line.quantity
        assert line.total_amount == line.subtotal_amount - line.discount_amount >= 0
        assert line.discount_amount == sum(amount for _, amount in line.discounts)
        assert all(amount > 0 for _, amount in line.discounts)
        assert len(dict(line.discounts)) == len(line.discounts)
    assert priced.subtotal_amount == sum(line.subtotal_amount for line in priced.lines)
    assert priced.discount_amount == sum(line.discount_amount for line in priced.lines)
    assert 0 <= priced.shipping_discount_amount <= priced.shipping_amount
    assert priced.total_amount == (
        priced.subtotal_amount
        - priced.discount_amount
        + priced.shipping_amount
        - priced.shipping_discount_amount
        + priced.tax_amount
    )
    assert priced.total_amount >= 0


@given(lines_strategy, offers_strategy, code_strategy, rate_strategy)
def test_the_uses_are_what_was_taken_off(
    lines: list[Line], offers: list[Terms], code: CodeTry | None, rate: Rate | None
) -> None:
    priced = any_quote(lines, offers, code, rate)
    off = priced.discount_amount + priced.shipping_discount_amount
    assert sum(use.amount for use in priced.uses) == off
    assert len({use.campaign_id for use in priced.uses}) == len(priced.uses)
    assert sum(bool(use.code) for use in priced.uses) <= 1
    by_campaign = {use.campaign_id: use.amount for use in priced.uses if not use.off_shipping}
    for line in priced.lines:
        for campaign_id, amount in line.discounts:
            by_campaign[campaign_id] -= amount
    assert set(by_campaign.values()) <= {0}


@given(lines_strategy, offers_strategy, code_strategy, rate_strategy, st.integers())
def test_the_order_of_lines_and_offers_changes_no_amount(
    lines: list[Line], offers: list[Terms], code: CodeTry | None, rate: Rate | None, seed: int
) -> None:
    shuffled_lines, shuffled_offers = list(lines), list(offers)
    Random(seed).shuffle(shuffled_lines)
    Random(seed + 1).shuffle(shuffled_offers)
    one = any_quote(lines, offers, code, rate)
    other = any_quote(shuffled_lines, shuffled_offers, code, rate)
    assert {line.sku: line for line in one.lines} == {line.sku: line for line in other.lines}
    assert [line.sku for line in other.lines] == [line.sku for line in shuffled_lines]
    assert replace(one, lines=(), refusal=None) == replace(other, lines=(), refusal=None)
    assert one.ways == other.ways
    assert refused(one) == refused(other)


@given(lines_strategy, offers_strategy, code_strategy, rate_strategy)
def test_no_single_campaign_and_no_discount_at_all_would_have_been_cheaper(
    lines: list[Line], offers: list[Terms], code: CodeTry | None, rate: Rate | None
) -> None:
    total = any_quote(lines, offers, code, rate).total_amount
    assert total <= any_quote(lines, [], None, rate).total_amount
    assert total <= any_quote(lines, [], code, rate).total_amount
    for terms in offers:
        if not code or not code.found or code.found[1].campaign_id != terms.campaign_id:
            assert total <= any_quote(lines, [terms], None, rate).total_amount


@given(lines_strategy, offers_strategy, code_strategy, rate_strategy)
def test_what_is_left_out_to_be_quick_would_not_have_been_chosen(
    lines: list[Line], offers: list[Terms], code: CodeTry | None, rate: Rate | None
) -> None:
    # The ways are weighed again from the beginning, this time every one of them.
    named = [replace(terms, name=f"Campaign {terms.campaign_id}") for terms in offers]
    priced = any_quote(lines, named, code, rate)
    best = priced.ways[0]
    assert best.chosen
    assert (best.total_amount, best.names) == (priced.total_amount, tuple(use.name for use in priced.uses))


@given(lines_strategy, offers_strategy, st.sampled_from([{}, *HOPELESS]))
def test_a_campaign_that_is_passed_over_at_a_glance_would_have_failed(
    lines: list[Line], offers: list[Terms], change: dict[str, object]
) -> None:
    offers = [replace(terms, **change) for terms in offers]
    goods = [Goods(line.sku, line.unit_amount, line.quantity, line.reduced) for line in lines]
    passed = {trial.campaign_id for trial in any_quote(lines, offers, None, None).trials if trial.passed}
    for terms in offers:
        if checks.is_hopeless(terms, checks.sight(goods), NOW):
            assert terms.campaign_id not in passed
        whole = {line.sku: line.subtotal_amount for line in goods}
        assert sum(amounts_off(terms, goods, whole).values()) <= most_off(terms, goods)


@given(lines_strategy, offers_strategy, code_strategy, rate_strategy)
def test_an_exclusive_campaign_never_has_company(
    lines: list[Line], offers: list[Terms], code: CodeTry | None, rate: Rate | None
) -> None:
    priced = any_quote(lines, offers, code, rate)
    known = {terms.campaign_id: terms for terms in offers}
    if code and code.found:
        known[code.found[1].campaign_id] = code.found[1]
    if any(not known[use.campaign_id].combinable for use in priced.uses):
        assert len(priced.uses) == 1


@given(lines_strategy, offers_strategy, code_strategy, rate_strategy)
def test_shipping_is_the_rates_charge_on_the_goods_after_discount(
    lines: list[Line], offers: list[Terms], code: CodeTry | None, rate: Rate | None
) -> None:
    priced = any_quote(lines, offers, code, rate)
    due = 0
    if rate and priced.ships:
        due = charge(rate, rate.counted(priced.subtotal_amount, priced.goods_amount))
    assert priced.shipping_amount == due


# --- One cent ---

CURRENCIES = ["USD", "EUR", "JPY", "KRW"]


@given(
    lines_strategy,
    offers_strategy,
    code_strategy,
    rate_strategy,
    st.sampled_from(CURRENCIES),
    st.data(),
)
def test_no_cent_is_lost_or_made_from_the_cart_to_the_last_refund(
    lines: list[Line],
    offers: list[Terms],
    code: CodeTry | None,
    rate: Rate | None,
    currency: str,
    data: st.DataObject,
) -> None:
    found = code and code.found
    offers = [replace(terms, currency=currency) for terms in offers]
    code = replace(code, found=(found[0], replace(found[1], currency=currency))) if code and found else code
    rate = rate and replace(rate, currency=currency)
    priced = price(lines, currency, offers, code, rate, STRANGER, NOW)
    assert priced.total_amount == 0 or priced.payable or priced.discount_amount == 0
    # What tax would be counted on: the lines after their discounts, and what shipping costs after its own.
    shipping = priced.shipping_amount - priced.shipping_discount_amount
    assert sum(line.total_amount for line in priced.lines) + shipping == priced.total_amount
    for terms in offers:
        used = next((use.amount for use in priced.uses if use.campaign_id == terms.campaign_id), 0)
        if not code or not code.found or code.found[1].campaign_id != terms.campaign_id:
            assert used <= (terms.max_discount_amount or used)
            assert used <= (terms.budget_amount or used)
    back = 0
    for line in priced.lines:
        done = 0
        while done < line.quantity:
            more = data.draw(st.integers(1, line.quantity - done))
            back += line_refund(line.total_amount, line.quantity, refunded=done, more=more)
            done += more
            assert back <= priced.total_amount - shipping
    assert back + shipping == priced.total_amount


@given(st.integers(0, 10**7), st.integers(1, 99), st.integers(0, 99))
def test_half_of_a_line_never_gives_back_more_than_the_whole(total: int, quantity: int, half: int) -> None:
    half = min(half, quantity)
    first = line_refund(total, quantity, refunded=0, more=half)
    rest = line_refund(total, quantity, refunded=half, more=quantity - half)
    assert 0 <= first <= total
    assert first + rest == total

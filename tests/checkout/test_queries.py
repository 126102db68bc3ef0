"""A cart at today's prices, stock and rules, on both databases."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from shop.cart.rules import Cart, Entry
from shop.catalog import actions as stock
from shop.catalog.models import Product, Stock, Variant
from shop.checkout import queries
from shop.checkout.queries import PricedCart, price_cart
from shop.checkout.rules import Use
from shop.db import reading, writing
from shop.discounts import actions as discounts
from shop.discounts.models import Campaign, Code
from shop.errors import Reason, Refused
from shop.seed import seed
from shop.shipping.models import ShippingRate
from tests.orders.made import NOW, a_paid_order, an_order
from tests.queries import counted
from tests.rows import every_row

PRICES = {"HOOK-1": 14900, "BALL-1": 2900, "BOOK-PB": 2495, "BOOK-EB": 1495, "SET-READ": 16400}


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """The demo shop."""
    seed(engine, live=False, now=NOW)
    return engine


def a_cart(*wanted: tuple[str, int], **more: Any) -> Cart:
    """A cart that was seen at the demo's prices."""
    entries = tuple(Entry(sku, pieces, PRICES.get(sku, 100)) for sku, pieces in wanted)
    return Cart(**{"key": "a" * 32, "entries": entries} | more)


def priced(engine: Engine, cart: Cart, **more: Any) -> PricedCart:
    with reading(engine) as session:
        return price_cart(session, cart, now=NOW, **more)


def obstacle(found: PricedCart) -> Reason | None:
    return found.obstacle.reason if found.obstacle else None


def code_refusal(found: PricedCart) -> Reason | None:
    return found.quote.refusal.reason if found.quote.refusal else None


def on_hand(engine: Engine, sku: str, pieces: int) -> None:
    """Have so many pieces on the shelf."""
    with writing(engine) as session:
        there = session.get_one(Stock, sku).on_hand
        stock.move(session, sku, pieces - there, "correction", by="staff", note="", now=NOW)


def change_variant(engine: Engine, sku: str, **columns: Any) -> None:
    with writing(engine) as session:
        session.execute(update(Variant).where(Variant.sku == sku).values(**columns))


def test_a_cart_is_priced_from_the_catalogue_for_the_shops_own_country(shop: Engine) -> None:
    found = priced(shop, a_cart(("BALL-1", 2), ("BOOK-EB", 1)))
    assert [(line.sku, line.total_amount) for line in found.quote.lines] == [
        ("BALL-1", 5800),
        ("BOOK-EB", 1495),
    ]
    assert (found.country, found.quote.shipping_amount, found.quote.total_amount) == ("US", 695, 7990)
    assert found.free_shipping_distance == 205
    assert found.arrives is not None
    assert (found.changes, found.gone, found.shortages, found.obstacle) == ((), (), {}, None)


def test_the_carts_country_decides_shipping_and_the_form_overrules_it(shop: Engine) -> None:
    cart = a_cart(("BALL-1", 1), country="CA")
    assert priced(shop, cart).quote.shipping_amount == 1900
    assert priced(shop, cart, country="DE").quote.shipping_amount == 2900
    assert priced(shop, replace(cart, country="ZZ")).country == "US"
    with pytest.raises(Refused) as refused:
        priced(shop, cart, country="ZZ")
    assert refused.value.reason is Reason.COUNTRY_NOT_SERVED


def test_a_way_of_shipping_that_does_not_exist_is_refused(shop: Engine) -> None:
    with pytest.raises(Refused) as refused:
        priced(shop, a_cart(("BALL-1", 1)), method="rocket")
    assert refused.value.reason is Reason.SHIPPING_UNKNOWN


def test_what_is_downloaded_needs_no_shipping(shop: Engine) -> None:
    found = priced(shop, a_cart(("BOOK-EB", 1)), method="standard")
    assert (found.rate, found.rates, found.arrives, found.free_shipping_distance) == (None, [], None, None)
    assert found.obstacle is None


def test_a_cart_that_nothing_can_carry_cannot_be_ordered(shop: Engine) -> None:
    with writing(shop) as session:
        session.execute(update(ShippingRate).values(max_weight_grams=100))
    assert obstacle(priced(shop, a_cart(("HOOK-1", 1)))) is Reason.SHIPPING_UNKNOWN


def test_an_empty_cart_is_priced_and_cannot_be_ordered(shop: Engine) -> None:
    found = priced(shop, Cart())
    assert found.quote.total_amount == 0
    assert obstacle(found) is Reason.CART_EMPTY


def test_a_changed_price_is_charged_and_said(shop: Engine) -> None:
    change_variant(shop, "BALL-1", price_amount=3100)
    found = priced(shop, a_cart(("BALL-1", 1)))
    assert found.quote.subtotal_amount == 3100
    assert [(change.kind, change.values["now"]) for change in found.changes] == [("price_up", "$31.00")]
    assert found.obstacle is None


def test_what_is_no_longer_for_sale_is_not_priced_and_stands_in_the_way(shop: Engine) -> None:
    change_variant(shop, "BALL-1", active=False)
    found = priced(shop, a_cart(("BALL-1", 1), ("HOOK-1", 1), ("NEVER-WAS", 1)))
    assert [line.sku for line in found.quote.lines] == ["HOOK-1"]
    assert [entry.sku for entry in found.gone] == ["BALL-1", "NEVER-WAS"]
    assert [change.kind for change in found.changes] == ["gone", "gone"]
    assert obstacle(found) is Reason.ITEM_NOT_FOR_SALE


def test_less_stock_than_wanted_is_said_with_how_much_there_is(shop: Engine) -> None:
    on_hand(shop, "HOOK-1", 2)
    found = priced(shop, a_cart(("HOOK-1", 3)))
    assert found.shortages == {"HOOK-1": 2}
    assert [change.kind for change in found.changes] == ["stock_less"]
    assert obstacle(found) is Reason.NOT_ENOUGH_STOCK
    on_hand(shop, "HOOK-1", 0)
    assert obstacle(priced(shop, a_cart(("HOOK-1", 3)))) is Reason.SOLD_OUT


def test_a_bundle_and_its_part_share_their_stock(shop: Engine) -> None:
    on_hand(shop, "HOOK-1", 1)
    for lines in ((("SET-READ", 1), ("HOOK-1", 1)), (("HOOK-1", 1), ("SET-READ", 1))):
        found = priced(shop, a_cart(*lines))
        assert found.shortages == {lines[1][0]: 0}
        assert obstacle(found) is Reason.SOLD_OUT


def test_what_the_carts_own_unpaid_order_holds_is_free_for_it_and_for_nobody_else(shop: Engine) -> None:
    on_hand(shop, "HOOK-1", 1)
    with writing(shop) as session:
        campaign = session.scalars(select(Campaign).where(Campaign.name.contains("15%"))).one()
        code = session.scalars(select(Code).where(Code.code == "RUN15")).one()
        code.max_uses = 1
        order = an_order(session, 1001, cart_key="a" * 32)
        stock.hold(session, order.id, {"HOOK-1": 1}, now=NOW)
        use = a_use(campaign.id, code.id)
        discounts.hold(session, order.id, [use], "maya@example.com", now=NOW)
    mine = priced(shop, a_cart(("HOOK-1", 1), code="RUN15"), email="maya@example.com")
    assert (mine.obstacle, code_refusal(mine)) == (None, None)
    assert mine.quote.discount_amount == 2235
    other = priced(shop, a_cart(("HOOK-1", 1), code="RUN15", key="b" * 32))
    assert (obstacle(other), code_refusal(other)) == (Reason.SOLD_OUT, Reason.CODE_USED_UP)


def a_use(campaign_id: int, code_id: int) -> Use:
    """The use that a quote would name."""
    return Use(campaign_id, code_id, "RUN15", "", "", 2235)


def a_code(engine: Engine, **columns: Any) -> None:
    """TEST10: ten percent off, with ``columns`` of its campaign."""
    values = {"name": "Test", "kind": "percent", "percent_basis_points": 1000, "currency": "USD"}
    with writing(engine) as session:
        campaign = Campaign(**values | {"created_at": NOW} | columns)
        session.add(campaign)
        session.flush()
        session.add(Code(campaign_id=campaign.id, code="TEST10", created_at=NOW))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"first_order_only": True}, Reason.CODE_FIRST_ORDER_ONLY),
        ({"max_uses_per_customer": 1}, Reason.CODE_USED_BY_YOU),
    ],
)
def test_the_buyers_history_counts_once_her_address_is_known(
    shop: Engine, rule: dict[str, Any], reason: Reason
) -> None:
    a_code(shop, **rule)
    with writing(shop) as session:
        order = a_paid_order(session, 1001, email_normalized="maya@gmail.com")
        code = session.scalars(select(Code).where(Code.code == "TEST10")).one()
        use = a_use(code.campaign_id, code.id)
        if "max_uses_per_customer" in rule:
            discounts.hold(session, order.id, [use], "maya@gmail.com", now=NOW)
            discounts.redeem(session, order.id, now=NOW)
    cart = a_cart(("HOOK-1", 1), code="TEST10")
    assert priced(shop, cart).quote.discount_amount == 1490
    again = priced(shop, cart, email="Ma.Ya+new@googlemail.com")
    assert (again.quote.discount_amount, code_refusal(again)) == (0, reason)
    assert priced(shop, cart, email="ann@gmail.com").quote.discount_amount == 1490


def test_the_words_of_the_code_in_use_are_given(shop: Engine) -> None:
    assert priced(shop, a_cart(("HOOK-1", 1), code="RUN15")).code_words == "15% off"
    assert priced(shop, a_cart(("HOOK-1", 1), code="NOPE")).code_words == ""


def test_a_discount_leaves_nothing_or_what_the_payment_service_takes(shop: Engine) -> None:
    a_code(shop, kind="fixed_order", amount=1455)
    found = priced(shop, a_cart(("BOOK-EB", 1), code="TEST10"))
    assert (found.quote.total_amount, found.quote.trimmed_amount) == (50, 10)
    assert found.obstacle is None


def test_a_total_below_the_payment_services_minimum_cannot_be_ordered(shop: Engine) -> None:
    with writing(shop) as session:
        session.execute(update(Variant).where(Variant.sku == "BOOK-EB").values(price_amount=40))
    assert obstacle(priced(shop, a_cart(("BOOK-EB", 1)))) is Reason.TOTAL_TOO_SMALL


def test_a_total_of_nothing_can_be_ordered(shop: Engine) -> None:
    a_code(shop, percent_basis_points=10_000)
    found = priced(shop, a_cart(("BOOK-EB", 1), code="TEST10"))
    assert (found.quote.total_amount, found.obstacle) == (0, None)


def test_pricing_changes_nothing(shop: Engine) -> None:
    before = every_row(shop)
    priced(shop, a_cart(("HOOK-1", 1), code="RUN15"), email="maya@example.com")
    assert every_row(shop) == before


def test_twenty_lines_cost_no_more_queries_than_one(shop: Engine) -> None:
    with writing(shop) as session:
        product = session.scalars(select(Product.id)).first()
        for number in range(20):
            values = {"sku": f"X-{number}", "slug": f"x-{number}", "name": f"X {number}"}
            digital = {"price_amount": 100, "currency": "USD", "digital": True, "updated_at": NOW}
            session.execute(insert(Variant).values(product_id=product, **values, **digital))
    few, many = a_cart(("HOOK-1", 1), code="RUN15"), a_cart(*((f"X-{number}", 1) for number in range(20)))
    many = replace(many, entries=(*many.entries[:19], *few.entries), code="RUN15")
    priced(shop, few)
    with counted(shop) as of_one:
        priced(shop, few)
    with counted(shop) as of_twenty:
        assert len(priced(shop, many).quote.lines) == 20
    assert len(of_twenty) == len(of_one) <= 3
    with counted(shop) as with_address:
        priced(shop, many, email="maya@example.com")
    assert len(with_address) <= 5


# --- Filling ---


def fill(engine: Engine, cart: Cart, sku: str, pieces: int, **more: bool) -> Cart:
    with reading(engine) as session:
        return queries.fill(session, cart, sku, pieces, **more).cart


def test_filling_adds_and_takes_todays_prices_as_seen(shop: Engine) -> None:
    change_variant(shop, "HOOK-1", price_amount=15000)
    cart = fill(shop, a_cart(("HOOK-1", 1)), "BALL-1", 2)
    assert cart.entries == (Entry("HOOK-1", 1, 15000), Entry("BALL-1", 2, 2900))
    assert fill(shop, cart, "BALL-1", 5, exactly=True).quantities == {"HOOK-1": 1, "BALL-1": 5}
    assert fill(shop, cart, "BALL-1", 0, exactly=True).quantities == {"HOOK-1": 1}


@pytest.mark.parametrize(
    ("sku", "pieces", "reason"),
    [
        ("NEVER-WAS", 1, Reason.ITEM_UNKNOWN),
        ("BOOK-EB", 1, Reason.ITEM_NOT_FOR_SALE),
        ("HOOK-1", 3, Reason.NOT_ENOUGH_STOCK),
        ("SET-READ", 1, Reason.SOLD_OUT),
    ],
)
def test_what_cannot_be_had_is_not_put_in(shop: Engine, sku: str, pieces: int, reason: Reason) -> None:
    change_variant(shop, "BOOK-EB", active=False)
    on_hand(shop, "HOOK-1", 2)
    on_hand(shop, "BOOK-PB", 0)
    with pytest.raises(Refused) as refused:
        fill(shop, Cart(), sku, pieces)
    assert refused.value.reason is reason


def test_a_part_is_refused_when_its_bundle_in_the_cart_needs_the_last_piece(shop: Engine) -> None:
    on_hand(shop, "HOOK-1", 1)
    with pytest.raises(Refused) as refused:
        fill(shop, a_cart(("SET-READ", 1)), "HOOK-1", 1)
    assert refused.value.reason is Reason.SOLD_OUT


def test_the_last_piece_can_be_put_back_by_the_cart_whose_order_holds_it(shop: Engine) -> None:
    on_hand(shop, "HOOK-1", 1)
    with writing(shop) as session:
        order = an_order(session, 1001, cart_key="a" * 32)
        stock.hold(session, order.id, {"HOOK-1": 1}, now=NOW)
    assert fill(shop, a_cart(), "HOOK-1", 1).count == 1
    with pytest.raises(Refused):
        fill(shop, a_cart(key="b" * 32), "HOOK-1", 1)


def test_what_is_gone_can_be_taken_out(shop: Engine) -> None:
    assert fill(shop, a_cart(("NEVER-WAS", 1)), "NEVER-WAS", 0, exactly=True).entries == ()

"""The cart in a browser: what goes in, changes, comes out and comes back, and what changed meanwhile."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect
from sqlalchemy import select

from shop.catalog import actions as stock
from shop.catalog.models import Variant
from shop.clock import now
from shop.db import publish_change, writing
from tests.browser.journeys.books import Books, free
from tests.browser.journeys.shops import Shop
from tests.browser.journeys.visitor import PAID, PAY, Visitor

BALL = "Hip Release Ball"


@contextmanager
def left(shop: Shop, sku: str, pieces: int) -> Iterator[None]:
    """Let only so many pieces of a SKU be free while the block runs."""
    delta = pieces - free(shop.engine, sku)
    for change in (delta, -delta):
        with writing(shop.engine) as session:
            stock.move(session, sku, change, "correction", by="test", note="", now=now())
        if change == delta:
            yield


@contextmanager
def price(shop: Shop, sku: str, amount: int) -> Iterator[None]:
    """Let a SKU cost something else while the block runs."""
    before = 0
    for wanted in (amount, None):
        with writing(shop.engine) as session:
            variant = session.scalars(select(Variant).where(Variant.sku == sku)).one()
            before = before or variant.price_amount
            variant.price_amount = before if wanted is None else wanted
            publish_change(session)
        if wanted is not None:
            yield


def test_goods_go_in_change_come_out_and_come_back(buyer: Visitor) -> None:
    cart = buyer.page.get_by_role("navigation", name="Main").get_by_role("link", name="Cart")
    buyer.puts_in_cart("hip-release-ball", quantity=2)
    expect(cart).to_have_text("Cart (2)")
    buyer.reads("$58.00", "$17.00 more for free shipping.")
    buyer.changes_quantity(BALL, 4)
    buyer.reads("$116.00", "Your order ships free.")
    buyer.presses(re.compile("^Remove"), within=buyer.line(BALL))
    buyer.reads(f"{BALL} was taken out of your cart.", "Your cart is empty.")
    expect(cart).to_have_text("Cart")
    buyer.presses("Undo")
    buyer.reads(f"{BALL} is in your cart.", "$116.00")
    expect(cart).to_have_text("Cart (4)")


def test_a_cart_in_which_parts_lie_offers_the_set(buyer: Visitor) -> None:
    for slug in ("hip-hook", "hip-release-ball", "tight-hip-twisted-core"):
        buyer.puts_in_cart(slug)
    buyer.reads("These items are also sold together as Complete program")
    buyer.presses("Take the set instead")
    buyer.reads("Complete program is in your cart.", "$179.00")
    expect(buyer.page.get_by_role("heading", level=2, name=BALL)).to_have_count(0)


def test_goods_sold_out_meanwhile_are_named_and_cannot_be_paid(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-release-ball", quantity=2)
    with left(buyer.shop, "BALL-1", 1):
        buyer.opens("/cart")
        buyer.reads(f"We have 1 of {BALL} left.")
        expect(buyer.page.get_by_role("link", name="Check out")).to_have_count(0)
        buyer.presses("Change to 1")
        buyer.goes_to_checkout()
    with left(buyer.shop, "BALL-1", 0):
        buyer.presses(PAY)
        buyer.reads(f"{BALL} is sold out")
        assert books.orders == []
        buyer.opens("/products/hip-release-ball")
        buyer.reads("Sold out")
        buyer.opens("/cart")
        buyer.reads(f"{BALL} is sold out.")
    buyer.opens("/cart")
    buyer.goes_to_pay()
    buyer.pays()
    assert buyer.headline.startswith(PAID)


def test_a_price_that_changed_meanwhile_is_told_before_anybody_pays(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_checkout()
    with price(buyer.shop, "HOOK-1", 15900):
        buyer.presses("Pay $149.00")
        buyer.reads("The total has changed since you last saw it.", "$159.00")
        assert books.orders == []
        buyer.opens("/cart")
        buyer.reads("Hip Hook now costs $159.00 (it was $149.00).")
        buyer.goes_to_pay()
        buyer.reads("$159.00")
        buyer.pays()
    assert books.order.total_amount == 15900


def test_a_link_fills_the_cart_twice_as_well_as_once(buyer: Visitor) -> None:
    for _ in range(2):
        buyer.opens("/buy/HOOK-1:1,BALL-1:2?code=RUN15")
        buyer.reads("Your cart is filled.", "$207.00", "RUN15", "$175.95")
    buyer.opens("/buy/NOTHING-1:1,BALL-1:0,HOOK-1:1")
    buyer.reads("We left this part of the link out: NOTHING-1:1.")


def test_a_cart_that_somebody_has_tampered_with_starts_empty_and_says_so(buyer: Visitor) -> None:
    buyer.puts_in_cart("hip-hook")
    (cookie,) = [one for one in buyer.page.context.cookies() if one["name"] == "cart"]
    cookie["value"] = cookie["value"][:-4] + "AAAA"
    buyer.page.context.add_cookies([cookie])
    buyer.opens("/cart")
    buyer.reads("We could not read your cart, so it starts empty.", "Your cart is empty.")


def test_the_last_pieces_cannot_be_promised_twice_by_a_set_and_its_part(buyer: Visitor) -> None:
    with left(buyer.shop, "BOOK-PB", 1):
        buyer.puts_in_cart("tight-hip-twisted-core")
        buyer.opens("/products/gentle-start")
        buyer.adds("Gentle start is sold out at the moment.")

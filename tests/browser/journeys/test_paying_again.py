"""Buyers who press twice, come back, use two tabs or take too long: one order, one payment, nothing lost."""

import re

from playwright.sync_api import expect

from shop.checkout.models import CheckoutAttempt
from shop.checkout.pay import open_page
from shop.checkout.place import add_attempt
from shop.db import writing
from shop.orders.models import Order
from tests.browser.journeys.books import Books, free
from tests.browser.journeys.shops import RunningShop, eventually
from tests.browser.journeys.visitor import PAID, PAY, Visitor


def test_who_comes_back_without_paying_finds_her_cart_and_the_same_page(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-hook")
    page = buyer.goes_to_pay()
    buyer.follows("Back to the shop")
    buyer.opens("/cart")
    buyer.reads("Hip Hook", "$149.00")
    assert buyer.goes_to_pay() == page
    buyer.pays()
    assert buyer.headline.startswith(PAID)
    assert len(books.attempts) == 1


def test_an_unpaid_order_can_be_paid_from_its_own_page(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-hook")
    page = buyer.goes_to_pay()
    buyer.opens(f"/orders/{books.order.access_token}")
    assert "Nothing has been charged" in buyer.headline or "waiting for word" in buyer.headline
    buyer.presses("Pay $149.00 now")
    assert buyer.page.url == page
    buyer.pays()
    assert buyer.headline.startswith(PAID)


def test_a_double_click_on_pay_makes_one_order_and_one_payment(buyer: Visitor, books: Books) -> None:
    before = free(buyer.shop.engine, "HOOK-1")
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_checkout()
    buyer.page.get_by_role("button", name=PAY).dblclick()
    expect(buyer.page).to_have_url(re.compile(f"^{buyer.shop.service.address}/pay/"))
    buyer.fills_in_card()
    buyer.page.get_by_role("button", name=PAY).dblclick()
    expect(buyer.page.get_by_role("heading", level=1)).to_contain_text(PAID)
    assert [attempt.state for attempt in books.attempts] == ["complete"]
    assert [payment.amount for payment in books.payments] == [14900]
    assert free(buyer.shop.engine, "HOOK-1") == before - 1
    eventually(lambda: books.received)
    assert books.written == ["order_confirmed"]


def test_pay_pressed_in_a_second_tab_leads_to_the_order_paid_in_the_first(
    buyer: Visitor, books: Books
) -> None:
    buyer.puts_in_cart("hip-hook")
    page = buyer.goes_to_pay()
    other = buyer.another_tab()
    other.page.goto(page)
    other.fills_in_card()
    buyer.pays()
    other.presses(PAY)
    assert other.page.url == buyer.page.url
    assert other.headline.startswith(PAID)
    assert len(books.payments) == 1


def test_checkout_pressed_in_a_second_tab_makes_no_second_order(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-hook")
    other = buyer.another_tab()
    other.opens("/cart")
    other.goes_to_checkout()
    buyer.goes_to_pay()
    buyer.pays_and_never_returns()
    eventually(lambda: books.order.state == "paid")
    other.presses(PAY)
    assert other.page.url == f"{buyer.shop.address}/orders/{books.order.access_token}"
    assert other.headline.startswith(PAID)
    assert len(books.payments) == 1


def test_checkout_pressed_in_a_second_tab_after_the_order_is_seen_says_that_the_cart_is_empty(
    buyer: Visitor, books: Books
) -> None:
    buyer.puts_in_cart("hip-hook")
    other = buyer.another_tab()
    other.opens("/cart")
    other.goes_to_checkout()
    buyer.goes_to_pay()
    buyer.pays()
    other.presses(PAY)
    other.reads("Your cart is empty.")
    assert len(books.orders) == 1


def test_another_cart_in_a_second_tab_closes_the_first_payment_page(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-hook")
    first = buyer.goes_to_pay()
    other = buyer.another_tab()
    other.puts_in_cart("hip-release-ball")
    assert other.goes_to_pay() != first
    buyer.fills_in_card()
    buyer.presses(PAY)
    assert buyer.headline == "This payment page has expired"
    other.pays()
    assert other.headline.startswith(PAID)
    assert [order.state for order in books.orders] == ["expired", "paid"]


def test_who_takes_too_long_is_told_so_and_buys_on_a_new_page(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-hook")
    first = buyer.goes_to_pay()
    assert books.holds == [("HOOK-1", 1, "held")]
    buyer.fills_in_card()
    buyer.shop.service.control("clock", offset_seconds=36 * 60)
    buyer.presses(PAY)
    assert buyer.headline == "This payment page has expired"
    eventually(lambda: books.order.state == "expired")
    assert books.holds == [("HOOK-1", 1, "released")]
    buyer.shop.service.control("clock", offset_seconds=0)
    buyer.follows("Back to the shop")
    buyer.opens("/cart")
    buyer.reads("Hip Hook")
    assert buyer.goes_to_pay() != first
    buyer.pays()
    assert buyer.headline.startswith(PAID)
    assert [order.state for order in books.orders] == ["expired", "paid"]
    assert books.holds == [("HOOK-1", 1, "consumed"), ("HOOK-1", 1, "released")]
    eventually(lambda: books.received)
    assert books.written == ["order_confirmed"]


def test_an_expired_order_offers_its_goods_again(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_pay()
    stale = buyer.another_tab()
    # A tab that hears no news, and so still offers what is over.
    stale.page.route(
        "**/js/order-news*", lambda route: route.fulfill(content_type="text/javascript", body="")
    )
    stale.opens(f"/orders/{books.order.access_token}")
    buyer.shop.service.control(f"sessions/{books.attempts[0].page_id}/expire")
    eventually(lambda: books.order.state == "expired")
    stale.presses("Pay $149.00 now")
    stale.reads("That order was closed because it was not paid in time.", "Hip Hook")
    stale.opens(f"/orders/{books.order.access_token}")
    assert stale.headline.startswith("This order was not paid in time")


def test_a_second_payment_goes_back_and_both_sides_can_see_it(
    buyer: Visitor, books: Books, running_shop: RunningShop
) -> None:
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_pay()
    other = buyer.another_tab()
    other.page.goto(a_second_page(running_shop, books))
    buyer.pays()
    other.pays()
    eventually(lambda: books.refunds and books.refunds[0].state == "succeeded")
    other.opens(f"/orders/{books.order.access_token}")
    other.reads("$149.00 refunded")
    assert (books.order.state, books.order.payment_state) == ("paid", "paid")
    assert [refund.amount for refund in books.refunds] == [14900]
    letter = other.letter(f"We have sent back your payment for order {books.order.number}")
    assert "Your order was already paid" in letter
    assert books.flags == ["second_payment"]


def a_second_page(shop: RunningShop, books: Books) -> str:
    """Open a second payable page for one order, as a shop would that forgot to close the first."""
    till = shop.till()
    with writing(till.engine) as session:
        session.get_one(CheckoutAttempt, books.attempts[0].id).state = "expired"
        session.flush()
        order = session.get_one(Order, books.order.id)
        fresh = add_attempt(session, till, order, key=f"att-beside-{order.id}", now=till.clock())
        session.flush()
        fresh_id = fresh.id
    way = open_page(till, fresh_id)
    assert way is not None
    return way.url

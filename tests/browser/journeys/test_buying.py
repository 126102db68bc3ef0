"""People who buy, and what they see on the way."""

import re

import pytest
from playwright.sync_api import Page, expect

from shop.clock import now
from shop.db import writing
from shop.discounts.models import Campaign, Code
from tests.browser.conftest import NARROW, WIDE
from tests.browser.journeys.books import Books, free
from tests.browser.journeys.conftest import VisitorTo
from tests.browser.journeys.shops import RunningShop, eventually
from tests.browser.journeys.visitor import ASKS_THE_BANK, DECLINED, PAID, PAY, Visitor

BOOK = "Tight Hip, Twisted Core, paperback"
PACKING = f"{PAID}, and we are packing it."


def test_a_stranger_buys_a_hip_hook_and_reads_of_it_everywhere(buyer: Visitor, books: Books) -> None:
    before = free(buyer.shop.engine, "HOOK-1")
    buyer.opens("/")
    buyer.follows(re.compile("^Hip Hook$"), within=buyer.page.locator("main"))
    buyer.adds("Hip Hook is in your cart.")
    buyer.reads("Your order ships free.")
    buyer.goes_to_pay()
    buyer.reads("$149.00")
    buyer.pays()
    order = books.order
    assert buyer.page.url == f"{buyer.shop.address}/orders/{order.access_token}"
    assert buyer.headline.startswith(PACKING)
    buyer.reads(f"Order {order.number}", "12 Orchard Road", "Visa ending 4242", "$149.00")
    steps = buyer.page.get_by_role("list", name="How far your order is").get_by_role("listitem")
    assert [step.split("\n")[0] for step in steps.all_inner_texts()] == [
        "Placed", "Paid", "Packed", "Shipped", "Delivered",
    ]  # fmt: skip
    assert free(buyer.shop.engine, "HOOK-1") == before - 1
    assert books.holds == [("HOOK-1", 1, "consumed")]
    letter = buyer.letter(f"Your order {order.number} is confirmed")
    assert "1 × Hip Hook" in letter
    buyer.follows("View your order", within=buyer.page.frame_locator("iframe"))
    assert buyer.page.url == f"{buyer.shop.address}/orders/{order.access_token}"


def test_a_receipt_prints_on_paper_without_the_shop_around_it(buyer: Visitor, books: Books) -> None:
    buyer.buys()
    buyer.follows("Receipt to print")
    assert buyer.headline == f"Receipt for order {books.order.number}"
    buyer.reads("Visa ending 4242", "12 Orchard Road", buyer.email)
    buyer.page.emulate_media(media="print")
    expect(buyer.page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(buyer.page.get_by_role("heading", level=1)).to_be_visible()
    assert buyer.page.pdf().startswith(b"%PDF")


def test_a_cart_is_empty_after_its_order_is_paid(buyer: Visitor) -> None:
    buyer.buys()
    buyer.opens("/cart")
    buyer.reads("Your cart is empty.")


def test_a_declined_card_can_be_replaced_by_another(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_pay()
    buyer.pays(DECLINED)
    buyer.reads("Your card was declined.")
    assert books.order.state == "pending"
    buyer.pays()
    assert buyer.headline.startswith(PACKING)
    assert [payment.state for payment in books.payments] == ["succeeded"]
    assert eventually(lambda: books.received) == [f"Your order {books.order.number} is confirmed"]


def test_who_fails_at_the_bank_may_try_again(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_pay()
    buyer.pays(ASKS_THE_BANK)
    assert buyer.headline == "Confirm your payment"
    buyer.presses("No, let it fail")
    assert books.order.state == "pending"
    buyer.pays(ASKS_THE_BANK)
    buyer.presses("Yes, complete the payment")
    assert buyer.headline.startswith(PACKING)
    assert len(books.payments) == 1


@pytest.mark.parametrize("outcome", ["settle", "fail"])
def test_a_bank_debit_takes_days_and_the_buyer_hears_of_both_ends(
    buyer: Visitor, books: Books, outcome: str
) -> None:
    before = free(buyer.shop.engine, "HOOK-1")
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_pay()
    buyer.page.get_by_label("Pay with").select_option("Bank debit (takes days)")
    buyer.fills_in_address()
    buyer.presses(PAY)
    number = books.order.number
    assert buyer.headline.startswith("Your bank is still working on the payment.")
    assert free(buyer.shop.engine, "HOOK-1") == before - 1
    buyer.letter(f"Your order {number} is waiting for your bank")
    (payment,) = books.payments
    buyer.shop.service.control(f"payments/{payment.provider_id}/{outcome}")
    eventually(lambda: books.payments[0].state != "processing")
    buyer.opens(f"/orders/{books.order.access_token}")
    if outcome == "settle":
        assert buyer.headline.startswith(PACKING)
        buyer.letter(f"Your order {number} is confirmed")
        assert free(buyer.shop.engine, "HOOK-1") == before - 1
    else:
        assert books.order.state == "expired"
        buyer.letter(f"The payment for your order {number} did not go through")
        assert free(buyer.shop.engine, "HOOK-1") == before


def test_a_code_from_a_link_waits_for_a_cart_and_is_on_every_page_until_it_is_used(
    buyer: Visitor, books: Books
) -> None:
    buyer.opens("/go/RUN15")
    buyer.opens("/cart")
    buyer.reads("Your code RUN15 is kept.")
    buyer.puts_in_cart("hip-hook")
    buyer.reads("RUN15", "−$22.35", "$126.65")
    buyer.goes_to_pay()
    buyer.reads("RUN15", "$22.35", "$126.65")
    buyer.pays()
    buyer.reads("RUN15", "$22.35 off", "$126.65")
    assert (books.order.code, books.order.discount_amount) == ("RUN15", 2235)
    assert books.redemptions == ["redeemed"]


def test_a_code_typed_into_the_cart_is_judged_in_words(buyer: Visitor) -> None:
    buyer.puts_in_cart("hip-release-ball")
    question = buyer.page.get_by_text("Have a code?")
    for code, answer in (
        ("NOSUCHCODE", "This code does not work."),
        ("OLDCODE", "This code does not work."),
        ("EARLY20", "This code has been used as often as it can be."),
        ("HOOK40", "This code does not apply to anything in your cart."),
        ("run15", "The code RUN15 is applied. You save $4.35."),
    ):
        if not buyer.page.get_by_label("Discount code").is_visible():
            question.click()
        buyer.fills(Discount_code=code)
        buyer.presses("Use this code")
        buyer.reads(answer)
    buyer.presses("Remove the code")
    buyer.reads("The code RUN15 was taken off.")


def test_an_ebook_needs_no_address_and_no_parcel(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("tight-hip-twisted-core-ebook")
    buyer.reads("Nothing to ship")
    buyer.goes_to_pay()
    expect(buyer.page.get_by_label("Street and house number")).to_have_count(0)
    buyer.pays()
    assert buyer.headline.startswith(
        "Thank you. Your order is paid. There is nothing to wait for in the mail."
    )
    expect(buyer.page.get_by_role("list", name="How far your order is")).to_have_count(0)
    assert (books.order.shipping_state, books.order.total_amount) == ("nothing_to_ship", 1495)
    assert books.holds == []


def test_an_order_that_costs_nothing_needs_no_payment_page(
    buyer: Visitor, books: Books, running_shop: RunningShop
) -> None:
    with writing(running_shop.engine) as session:
        gift = Campaign(
            name="A gift", kind="percent", percent_basis_points=10_000, currency="USD", created_at=now()
        )
        session.add(gift)
        session.flush()
        session.add(Code(campaign_id=gift.id, code="GIFT", max_uses=1, created_at=now()))
    buyer.puts_in_cart("tight-hip-twisted-core-ebook")
    buyer.page.get_by_text("Have a code?").click()
    buyer.fills(Discount_code="GIFT")
    buyer.presses("Use this code")
    buyer.goes_to_checkout()
    buyer.presses("Place the order")
    assert buyer.headline.startswith("Thank you. Your order is paid.")
    buyer.reads("Nothing had to be paid.")
    assert books.attempts == books.payments == []
    assert books.redemptions == ["redeemed"]
    buyer.letter(f"Your order {books.order.number} is confirmed")


def test_a_buyer_in_another_country_sees_what_shipping_costs_before_she_pays(
    buyer: Visitor, books: Books
) -> None:
    buyer.puts_in_cart("hip-release-ball")
    buyer.reads("$46.00 more for free shipping.")
    buyer.page.get_by_label("Ship to").select_option("Canada")
    buyer.presses("Show shipping")
    buyer.reads("$19.00", "$48.00")
    buyer.goes_to_pay()
    expect(buyer.page.get_by_label("Country")).to_have_value("CA")
    buyer.pays()
    assert (books.order.country, books.order.total_amount) == ("CA", 4800)
    assert books.flags == []


def test_a_country_chosen_at_checkout_changes_the_total_and_asks_again(buyer: Visitor, books: Books) -> None:
    buyer.puts_in_cart("hip-release-ball")
    buyer.goes_to_checkout(country="Germany")
    buyer.presses(PAY)
    buyer.reads("The total has changed since you last saw it.", "$58.00")
    assert books.orders == []
    assert buyer.page.get_by_label("E-mail address").input_value() == buyer.email
    buyer.presses("Pay $58.00")
    buyer.reads("$58.00")
    assert books.order.total_amount == 5800


@pytest.mark.parametrize(
    "typed", ["maya", "maya@", "maya@example.com\u0007", "two@example.com, three@example.com"]
)
def test_an_address_that_is_none_keeps_what_was_typed(buyer: Visitor, books: Books, typed: str) -> None:
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_checkout()
    buyer.page.get_by_label("E-mail address").evaluate("field => field.form.noValidate = true")
    buyer.page.get_by_label("E-mail address").fill(typed)
    buyer.presses(PAY)
    buyer.reads("This does not look like an e-mail address.")
    assert books.orders == []


@pytest.mark.parametrize(
    "options",
    [{"java_script_enabled": False}, {"size": NARROW, "has_touch": True}],
    ids=["without JavaScript", "on a phone"],
)
def test_a_whole_purchase_goes_well(
    visitor_to: VisitorTo, shop: RunningShop, options: dict[str, object]
) -> None:
    buyer = visitor_to(shop, **options)
    books = Books(shop.engine, buyer.email)
    buyer.opens("/")
    buyer.page.get_by_role("link", name="See the program").click()
    buyer.follows("Shop", within=buyer.page.get_by_role("navigation", name="Main"))
    assert_fits(buyer.page)
    buyer.puts_in_cart("tight-hip-twisted-core", quantity=2)
    buyer.changes_quantity(BOOK, 3)
    buyer.presses(re.compile("^Remove"), within=buyer.line(BOOK))
    buyer.reads("was taken out of your cart", "Your cart is empty.")
    buyer.presses("Undo")
    buyer.reads("is in your cart")
    buyer.page.get_by_text("Have a code?").click()
    buyer.fills(Discount_code="RUN15")
    buyer.presses("Use this code")
    buyer.reads("The code RUN15 is applied.")
    buyer.goes_to_pay()
    buyer.pays(DECLINED)
    buyer.reads("Your card was declined.")
    buyer.pays(ASKS_THE_BANK)
    buyer.presses("Yes, complete the payment")
    assert buyer.headline.startswith(PACKING)
    assert (books.order.subtotal_amount, books.order.discount_amount) == (3 * 2495, 1123)
    buyer.follows("Receipt to print")
    buyer.letter(f"Your order {books.order.number} is confirmed")
    buyer.opens("/orders/find")
    buyer.fills(**{"E-mail address": buyer.email})
    buyer.presses("Send me my order links")
    buyer.reads("links to them are on their way")
    assert_fits(buyer.page)


def assert_fits(page: Page) -> None:
    """Nobody needs to scroll sideways."""
    assert page.viewport_size is not None
    if page.viewport_size["width"] < WIDE["width"]:
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

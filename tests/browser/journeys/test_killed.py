"""Processes that are killed in the middle of a purchase and started again: nothing is lost, nothing happens twice."""

import signal

from playwright.sync_api import Error

from tests.browser.journeys.books import Books
from tests.browser.journeys.conftest import VisitorTo
from tests.browser.journeys.shops import ShopInParts, eventually
from tests.browser.journeys.visitor import PAID, PAY


def test_a_worker_killed_between_payment_and_mail_sends_one_mail_when_it_is_back(
    shop_in_parts: ShopInParts, visitor_to: VisitorTo
) -> None:
    buyer = visitor_to(shop_in_parts)
    books = Books(shop_in_parts.engine, buyer.email)
    shop_in_parts.kill("worker", signal.SIGSTOP)
    buyer.buys()
    shop_in_parts.kill("worker")
    assert books.order.state == "paid"
    assert (books.written, books.received) == (["order_confirmed"], [])
    shop_in_parts.start_part("worker")
    letter = buyer.letter(f"Your order {books.order.number} is confirmed")
    assert "1 × Hip Hook" in letter
    shop_in_parts.kill("worker")
    shop_in_parts.start_part("worker")
    buyer.puts_in_cart("hip-release-ball")
    buyer.goes_to_pay()
    buyer.pays()
    eventually(lambda: len(books.received) == 2)
    assert books.received == [f"Your order {order.number} is confirmed" for order in books.orders]


def test_a_web_server_killed_while_the_payment_page_is_made_finds_the_order_again(
    shop_in_parts: ShopInParts, visitor_to: VisitorTo, complaints: list[str]
) -> None:
    buyer = visitor_to(shop_in_parts)
    books = Books(shop_in_parts.engine, buyer.email)
    service = shop_in_parts.service
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_checkout()
    service.fault("POST /v1/checkout/sessions", "delay", seconds=1)
    buyer.page.get_by_role("button", name=PAY).click(no_wait_after=True)
    eventually(lambda: books.attempts and not service.state()["faults"])
    shop_in_parts.kill("web")
    eventually(lambda: service.api("checkout/sessions")["data"])
    shop_in_parts.start_part("web")
    buyer.opens("/cart")
    buyer.reads("Hip Hook")
    buyer.goes_to_pay()
    assert len(service.api("checkout/sessions")["data"]) == 1
    buyer.fills_in_card()
    shop_in_parts.kill("web")
    buyer.page.get_by_role("button", name=PAY).click(no_wait_after=True)
    page_id = books.attempts[0].page_id
    eventually(lambda: service.api(f"checkout/sessions/{page_id}")["status"] == "complete")
    shop_in_parts.start_part("web")
    complaints.clear()
    eventually(lambda: books.order.state == "paid")
    opened_again(buyer.page, f"{buyer.shop.address}/orders/{books.order.access_token}")
    assert buyer.headline.startswith(PAID)
    assert [payment.amount for payment in books.payments] == [14900]
    eventually(lambda: books.received)
    assert books.written == ["order_confirmed"]
    assert books.holds == [("HOOK-1", 1, "consumed")]


def opened_again(page, address: str) -> None:
    """Open a page in a tab whose last navigation failed, or is still about to fail."""

    def opens() -> bool:
        try:
            page.goto(address)
        except Error:
            return False
        return page.url == address

    eventually(opens)

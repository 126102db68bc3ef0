"""Word of a payment that is lost, doubled, late, out of order or first: the order is right, once."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from shop.checkout.models import CheckoutAttempt
from shop.checkout.settle import give_up, lock_both
from shop.db import writing
from tests.browser.journeys.books import Books
from tests.browser.journeys.shops import RunningShop, eventually
from tests.browser.journeys.visitor import PAID, Visitor


def is_right(books: Books) -> None:
    """One order, paid once, told of once, and never anything else."""
    assert (books.order.state, books.order.payment_state) == ("paid", "paid")
    assert [payment.state for payment in books.payments] == ["succeeded"]
    assert [attempt.state for attempt in books.attempts] == ["complete"]
    assert books.holds == [("HOOK-1", 1, "consumed")]
    assert books.flags == books.refunds == []
    eventually(lambda: books.received)
    assert books.received == [f"Your order {books.order.number} is confirmed"]
    assert books.written == ["order_confirmed"]


def a_while_passes(books: Books) -> None:
    """Let the shop believe that it looked at the payment page some minutes ago."""
    with writing(books.engine) as session:
        ids = [attempt.id for attempt in books.attempts]
        earlier = books.attempts[0].checked_at - timedelta(minutes=5)
        session.execute(update(CheckoutAttempt).where(CheckoutAttempt.id.in_(ids)).values(checked_at=earlier))


def test_without_any_webhook_the_page_the_buyer_returns_to_settles_the_order(
    buyer: Visitor, books: Books
) -> None:
    buyer.shop.service.control("webhooks", mode="drop")
    buyer.buys()
    is_right(books)


def test_without_any_webhook_and_without_the_buyer_the_worker_finds_the_payment(
    buyer: Visitor, books: Books
) -> None:
    buyer.shop.service.control("webhooks", mode="drop")
    later = buyer.another_tab()
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_pay()
    buyer.pays_and_never_returns()
    assert books.order.state == "pending"
    a_while_passes(books)
    eventually(lambda: books.order.state == "paid")
    later.opens(f"/orders/{books.order.access_token}")
    assert later.headline.startswith(PAID)
    is_right(books)


def test_a_webhook_before_the_redirect_settles_the_order_and_the_return_changes_nothing(
    buyer: Visitor, books: Books
) -> None:
    later = buyer.another_tab()
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_pay()
    buyer.pays_and_never_returns()
    eventually(lambda: books.order.state == "paid")
    (attempt,) = books.attempts
    later.opens(f"/orders/{books.order.access_token}?session_id={attempt.page_id}")
    assert later.headline.startswith(PAID)
    assert "session_id" not in later.page.url
    is_right(books)


def test_webhooks_that_come_after_the_buyer_change_nothing(buyer: Visitor, books: Books) -> None:
    service = buyer.shop.service
    service.control("webhooks", mode="hold")
    buyer.buys()
    service.control("webhooks", mode="deliver")
    assert service.control("webhooks/release")["released"] > 0
    assert service.control("webhooks/wait", seconds=10) == {"quiet": True}
    is_right(books)


def test_doubled_webhooks_count_once(buyer: Visitor, books: Books) -> None:
    service = buyer.shop.service
    service.control("webhooks", duplicate=True)
    buyer.buys()
    assert service.control("webhooks/wait", seconds=10) == {"quiet": True}
    for event in service.state()["events"]:
        if event["object"] == books.attempts[0].page_id:
            service.control(f"events/{event['id']}/resend")
    assert service.control("webhooks/wait", seconds=10) == {"quiet": True}
    is_right(books)


@pytest.mark.parametrize("order", ["normal", "reversed"])
def test_webhooks_in_any_order_tell_the_same_of_a_payment_and_its_refund(
    buyer: Visitor, books: Books, order: str
) -> None:
    service = buyer.shop.service
    service.control("webhooks", mode="hold")
    later = buyer.another_tab()
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_pay()
    buyer.pays_and_never_returns()
    intent = service.api(f"checkout/sessions/{books.attempts[0].page_id}")["payment_intent"]
    charge = service.api(f"payment_intents/{intent}")["latest_charge"]
    service.control(f"charges/{charge}/refund", amount=1000)
    assert books.order.state == "pending"
    service.control("webhooks", mode="deliver")
    service.control("webhooks/release", order=order)
    eventually(lambda: books.order.payment_state == "part_refunded")
    later.opens(f"/orders/{books.order.access_token}")
    later.reads("$10.00 of this order was refunded.")
    assert (books.order.state, len(books.payments)) == ("paid", 1)
    assert [(refund.amount, refund.source) for refund in books.refunds] == [(1000, "provider")]
    assert books.written == ["order_confirmed"]


def test_a_payment_after_the_order_was_closed_is_taken_and_shown_to_the_shops_people(
    buyer: Visitor, books: Books, running_shop: RunningShop
) -> None:
    service = buyer.shop.service
    service.control("webhooks", mode="drop")
    later = buyer.another_tab()
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_pay()
    buyer.pays_and_never_returns()
    closed_by_mistake(running_shop, books)
    service.control("webhooks", mode="deliver")
    events = [event for event in service.state()["events"] if event["object"] == books.attempts[0].page_id]
    service.control(f"events/{events[0]['id']}/resend")
    eventually(lambda: books.order.state == "paid")
    later.opens(f"/orders/{books.order.access_token}")
    assert "a person is looking at this order" in later.headline
    assert books.flags == ["paid_after_expiry"]
    owner, password = running_shop.owner
    later.opens("/admin")
    later.fills(**{"E-mail address": owner, "Password": password})
    later.presses("Sign in")
    assert later.headline == "Today"
    later.reads("This order was paid after it had been closed.")
    later.follows(str(books.order.number))
    assert later.headline == f"Order {books.order.number}"
    later.reads("This order was paid after it had been closed.", buyer.email)
    later.presses("Mark as dealt with")
    later.reads("Marked as dealt with.", f"Dealt with by {owner}")
    later.opens(f"/orders/{books.order.access_token}")
    assert later.headline.startswith(PAID)


def closed_by_mistake(shop: RunningShop, books: Books) -> None:
    """Close the order and give its goods back, as a shop did that trusted its own clock."""
    with writing(shop.engine) as session:
        order, attempt = lock_both(session, books.attempts[0].id)
        attempt.state = "expired"
        give_up(session, order, now=order.placed_at, why="test")

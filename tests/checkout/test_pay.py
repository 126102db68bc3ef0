"""Place and pay: one order and one payable page per cart, whatever is pressed, cut or killed in between."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select

from shop.cart.rules import Cart, Entry
from shop.checkout import pay, reconcile
from shop.checkout.models import CheckoutAttempt
from shop.checkout.place import Keys, place
from shop.checkout.settle import settle
from shop.checkout.till import Till
from shop.db import reading, writing
from shop.discounts.models import Campaign, Code, Redemption
from shop.errors import Reason, Refused
from shop.orders.models import Order, OrderLine, OrderLineDiscount
from shop.payments.gateway import PaymentPage
from shop.payments.stripe import StripeGateway
from tests.checkout.conftest import Buyer, MovableClock
from tests.checkout.looking import code_of, leave, rows, stock_of
from tests.payment_service import KEY, SECRET, Service
from tests.rows import every_row


def open_pages(service: Service) -> list[dict[str, Any]]:
    """The pages on which somebody could pay now."""
    return [page for page in service.api("checkout/sessions")["data"] if page["status"] == "open"]


def test_everything_is_written_before_the_payment_service_is_called(buyer: Buyer, till: Till) -> None:
    details = buyer.wants(("HOOK-1", 2), code="RUN15").details()
    with writing(till.engine) as session:
        placed = place(session, till, buyer.cart, details, Keys("t" * 32, "att-1"), now=till.clock())
    assert not placed.in_the_way
    attempt = buyer.attempt
    assert (attempt.state, attempt.idempotency_key, attempt.page_id) == ("creating", "att-1", None)
    session_parameters = attempt.parameters["session"]
    assert session_parameters["line_items"][0]["price_data"]["unit_amount"] == 14900
    assert attempt.parameters["coupon"]["amount_off"] == 4470
    assert session_parameters["metadata"]["attempt"] == "att-1"
    assert stock_of(till, "HOOK-1") == (120, 2)
    assert [row.state for row in rows(till, Redemption)] == ["held"]


def test_what_the_page_asks_for_is_the_order(buyer: Buyer, service: Service, till: Till) -> None:
    buyer.wants(("HOOK-1", 1), ("BALL-1", 3), code="RUN15").presses_pay()
    page = service.api(f"checkout/sessions/{buyer.attempt.page_id}")
    order = buyer.order
    assert page["amount_total"] == order.total_amount
    assert page["total_details"]["amount_discount"] == order.discount_amount
    assert page["client_reference_id"] == str(order.number)
    assert page["customer_email"] == "maya@example.com"
    assert page["expires_at"] == int(buyer.attempt.expires_at.timestamp())
    lines = rows(till, OrderLine)
    assert sum(line.discount_amount for line in lines) == order.discount_amount
    assert sum(row.amount for row in rows(till, OrderLineDiscount)) == order.discount_amount


def test_a_total_other_than_the_one_seen_is_refused_and_writes_nothing(buyer: Buyer, till: Till) -> None:
    before = every_row(till.engine)
    with pytest.raises(Refused) as refused:
        buyer.presses_pay(seen_total=1)
    assert refused.value.reason is Reason.TOTAL_CHANGED
    assert every_row(till.engine) == before


def test_numbers_have_no_gaps_whoever_buys_at_once_and_whatever_is_refused_between(
    till: Till, at_once: Callable[..., list[Any]]
) -> None:
    buyers = [
        Buyer(till, email=f"{number}@example.com").wants(("BALL-1", 1), key=f"{number:032}")
        for number in range(6)
    ]
    buyers[0].presses_pay()
    first = buyers[0].order.number
    with pytest.raises(Refused):
        buyers[1].presses_pay(seen_total=1)
    # A third of them wants more than there is.
    greedy = [
        Buyer(till, cart=Cart(key=f"{number:032}", entries=(Entry("BALL-1", 400, 0),))) for number in (8, 9)
    ]
    at_once(7, lambda at: [*buyers[1:], *greedy][at].presses_pay())
    assert sorted(order.number for order in rows(till, Order)) == list(range(first, first + 6))


def test_pressing_pay_again_finds_the_same_order_and_page(buyer: Buyer, service: Service, till: Till) -> None:
    first = buyer.presses_pay()
    second = buyer.presses_pay()
    assert second == first
    assert len(rows(till, Order)) == 1
    assert len(open_pages(service)) == 1


def test_another_note_on_the_same_cart_changes_the_open_order_and_makes_no_second_one(
    buyer: Buyer, service: Service, till: Till
) -> None:
    first = buyer.presses_pay(gift_note="For Ada")
    assert buyer.order.gift_note == "For Ada"
    held = rows(till, Order)[0].cart_hash
    assert buyer.presses_pay(gift_note="For Bo\n<b>") == first
    assert (buyer.order.gift_note, buyer.order.cart_hash) == ("For Bo\n<b>", held)
    assert buyer.presses_pay() == first
    assert buyer.order.gift_note == ""
    assert len(rows(till, Order)) == len(open_pages(service)) == 1


def test_a_note_sent_once_more_after_the_order_was_paid_changes_nothing(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay(gift_note="For Ada")
    service.pay(buyer.attempt.page_id)
    settle(till, buyer.attempt.id)
    assert buyer.presses_pay(gift_note="For Bo").paid
    assert [order.gift_note for order in rows(till, Order)] == ["For Ada"]


def test_what_is_only_downloaded_keeps_no_note(buyer: Buyer, till: Till) -> None:
    buyer.wants(("BOOK-EB", 1)).presses_pay(gift_note="For Ada")
    buyer.presses_pay(gift_note="For Bo")
    assert [order.gift_note for order in rows(till, Order)] == [""]


def test_pressing_pay_five_times_at_once_makes_one_order_and_one_page(
    buyer: Buyer, service: Service, till: Till, at_once: Callable[..., list[Any]]
) -> None:
    ways = at_once(5, lambda _: buyer.presses_pay())
    assert {way.url for way in ways if isinstance(way, pay.Way)} == {str(buyer.attempt.url)}
    assert len(rows(till, Order)) == 1
    assert len(open_pages(service)) == 1
    assert stock_of(till, "HOOK-1") == (120, 1)


def test_pressing_pay_after_the_page_was_paid_leads_to_the_order(buyer: Buyer, service: Service) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    way = buyer.presses_pay()
    assert way.paid
    assert buyer.order.state == "paid"


def test_pressing_pay_again_after_the_webhook_said_paid_buys_nothing_twice(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    settle(till, buyer.attempt.id)
    way = buyer.presses_pay()
    assert (way.url, way.paid) == (till.order_url(buyer.order), True)
    assert len(rows(till, Order)) == 1
    assert open_pages(service) == []


def test_the_same_cart_with_more_in_it_is_another_order_after_the_first_was_paid(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.wants(("HOOK-1", 1)).presses_pay()
    service.pay(buyer.attempt.page_id)
    settle(till, buyer.attempt.id)
    assert not buyer.wants(("HOOK-1", 1), ("BALL-1", 1)).presses_pay().paid
    assert [order.state for order in rows(till, Order)] == ["paid", "pending"]


def test_a_free_order_placed_five_times_at_once_is_one_order(
    buyer: Buyer, till: Till, at_once: Callable[..., list[Any]]
) -> None:
    with writing(till.engine) as session:
        gift = Campaign(
            name="A gift",
            kind="percent",
            percent_basis_points=10_000,
            currency="USD",
            created_at=till.clock(),
        )
        session.add(gift)
        session.flush()
        session.add(Code(campaign_id=gift.id, code="GIFT", created_at=till.clock()))
    buyer.wants(("BOOK-EB", 1), code="GIFT")
    ways = at_once(5, lambda _: buyer.presses_pay())
    assert ways == [pay.Way(till.order_url(buyer.order), paid=True)] * 5
    assert len(rows(till, Order)) == 1


def test_another_cart_closes_the_old_page_before_the_new_one_opens(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.wants(("HOOK-1", 1)).presses_pay()
    old = buyer.attempt
    buyer.wants(("HOOK-1", 2)).presses_pay()
    assert [order.state for order in rows(till, Order)] == ["expired", "pending"]
    assert [page["id"] for page in open_pages(service)] == [buyer.attempt.page_id]
    assert old.page_id != buyer.attempt.page_id
    assert stock_of(till, "HOOK-1") == (120, 2)


def test_another_cart_whose_old_page_was_paid_meanwhile_leads_to_the_paid_order(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.wants(("HOOK-1", 1)).presses_pay()
    service.pay(buyer.attempt.page_id)
    way = buyer.wants(("HOOK-1", 2)).presses_pay()
    assert way.paid
    assert [order.state for order in rows(till, Order)] == ["paid"]
    assert open_pages(service) == []


def test_a_page_with_little_time_left_is_renewed_for_the_same_order(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    first = buyer.presses_pay()
    clock.forward(minutes=32)
    second = buyer.presses_pay()
    assert second.url != first.url
    assert len(rows(till, Order)) == 1
    assert [attempt.state for attempt in rows(till, CheckoutAttempt)] == ["expired", "open"]
    assert len(open_pages(service)) == 1
    assert stock_of(till, "HOOK-1") == (120, 1)
    service.pay(buyer.attempt.page_id)
    settle(till, buyer.attempt.id)
    assert buyer.order.state == "paid"


def test_an_open_order_is_resumed_and_a_closed_one_is_not(
    buyer: Buyer, clock: MovableClock, till: Till
) -> None:
    way = buyer.presses_pay()
    assert pay.resume(till, buyer.order.id) == way
    clock.forward(minutes=40)
    assert pay.resume(till, buyer.order.id) is None
    assert buyer.order.state == "expired"


@pytest.mark.parametrize("cut", ["POST /v1/coupons", "POST /v1/checkout/sessions"])
def test_a_cut_line_after_the_work_was_done_makes_neither_a_second_coupon_nor_a_second_page(
    cut: str, buyer: Buyer, service: Service, till: Till
) -> None:
    service.fault(cut, "cut_after", times=3)
    buyer.wants(("HOOK-1", 1), code="RUN15")
    with pytest.raises(Refused) as refused:
        buyer.presses_pay()
    assert refused.value.reason is Reason.PAYMENT_UNAVAILABLE
    assert (buyer.order.state, buyer.attempt.state) == ("pending", "creating")
    buyer.presses_pay()
    assert len(rows(till, Order)) == 1
    assert len(open_pages(service)) == 1
    assert service.api("coupons")["data"] == [] or len(service.api("coupons")["data"]) == 1


@pytest.mark.parametrize("status", [500, 429, 409])
def test_a_service_that_is_down_leaves_the_order_waiting_and_the_worker_opens_its_page(
    status: int, buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    service.fault("POST /v1/checkout/sessions", "status", status=status, times=3)
    with pytest.raises(Refused):
        buyer.presses_pay()
    assert buyer.attempt.state == "creating"
    assert buyer.attempt.failure
    service.control("faults/clear")
    clock.forward(minutes=2)
    reconcile.check_attempts(till)
    assert buyer.attempt.state == "open"
    assert len(open_pages(service)) == 1


def test_a_service_that_says_no_for_good_gives_everything_back(
    buyer: Buyer, service: Service, till: Till
) -> None:
    stranger = StripeGateway(
        f"{KEY}_wrong", api_base=service.address, webhook_secrets=[SECRET], environment="test"
    )
    wrong = Till(till.engine, stranger, till.config, till.content, till.clock)
    buyer.wants(("HOOK-1", 1), code="RUN15")
    with pytest.raises(Refused) as refused:
        pay.start(wrong, buyer.cart, buyer.details())
    assert refused.value.reason is Reason.PAYMENT_UNAVAILABLE
    assert (buyer.order.state, buyer.attempt.state) == ("cancelled", "failed")
    assert stock_of(till, "HOOK-1") == (120, 0)
    assert code_of(till, "RUN15").held == 0
    buyer.presses_pay()
    assert buyer.order.state == "pending"


class Killed(BaseException):
    """The process died here."""


class DyingGateway(StripeGateway):
    """The real gateway of a process that dies right after the page was made."""

    def open_page(self, parameters: Mapping[str, Any], key: str) -> PaymentPage:
        """Make the page, then die."""
        super().open_page(parameters, key)
        raise Killed


def test_a_process_killed_after_the_page_was_made_leaves_one_page_and_one_order(
    buyer: Buyer, service: Service, till: Till
) -> None:
    dying = DyingGateway(
        KEY, api_base=service.address, webhook_secrets=[SECRET], environment=till.config.base_url
    )
    doomed = Till(till.engine, dying, till.config, till.content, till.clock)
    with pytest.raises(Killed):
        pay.start(doomed, buyer.cart, buyer.details())
    assert (buyer.attempt.state, buyer.attempt.page_id) == ("creating", None)
    buyer.presses_pay()
    assert len(open_pages(service)) == 1
    assert buyer.attempt.page_id == open_pages(service)[0]["id"]


def test_a_page_older_than_its_key_is_looked_up_and_not_made_again(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    dying = DyingGateway(
        KEY, api_base=service.address, webhook_secrets=[SECRET], environment=till.config.base_url
    )
    with pytest.raises(Killed):
        pay.start(Till(till.engine, dying, till.config, till.content, clock), buyer.cart, buyer.details())
    clock.forward(hours=25)
    reconcile.check_attempts(till)
    assert (buyer.attempt.state, buyer.order.state) == ("expired", "expired")
    assert len(service.api("checkout/sessions")["data"]) == 1
    assert stock_of(till, "HOOK-1") == (120, 0)


def test_an_attempt_of_which_no_page_was_ever_made_is_given_up_after_a_day(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    with writing(till.engine) as session:
        place(session, till, buyer.cart, buyer.details(), Keys("t" * 32, "att-1"), now=till.clock())
    clock.forward(hours=25)
    reconcile.check_attempts(till)
    assert (buyer.attempt.state, buyer.order.state) == ("failed", "cancelled")
    assert service.api("checkout/sessions")["data"] == []


def test_of_ten_buyers_at_once_for_the_last_three_pieces_exactly_three_get_one(
    till: Till, at_once: Callable[..., list[Any]]
) -> None:
    leave(till, "HOOK-1", 3)
    buyers = [
        Buyer(till, email=f"buyer{n}@example.com").wants(("HOOK-1", 1), key=f"{n:032}") for n in range(10)
    ]
    seen = buyers[0].total()
    ways = at_once(10, lambda n: buyers[n].presses_pay(seen_total=seen))
    assert len([way for way in ways if isinstance(way, pay.Way)]) == 3
    refusals = [way.reason for way in ways if isinstance(way, Refused)]
    assert refusals == [Reason.SOLD_OUT] * 7
    assert len(rows(till, Order)) == 3


def test_of_ten_buyers_at_once_with_a_code_for_one_exactly_one_uses_it(
    till: Till, at_once: Callable[..., list[Any]]
) -> None:
    with writing(till.engine) as session:
        session.merge(code_of(till, "RUN15")).max_uses = 1
    buyers = [
        Buyer(till, email=f"buyer{n}@example.com").wants(("HOOK-1", 1), key=f"{n:032}", code="RUN15")
        for n in range(10)
    ]
    seen = buyers[0].total()
    ways = at_once(10, lambda n: buyers[n].presses_pay(seen_total=seen))
    assert len([way for way in ways if isinstance(way, pay.Way)]) == 1
    assert {way.reason for way in ways if isinstance(way, Refused)} <= {
        Reason.CODE_USED_UP,
        Reason.TOTAL_CHANGED,
    }
    assert code_of(till, "RUN15").held == 1


def test_order_numbers_have_no_gap_and_no_double(till: Till, at_once: Callable[..., list[Any]]) -> None:
    buyers = [
        Buyer(till, email=f"buyer{n}@example.com").wants(("BOOK-EB", 1), key=f"{n:032}") for n in range(8)
    ]
    seen = buyers[0].total()
    at_once(8, lambda n: buyers[n].presses_pay(seen_total=seen))
    with reading(till.engine) as session:
        assert sorted(session.scalars(select(Order.number))) == list(range(1001, 1009))

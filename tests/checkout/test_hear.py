"""Hear: webhooks lost, doubled, reordered, foreign, early; the shop is right in every case."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shop.admin import queries
from shop.checkout import hear, reconcile
from shop.checkout.models import CheckoutAttempt, UnmatchedPayment, WebhookEvent
from shop.checkout.pay import make_page
from shop.checkout.settle import settle
from shop.checkout.till import Till
from shop.db import reading, writing
from shop.orders.models import Order, OrderEvent, Payment, Refund
from shop.payments.gateway import GatewayRefused, Notification, PageSnapshot
from shop.payments.stripe import StripeGateway
from tests.checkout.conftest import Buyer, MovableClock
from tests.checkout.looking import flags, letters, rows, stock_of
from tests.meanwhile import meanwhile
from tests.payment_service import KEY, SECRET, Service


def told(till: Till, kind: str = "") -> list[Notification]:
    """What the service has to tell, oldest first."""
    events = till.gateway.notifications_since(till.clock().replace(year=2020))
    return [event for event in events if event.type.startswith(kind)]


def deliver(till: Till, events: list[Notification]) -> None:
    """Let events arrive, one after the other."""
    for event in events:
        with writing(till.engine) as session:
            hear.write_down(session, event, now=till.clock())
        hear.act(till, event.id)


def test_a_webhook_alone_completes_the_order(buyer: Buyer, service: Service, till: Till) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    deliver(till, told(till, "checkout.session.completed"))
    assert buyer.order.state == "paid"
    assert [event.state for event in rows(till, WebhookEvent)] == ["done"]


def test_without_any_webhook_the_reconcile_loop_completes_the_order(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    clock.forward(minutes=2)
    reconcile.check_attempts(till)
    assert buyer.order.state == "paid"
    assert rows(till, WebhookEvent) == []


def test_missed_events_are_fetched_and_acted_on(buyer: Buyer, service: Service, till: Till) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    assert reconcile.fetch_events(till) > 0
    assert reconcile.fetch_events(till) == 0
    reconcile.hear_waiting(till)
    assert buyer.order.state == "paid"


def test_doubled_events_change_nothing_the_second_time(buyer: Buyer, service: Service, till: Till) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    deliver(till, told(till))
    deliver(till, told(till))
    assert stock_of(till, "HOOK-1") == (119, 0)
    assert letters(till) == ["order_confirmed"]
    assert len(rows(till, Payment)) == 1


def test_events_in_reverse_order_end_in_the_same_state(buyer: Buyer, service: Service, till: Till) -> None:
    buyer.presses_pay()
    page = buyer.attempt.page_id
    service.pay(page, card="4000 0000 0000 0002")
    service.pay(page)
    (charge,) = [charge["id"] for charge in service.api("charges")["data"] if charge["paid"]]
    service.control(f"charges/{charge}/refund", amount=100)
    deliver(till, told(till)[::-1])
    assert (buyer.order.state, buyer.order.payment_state) == ("paid", "part_refunded")
    assert [made.amount for made in rows(till, Refund)] == [100]
    assert letters(till).count("order_confirmed") == 1


def test_an_event_that_is_faster_than_the_answer_to_our_own_call_finds_its_attempt(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    page = buyer.attempt.page_id
    with writing(till.engine) as session:
        attempt = session.get_one(CheckoutAttempt, buyer.attempt.id)
        attempt.page_id, attempt.url, attempt.state = None, None, "creating"
    service.pay(page)
    deliver(till, told(till, "checkout.session.completed"))
    assert buyer.order.state == "paid"


def test_an_event_never_opens_again_what_was_settled_in_the_same_moment(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    page = buyer.attempt.page_id
    attempt_id = buyer.attempt.id
    with writing(till.engine) as session:
        attempt = session.get_one(CheckoutAttempt, attempt_id)
        attempt.page_id, attempt.url, attempt.state = None, None, "creating"
    service.pay(page)
    (event,) = told(till, "checkout.session.completed")

    def page_is_kept_and_settled() -> None:
        make_page(till, buyer.attempt)
        settle(till, attempt_id)

    with meanwhile(till.engine, "UPDATE checkout_attempts", page_is_kept_and_settled):
        deliver(till, [event])
    assert (buyer.attempt.state, buyer.order.state) == ("complete", "paid")


def test_an_early_event_of_an_open_page_does_not_lose_the_page_s_address(
    buyer: Buyer, service: Service, till: Till
) -> None:
    way = buyer.presses_pay()
    page = buyer.attempt.page_id
    with writing(till.engine) as session:
        attempt = session.get_one(CheckoutAttempt, buyer.attempt.id)
        attempt.page_id, attempt.url, attempt.state = None, None, "creating"
    early = Notification("evt_early", "checkout.session.completed", str(page), till.clock(), livemode=False)
    deliver(till, [replace(early, page_id=str(page), attempt_key=buyer.attempt.idempotency_key)])
    assert (buyer.attempt.state, buyer.attempt.url) == ("open", None)
    assert buyer.presses_pay() == way


def test_a_decline_is_noted_and_the_page_stays_open(buyer: Buyer, service: Service, till: Till) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id, card="4000 0000 0000 0002")
    deliver(till, told(till))
    assert buyer.order.state == "pending"
    assert "payment_declined" in [event.kind for event in rows(till, OrderEvent)]
    service.pay(buyer.attempt.page_id)
    deliver(till, told(till))
    assert buyer.order.state == "paid"


def test_a_decline_heard_by_two_processes_in_the_same_moment_is_noted_once(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id, card="4000 0000 0000 0002")
    (event,) = told(till, "payment_intent.payment_failed")
    with writing(till.engine) as session:
        hear.write_down(session, event, now=till.clock())
    with meanwhile(till.engine, "INSERT INTO order_events", lambda: hear.act(till, event.id)):
        hear.act(till, event.id)
    assert [row.kind for row in rows(till, OrderEvent)].count("payment_declined") == 1


def test_an_event_about_something_foreign_is_ignored(till: Till) -> None:
    foreign = Notification(
        id="evt_foreign",
        type="checkout.session.completed",
        object_id="cs_foreign",
        created_at=till.clock(),
        livemode=False,
        page_id="cs_foreign",
    )
    deliver(till, [foreign])
    assert [event.state for event in rows(till, WebhookEvent)] == ["ignored"]
    assert rows(till, UnmatchedPayment) == []


@pytest.mark.breaks_rows
def test_a_payment_of_ours_without_an_order_lands_in_a_visible_list(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    events = told(till, "checkout.session.completed")
    with writing(till.engine) as session:
        # As after restoring yesterday's database.
        for table in (CheckoutAttempt, OrderEvent):
            for row in session.query(table):
                session.delete(row)
    deliver(till, events)
    (unmatched,) = rows(till, UnmatchedPayment)
    assert (unmatched.amount, unmatched.email) == (buyer.order.total_amount, "maya@example.com")


def test_an_event_waits_while_the_service_is_down_and_is_acted_on_later(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    events = told(till, "checkout.session.completed")
    service.fault("GET /v1/checkout/sessions", "status", status=500, times=3)
    deliver(till, events)
    (event,) = rows(till, WebhookEvent)
    assert (event.state, event.tries) == ("received", 1)
    assert event.error
    service.control("faults/clear")
    clock.forward(minutes=1)
    assert reconcile.hear_waiting(till) == 1
    assert buyer.order.state == "paid"


def test_an_event_is_never_given_up_while_the_service_is_away(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each try takes the payment service's own library two seconds of patience.
    monkeypatch.setattr(hear, "MOST_TRIES", 2)
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    service.fault("GET /v1/checkout/sessions", "status", status=500, times=1000)
    deliver(till, told(till, "checkout.session.completed"))
    for _ in range(hear.MOST_TRIES + 1):
        clock.forward(hours=2)
        reconcile.hear_waiting(till)
    (event,) = rows(till, WebhookEvent)
    assert (event.state, event.tries) == ("received", hear.MOST_TRIES + 2)


class Tripping(StripeGateway):
    """A gateway with a mistake: it cannot read one page."""

    def read_page(self, page_id: str, *, hurried: bool = False) -> PageSnapshot:
        """Trip over one page, read the others."""
        if page_id == "cs_test_odd":
            raise KeyError(page_id)
        return super().read_page(page_id, hurried=hurried)


@pytest.fixture
def tripping(till: Till, service: Service) -> Till:
    """A till whose gateway cannot read the page ``cs_test_odd``, nor can it ever."""
    gateway = Tripping(
        KEY, api_base=service.address, webhook_secrets=[SECRET], environment=till.config.base_url
    )
    return replace(till, gateway=gateway)


def test_an_event_that_trips_over_a_mistake_of_ours_holds_up_nobody_and_is_seen(
    buyer: Buyer, service: Service, tripping: Till, clock: MovableClock
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    (good,) = told(tripping, "checkout.session.completed")
    early = good.created_at - timedelta(hours=1)
    odd = Notification("evt_odd", good.type, "cs_test_odd", early, livemode=False, page_id="cs_test_odd")
    with writing(tripping.engine) as session:
        for event in (odd, good):
            hear.write_down(session, event, now=tripping.clock())
    reconcile.hear_waiting(tripping)
    assert buyer.order.state == "paid"
    for _ in range(hear.MOST_TRIES):
        clock.forward(hours=2)
        reconcile.hear_waiting(tripping)
    states = {row.id: (row.state, row.error) for row in rows(tripping, WebhookEvent)}
    assert states["evt_odd"] == ("failed", "KeyError")


def test_a_page_that_trips_over_a_mistake_of_ours_holds_up_no_other(
    buyer: Buyer, service: Service, tripping: Till, clock: MovableClock
) -> None:
    buyer.presses_pay()
    with writing(tripping.engine) as session:
        session.get_one(CheckoutAttempt, buyer.attempt.id).page_id = "cs_test_odd"
    other = Buyer(tripping, email="ines@example.com").wants(("BALL-1", 1), key="d" * 32)
    other.presses_pay()
    service.pay(other.attempt.page_id)
    clock.forward(minutes=2)
    assert reconcile.check_attempts(tripping) == 2
    assert (buyer.order.state, other.order.state) == ("pending", "paid")
    assert reconcile.check_attempts(tripping) == 0


def test_what_was_written_by_a_clock_that_ran_ahead_is_done_when_the_clock_is_right_again(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    clock.forward(days=400)
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id, card="4000 0000 0000 0002")
    service.fault("GET /v1/checkout/sessions", "status", status=500, times=3)
    service.pay(buyer.attempt.page_id)
    deliver(till, told(till, "checkout.session.completed"))
    service.control("faults/clear")
    clock.forward(days=-400)
    assert reconcile.hear_waiting(till) == 1
    assert buyer.order.state == "paid"


def test_an_open_page_is_looked_at_again_though_the_clock_ran_ahead_when_it_was_made(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    clock.forward(days=400)
    buyer.presses_pay()
    clock.forward(days=-400)
    service.pay(buyer.attempt.page_id)
    assert reconcile.check_attempts(till) == 1
    assert buyer.order.state == "paid"


def test_no_event_is_passed_over_while_the_clock_of_the_shop_is_wrong(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    reconcile.fetch_events(till)
    reconcile.hear_waiting(till)
    clock.offset = timedelta(days=400)
    assert reconcile.fetch_events(till) == 0
    (charge,) = [charge["id"] for charge in service.api("charges")["data"]]
    service.control(f"charges/{charge}/refund", amount=100)
    clock.offset = timedelta()
    assert reconcile.fetch_events(till) > 0
    reconcile.hear_waiting(till)
    assert buyer.order.payment_state == "part_refunded"


def test_one_event_delivered_twenty_times_at_once_is_acted_on_once(
    buyer: Buyer, service: Service, till: Till, at_once: Callable[..., list[Any]]
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    events = told(till, "checkout.session.completed")
    assert at_once(20, lambda _: deliver(till, events)) == [None] * 20
    assert letters(till) == ["order_confirmed"]
    assert stock_of(till, "HOOK-1") == (119, 0)
    assert len(rows(till, WebhookEvent)) == 1


def test_refund_and_dispute_events_before_the_payment_is_known_settle_it_first(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id, card="4000 0000 0000 0259")
    disputes = told(till, "charge.dispute.created")
    assert disputes
    deliver(till, disputes)
    assert (buyer.order.state, buyer.order.payment_state) == ("paid", "disputed")
    assert flags(till) == ["dispute_opened"]


@pytest.mark.parametrize("times", [1, 3])
def test_the_flow_is_the_same_however_often_events_are_fetched(
    times: int, buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    for _ in range(times):
        reconcile.fetch_events(till)
        reconcile.hear_waiting(till)
        reconcile.send_refunds(till)
    assert len(rows(till, Order)) == 1
    assert letters(till) == ["order_confirmed"]


def test_an_order_shows_what_was_heard_about_it_and_when_it_was_handled_and_nothing_of_other_orders(
    buyer: Buyer, service: Service, till: Till
) -> None:
    orders = []
    for key in ("a", "b"):
        buyer.wants(("BALL-1", 1), key=key * 32).presses_pay()
        service.pay(buyer.attempt.page_id)
        orders.append(buyer.order.id)
    deliver(till, told(till, "checkout.session.completed"))
    [charge] = [payment.charge_id for payment in rows(till, Payment) if payment.order_id == orders[0]]
    service.control(f"charges/{charge}/refund", amount=500)
    deliver(till, told(till, "charge.refunded"))
    with reading(till.engine) as session:
        first, second = (queries.heard_about(session, order_id) for order_id in orders)
        timeline = queries.timeline(session, orders[0])
    assert [event.type for event in first] == ["charge.refunded", "checkout.session.completed"]
    assert [event.type for event in second] == ["checkout.session.completed"]
    assert all(event.handled_at and event.state == "done" for event in [*first, *second])
    assert [entry.heard for entry in timeline if entry.heard] == [event.id for event in first]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_an_event_said_is_read_again_without_what_opens_or_pays_anything(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    (completed,) = told(till, "checkout.session.completed")
    said = json.dumps(till.gateway.read_notification(completed.id))
    assert completed.object_id in said
    assert buyer.email in said
    assert buyer.order.access_token not in said
    assert "success_url" in said
    assert "_secret_" not in said
    with pytest.raises(GatewayRefused):
        till.gateway.read_notification("evt_unknown")

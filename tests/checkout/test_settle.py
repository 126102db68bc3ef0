"""Settle: what the payment service says becomes what the order says, once."""

import dataclasses
from collections.abc import Callable

import pytest
from sqlalchemy import select

from shop.catalog.models import StockHold
from shop.checkout import pay, reconcile
from shop.checkout import settle as settling
from shop.checkout.models import CheckoutAttempt
from shop.checkout.place import add_attempt
from shop.checkout.settle import apply, settle
from shop.checkout.till import Till
from shop.db import writing
from shop.discounts.models import Campaign, Code, Redemption
from shop.orders.models import Order, OrderEvent, Payment, Refund
from tests.checkout.conftest import Buyer, MovableClock
from tests.checkout.looking import code_of, flags, leave, letters, rows, stock_of
from tests.payment_service import Service
from tests.rows import every_row


def test_a_paid_page_makes_a_paid_order_with_its_stock_sold_and_one_letter(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    assert stock_of(till, "HOOK-1") == (120, 1)
    service.pay(buyer.attempt.page_id)
    settle(till, buyer.attempt.id)
    order = buyer.order
    assert (order.state, order.payment_state, order.shipping_state) == ("paid", "paid", "to_ship")
    assert order.name == "Maya Lindqvist"
    assert order.address["postal_code"] == "12207"
    assert {"lindqvist", "12207"} <= set(order.words.split())
    assert stock_of(till, "HOOK-1") == (119, 0)
    assert letters(till) == ["order_confirmed"]
    assert [payment.amount for payment in rows(till, Payment)] == [order.total_amount]
    assert flags(till) == []


def test_settling_twenty_times_at_once_pays_once(
    buyer: Buyer, service: Service, till: Till, at_once: Callable
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    attempt = buyer.attempt.id
    assert at_once(20, lambda _: settle(till, attempt)) == [None] * 20
    assert stock_of(till, "HOOK-1") == (119, 0)
    assert letters(till) == ["order_confirmed"]
    assert len(rows(till, Payment)) == 1
    assert len([event for event in rows(till, OrderEvent) if event.kind == "paid"]) == 1


def test_an_old_snapshot_after_a_newer_one_changes_nothing(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    attempt = buyer.attempt
    stale = till.gateway.read_page(attempt.page_id)
    service.pay(attempt.page_id)
    settle(till, attempt.id)
    before = buyer.order
    with writing(till.engine) as session:
        apply(session, till, attempt.id, stale, now=till.clock())
    after = buyer.order
    assert (after.state, after.payment_state) == (before.state, before.payment_state) == ("paid", "paid")
    assert buyer.attempt.state == "complete"


def test_an_order_never_paid_gives_stock_and_code_back_only_when_the_service_says_expired(
    buyer: Buyer, clock: MovableClock, till: Till
) -> None:
    buyer.wants(("HOOK-1", 2), code="RUN15").presses_pay()
    assert stock_of(till, "HOOK-1") == (120, 2)
    clock.forward(minutes=20)
    reconcile.check_attempts(till)
    assert buyer.order.state == "pending"
    clock.forward(minutes=20)
    reconcile.check_attempts(till)
    assert (buyer.order.state, buyer.attempt.state) == ("expired", "expired")
    assert stock_of(till, "HOOK-1") == (120, 0)
    assert [row.state for row in rows(till, Redemption)] == ["released"]
    assert [row.state for row in rows(till, StockHold)] == ["released"]
    assert letters(till) == []


def test_a_late_payment_is_taken_while_stock_is_free_and_flagged(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.wants(("HOOK-1", 1), code="RUN15").presses_pay()
    attempt = buyer.attempt
    close_here_only(till, attempt)
    assert buyer.order.state == "expired"
    service.pay(attempt.page_id)
    settle(till, attempt.id)
    assert (buyer.order.state, buyer.order.payment_state) == ("paid", "paid")
    assert flags(till) == ["paid_after_expiry"]
    assert stock_of(till, "HOOK-1") == (119, 0)
    assert [row.state for row in rows(till, Redemption)] == ["redeemed"]
    assert sorted(letters(till)) == ["order_confirmed", "order_flagged"]


def test_a_late_payment_for_goods_that_are_gone_is_sent_back_with_an_apology_and_flagged(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    attempt = buyer.attempt
    close_here_only(till, attempt)
    leave(till, "HOOK-1", 0)
    service.pay(attempt.page_id)
    settle(till, attempt.id)
    assert buyer.order.state == "expired"
    assert flags(till) == ["stock_gone"]
    assert sorted(letters(till)) == ["order_flagged", "payment_returned"]
    reconcile.send_refunds(till)
    (refund,) = rows(till, Refund)
    assert (refund.state, refund.amount, refund.source) == (
        "succeeded",
        buyer.order.total_amount,
        "automatic",
    )
    assert buyer.order.payment_state == "refunded"
    settle(till, attempt.id)
    reconcile.send_refunds(till)
    assert len(rows(till, Refund)) == 1


def test_a_late_payment_whose_code_others_have_used_up_keeps_its_price_and_is_flagged(
    buyer: Buyer, service: Service, till: Till
) -> None:
    with writing(till.engine) as session:
        code = session.scalars(select(Code).where(Code.code == "RUN15")).one()
        code.max_uses = 1
    buyer.wants(("HOOK-1", 1), code="RUN15").presses_pay()
    attempt = buyer.attempt
    close_here_only(till, attempt)
    other = Buyer(till, email="someone@example.com").wants(("HOOK-1", 1), code="RUN15", key="d" * 32)
    other.presses_pay()
    service.pay(attempt.page_id)
    settle(till, attempt.id)
    assert buyer.order.state == "paid"
    assert sorted(flags(till)) == ["discount_gone", "paid_after_expiry"]
    assert (code_of(till, "RUN15").held, code_of(till, "RUN15").redeemed) == (1, 0)


def test_a_second_payment_for_a_paid_order_goes_back_whole_and_the_order_stays_paid(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    first = buyer.attempt
    reopen_beside(till, buyer)
    second = buyer.attempt
    assert second.page_id != first.page_id
    service.pay(second.page_id)
    settle(till, second.id)
    service.pay(first.page_id)
    settle(till, first.id)
    settle(till, first.id)
    reconcile.send_refunds(till)
    assert (buyer.order.state, buyer.order.payment_state) == ("paid", "paid")
    assert flags(till) == ["second_payment"]
    (refund,) = rows(till, Refund)
    assert (refund.amount, refund.state) == (buyer.order.total_amount, "succeeded")
    assert sorted(letters(till)) == ["order_confirmed", "order_flagged", "payment_returned"]
    assert stock_of(till, "HOOK-1") == (119, 0)


def test_a_page_that_expires_after_another_page_was_paid_changes_nothing(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    first = buyer.attempt
    reopen_beside(till, buyer)
    second = buyer.attempt
    service.pay(second.page_id)
    settle(till, second.id)
    service.control(f"sessions/{first.page_id}/expire")
    settle(till, first.id)
    assert (buyer.order.state, buyer.order.payment_state) == ("paid", "paid")
    assert stock_of(till, "HOOK-1") == (119, 0)
    assert letters(till) == ["order_confirmed"]


@pytest.mark.breaks_rows
def test_an_amount_that_differs_is_recorded_and_kept_from_shipping(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    with writing(till.engine) as session:
        order = session.get_one(Order, buyer.order.id)
        order.subtotal_amount += 100
        order.total_amount += 100
    service.pay(buyer.attempt.page_id)
    settle(till, buyer.attempt.id)
    assert (buyer.order.state, buyer.order.shipping_state) == ("paid", "on_hold")
    assert flags(till) == ["amount_differs"]
    assert len(rows(till, Payment)) == 1


def test_a_payment_of_the_other_mode_never_settles_an_order(
    buyer: Buyer, service: Service, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    live = dataclasses.replace(till.gateway.read_page(buyer.attempt.page_id), livemode=True)
    with writing(till.engine) as session:
        apply(session, till, buyer.attempt.id, live, now=till.clock())
    assert buyer.order.state == "pending"
    assert flags(till) == ["livemode_differs"]
    assert rows(till, Payment) == []


def test_a_delayed_debit_keeps_its_holds_until_the_bank_says_yes(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id, method="bank_debit")
    settle(till, buyer.attempt.id)
    assert (buyer.order.state, buyer.order.payment_state) == ("pending", "processing")
    clock.forward(days=2)
    reconcile.check_attempts(till)
    assert stock_of(till, "HOOK-1") == (120, 1)
    (payment,) = rows(till, Payment)
    service.control(f"payments/{payment.provider_id}/settle")
    clock.forward(minutes=2)
    reconcile.check_attempts(till)
    assert (buyer.order.state, buyer.order.payment_state) == ("paid", "paid")
    assert letters(till) == ["order_processing", "order_confirmed"]


def test_a_delayed_debit_that_fails_gives_everything_back_and_tells_the_buyer(
    buyer: Buyer, service: Service, clock: MovableClock, till: Till
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id, method="bank_debit")
    settle(till, buyer.attempt.id)
    (payment,) = rows(till, Payment)
    service.control(f"payments/{payment.provider_id}/fail")
    clock.forward(minutes=2)
    reconcile.check_attempts(till)
    settle(till, buyer.attempt.id)
    assert (buyer.order.state, buyer.order.payment_state) == ("expired", "unpaid")
    assert stock_of(till, "HOOK-1") == (120, 0)
    assert letters(till) == ["order_processing", "order_payment_failed"]


def test_a_free_order_is_paid_without_the_payment_service(buyer: Buyer, service: Service, till: Till) -> None:
    with writing(till.engine) as session:
        campaign = session.scalars(
            select(Campaign).join(Code, Code.campaign_id == Campaign.id).where(Code.code == "RUN15")
        ).one()
        campaign.percent_basis_points = 10000
    buyer.wants(("BOOK-EB", 1), code="RUN15")
    way = buyer.presses_pay()
    assert way.paid
    assert way.url.endswith(buyer.order.access_token)
    assert (buyer.order.state, buyer.order.payment_state, buyer.order.total_amount) == ("paid", "paid", 0)
    assert rows(till, CheckoutAttempt) == []
    assert letters(till) == ["order_confirmed"]
    assert service.api("checkout/sessions")["data"] == []
    assert [row.state for row in rows(till, Redemption)] == ["redeemed"]


def test_reading_an_open_page_changes_nothing_but_when_it_was_looked_at(buyer: Buyer, till: Till) -> None:
    buyer.presses_pay()
    before = every_row(till.engine)
    settle(till, buyer.attempt.id)
    after = every_row(till.engine)
    assert {table for table in before if before[table] != after[table]} <= {"checkout_attempts"}


def close_here_only(till: Till, attempt: CheckoutAttempt) -> None:
    """Let the shop believe a page expired that the service still keeps open (a paid-after-release race)."""
    gone = dataclasses.replace(till.gateway.read_page(attempt.page_id), status="expired")
    with writing(till.engine) as session:
        apply(session, till, attempt.id, gone, now=till.clock())


def reopen_beside(till: Till, buyer: Buyer) -> None:
    """Open a second payable page for one order, as a shop did that forgot to close the first."""
    with writing(till.engine) as session:
        session.get_one(CheckoutAttempt, buyer.attempt.id).state = "expired"
        session.flush()
        order = session.get_one(Order, buyer.order.id)
        fresh = add_attempt(session, till, order, key="att-beside", now=till.clock())
    pay.make_page(till, fresh)


@pytest.mark.breaks_rows
def test_without_its_guard_settling_at_once_would_pay_more_than_once(
    buyer: Buyer, service: Service, till: Till, at_once: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the race above: with "was it booked before?" taken out, the same payment is used again."""
    record = settling.record_payment
    monkeypatch.setattr(settling, "record_payment", lambda *told, **more: (record(*told, **more)[0], None))
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    at_once(5, lambda _: settle(till, buyer.attempt.id))
    assert "second_payment" in flags(till)


def test_a_second_page_paid_between_check_and_write_is_seen_under_the_lock(
    buyer: Buyer, service: Service, till: Till
) -> None:
    """Deterministic interleaving: both pages are read as paid before either is booked."""
    buyer.presses_pay()
    first = buyer.attempt
    reopen_beside(till, buyer)
    second = buyer.attempt
    service.pay(first.page_id)
    service.pay(second.page_id)
    snapshots = [till.gateway.read_page(attempt.page_id) for attempt in (first, second)]
    for attempt, snapshot in zip((first, second), snapshots, strict=True):
        with writing(till.engine) as session:
            apply(session, till, attempt.id, snapshot, now=till.clock())
    assert flags(till) == ["second_payment"]
    assert letters(till).count("order_confirmed") == 1

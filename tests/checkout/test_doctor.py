"""The doctor: what went wrong unseen is found and named, and what can be mended without harm is."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from shop.checkout import doctor, reconcile
from shop.checkout.models import CheckoutAttempt, UnmatchedPayment
from shop.checkout.till import Till
from shop.db import reading, writing
from shop.mail.models import OutboxLetter
from shop.orders.models import Payment, Refund
from tests.checkout.conftest import Buyer, MovableClock
from tests.payment_service import Service


@pytest.fixture
def since(clock: MovableClock) -> datetime:
    return clock() - timedelta(days=1)


@pytest.fixture
def paid(buyer: Buyer, service: Service, clock: MovableClock, till: Till) -> Buyer:
    """Maya has paid, and everything was heard; no letter waits."""
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    reconcile.fetch_events(till)
    reconcile.hear_waiting(till)
    with writing(till.engine) as session:
        session.execute(update(OutboxLetter).values(state="sent", sent_at=clock()))
    return buyer


def payment_of(till: Till) -> Payment:
    with reading(till.engine) as session:
        return session.scalars(select(Payment)).one()


def test_of_a_shop_that_is_well_nothing_is_said(paid: Buyer, till: Till, since: datetime) -> None:
    assert paid.order.state == "paid"
    assert doctor.findings(till, since=since) == []


def test_what_was_paid_and_never_heard_of_is_found_and_booked(
    buyer: Buyer, service: Service, till: Till, since: datetime
) -> None:
    buyer.presses_pay()
    service.pay(buyer.attempt.page_id)
    found = doctor.findings(till, since=since)
    assert any(line.startswith("Never heard: checkout.session.completed") for line in found)
    doctor.mend(till, since=since)
    assert buyer.order.state == "paid"
    assert doctor.findings(till, since=since) == []


def test_a_refund_made_there_is_named_and_booked(
    paid: Buyer, service: Service, till: Till, since: datetime
) -> None:
    payment = payment_of(till)
    service.control(f"charges/{payment.charge_id}/refund", amount=2500)
    named = [
        line for line in doctor.findings(till, since=since) if "unknown here, succeeded 2500 there" in line
    ]
    assert len(named) == 1
    assert named[0].startswith(f"Order {paid.order.number}: refund re_")
    doctor.mend(till, since=since)
    assert paid.order.payment_state == "part_refunded"
    doctor.mend(till, since=since)
    with reading(till.engine) as session:
        assert session.scalars(select(Refund.amount)).all() == [2500]


@pytest.mark.breaks_rows
def test_books_that_differ_are_named_with_both_sides(paid: Buyer, till: Till, since: datetime) -> None:
    payment = payment_of(till)
    with writing(till.engine) as session:
        session.execute(update(Payment).values(amount=1))
    [line] = doctor.findings(till, since=since)
    assert line == (
        f"Order {paid.order.number}: payment {payment.provider_id} is succeeded 1 USD here, "
        f"succeeded {payment.amount} USD there."
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.breaks_rows
def test_what_has_come_to_a_stop_is_named(
    paid: Buyer, till: Till, clock: MovableClock, since: datetime
) -> None:
    with writing(till.engine) as session:
        long_ago = clock() - timedelta(hours=1)
        attempt = session.scalars(select(CheckoutAttempt)).one()
        attempt.state, attempt.expires_at = "open", long_ago
        letter = session.scalars(select(OutboxLetter).limit(1)).one()
        letter.state, letter.last_error = "failed", "mailbox full"
        session.add(UnmatchedPayment(provider_id="pi_lost", amount=4600, currency="USD", seen_at=long_ago))
    found = doctor.findings(till, since=since)
    assert [line.rpartition(": ")[0] or line for line in found] == [
        f"Order {paid.order.number}",
        f"Letter {letter.id} ({letter.template}) is failed",
        "Payment pi_lost of 4600 USD belongs to no order.",
    ]


def test_a_service_that_does_not_answer_is_said_and_breaks_nothing(
    paid: Buyer, service: Service, till: Till, since: datetime
) -> None:
    for asked in ("GET /v1/events", "GET /v1/payment_intents"):
        service.fault(asked, "status", status=500, times=9)
    found = doctor.findings(till, since=since)
    assert found[0].startswith("The payment service cannot be asked")
    assert "cannot be read" in found[1]

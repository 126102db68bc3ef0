"""What becomes of a payment: each test card, bank debits, refunds, disputes, and the events of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from shop.payments.standin.cards import TEST_CARDS
from tests.payments.standin.conftest import Receiver, Running
from tests.payments.standin.sdk_types import problems

Order = Callable[..., dict[str, Any]]
PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


@pytest.fixture
def paid(
    client: stripe.StripeClient, standin: Running, session: stripe.checkout.Session
) -> Callable[..., Any]:
    """Pay the session by a card and return its payment with its charge expanded; the events are delivered."""

    def pay(card: str = "4242424242424242") -> stripe.PaymentIntent:
        standin.control(f"sessions/{session.id}/pay", card=card)
        standin.quiet()
        found = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
        return found.payment_intent

    return pay


def types_since(receiver: Receiver, standin: Running, before: int) -> list[str]:
    standin.quiet()
    return receiver.types[before:]


class TestCards:
    def test_a_good_card_pays(
        self, client: stripe.StripeClient, receiver: Receiver, paid: Callable[..., Any]
    ) -> None:
        intent = paid()
        assert receiver.types == PAID
        assert (intent.status, intent.amount, intent.amount_received) == ("succeeded", 12675, 12675)
        assert intent.metadata.to_dict() == {"attempt": "7"}
        assert intent.description == "Order 1042"
        charge = intent.latest_charge
        assert (charge.paid, charge.captured, charge.status, charge.refunded) == (
            True,
            True,
            "succeeded",
            False,
        )
        assert charge.payment_method_details.card.last4 == "4242"
        assert charge.shipping.address.country == "US"
        charge = client.v1.charges.retrieve(charge.id, {"expand": ["balance_transaction", "refunds"]})
        assert charge.balance_transaction.net == 12675 - charge.balance_transaction.fee
        assert charge.refunds.data == []

    @pytest.mark.parametrize("card", [card for card in TEST_CARDS.values() if card.code])
    def test_a_refused_card_leaves_the_session_open_and_says_why(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, session: Any, card: Any
    ) -> None:
        answer = standin.control(f"sessions/{session.id}/pay", card=card.number)
        assert (answer["state"], answer["message"]) == ("declined", card.message)
        assert receiver.wait_for(1) == ["payment_intent.payment_failed"]
        found = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
        assert (found.status, found.payment_status) == ("open", "unpaid")
        assert found.payment_intent.status == "requires_payment_method"
        assert found.payment_intent.last_payment_error.code == card.code
        assert found.payment_intent.last_payment_error.decline_code == card.decline_code
        assert found.payment_intent.latest_charge.status == "failed"

    def test_the_next_card_pays_the_same_payment(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, session: Any
    ) -> None:
        declined = standin.control(f"sessions/{session.id}/pay", card="4000000000000002")["session"]
        complete = standin.control(f"sessions/{session.id}/pay")["session"]
        assert declined["payment_intent"] == complete["payment_intent"]
        standin.quiet()
        assert receiver.types == ["payment_intent.payment_failed", *PAID]
        assert [charge.status for charge in client.v1.charges.list().data] == ["succeeded", "failed"]

    def test_a_card_that_asks_first_pays_or_fails(
        self, standin: Running, receiver: Receiver, client: stripe.StripeClient, session: Any
    ) -> None:
        card = "4000002500003155"
        failed = standin.control(f"sessions/{session.id}/pay", card=card, authentication="fail")
        assert failed["state"] == "declined"
        intent = client.v1.payment_intents.retrieve(failed["session"]["payment_intent"])
        assert intent.last_payment_error.code == "payment_intent_authentication_failure"
        assert standin.control(f"sessions/{session.id}/pay", card=card)["state"] == "complete"
        standin.quiet()
        assert receiver.types == ["payment_intent.payment_failed", *PAID]

    def test_a_card_that_disputes_is_disputed_at_once(
        self, client: stripe.StripeClient, receiver: Receiver, paid: Callable[..., Any]
    ) -> None:
        intent = paid("4000000000000259")
        assert receiver.types == [*PAID, "charge.dispute.created", "charge.dispute.funds_withdrawn"]
        dispute = client.v1.disputes.list({"payment_intent": intent.id}).data[0]
        assert (dispute.status, dispute.is_charge_refundable) == ("needs_response", False)
        assert intent.latest_charge.disputed

    def test_every_event_has_the_shape_of_the_sdk(self, receiver: Receiver, paid: Callable[..., Any]) -> None:
        paid("4000000000000259")
        assert [line for event in receiver.events for line in problems(event)] == []


class TestBankDebit:
    @pytest.fixture
    def debit(self, standin: Running, session: Any) -> str:
        answer = standin.control(f"sessions/{session.id}/pay", method="bank_debit")
        assert answer["state"] == "complete"
        return answer["session"]["payment_intent"]

    def test_the_session_is_complete_and_unpaid(
        self, client: stripe.StripeClient, receiver: Receiver, session: Any, debit: str
    ) -> None:
        assert debit.startswith("pi_")
        found = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
        assert (found.status, found.payment_status) == ("complete", "unpaid")
        assert (found.payment_intent.status, found.payment_intent.latest_charge.status) == (
            "processing",
            "pending",
        )
        assert receiver.wait_for(1) == ["checkout.session.completed"]

    def test_the_money_comes_days_later(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, session: Any, debit: str
    ) -> None:
        standin.control(f"payments/{debit}/settle")
        standin.quiet()
        assert receiver.types == [
            "checkout.session.completed",
            "charge.succeeded",
            "payment_intent.succeeded",
            "checkout.session.async_payment_succeeded",
        ]
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"

    def test_or_it_does_not(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, session: Any, debit: str
    ) -> None:
        standin.control(f"payments/{debit}/fail")
        standin.quiet()
        assert receiver.types == [
            "checkout.session.completed",
            "payment_intent.payment_failed",
            "checkout.session.async_payment_failed",
        ]
        found = client.v1.checkout.sessions.retrieve(session.id)
        assert (found.status, found.payment_status) == ("complete", "unpaid")

    def test_it_is_over_once_only(self, standin: Running, debit: str) -> None:
        standin.control(f"payments/{debit}/settle")
        again = standin.raw("POST", f"/control/payments/{debit}/fail", json={})
        assert again.status_code == 400

    def test_euros_are_debited_by_sepa(
        self, client: stripe.StripeClient, standin: Running, order: Order
    ) -> None:
        item = {
            "price_data": {"currency": "eur", "unit_amount": 900, "product_data": {"name": "Book"}},
            "quantity": 1,
        }
        session = client.v1.checkout.sessions.create(order(line_items=[item], shipping_options=None))
        standin.control(f"sessions/{session.id}/pay", method="bank_debit")
        charge = client.v1.charges.list().data[0]
        assert charge.payment_method_details.type == "sepa_debit"


class TestRefunds:
    def test_a_refund_is_part_or_all(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, paid: Callable[..., Any]
    ) -> None:
        intent = paid()
        before = len(receiver.received)
        part = client.v1.refunds.create(
            {
                "payment_intent": intent.id,
                "amount": 675,
                "reason": "requested_by_customer",
                "metadata": {"refund": "3"},
            }
        )
        assert (part.status, part.amount, part.metadata.to_dict()) == ("succeeded", 675, {"refund": "3"})
        charge = client.v1.charges.retrieve(intent.latest_charge.id)
        assert (charge.amount_refunded, charge.refunded) == (675, False)
        rest = client.v1.refunds.create({"charge": charge.id})
        assert rest.amount == 12000
        assert client.v1.charges.retrieve(charge.id).refunded
        assert types_since(receiver, standin, before) == ["refund.created", "charge.refunded"] * 2
        listed = client.v1.refunds.list({"payment_intent": intent.id, "expand": ["data.charge"]}).data
        assert [refund.id for refund in listed] == [rest.id, part.id]
        assert listed[0].charge.id == charge.id

    def test_more_than_is_left_is_refused(
        self, client: stripe.StripeClient, paid: Callable[..., Any]
    ) -> None:
        intent = paid()
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create({"payment_intent": intent.id, "amount": 12676})
        assert (refused.value.code, refused.value.param) == ("amount_too_large", "amount")
        client.v1.refunds.create({"payment_intent": intent.id})
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create({"payment_intent": intent.id})
        assert refused.value.code == "charge_already_refunded"

    @pytest.mark.parametrize(
        ("wanted", "param"),
        [
            ({}, "payment_intent"),
            ({"payment_intent": "pi_none"}, "payment_intent"),
            ({"charge": "ch_none"}, "charge"),
            ({"charge": "ch_none", "amount": 0}, "amount"),
            ({"charge": "ch_none", "amount": "1.5"}, "amount"),
            ({"charge": "ch_none", "reason": "because"}, "reason"),
        ],
    )
    def test_a_wrong_refund_is_refused(
        self, client: stripe.StripeClient, wanted: dict[str, Any], param: str
    ) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create(wanted)
        assert refused.value.param == param

    def test_what_was_never_paid_cannot_be_refunded(
        self, client: stripe.StripeClient, standin: Running, session: Any
    ) -> None:
        declined = standin.control(f"sessions/{session.id}/pay", card="4000000000000002")["session"]
        with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
            client.v1.refunds.create({"payment_intent": declined["payment_intent"]})

    def test_a_refund_may_fail_later(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, paid: Callable[..., Any]
    ) -> None:
        intent = paid("4000000000005126")
        refund = client.v1.refunds.create({"payment_intent": intent.id})
        assert refund.status == "succeeded"
        standin.quiet()
        before = len(receiver.received)
        standin.control("clock", offset_seconds=60)
        refund = client.v1.refunds.retrieve(refund.id)
        assert (refund.status, refund.failure_reason) == ("failed", "expired_or_canceled_card")
        assert types_since(receiver, standin, before) == [
            "refund.failed",
            "refund.updated",
            "charge.refund.updated",
        ]
        charge = client.v1.charges.retrieve(intent.latest_charge.id)
        assert (charge.amount_refunded, charge.refunded) == (0, False)
        assert client.v1.refunds.create({"payment_intent": intent.id}).status == "succeeded"

    def test_a_refund_may_be_pending_first(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, paid: Callable[..., Any]
    ) -> None:
        intent = paid("4000000000007726")
        refund = client.v1.refunds.create({"payment_intent": intent.id})
        assert refund.status == "pending"
        standin.quiet()
        before = len(receiver.received)
        standin.control(f"refunds/{refund.id}/finish")
        assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
        assert types_since(receiver, standin, before) == ["refund.updated", "charge.refund.updated"]

    def test_one_from_the_dashboard_has_no_metadata(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, paid: Callable[..., Any]
    ) -> None:
        intent = paid()
        before = len(receiver.received)
        standin.control(f"charges/{intent.latest_charge.id}/refund", amount=100)
        refund = client.v1.refunds.list({"charge": intent.latest_charge.id}).data[0]
        assert (refund.amount, refund.metadata.to_dict()) == (100, {})
        assert types_since(receiver, standin, before) == ["refund.created", "charge.refunded"]
        event = receiver.events[-1]
        assert event["data"]["previous_attributes"] == {"amount_refunded": 0, "refunded": False}
        assert event["request"] == {"id": None, "idempotency_key": None}


class TestDisputes:
    def test_a_disputed_charge_cannot_be_refunded_until_it_is_won(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, paid: Callable[..., Any]
    ) -> None:
        intent = paid()
        before = len(receiver.received)
        dispute = standin.control(f"charges/{intent.latest_charge.id}/dispute")["dispute"]
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create({"payment_intent": intent.id})
        assert refused.value.code == "charge_disputed"
        standin.control(f"disputes/{dispute['id']}/submit")
        assert client.v1.disputes.retrieve(dispute["id"]).status == "under_review"
        standin.control(f"disputes/{dispute['id']}/close", status="won")
        won = client.v1.disputes.retrieve(dispute["id"], {"expand": ["charge"]})
        assert (won.status, won.is_charge_refundable, won.charge.disputed) == ("won", True, True)
        assert sum(movement.net for movement in won.balance_transactions) == 0
        assert client.v1.refunds.create({"payment_intent": intent.id}).status == "succeeded"
        assert types_since(receiver, standin, before) == [
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.updated",
            "charge.dispute.closed",
            "charge.dispute.funds_reinstated",
            "refund.created",
            "charge.refunded",
        ]

    def test_a_lost_one_stays_lost(
        self, client: stripe.StripeClient, standin: Running, receiver: Receiver, paid: Callable[..., Any]
    ) -> None:
        intent = paid("4000000000000259")
        dispute = client.v1.disputes.list().data[0]
        before = len(receiver.received)
        standin.control(f"disputes/{dispute.id}/close", status="lost")
        assert types_since(receiver, standin, before) == ["charge.dispute.closed"]
        assert (
            standin.raw("POST", f"/control/disputes/{dispute.id}/close", json={"status": "won"}).status_code
            == 400
        )
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create({"payment_intent": intent.id})
        assert (
            standin.raw("POST", f"/control/charges/{intent.latest_charge.id}/dispute", json={}).status_code
            == 400
        )

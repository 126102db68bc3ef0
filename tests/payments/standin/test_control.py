"""The control page: every action as a button, every action as JSON."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
import stripe

from tests.payments.standin.conftest import Receiver, Running


def buttons(standin: Running) -> list[str]:
    page = requests.get(f"{standin.address}/", timeout=5)
    assert page.status_code == 200
    return re.findall(r'action="([^"]+)"', page.text)


def test_an_empty_page_has_the_controls(standin: Running) -> None:
    assert set(buttons(standin)) == {
        "/control/clock",
        "/control/webhooks",
        "/control/webhooks/release",
        "/control/faults",
        "/control/reset",
    }


def test_everything_that_can_happen_has_a_button(
    standin: Running, client: stripe.StripeClient, order: Any, receiver: Receiver
) -> None:
    session = client.v1.checkout.sessions.create(order())
    debit = client.v1.checkout.sessions.create(order())
    standin.control(f"sessions/{debit.id}/pay", method="bank_debit")
    standin.control("faults", kind="status", match="POST /v1/refunds")
    found = buttons(standin)
    intent = client.v1.checkout.sessions.retrieve(debit.id).payment_intent
    for action in (
        f"/control/sessions/{session.id}/expire",
        f"/control/payments/{intent}/settle",
        f"/control/payments/{intent}/fail",
        "/control/faults/clear",
    ):
        assert action in found
    standin.control(f"payments/{intent}/settle")
    charge = client.v1.charges.list().data[0].id
    event = client.v1.events.list().data[0].id
    found = buttons(standin)
    for action in (
        f"/control/charges/{charge}/refund",
        f"/control/charges/{charge}/dispute",
        f"/control/events/{event}/resend",
    ):
        assert action in found
    standin.control(f"charges/{charge}/refund", amount=100)
    refund = client.v1.refunds.list().data[0]
    assert f"/control/refunds/{refund.id}/finish" in buttons(standin)
    dispute = standin.control(f"charges/{charge}/dispute")["dispute"]["id"]
    assert {f"/control/disputes/{dispute}/submit", f"/control/disputes/{dispute}/close"} <= set(
        buttons(standin)
    )


def test_a_button_does_it_and_says_so(standin: Running, client: stripe.StripeClient, session: Any) -> None:
    answer = requests.post(
        f"{standin.address}/control/sessions/{session.id}/expire", data={"x": ""}, timeout=5
    )
    assert answer.status_code == 200
    assert "The session is expired." in answer.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    answer = requests.post(
        f"{standin.address}/control/sessions/{session.id}/expire", data={"x": ""}, timeout=5
    )
    assert "Only Checkout Sessions with a status in" in answer.text


def test_a_button_without_fields_does_it_too(standin: Running, session: Any) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(
        f"{standin.address}/control/sessions/{session.id}/expire", headers=headers, timeout=5
    )
    assert "The session is expired." in answer.text


def test_the_clock_can_be_moved_and_stays_moved(standin: Running, receiver: Receiver) -> None:
    now = standin.state()["now"]
    moved = standin.control("clock", offset_seconds=86400)
    assert moved["now"] - now >= 86400
    standin.stop()
    again = Running(standin.database, receiver)
    assert again.state()["offset_seconds"] == 86400
    again.stop()
    standin.stop = lambda: None  # type: ignore[method-assign]


def test_reset_forgets_everything(standin: Running, client: stripe.StripeClient, session: Any) -> None:
    standin.control("clock", offset_seconds=86400)
    standin.control("webhooks", mode="drop")
    standin.control("faults", kind="status", match="POST /v1/refunds")
    standin.control("reset")
    state = standin.state()
    assert (state["sessions"], state["events"], state["faults"]) == ([], [], [])
    assert (state["offset_seconds"], state["webhooks"]["mode"]) == (0, "deliver")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.retrieve(session.id)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {}),
        ("clock", {"offset_seconds": "soon"}),
        ("clock", {"offset_seconds": 1e300}),
        ("faults", {"kind": "flood"}),
        ("faults", {"kind": "status", "status": 418}),
        ("faults", {"kind": "delay", "seconds": -1}),
        ("webhooks", {"mode": "maybe"}),
        ("webhooks", {"colour": "red"}),
        ("sessions/cs_none/pay", {}),
        ("sessions/cs_none/expire", {}),
        ("sessions/cs_none/dance", {}),
        ("charges/ch_none/refund", {}),
        ("charges/ch_none/refund", {"amount": [1]}),
        ("payments/pi_none/settle", {}),
        ("disputes/du_none/close", {}),
        ("events/evt_none/resend", {}),
    ],
)
def test_a_wrong_control_is_refused(standin: Running, path: str, body: dict[str, Any]) -> None:
    answer = requests.post(f"{standin.address}/control/{path}", json=body, timeout=5)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"\xff", b'{"a": "\\ud800"}', b"[" * 100_000, b'{"a": NaN}']
)
def test_a_body_that_is_no_object_is_refused(standin: Running, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{standin.address}/control/clock", data=body, headers=headers, timeout=5)
    assert answer.status_code == 400


def test_a_control_from_another_site_is_refused(standin: Running) -> None:
    answer = requests.post(
        f"{standin.address}/control/reset", data={}, headers={"Sec-Fetch-Site": "cross-site"}, timeout=5
    )
    assert answer.status_code == 403


def test_a_program_can_pay_as_it_likes(standin: Running, client: stripe.StripeClient, session: Any) -> None:
    wrong = requests.post(
        f"{standin.address}/control/sessions/{session.id}/pay", json={"card": "4111111111111111"}, timeout=5
    )
    assert wrong.status_code == 400
    paid = standin.control(
        f"sessions/{session.id}/pay", email="ada@example.com", country="CA", city="Toronto"
    )
    assert paid["state"] == "complete"
    assert paid["redirect_to"].endswith(session.id)
    found = client.v1.checkout.sessions.retrieve(session.id)
    assert found.customer_details.email == "ada@example.com"
    assert found.customer_details.address.city == "Toronto"
    again = requests.post(f"{standin.address}/control/sessions/{session.id}/pay", json={}, timeout=5)
    assert again.status_code == 400


def test_payments_of_before_are_known_and_can_be_refunded_and_nobody_is_told(
    standin: Running, client: stripe.StripeClient, receiver: Receiver
) -> None:
    paid = {
        "id": "pi_demo_1001",
        "charge": "ch_demo_1001",
        "amount": 14900,
        "currency": "usd",
        "created": 1_700_000_000,
        "last4": "1881",
        "email": "ada@example.com",
        "refunds": [{"id": "re_demo_1001", "amount": 4900, "created": 1_700_000_100}],
    }
    assert standin.control("past", payments=[paid]) == {"new": 1}
    charge = client.v1.charges.retrieve("ch_demo_1001", {"expand": ["balance_transaction", "payment_intent"]})
    assert (charge.amount, charge.amount_refunded, charge.created) == (14900, 4900, 1_700_000_000)
    assert charge.payment_method_details.card.last4 == "1881"
    client.v1.refunds.create({"payment_intent": "pi_demo_1001", "amount": 10000})
    assert client.v1.charges.retrieve("ch_demo_1001").refunded
    assert len(client.v1.refunds.list({"payment_intent": "pi_demo_1001"}).data) == 2
    standin.quiet()
    assert receiver.types == ["refund.created", "charge.refunded"]
    assert standin.control("past", payments=[paid]) == {"new": 0}
    assert client.v1.charges.retrieve("ch_demo_1001").refunded, "what happened since is kept"

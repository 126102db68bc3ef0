"""Events: signed, delivered in order, tried again, held, lost, doubled, reversed, and listed."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from shop.payments.standin.delivery import MOST_TRIES, pause_after
from shop.payments.standin.events import signature
from tests.payments.standin.conftest import KEY, SECRET, Receiver, Running
from tests.payments.standin.test_payments import PAID

Order = Callable[..., dict[str, Any]]


def test_the_sdk_accepts_the_signature(standin: Running, receiver: Receiver, session: Any) -> None:
    standin.control(f"sessions/{session.id}/pay")
    receiver.wait_for(3)
    for body, header in receiver.received:
        event = stripe.Webhook.construct_event(body, header, SECRET)
        assert event.api_version == "2026-10-28.endive"
    assert event.data.object["id"] == session.id
    assert event.data.object["payment_intent"].startswith("pi_")


def test_the_sdk_refuses_the_signature_of_another_secret_or_body() -> None:
    header = signature(b"{}", "whsec_other", int(time.time()))
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(b"{}", header, SECRET)
    header = signature(b"{}", SECRET, int(time.time()))
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(b"[]", header, SECRET)


def test_a_moved_clock_moves_the_event_and_not_the_signature(
    standin: Running, receiver: Receiver, session: Any
) -> None:
    standin.control("clock", offset_seconds=-7200)
    standin.control(f"sessions/{session.id}/expire")
    receiver.wait_for(1)
    body, header = receiver.received[0]
    event = stripe.Webhook.construct_event(body, header, SECRET)
    assert time.time() - event.created > 7000


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_delivery_that_was_not_answered_well_is_tried_again(
    standin: Running, receiver: Receiver, session: Any, status: int
) -> None:
    receiver.statuses = [status]
    standin.control(f"sessions/{session.id}/expire")
    assert receiver.wait_for(2) == ["checkout.session.expired"] * 2
    assert receiver.events[0]["id"] == receiver.events[1]["id"]
    standin.quiet()
    delivery = standin.state()["events"][0]["deliveries"][0]
    assert (delivery["state"], delivery["tries"], delivery["answer"]) == ("delivered", 2, "200")


def test_the_pauses_grow_to_a_minute() -> None:
    assert [pause_after(tries) for tries in range(1, 10)] == [1, 2, 4, 8, 15, 30, 60, 60, 60]
    assert MOST_TRIES == 20


def test_held_events_come_when_they_are_released(standin: Running, receiver: Receiver, session: Any) -> None:
    standin.control("webhooks", mode="hold")
    standin.control(f"sessions/{session.id}/pay")
    standin.quiet()
    assert receiver.types == []
    assert standin.control("webhooks/release") == {"released": 3}
    assert receiver.wait_for(3) == PAID


def test_held_events_can_be_released_newest_first(standin: Running, receiver: Receiver, session: Any) -> None:
    standin.control("webhooks", mode="hold")
    standin.control(f"sessions/{session.id}/pay")
    standin.control("webhooks/release", order="reversed")
    assert receiver.wait_for(3) == PAID[::-1]


def test_events_can_be_delivered_in_reverse_as_they_happen(
    standin: Running, receiver: Receiver, session: Any
) -> None:
    standin.control("webhooks", order="reversed")
    standin.control(f"sessions/{session.id}/pay")
    assert receiver.wait_for(3) == PAID[::-1]


def test_events_can_come_twice(standin: Running, receiver: Receiver, session: Any) -> None:
    standin.control("webhooks", duplicate=True)
    standin.control(f"sessions/{session.id}/pay")
    assert receiver.wait_for(6) == [name for name in PAID for _ in range(2)]
    assert len({event["id"] for event in receiver.events}) == 3


def test_lost_events_never_come_but_are_listed(
    standin: Running, client: stripe.StripeClient, receiver: Receiver, session: Any
) -> None:
    standin.control("webhooks", mode="drop")
    standin.control(f"sessions/{session.id}/pay")
    standin.quiet()
    assert receiver.types == []
    listed = client.v1.events.list({"delivery_success": False})
    assert [event.type for event in listed.data] == PAID[::-1]
    assert {event.pending_webhooks for event in listed.data} == {1}


def test_only_the_next_events_are_lost(standin: Running, receiver: Receiver, session: Any) -> None:
    standin.control("webhooks", drop_next=2)
    standin.control(f"sessions/{session.id}/pay")
    assert receiver.wait_for(1) == PAID[2:]
    assert standin.state()["webhooks"]["drop_next"] == 0


def test_late_events_come_late(standin: Running, receiver: Receiver, session: Any) -> None:
    standin.control("webhooks", delay_seconds=0.7)
    begin = time.monotonic()
    standin.control(f"sessions/{session.id}/expire")
    receiver.wait_for(1)
    assert time.monotonic() - begin >= 0.7


def test_an_event_can_be_sent_again(standin: Running, receiver: Receiver, session: Any) -> None:
    standin.control(f"sessions/{session.id}/expire")
    receiver.wait_for(1)
    event = receiver.events[0]["id"]
    standin.control(f"events/{event}/resend")
    receiver.wait_for(2)
    assert [event["id"] for event in receiver.events] == [event, event]


def test_undelivered_events_survive_a_restart(
    standin: Running, receiver: Receiver, session: Any, tmp_path: Path
) -> None:
    standin.control("webhooks", mode="hold")
    standin.control(f"sessions/{session.id}/pay")
    standin.stop()
    again = Running(standin.database, receiver)
    try:
        assert again.client().v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        again.control("webhooks/release")
        assert receiver.wait_for(3) == PAID
    finally:
        again.stop()
    standin.stop = lambda: None  # type: ignore[method-assign]


def test_an_event_for_a_shop_that_is_down_waits_for_it(
    tmp_path: Path, receiver: Receiver, order: Order
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    down = Receiver.__new__(Receiver)
    down.url = f"http://127.0.0.1:{port}/webhooks"
    running = Running(tmp_path / "down.db", down)
    try:
        session = running.client().v1.checkout.sessions.create(order())
        running.control(f"sessions/{session.id}/expire")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            delivery = running.state()["events"][0]["deliveries"][0]
            if delivery["tries"]:
                break
        assert (delivery["state"], delivery["answer"]) == ("waiting", "ConnectionRefusedError")
    finally:
        running.stop()


def test_events_are_listed_by_type_and_time(
    standin: Running, client: stripe.StripeClient, session: Any
) -> None:
    standin.control(f"sessions/{session.id}/pay")
    standin.quiet()
    events = client.v1.events
    assert [event.type for event in events.list().data] == PAID[::-1]
    assert [event.type for event in events.list({"type": "charge.*"}).data] == ["charge.succeeded"]
    wanted = {"types": ["charge.succeeded", "checkout.session.completed"]}
    assert len(events.list(wanted).data) == 2
    assert len(events.list({"delivery_success": True}).data) == 3
    now = int(time.time())
    assert len(events.list({"created": {"gte": now - 60}}).data) == 3
    assert events.list({"created": {"gt": now + 60}}).data == []
    newest = events.list({"limit": 1}).data[0]
    assert events.retrieve(newest.id).data.object["id"] == session.id
    older = events.list({"starting_after": newest.id}).data
    assert [event.type for event in events.list({"ending_before": older[-1].id, "limit": 1}).data] == PAID[
        1:2
    ]
    with pytest.raises(stripe.InvalidRequestError):
        events.list({"types": ["a"] * 21})


def test_events_are_listed_for_thirty_days(
    standin: Running, client: stripe.StripeClient, session: Any
) -> None:
    client.v1.checkout.sessions.expire(session.id)
    standin.control("clock", offset_seconds=29 * 86400)
    assert len(client.v1.events.list().data) == 1
    standin.control("clock", offset_seconds=31 * 86400)
    assert client.v1.events.list().data == []


def test_the_request_behind_an_event_is_named(client: stripe.StripeClient, session: Any) -> None:
    client.v1.checkout.sessions.expire(session.id, options={"idempotency_key": "exp-7"})
    assert client.v1.events.list().data[0].request.idempotency_key == "exp-7"


def test_another_endpoint_gets_what_it_wants_with_a_secret_of_its_own(
    client: stripe.StripeClient, standin: Running, receiver: Receiver, session: Any
) -> None:
    other = Receiver()
    try:
        endpoint = client.v1.webhook_endpoints.create(
            {"url": other.url, "enabled_events": ["charge.succeeded"], "api_version": "2026-10-28.endive"}
        )
        standin.control(f"sessions/{session.id}/pay")
        standin.quiet()
        assert other.types == ["charge.succeeded"]
        stripe.Webhook.construct_event(*other.received[0], endpoint.secret)
        listed = client.v1.webhook_endpoints.list().data
        assert [found.url for found in listed] == [other.url, receiver.url]
        assert "secret" not in listed[0]
    finally:
        other.stop()


def test_payments_do_not_wait_for_each_other(
    standin: Running, receiver: Receiver, client: Any, order: Order
) -> None:
    receiver.seconds = 0.3
    sessions = [client.v1.checkout.sessions.create(order()) for _ in range(4)]
    for session in sessions:
        standin.control(f"sessions/{session.id}/expire")
    receiver.wait_for(4)
    assert receiver.most_at_once > 1


def test_the_events_of_one_payment_come_one_after_another(
    standin: Running, receiver: Receiver, session: Any
) -> None:
    receiver.seconds = 0.1
    standin.control(f"sessions/{session.id}/pay")
    assert receiver.wait_for(3) == PAID
    assert receiver.most_at_once == 1


def test_the_key_of_the_tests_is_a_local_one() -> None:
    assert KEY.startswith("sk_test_local")

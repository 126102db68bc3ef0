"""Who may call, what is refused before any work, once per idempotency key, faults on purpose."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
import stripe

from tests.payments.standin.conftest import KEY, Running

Order = Callable[..., dict[str, Any]]


def error_of(answer: requests.Response) -> dict[str, Any]:
    return answer.json()["error"]


@pytest.mark.parametrize("key", ["", "sk_live_real", "sk_test_local_other", "sk_test_lo\xe9"])
def test_another_key_is_refused_with_401(standin: Running, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}".strip().encode("latin-1")}
    answer = standin.raw("GET", "/v1/events", headers=headers)
    assert answer.status_code == 401
    assert error_of(answer)["type"] == "invalid_request_error"


def test_the_sdk_says_authentication_error_for_another_key(standin: Running) -> None:
    with pytest.raises(stripe.AuthenticationError):
        standin.client(key="sk_test_local_other").v1.events.list()


def test_the_key_may_come_as_a_basic_user_name(standin: Running) -> None:
    answer = requests.get(
        f"{standin.address}/v1/events",
        auth=(KEY, ""),
        headers={"Stripe-Version": "2026-10-28.endive"},
        timeout=5,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("version", [None, "2024-06-20", "2026-09-30.endive"])
def test_a_request_without_the_pinned_version_is_refused(standin: Running, version: str | None) -> None:
    answer = standin.raw("GET", "/v1/events", headers={"Stripe-Version": version})
    assert answer.status_code == 400
    assert "2026-10-28.endive" in error_of(answer)["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1"),
        ("GET", "/v1/"),
        ("GET", "/v1/customers"),
        ("POST", "/v1/events"),
        ("PUT", "/v1/coupons"),
        ("DELETE", "/v1/charges/ch_1"),
        ("GET", "/v1/coupons/"),
        ("GET", "/v1/checkout/sessions/cs_1/nothing"),
    ],
)
def test_an_address_that_is_no_endpoint_is_an_unrecognized_url(
    standin: Running, method: str, path: str
) -> None:
    answer = standin.raw(method, path)
    assert answer.status_code == 404
    assert error_of(answer)["message"].startswith(f"Unrecognized request URL ({method}: {path})")


def test_every_answer_names_its_request_and_the_version(standin: Running) -> None:
    for path in ("/v1/events", "/v1/nothing"):
        headers = standin.raw("GET", path).headers
        assert headers["Request-Id"].startswith("req_")
        assert headers["Stripe-Version"] == "2026-10-28.endive"


@pytest.mark.parametrize(
    ("path", "param"),
    [
        ("/v1/events?colour=red", "colour"),
        ("/v1/events?created[around]=1", "created[around]"),
        ("/v1/refunds?expand[]=charge&limt=3", "limt"),
        ("/v1/coupons/co-1?limit=3", "limit"),
    ],
)
def test_an_unknown_parameter_is_refused(standin: Running, path: str, param: str) -> None:
    answer = standin.raw("GET", path)
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "parameter_unknown"
    assert error_of(answer)["param"] == param


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=１０", "limit"),
        ("limit=1e1", "limit"),
        ("limit=", "limit"),
        ("limit[a]=1", "limit"),
        ("created[gte]=now", "created[gte]"),
        ("delivery_success=yes", "delivery_success"),
        ("types=a", "types"),
        ("types[x]=a", "types"),
        ("starting_after=evt_none", "starting_after"),
    ],
)
def test_a_wrong_value_is_refused_with_its_parameter(standin: Running, query: str, param: str) -> None:
    answer = standin.raw("GET", f"/v1/events?{query}")
    assert answer.status_code == 400
    assert error_of(answer)["param"] == param


def test_a_wrong_expand_is_refused_and_changes_nothing(
    client: stripe.StripeClient, standin: Running, order: Order
) -> None:
    for path in (
        "customer.name",
        "payment_intents",
        "payment_intent.charges",
        "line_items.price",
        "data.payment_intent",
    ):
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            client.v1.checkout.sessions.create(order(expand=[path]))
    assert standin.state()["sessions"] == []
    with pytest.raises(stripe.InvalidRequestError, match=r"try expanding 'data\.payment_intent'"):
        client.v1.checkout.sessions.list({"expand": ["payment_intent"]})
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        client.v1.refunds.list(
            {"expand": ["data.charge.payment_intent.latest_charge.payment_intent.latest_charge"]}
        )


def test_a_body_over_a_megabyte_is_refused(standin: Running) -> None:
    answer = standin.raw("POST", "/v1/coupons", data={"name": "x" * 1_000_001})
    assert answer.status_code == 413
    assert "error" in answer.json()


def test_parameters_must_be_form_encoded(standin: Running) -> None:
    answer = standin.raw("POST", "/v1/coupons", json={"percent_off": 10})
    assert answer.status_code == 400
    assert "form-encoded" in error_of(answer)["message"]


class TestIdempotency:
    def test_the_same_key_twice_is_one_object_and_the_same_answer(self, standin: Running) -> None:
        given = {"data": {"percent_off": "10"}, "headers": {"Idempotency-Key": "k1"}}
        first = standin.raw("POST", "/v1/coupons", **given)
        second = standin.raw("POST", "/v1/coupons", **given)
        assert first.text == second.text
        assert "Idempotent-Replayed" not in first.headers
        assert second.headers["Idempotent-Replayed"] == "true"
        assert second.headers["Original-Request"] == first.headers["Request-Id"]
        assert len(standin.raw("GET", "/v1/coupons").json()["data"]) == 1

    def test_other_parameters_or_another_endpoint_are_refused(
        self, client: stripe.StripeClient, order: Order
    ) -> None:
        client.v1.coupons.create({"percent_off": 10}, {"idempotency_key": "k1"})
        with pytest.raises(stripe.IdempotencyError, match="same parameters"):
            client.v1.coupons.create({"percent_off": 11}, {"idempotency_key": "k1"})
        with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
            client.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})

    def test_a_key_is_forgotten_after_a_day(self, client: stripe.StripeClient, standin: Running) -> None:
        first = client.v1.coupons.create({"percent_off": 10}, {"idempotency_key": "k1"})
        standin.control("clock", offset_seconds=24 * 3600 - 60)
        again = client.v1.coupons.create({"percent_off": 10}, {"idempotency_key": "k1"})
        assert again.id == first.id
        standin.control("clock", offset_seconds=24 * 3600 + 1)
        later = client.v1.coupons.create({"percent_off": 10}, {"idempotency_key": "k1"})
        assert later.id != first.id

    def test_a_key_in_use_is_a_conflict(self, standin: Running) -> None:
        standin.control("faults", match="POST /v1/coupons", kind="delay", seconds=1)
        given = {"data": {"percent_off": "10"}, "headers": {"Idempotency-Key": "k1"}}
        answers: list[requests.Response] = []
        slow = threading.Thread(target=lambda: answers.append(standin.raw("POST", "/v1/coupons", **given)))
        slow.start()
        deadline = time.monotonic() + 5
        while standin.state()["faults"] and time.monotonic() < deadline:
            pass
        conflict = standin.raw("POST", "/v1/coupons", **given)
        slow.join()
        assert conflict.status_code == 409
        assert error_of(conflict)["code"] == "idempotency_key_in_use"
        assert answers[0].status_code == 200

    def test_failed_validation_is_not_kept(self, client: stripe.StripeClient) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.coupons.create({"percent_off": 200}, {"idempotency_key": "k1"})
        assert client.v1.coupons.create({"percent_off": 20}, {"idempotency_key": "k1"}).percent_off == 20

    def test_a_refusal_after_the_work_began_is_kept(
        self, client: stripe.StripeClient, standin: Running, session: stripe.checkout.Session
    ) -> None:
        paid = standin.control(f"sessions/{session.id}/pay")["session"]
        client.v1.refunds.create({"payment_intent": paid["payment_intent"]})
        for _ in range(2):
            with pytest.raises(stripe.InvalidRequestError) as refused:
                client.v1.refunds.create(
                    {"payment_intent": paid["payment_intent"]}, {"idempotency_key": "r1"}
                )
        assert refused.value.headers["Idempotent-Replayed"] == "true"

    def test_a_key_may_have_255_characters(self, standin: Running) -> None:
        for length, status in ((255, 200), (256, 400)):
            answer = standin.raw(
                "POST", "/v1/coupons", data={"percent_off": "1"}, headers={"Idempotency-Key": "k" * length}
            )
            assert answer.status_code == status


class TestFaults:
    @pytest.mark.parametrize(
        ("status", "kind"), [(500, stripe.APIError), (429, stripe.RateLimitError), (409, stripe.APIError)]
    )
    def test_the_next_requests_are_refused_and_then_all_is_well(
        self, standin: Running, client: stripe.StripeClient, status: int, kind: type[Exception]
    ) -> None:
        standin.control("faults", match="POST /v1/coupons", kind="status", status=status, times=2)
        for _ in range(2):
            with pytest.raises(kind) as refused:
                client.v1.coupons.create({"percent_off": 10}, {"idempotency_key": "k1"})
            assert refused.value.http_status == status
        assert client.v1.events.list().data == []
        assert client.v1.coupons.create({"percent_off": 10}, {"idempotency_key": "k1"}).valid

    def test_the_retries_of_the_sdk_get_over_two_errors(self, standin: Running) -> None:
        standin.control("faults", match="POST /v1/coupons", kind="status", status=500, times=2)
        assert standin.client(retries=2).v1.coupons.create({"percent_off": 10}).valid
        assert len(standin.client().v1.coupons.list().data) == 1

    def test_a_stored_error_comes_again_for_the_same_key(
        self, standin: Running, client: stripe.StripeClient
    ) -> None:
        standin.control("faults", match="POST /v1/coupons", kind="status", status=500, store=True)
        for _ in range(2):
            with pytest.raises(stripe.APIError):
                client.v1.coupons.create({"percent_off": 10}, {"idempotency_key": "k1"})
        assert client.v1.coupons.create({"percent_off": 10}, {"idempotency_key": "k2"}).valid

    def test_a_connection_cut_after_the_work_leaves_the_work_done(
        self, standin: Running, client: stripe.StripeClient
    ) -> None:
        standin.control("faults", match="POST /v1/coupons", kind="cut_after")
        with pytest.raises(stripe.APIConnectionError):
            client.v1.coupons.create({"id": "co-1", "percent_off": 10}, {"idempotency_key": "k1"})
        assert client.v1.coupons.retrieve("co-1").percent_off == 10
        assert (
            client.v1.coupons.create({"id": "co-1", "percent_off": 10}, {"idempotency_key": "k1"}).id
            == "co-1"
        )

    def test_a_connection_cut_before_the_work_leaves_nothing(
        self, standin: Running, client: stripe.StripeClient
    ) -> None:
        standin.control("faults", kind="cut_before")
        with pytest.raises(stripe.APIConnectionError):
            client.v1.coupons.create({"percent_off": 10})
        assert client.v1.coupons.list().data == []

    def test_a_fault_only_hits_what_it_matches_and_can_be_cleared(
        self, standin: Running, client: stripe.StripeClient
    ) -> None:
        standin.control("faults", match="POST /v1/refunds", kind="status")
        assert client.v1.coupons.create({"percent_off": 10}).valid
        assert len(standin.state()["faults"]) == 1
        assert standin.control("faults/clear") == {"faults": []}
        assert standin.state()["faults"] == []

    def test_a_request_that_never_comes_whole_uses_no_fault_up(self, standin: Running) -> None:
        standin.control("faults", match="POST /v1/coupons", kind="status", status=500)
        host, _, port = standin.address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(
                f"POST /v1/coupons HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {KEY}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 14\r\n\r\n"
                "percent_".encode()
            )
            line.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: line.recv(65536), b""))
        assert b" 500 " not in said
        assert standin.raw("POST", "/v1/coupons", data={"percent_off": "10"}).status_code == 500

    def test_a_delayed_request_times_out_at_the_caller(self, standin: Running) -> None:
        standin.control("faults", match="GET /v1/events", kind="delay", seconds=1)
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(
                f"{standin.address}/v1/events",
                headers={"Authorization": f"Bearer {KEY}", "Stripe-Version": "2026-10-28.endive"},
                timeout=0.2,
            )

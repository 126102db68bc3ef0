"""Stripe's official library, its traps, and what the shop reads from Stripe's answers."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import stripe

from shop.config import ROOT
from shop.payments import stripe as stripe_module
from shop.payments.gateway import (
    GatewayRefused,
    GatewayUnknown,
    NotificationRefused,
    PageLine,
    PageRequest,
    PaymentPage,
    RefundRequest,
)
from shop.payments.stripe import API_VERSION, EVENT_TYPES, StripeGateway
from tests.payment_service import KEY, SECRET, Service
from tests.payments.conftest import OLD_SECRET, SHOP
from tests.payments.wire import Wire


def wanted(**changes: Any) -> PageRequest:
    """A page for two Hip Hooks and a ball with $31 off and $6.95 for shipping."""
    request = PageRequest(
        attempt_key=f"att-{uuid4().hex}",
        order_number=1042,
        currency="USD",
        lines=[PageLine("HOOK-1", "Hip Hook", 14900, 2), PageLine("BALL-1", "Hip Release Ball", 2900, 1)],
        discount_amount=3100,
        discount_name="RUN15",
        shipping_amount=695,
        shipping_name="Standard shipping",
        shipping_countries=["US", "CA"],
        ships=True,
        email="maya@example.com",
        success_url=f"{SHOP}/orders/token?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{SHOP}/cart",
        expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=35),
    )
    return replace(request, **changes)


TOTAL = 2 * 14900 + 2900 - 3100 + 695


def opened(gateway: StripeGateway, request: PageRequest | None = None) -> PaymentPage:
    """A page that is open for payment."""
    request = request or wanted()
    return gateway.open_page(gateway.page_parameters(request), request.attempt_key)


def paid(gateway: StripeGateway, service: Service, card: str = "4242 4242 4242 4242") -> str:
    """The id of a payment just made with that card."""
    page = opened(gateway)
    service.pay(page.id, card)
    payment = gateway.read_page(page.id).payment
    assert payment is not None
    return payment.id


# --- What is sent ---

# Removed from the API, or refused together with what the shop sends.
GONE = ("payment_method_types", "allow_promotion_codes", "statement_descriptor]", "ui_mode", "customer]")


def test_a_page_with_everything_is_taken_by_a_strict_service(gateway: StripeGateway, wire: Wire) -> None:
    page = opened(gateway)
    assert (page.status, page.total_amount, page.currency) == ("open", TOTAL, "USD")
    assert page.url
    assert [sent.path for sent in wire.sent] == ["/v1/coupons", "/v1/checkout/sessions"]


def test_no_removed_parameter_is_ever_sent(gateway: StripeGateway, service: Service, wire: Wire) -> None:
    paid_with = paid(gateway, service)
    gateway.refund(RefundRequest(key=f"rf-{uuid4().hex}", payment_id=paid_with, amount=100, reason="other"))
    gateway.expire_page(opened(gateway, wanted(ships=False, discount_amount=0)).id, "att")
    names = {name for sent in wire.sent for name in sent.parameters}
    assert len(names) > 20
    assert [name for name in names if any(gone in f"{name}]" for gone in GONE)] == []


@pytest.mark.parametrize(
    "removed",
    [{"payment_method_types": ["card"]}, {"ui_mode": "hosted"}, {"allow_promotion_codes": True}],
    ids=lambda removed: next(iter(removed)),
)
def test_a_removed_parameter_would_be_refused(gateway: StripeGateway, removed: dict[str, Any]) -> None:
    request = wanted()
    parameters = gateway.page_parameters(request)
    parameters["session"] |= removed
    with pytest.raises(GatewayRefused):
        gateway.open_page(parameters, request.attempt_key)


def test_every_request_is_pinned_to_the_version_that_the_library_knows(
    gateway: StripeGateway, service: Service, wire: Wire
) -> None:
    payment_id = paid(gateway, service)
    gateway.read_payment(payment_id)
    gateway.find_page("att-nobody", datetime.now(UTC))
    gateway.notifications_since(datetime.now(UTC))
    gateway.read_page(opened(gateway).id, hurried=True)
    assert {sent.headers["stripe-version"] for sent in wire.sent} == {API_VERSION}
    assert stripe.api_version == API_VERSION


def test_the_metadata_is_on_the_page_and_on_the_payment(gateway: StripeGateway, service: Service) -> None:
    request = wanted()
    page = opened(gateway, request)
    service.pay(page.id)
    session = service.api(f"checkout/sessions/{page.id}")
    intent = service.api(f"payment_intents/{session['payment_intent']}")
    expected = {"order": "1042", "attempt": request.attempt_key, "environment": SHOP}
    assert session["metadata"] == intent["metadata"] == expected


def test_a_page_for_goods_without_weight_asks_for_no_address(
    gateway: StripeGateway, service: Service
) -> None:
    page = opened(gateway, wanted(ships=False, shipping_amount=0))
    session = service.api(f"checkout/sessions/{page.id}")
    assert session["shipping_address_collection"] is None
    assert session["shipping_options"] == []


def test_an_amount_in_a_currency_without_cents_is_sent_as_it_is(
    gateway: StripeGateway, service: Service
) -> None:
    lines = [PageLine("HOOK-1", "Hip Hook", 22000, 1)]
    request = wanted(currency="JPY", lines=lines, discount_amount=2000, shipping_amount=1000)
    page = opened(gateway, request)
    assert (page.total_amount, page.currency) == (21000, "JPY")
    service.pay(page.id)
    snapshot = gateway.read_page(page.id)
    assert snapshot.payment is not None
    assert (snapshot.payment.amount, snapshot.payment.currency) == (21000, "JPY")


# --- Repeating, waiting, giving up ---


def test_a_server_error_is_asked_again_twice_under_the_same_key(
    gateway: StripeGateway, service: Service, wire: Wire
) -> None:
    service.fault("POST /v1/checkout/sessions", "status", status=500, times=2)
    request = wanted(discount_amount=0)
    assert opened(gateway, request).status == "open"
    assert [sent.headers["idempotency-key"] for sent in wire.sent] == [request.attempt_key] * 3


def test_after_the_third_server_error_the_outcome_is_unknown(
    gateway: StripeGateway, service: Service, wire: Wire
) -> None:
    service.fault("POST /v1/checkout/sessions", "status", status=500, times=3)
    with pytest.raises(GatewayUnknown):
        opened(gateway, wanted(discount_amount=0))
    assert len(wire.sent) == 3


def test_a_line_cut_after_the_work_was_done_makes_no_second_page(
    gateway: StripeGateway, service: Service
) -> None:
    service.fault("POST /v1/checkout/sessions", "cut_after")
    request = wanted()
    page = opened(gateway, request)
    pages = service.api("checkout/sessions", limit=100)["data"]
    assert [one["id"] for one in pages if one["metadata"]["attempt"] == request.attempt_key] == [page.id]


def test_a_hurried_reader_gives_up_within_three_seconds_and_asks_once(
    gateway: StripeGateway, service: Service, wire: Wire
) -> None:
    page = opened(gateway)
    wire.sent.clear()
    service.fault("GET /v1/checkout/sessions", "delay", seconds=3.5)
    began = time.monotonic()
    with pytest.raises(GatewayUnknown):
        gateway.read_page(page.id, hurried=True)
    assert time.monotonic() - began < 3
    assert len(wire.sent) == 1


def test_who_is_not_in_a_hurry_waits_for_a_slow_answer(gateway: StripeGateway, service: Service) -> None:
    page = opened(gateway)
    service.fault("GET /v1/checkout/sessions", "delay", seconds=2.5)
    assert gateway.read_page(page.id).status == "open"


def test_who_is_not_in_a_hurry_waits_fifteen_seconds_for_an_answer_and_three_for_a_line(
    gateway: StripeGateway, service: Service, monkeypatch: pytest.MonkeyPatch, wire: Wire
) -> None:
    assert stripe_module.TIMEOUT == (3, 15)
    monkeypatch.setattr(stripe_module, "TIMEOUT", (0.3, 0.3))
    impatient = StripeGateway(KEY, api_base=wire.address, webhook_secrets=[SECRET], environment=SHOP)
    page = opened(gateway)
    service.fault("GET /v1/checkout/sessions", "delay", seconds=2, times=3)
    began = time.monotonic()
    with pytest.raises(GatewayUnknown):
        impatient.read_page(page.id)
    assert time.monotonic() - began < 5


TALKATIVE = """
import sys
from datetime import UTC, datetime
from shop.payments.stripe import StripeGateway
gateway = StripeGateway(sys.argv[2], api_base=sys.argv[1], webhook_secrets=["whsec"], environment="here")
for _ in range(2):
    gateway.find_page("att-nobody", datetime.now(UTC))
"""


def test_the_library_writes_no_file_at_home_and_tells_nothing_of_the_machine(
    wire: Wire, tmp_path: Path
) -> None:
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run(
        [sys.executable, "-c", TALKATIVE, wire.address, KEY], cwd=ROOT, env=environment, check=True
    )
    assert list(tmp_path.rglob("*")) == []
    assert len(wire.sent) == 2
    for sent in wire.sent:
        assert "x-stripe-client-telemetry" not in sent.headers
        agent = json.loads(sent.headers["x-stripe-client-user-agent"])
        assert {"platform", "telemetry_id", "uname"} & set(agent) == set()


# --- What an error means ---


@pytest.mark.parametrize(
    ("status", "error", "meaning"),
    [
        (400, {"type": "invalid_request_error", "code": "parameter_unknown"}, GatewayRefused),
        (400, {"type": "idempotency_error"}, GatewayRefused),
        (401, {"type": "invalid_request_error"}, GatewayRefused),
        (402, {"type": "card_error", "code": "card_declined"}, GatewayRefused),
        (403, {"type": "invalid_request_error", "code": "more_permissions_required"}, GatewayRefused),
        (404, {"type": "invalid_request_error", "code": "resource_missing"}, GatewayRefused),
        (409, {"type": "idempotency_error", "code": "idempotency_key_in_use"}, GatewayUnknown),
        (409, {"type": "invalid_request_error", "code": "lock_timeout"}, GatewayUnknown),
        (429, {"type": "invalid_request_error", "code": "rate_limit"}, GatewayUnknown),
        (500, {"type": "api_error"}, GatewayUnknown),
        (503, {"type": "api_error"}, GatewayUnknown),
    ],
    ids=lambda value: (value.get("code") or value["type"]) if isinstance(value, dict) else None,
)
def test_an_error_is_refused_for_good_or_unknown(
    gateway: StripeGateway, wire: Wire, status: int, error: dict[str, str], meaning: type[Exception]
) -> None:
    wire.answers(status, {"error": {**error, "message": "Said by the service."}})
    with pytest.raises(meaning, match="Said by the service"):
        gateway.open_page(gateway.page_parameters(wanted()), "att")


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "", "nonsense"])
def test_an_answer_that_is_not_json_is_unknown(gateway: StripeGateway, wire: Wire, body: str) -> None:
    wire.answers(200, body)
    with pytest.raises(GatewayUnknown):
        gateway.read_payment("pi_1")


def test_the_same_key_with_other_parameters_is_refused(gateway: StripeGateway) -> None:
    request = wanted()
    opened(gateway, request)
    with pytest.raises(GatewayRefused):
        opened(gateway, replace(request, email="other@example.com"))


def test_another_shops_key_is_refused(wire: Wire) -> None:
    stranger = StripeGateway(
        "sk_test_local_else", api_base=wire.address, webhook_secrets=[SECRET], environment=SHOP
    )
    with pytest.raises(GatewayRefused):
        stranger.read_payment("pi_1")


def test_a_service_that_is_not_there_is_unknown() -> None:
    nobody = StripeGateway(KEY, api_base="http://127.0.0.1:9", webhook_secrets=[SECRET], environment=SHOP)
    with pytest.raises(GatewayUnknown):
        nobody.read_page("cs_1", hurried=True)


# --- Pages ---


def test_the_same_key_gives_the_same_page(gateway: StripeGateway) -> None:
    request = wanted()
    assert opened(gateway, request) == opened(gateway, request)


def test_a_coupon_that_is_there_already_is_fine(gateway: StripeGateway, service: Service) -> None:
    # The service forgets keys after a day; the coupon's own id is what makes a second one impossible.
    request = wanted()
    opened(gateway, request)
    again = gateway.open_page(gateway.page_parameters(request), "att-another-key")
    assert again.total_amount == TOTAL
    coupons = service.api("coupons", limit=100)["data"]
    assert [coupon["id"] for coupon in coupons].count(f"co-{request.attempt_key}") == 1


def test_a_coupon_that_is_refused_stops_the_page(gateway: StripeGateway, wire: Wire) -> None:
    parameters = gateway.page_parameters(wanted())
    parameters["coupon"]["amount_off"] = 0
    with pytest.raises(GatewayRefused):
        gateway.open_page(parameters, "att-bad-coupon")
    assert [sent.path for sent in wire.sent] == ["/v1/coupons"]


def test_a_page_is_found_by_its_attempt_behind_a_hundred_newer_ones(gateway: StripeGateway) -> None:
    request = wanted(discount_amount=0)
    page = opened(gateway, request)
    for _ in range(101):
        opened(gateway, wanted(discount_amount=0))
    assert gateway.find_page(request.attempt_key, datetime.now(UTC)) == page.id
    assert gateway.find_page("att-nobody", datetime.now(UTC)) is None


def test_an_open_page_says_what_it_asks_for_and_has_no_payment(gateway: StripeGateway) -> None:
    request = wanted()
    snapshot = gateway.read_page(opened(gateway, request).id)
    assert (snapshot.status, snapshot.payment_status, snapshot.mode) == ("open", "unpaid", "payment")
    assert (snapshot.subtotal_amount, snapshot.discount_amount) == (2 * 14900 + 2900, 3100)
    assert (snapshot.shipping_amount, snapshot.tax_amount, snapshot.total_amount) == (695, 0, TOTAL)
    assert (snapshot.ours, snapshot.livemode, snapshot.attempt_key) == (True, False, request.attempt_key)
    assert snapshot.payment is None
    assert snapshot.address is None


def test_the_address_is_read_from_what_the_page_collected(gateway: StripeGateway, service: Service) -> None:
    page = opened(gateway)
    service.pay(page.id, name="Maya Lindqvist", line1="12 Orchard Road", country="CA", postal_code="K1A 0B1")
    assert "shipping_details" not in service.api(f"checkout/sessions/{page.id}")
    snapshot = gateway.read_page(page.id)
    assert snapshot.name == "Maya Lindqvist"
    assert snapshot.address is not None
    assert snapshot.address["line1"] == "12 Orchard Road"
    assert (snapshot.address["country"], snapshot.address["postal_code"]) == ("CA", "K1A 0B1")
    assert snapshot.email == "maya@example.com"


def test_a_paid_page_carries_its_payment(gateway: StripeGateway, service: Service) -> None:
    request = wanted()
    page = opened(gateway, request)
    service.pay(page.id)
    snapshot = gateway.read_page(page.id, hurried=True)
    assert (snapshot.status, snapshot.payment_status) == ("complete", "paid")
    payment = snapshot.payment
    assert payment is not None
    assert (payment.state, payment.amount, payment.currency) == ("succeeded", TOTAL, "USD")
    assert (payment.method, payment.card_brand, payment.card_last4) == ("card", "visa", "4242")
    assert payment.attempt_key == request.attempt_key
    assert payment.charge_id


def test_a_bank_debit_is_processing_until_the_bank_has_decided(
    gateway: StripeGateway, service: Service
) -> None:
    states = {}
    for verb in ("settle", "fail"):
        page = opened(gateway)
        service.pay(page.id, method="bank_debit")
        before = gateway.read_page(page.id)
        assert (before.status, before.payment_status) == ("complete", "unpaid")
        assert before.payment is not None
        assert before.payment.state == "processing"
        service.control(f"payments/{before.payment.id}/{verb}")
        after = gateway.read_page(page.id).payment
        assert after is not None
        states[verb] = after.state
    assert states == {"settle": "succeeded", "fail": "failed"}


def test_a_page_made_by_another_shop_is_not_ours(gateway: StripeGateway, wire: Wire) -> None:
    page = opened(gateway)
    other = StripeGateway(
        KEY, api_base=wire.address, webhook_secrets=[SECRET], environment="http://other.test"
    )
    assert other.read_page(page.id).ours is False


def test_an_expired_page_is_expired_and_a_paid_one_stays_paid(
    gateway: StripeGateway, service: Service
) -> None:
    unpaid, complete = opened(gateway), opened(gateway)
    service.pay(complete.id)
    for page in (unpaid, complete, unpaid):
        gateway.expire_page(page.id, page.id)
    assert gateway.read_page(unpaid.id).status == "expired"
    assert gateway.read_page(complete.id).status == "complete"


# --- Refunds and disputes ---


def test_the_same_refund_key_sends_money_back_once(gateway: StripeGateway, service: Service) -> None:
    payment_id = paid(gateway, service)
    asked = RefundRequest(key=f"rf-{uuid4().hex}", payment_id=payment_id, amount=2900)
    first = gateway.refund(asked)
    assert gateway.refund(asked).id == first.id
    assert (first.amount, first.currency, first.state) == (2900, "USD", "succeeded")
    refunds = gateway.read_payment(payment_id).refunds
    assert [(refund.id, refund.key, refund.amount) for refund in refunds] == [(first.id, asked.key, 2900)]


@pytest.mark.parametrize(("reason", "told"), [("duplicate", ["duplicate"]), ("damaged in the post", None)])
def test_only_reasons_that_the_service_knows_are_told_to_it(
    gateway: StripeGateway, service: Service, wire: Wire, reason: str, told: list[str] | None
) -> None:
    payment_id = paid(gateway, service)
    gateway.refund(RefundRequest(f"rf-{uuid4().hex}", payment_id, 100, reason))
    assert wire.sent[-1].parameters.get("reason") == told


def test_more_than_was_paid_cannot_be_refunded(gateway: StripeGateway, service: Service) -> None:
    payment_id = paid(gateway, service)
    with pytest.raises(GatewayRefused):
        gateway.refund(RefundRequest(key=f"rf-{uuid4().hex}", payment_id=payment_id, amount=TOTAL + 1))


@pytest.mark.parametrize(
    ("card", "at_first", "in_the_end", "failure"),
    [
        ("4000 0000 0000 5126", "succeeded", "failed", True),
        ("4000 0000 0000 7726", "pending", "succeeded", False),
    ],
)
def test_a_refund_that_changes_later_is_read_as_it_is_then(
    gateway: StripeGateway, service: Service, card: str, at_first: str, in_the_end: str, failure: bool
) -> None:
    payment_id = paid(gateway, service, card)
    made = gateway.refund(RefundRequest(key=f"rf-{uuid4().hex}", payment_id=payment_id, amount=500))
    assert made.state == at_first
    service.control(f"refunds/{made.id}/finish")
    (later,) = gateway.read_payment(payment_id).refunds
    assert later.state == in_the_end
    assert bool(later.failure) is failure


def test_a_refund_made_in_the_dashboard_is_read_without_a_key(
    gateway: StripeGateway, service: Service
) -> None:
    payment_id = paid(gateway, service)
    charge_id = gateway.read_payment(payment_id).charge_id
    service.control(f"charges/{charge_id}/refund", amount=700)
    (refund,) = gateway.read_payment(payment_id).refunds
    assert (refund.amount, refund.key, refund.state) == (700, "", "succeeded")


def test_a_dispute_is_read_until_it_is_closed(gateway: StripeGateway, service: Service) -> None:
    payment_id = paid(gateway, service, "4000 0000 0000 0259")
    (dispute,) = gateway.read_payment(payment_id).disputes
    assert (dispute.amount, dispute.currency, dispute.status) == (TOTAL, "USD", "needs_response")
    assert dispute.due_by_at is not None
    assert dispute.due_by_at > dispute.opened_at
    service.control(f"disputes/{dispute.id}/close", status="lost")
    (closed,) = gateway.read_payment(payment_id).disputes
    assert closed.status == "lost"


# --- Webhooks ---


def signed(body: bytes, *, secret: str = SECRET, age: int = 0) -> str:
    """The header of a webhook sent so many seconds ago (https://docs.stripe.com/webhooks#verify-manually)."""
    moment = int(time.time()) - age
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "checkout.session.completed",
    "created": 1_790_000_000,
    "livemode": False,
    "data": {
        "object": {
            "id": "cs_test_1",
            "object": "checkout.session",
            "payment_intent": "pi_1",
            "metadata": {"attempt": "att-1"},
        }
    },
}
BODY = json.dumps(EVENT).encode()


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_a_webhook_signed_with_either_secret_is_heard(gateway: StripeGateway, secret: str) -> None:
    heard = gateway.hear(BODY, signed(BODY, secret=secret))
    assert (heard.id, heard.type) == ("evt_1", "checkout.session.completed")
    assert (heard.object_id, heard.page_id, heard.payment_id) == ("cs_test_1", "cs_test_1", "pi_1")
    assert heard.attempt_key == "att-1"
    assert heard.created_at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert heard.livemode is False


def test_a_webhook_with_the_signatures_of_two_secrets_is_heard(gateway: StripeGateway) -> None:
    both = signed(BODY, secret="whsec_next") + "," + signed(BODY).split(",")[1]
    assert gateway.hear(BODY, both).id == "evt_1"


@pytest.mark.parametrize("age", [0, 299])
def test_a_webhook_of_the_last_five_minutes_is_heard(gateway: StripeGateway, age: int) -> None:
    assert gateway.hear(BODY, signed(BODY, age=age)).id == "evt_1"


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "nonsense",
        "t=,v1=",
        "t=1,v1=00",
        "t=abc,v1=00",
        "t=99999999999999999999,v1=00",
        "v1=00",
        "=,=,=",
        f"t={int(time.time())},v1=schl\xfcssel",
        f"t={int(time.time())},v1=\u9375",
        f"t=\u0664\u0662,v1={'0' * 64}",
        "," * 5000,
    ],
    ids=range(12),
)
def test_a_webhook_with_a_bad_signature_is_refused(gateway: StripeGateway, signature: str) -> None:
    with pytest.raises(NotificationRefused):
        gateway.hear(BODY, signature)


def test_a_webhook_signed_by_a_stranger_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(NotificationRefused):
        gateway.hear(BODY, signed(BODY, secret="whsec_stranger"))


def test_a_webhook_whose_body_was_changed_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(NotificationRefused):
        gateway.hear(BODY.replace(b"cs_test_1", b"cs_test_2"), signed(BODY))


def test_a_webhook_older_than_five_minutes_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(NotificationRefused):
        gateway.hear(BODY, signed(BODY, age=301))


THIN = {
    "id": "evt_2",
    "object": "v2.core.event",
    "type": "v2.core.health.event_generation_failure.resolved",
    "created": "2026-11-01T00:00:00Z",
    "related_object": None,
}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b'"x"', b"null", b"{}", b"1", b"NaN", b"\xff\xfe", b"{", b"[" * 100_000,
        json.dumps(THIN).encode(), b'{"id": 1, "type": "x", "data": {"object": {}}}',
        b'{"id": "e", "type": "x", "data": []}', b'{"id": "e", "type": "x", "data": {"object": "cs_1"}}',
    ],
    ids=range(14),
)  # fmt: skip
def test_a_signed_body_that_is_no_event_is_refused(gateway: StripeGateway, body: bytes) -> None:
    with pytest.raises(NotificationRefused):
        gateway.hear(body, signed(body))


@pytest.mark.parametrize("created", [None, "soon", -1, 10**30, 1.5, [], True])
def test_an_event_with_an_odd_moment_is_still_heard(gateway: StripeGateway, created: object) -> None:
    body = json.dumps(EVENT | {"created": created}).encode()
    assert gateway.hear(body, signed(body)).created_at.tzinfo is UTC


def test_ids_that_are_no_text_are_left_out(gateway: StripeGateway) -> None:
    odd = {"id": 7, "object": "charge", "payment_intent": {"id": ["x"]}, "metadata": {"attempt": 5}}
    body = json.dumps(EVENT | {"data": {"object": odd}}).encode()
    heard = gateway.hear(body, signed(body))
    assert (heard.object_id, heard.page_id, heard.payment_id, heard.attempt_key) == ("", "", "", "")


def test_what_no_database_can_hold_is_left_out_of_ids(gateway: StripeGateway) -> None:
    odd = {"id": "cs_\0\udfff\ud8001", "object": "checkout.session"}
    body = json.dumps(EVENT | {"id": "evt_\ud8001\0", "data": {"object": odd}}).encode()
    heard = gateway.hear(body, signed(body))
    assert (heard.id, heard.page_id) == ("evt_1", "cs_1")


def test_what_the_service_signs_is_heard(gateway: StripeGateway, service: Service) -> None:
    page = opened(gateway)
    service.pay(page.id)
    events = service.api("events", limit=100)["data"]
    told = next(event for event in events if event["data"]["object"]["id"] == page.id)
    body = json.dumps(told).encode()
    assert gateway.hear(body, signed(body)).page_id == page.id


def test_missed_events_are_read_oldest_first_and_only_the_kinds_the_shop_wants(
    gateway: StripeGateway, service: Service
) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    page = opened(gateway)
    service.pay(page.id)
    payment = gateway.read_page(page.id).payment
    assert payment is not None
    service.control("clock", offset_seconds=5)
    service.control(f"charges/{payment.charge_id}/refund", amount=100)
    read = gateway.notifications_since(before)
    mine = [told.type for told in read if payment.id in (told.payment_id, told.object_id)]
    assert mine[0] == "checkout.session.completed"
    assert "charge.refunded" in mine[1:]
    assert {told.type for told in read} <= set(EVENT_TYPES)
    assert [told.created_at for told in read] == sorted(told.created_at for told in read)

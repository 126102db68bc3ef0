"""A running stand-in, a shop's end of the webhooks, and Stripe's own SDK between them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from shop.payments.standin import Standin, create_standin
from tests.payments.standin.sdk_types import problems

KEY = "sk_test_local_tests"
SECRET = "whsec_tests"
VERSION = "2026-10-28.endive"


class CheckingClient(stripe.RequestsClient):
    """The SDK's HTTP client; holds every answer of the stand-in against the SDK's own types."""

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        body, status, answer_headers = super().request(method, url, headers, post_data)
        if status == 200:
            assert problems(json.loads(body)) == []
        return body, status, answer_headers


class Receiver:
    """The shop's end of the webhooks: remembers what came and answers as told."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str]] = []
        self.statuses: list[int] = []
        self.seconds = 0.0
        self.under_way = self.most_at_once = 0
        self.news = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.news:
                    receiver.under_way += 1
                    receiver.most_at_once = max(receiver.most_at_once, receiver.under_way)
                time.sleep(receiver.seconds)
                with receiver.news:
                    receiver.under_way -= 1
                    receiver.received.append((body, self.headers["Stripe-Signature"]))
                    status = receiver.statuses.pop(0) if receiver.statuses else 200
                    receiver.news.notify_all()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/stripe"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def events(self) -> list[dict[str, Any]]:
        with self.news:
            return [json.loads(body) for body, _ in self.received]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def wait_for(self, many: int, seconds: float = 10) -> list[str]:
        """Wait until that many deliveries have come; return the types of all."""
        with self.news:
            self.news.wait_for(lambda: len(self.received) >= many, timeout=seconds)
        return self.types


class Running:
    """A stand-in in threads of this process, with shortcuts for its controls and its pages."""

    def __init__(self, database: Path, receiver: Receiver) -> None:
        self.database = database
        self.app = create_standin(database, webhook_url=receiver.url, webhook_secret=SECRET, accepted_key=KEY)
        self._standin = Standin(self.app, port=0)
        self._standin.start()
        self.address = self._standin.address

    def stop(self) -> None:
        self._standin.stop()

    def client(self, key: str = KEY, retries: int = 0) -> stripe.StripeClient:
        return stripe.StripeClient(
            key,
            stripe_version=VERSION,
            base_addresses={"api": self.address},
            max_network_retries=retries,
            http_client=CheckingClient(timeout=(3, 15)),
        )

    def control(self, path: str, **body: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.address}/control/{path}", json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> dict[str, Any]:
        return requests.get(f"{self.address}/control/state", timeout=5).json()

    def quiet(self) -> None:
        assert self.control("webhooks/wait", seconds=10) == {"quiet": True}

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request to the API without the SDK; the headers given replace the usual ones."""
        usual = {"Authorization": f"Bearer {KEY}", "Stripe-Version": VERSION}
        headers = {**usual, **options.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        return requests.request(method, self.address + path, headers=headers, timeout=20, **options)


@pytest.fixture(autouse=True)
def _no_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "enable_telemetry", False)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def standin(tmp_path: Path, receiver: Receiver) -> Iterator[Running]:
    running = Running(tmp_path / "standin.db", receiver)
    yield running
    running.stop()


@pytest.fixture
def client(standin: Running) -> stripe.StripeClient:
    return standin.client()


@pytest.fixture
def order() -> Callable[..., dict[str, Any]]:
    """Parameters of a session as a shop sends them; the names given replace or add parameters."""

    def parameters(**changes: Any) -> dict[str, Any]:
        usual: dict[str, Any] = {
            "mode": "payment",
            "line_items": [
                {
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": 5990,
                        "tax_behavior": "exclusive",
                        "product_data": {"name": "Hip Hook", "metadata": {"sku": "HH-1"}},
                    },
                    "quantity": 2,
                }
            ],
            "success_url": "http://127.0.0.1:8000/orders/token?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:8000/cart",
            "client_reference_id": "1042",
            "metadata": {"attempt": "7"},
            "payment_intent_data": {"description": "Order 1042", "metadata": {"attempt": "7"}},
            "shipping_address_collection": {"allowed_countries": ["US", "CA"]},
            "shipping_options": [
                {
                    "shipping_rate_data": {
                        "display_name": "Standard",
                        "type": "fixed_amount",
                        "fixed_amount": {"amount": 695, "currency": "usd"},
                        "delivery_estimate": {
                            "minimum": {"unit": "business_day", "value": 3},
                            "maximum": {"unit": "business_day", "value": 5},
                        },
                    }
                }
            ],
            "phone_number_collection": {"enabled": True},
        }
        merged = {**usual, **changes}
        return {name: value for name, value in merged.items() if value is not None}

    return parameters


@pytest.fixture
def session(client: stripe.StripeClient, order: Callable[..., dict[str, Any]]) -> stripe.checkout.Session:
    """An open session over 2 x 59.90 and 6.95 shipping: 12675."""
    return client.v1.checkout.sessions.create(order())


@pytest.fixture
def typed() -> dict[str, str]:
    """What a buyer types into the payment page."""
    return {
        "email": "ada@example.com",
        "method": "card",
        "card_number": "4242 4242 4242 4242",
        "card_expiry": "12 / 34",
        "card_cvc": "123",
        "name": "Ada Buyer",
        "line1": "1 Analytical Street",
        "city": "Springfield",
        "state": "CA",
        "postal_code": "90210",
        "country": "US",
        "phone": "+1 555 010 0100",
    }

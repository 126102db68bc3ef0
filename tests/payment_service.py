"""The payment stand-in as a real HTTP server in this process, seen from its own side."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from shop.payments.standin.server import Standin, create_standin

KEY = "sk_test_local_tests"
SECRET = "whsec_local_tests"
VERSION = "2026-10-28.endive"
CARD = "4242 4242 4242 4242"
ADDRESS = {
    "name": "Maya Lindqvist",
    "line1": "12 Orchard Road",
    "city": "Albany",
    "state": "NY",
    "postal_code": "12207",
    "country": "US",
}


class Service:
    """The payment service seen from its own side: its Dashboard, its buyers, its mishaps."""

    def __init__(self, address: str, key: str = KEY) -> None:
        self.address = address
        self.key = key

    def control(self, path: str, **values: Any) -> dict[str, Any]:
        """Work one of the stand-in's controls."""
        answer = requests.post(f"{self.address}/control/{path}", json=values, timeout=20)
        assert answer.ok, answer.text
        return dict(answer.json())

    def state(self) -> dict[str, Any]:
        """Everything it knows."""
        return dict(requests.get(f"{self.address}/control/state", timeout=20).json())

    def pay(self, page_id: str, card: str = CARD, **more: Any) -> dict[str, Any]:
        """Pay a page as a buyer would."""
        return self.control(f"sessions/{page_id}/pay", card=card, **(ADDRESS | more))

    def fault(self, match: str, kind: str, **more: Any) -> None:
        """Let the next fitting request fail."""
        self.control("faults", match=match, kind=kind, **more)

    def api(self, path: str, **query: Any) -> dict[str, Any]:
        """Read the API as the official library would."""
        answer = requests.get(
            f"{self.address}/v1/{path}",
            params=query,
            auth=(self.key, ""),
            headers={"Stripe-Version": VERSION},
            timeout=20,
        )
        return dict(answer.json())


@contextmanager
def running_service(folder: Path) -> Iterator[Service]:
    """Run a stand-in on a free port while the block runs; its webhooks are held back."""
    app = create_standin(
        folder / "standin.sqlite",
        webhook_url="http://127.0.0.1:9/webhooks/stripe",
        webhook_secret=SECRET,
        accepted_key=KEY,
    )
    standin = Standin(app, port=0)
    standin.start()
    service = Service(standin.address)
    service.control("webhooks", mode="hold")
    try:
        yield service
    finally:
        standin.stop()

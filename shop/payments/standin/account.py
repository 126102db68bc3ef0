"""The account: everything the stand-in knows while it runs, and its time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from shop.payments.standin.resources import build
from shop.payments.standin.store import Record, Store

ACCEPTED_PREFIX: Final = "sk_test_local"
OWN_ENDPOINT: Final = "we_local"
_WEBHOOKS: dict[str, Any] = {
    "mode": "deliver",
    "drop_next": 0,
    "delay_seconds": 0.0,
    "duplicate": False,
    "order": "normal",
}


class Account:
    """The file, the clock, the key that is let in, and what the control page has set.

    `news` is notified after each change that the delivery thread or a held redirect may wait for.
    """

    def __init__(
        self,
        database: Path,
        *,
        webhook_url: str,
        webhook_secret: str,
        accepted_key: str,
        clock: Callable[[], float],
    ) -> None:
        if not accepted_key.startswith(ACCEPTED_PREFIX):
            message = (
                f"The local stand-in for Stripe only takes a key that begins with {ACCEPTED_PREFIX}, "
                "so that no real key is ever used with it."
            )
            raise ValueError(message)
        self.accepted_key = accepted_key
        self.clock = clock
        self.store = Store(database)
        self.news = threading.Condition()
        self.delivering = False
        self._webhook_url = webhook_url
        self._webhook_secret = webhook_secret
        self._keys_in_use: set[str] = set()
        self._keys_lock = threading.Lock()
        with self.store.transaction():
            self._recall()

    def _recall(self) -> None:
        self.offset = float(self.store.setting("offset", 0.0))
        self.webhooks: dict[str, Any] = {**_WEBHOOKS, **self.store.setting("webhooks", {})}
        self.faults: list[dict[str, Any]] = self.store.setting("faults", [])
        self.terms_url: str | None = self.store.setting("terms_url", None)
        known = self.store.find("webhook_endpoint", OWN_ENDPOINT)
        created = known.resource["created"] if known else self.now()
        endpoint = build(
            "webhook_endpoint",
            id=OWN_ENDPOINT,
            created=created,
            description="The shop beside this stand-in",
            enabled_events=["*"],
            url=self._webhook_url,
        )
        self.store.save(Record(endpoint, {"secret": self._webhook_secret}))

    def now(self) -> int:
        """Return the stand-in's time: the real one plus the offset, in whole seconds since 1970 (UTC)."""
        return int(self.clock() + self.offset)

    def move_clock(self, offset_seconds: float) -> None:
        """Set how far the stand-in's time is ahead of the real one. Inside a transaction."""
        self.offset = offset_seconds
        self.store.remember("offset", offset_seconds)

    def set_webhooks(self, changes: dict[str, Any]) -> None:
        """Change how events are delivered from now on. Inside a transaction."""
        self.webhooks = {**self.webhooks, **changes}
        self.store.remember("webhooks", self.webhooks)

    def set_faults(self, faults: list[dict[str, Any]]) -> None:
        """Replace the queue of faults. Inside a transaction."""
        self.faults = faults
        self.store.remember("faults", faults)

    def set_terms_url(self, address: str | None) -> None:
        """Set the address of the terms of service, as in the Dashboard's public details. Inside a
        transaction.
        """
        self.terms_url = address
        self.store.remember("terms_url", address)

    def reset(self) -> None:
        """Forget every object, event, key, fault and setting. Inside a transaction."""
        self.store.forget_everything()
        self._recall()

    def announce(self) -> None:
        """Wake whoever waits for something to have changed."""
        with self.news:
            self.news.notify_all()

    @contextmanager
    def key_in_use(self, key: str | None) -> Iterator[bool]:
        """Hold an idempotency key while its request runs; yield False when another request holds it."""
        if key is None:
            yield True
            return
        with self._keys_lock:
            free = key not in self._keys_in_use
            self._keys_in_use.add(key)
        try:
            yield free
        finally:
            if free:
                with self._keys_lock:
                    self._keys_in_use.discard(key)

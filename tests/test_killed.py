"""Processes killed at any moment while people buy: when they are back, every payment has its order, once.

The moments are random; the run with which a fault was found is repeated by its seed.
"""

import random
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from tests.browser.journeys.shops import ShopInParts, eventually
from tests.invariants import WHEN_QUIET, at_odds, books_of, broken

BUYERS, AT_ONCE, KILLS = 16, 4, 6
PATIENCE_SECONDS = 60.0
TOTAL = re.compile(r'name="total"[^>]*value="(\d+)"')


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[ShopInParts]:
    """A shop whose parts can be killed."""
    shop = ShopInParts(tmp_path, database_url)
    try:
        shop.start()
        yield shop
    finally:
        shop.stop()


class Buyer:
    """Somebody who wants a ball, and presses again whatever happens."""

    def __init__(self, shop: ShopInParts, number: int) -> None:
        self.shop = shop
        self.email = f"buyer{number}@example.com"
        self.browser = requests.Session()
        self.until = time.monotonic() + PATIENCE_SECONDS

    def buys(self) -> str:
        """Buy, and return the page on which it was paid."""
        page_id = self._again_and_again(self._goes_to_pay)
        done = self._again_and_again(lambda: self.shop.service.pay(page_id).get("redirect_to"))
        with suppress(requests.RequestException):
            self.browser.get(done, timeout=10)
        return page_id

    def _again_and_again(self, step) -> str:
        while time.monotonic() < self.until:
            # AssertionError: the payment service said no, for instance because the page is being paid.
            with suppress(requests.RequestException, AssertionError):
                if found := step():
                    return found
            threading.Event().wait(0.05)
        raise TimeoutError(f"{self.email} gave up")

    def _goes_to_pay(self) -> str:
        address = self.shop.address
        if "cart" not in self.browser.cookies:
            self.browser.post(f"{address}/cart/items", data={"sku": "BALL-1"}, timeout=10)
        total = TOTAL.search(self.browser.get(f"{address}/checkout", timeout=10).text)
        if total is None:
            return ""
        answer = self.browser.post(
            f"{address}/checkout",
            data={"email": self.email, "country": "US", "shipping": "standard", "total": total[1]},
            allow_redirects=False,
            timeout=20,
        )
        found = re.search(r"cs_test_\w+", answer.headers.get("Location", ""))
        return found[0] if found else ""


def kill_at_random(shop: ShopInParts, chance: random.Random) -> None:
    for _ in range(KILLS):
        threading.Event().wait(chance.uniform(0.2, 1.2))
        part = chance.choice(["web", "worker", "standin"])
        shop.kill(part)
        shop.start_part(part)


def let_a_minute_pass(shop: ShopInParts) -> None:
    """The worker looks again after a minute, and takes a dead worker's letters over after two."""
    long_ago = {"long_ago": "2020-01-01 00:00:00.000000"}
    with shop.engine.connect().execution_options(writes=True) as connection, connection.begin():
        for statement in (
            "UPDATE checkout_attempts SET checked_at = :long_ago WHERE state IN ('creating', 'open')",
            "UPDATE webhook_events SET run_at = :long_ago WHERE state = 'received'",
            "UPDATE outbox SET locked_until = :long_ago WHERE state = 'sending'",
            "UPDATE outbox SET run_at = :long_ago WHERE state = 'queued'",
        ):
            connection.execute(text(statement), long_ago)


def is_quiet(shop: ShopInParts) -> bool:
    return not [found for found in broken(shop.engine, quiet=True) if found.partition(":")[0] in WHEN_QUIET]


@pytest.mark.parametrize("seed", [20261124])
def test_whatever_is_killed_at_any_moment_every_payment_has_one_order(shop: ShopInParts, seed: int) -> None:
    with ThreadPoolExecutor(AT_ONCE + 1) as people:
        killing = people.submit(kill_at_random, shop, random.Random(seed))
        paid = list(people.map(lambda number: Buyer(shop, number).buys(), range(BUYERS)))
        killing.result()
    shop.must_run()
    for _ in range(5):
        let_a_minute_pass(shop)
        with suppress(AssertionError):
            eventually(lambda: is_quiet(shop), 5)
            break
    assert broken(shop.engine, quiet=True) == []
    assert at_odds(shop.engine, books_of(shop.service.address, shop.service.key)) == []
    with shop.engine.connect() as connection:
        orders = connection.execute(
            text("SELECT email, count(*) FROM orders WHERE state = 'paid' GROUP BY email")
        ).all()
    assert sorted(tuple(row) for row in orders) == sorted((f"buyer{n}@example.com", 1) for n in range(BUYERS))
    assert len(set(paid)) == BUYERS

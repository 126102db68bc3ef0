"""The money path under test: a seeded shop on both databases, and the payment stand-in as a real HTTP server."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from shop.cart.rules import Cart, Entry
from shop.checkout.models import CheckoutAttempt
from shop.checkout.pay import Way, start
from shop.checkout.place import Details
from shop.checkout.queries import price_cart
from shop.checkout.till import Till
from shop.config import ROOT, load
from shop.content import read_content
from shop.db import reading
from shop.orders.models import Order
from shop.payments.stripe import StripeGateway
from shop.seed import seed
from tests.invariants import broken
from tests.payment_service import KEY, SECRET, Service, running_service


@dataclass
class MovableClock:
    """A clock that tests move; the stand-in is moved along with it."""

    offset: timedelta = timedelta()
    followers: list[Callable[[float], Any]] = field(default_factory=list)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def forward(self, **span: float) -> None:
        """Move on by a span as timedelta takes it."""
        self.offset += timedelta(**span)
        for follower in self.followers:
            follower(self.offset.total_seconds())


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A stand-in of this test's own, on a free port; it delivers webhooks nowhere."""
    with running_service(tmp_path) as service:
        yield service


@pytest.fixture
def clock(service: Service) -> MovableClock:
    """A clock for shop and stand-in."""
    return MovableClock(followers=[lambda seconds: service.control("clock", offset_seconds=seconds)])


@pytest.fixture
def till(engine: Engine, database_url: str, service: Service, clock: MovableClock) -> Till:
    """A till over a seeded shop and the stand-in."""
    seed(engine, now=clock(), live=False)
    config = load(
        {
            "DATABASE_URL": database_url,
            "SECRET_KEY": "tests " * 8,
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": service.address,
        }
    )
    gateway = StripeGateway(
        KEY, api_base=service.address, webhook_secrets=[SECRET], environment=config.base_url
    )
    return Till(engine, gateway, config, read_content(ROOT / "content"), clock)


@dataclass
class Buyer:
    """Somebody with a cart."""

    till: Till
    email: str = "maya@example.com"
    country: str = "US"
    method: str = "standard"
    cart: Cart = field(default_factory=lambda: Cart(key="c" * 32, entries=(Entry("HOOK-1", 1, 14900),)))

    def wants(self, *entries: tuple[str, int], code: str = "", key: str | None = None) -> "Buyer":
        """Fill the cart anew."""
        lines = tuple(Entry(sku, quantity, 0) for sku, quantity in entries)
        self.cart = Cart(key=key or self.cart.key, entries=lines, code=code)
        return self

    def total(self) -> int:
        """What the checkout page would show (minor units)."""
        with reading(self.till.engine) as session:
            priced = price_cart(session, self.cart, now=self.till.clock(), country=self.country)
        return priced.quote.total_amount

    def details(
        self, *, seen_total: int | None = None, consent: bool = False, gift_note: str = ""
    ) -> Details:
        """What the checkout form would send."""
        total = self.total() if seen_total is None else seen_total
        return Details(self.email, self.country, self.method, consent, total, gift_note)

    def presses_pay(self, **more: Any) -> Way:
        """Send the checkout form."""
        return start(self.till, self.cart, self.details(**more))

    @property
    def order(self) -> Order:
        """Her newest order, as it is in the database."""
        with reading(self.till.engine) as session:
            return session.scalars(
                select(Order).where(Order.email == self.email).order_by(Order.id.desc()).limit(1)
            ).one()

    @property
    def attempt(self) -> CheckoutAttempt:
        """The newest attempt of her newest order."""
        with reading(self.till.engine) as session:
            return session.scalars(
                select(CheckoutAttempt)
                .where(CheckoutAttempt.order_id == self.order.id)
                .order_by(CheckoutAttempt.number.desc())
                .limit(1)
            ).one()


@pytest.fixture
def buyer(till: Till) -> Buyer:
    """Maya, who wants a Hip Hook."""
    return Buyer(till)


@pytest.fixture
def at_once() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    """Run something n times at the same moment in threads; a raised exception is returned in its place."""

    def run(times: int, work: Callable[[int], Any]) -> list[Any]:
        barrier = threading.Barrier(times)
        results: list[Any] = [None] * times

        def one(number: int) -> None:
            barrier.wait()
            try:
                results[number] = work(number)
            except Exception as error:  # noqa: BLE001  the test judges it
                results[number] = error

        threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    return run


@pytest.fixture(autouse=True)
def _promises_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test did at a till: orders, money, stock, codes and letters add up at its end.

    A test that breaks rows on purpose says so: `@pytest.mark.breaks_rows`.
    """
    till = request.getfixturevalue("till") if "till" in request.fixturenames else None
    yield
    if till is not None and not request.node.get_closest_marker("breaks_rows"):
        assert broken(till.engine) == []

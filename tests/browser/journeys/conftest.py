"""A shop that runs, and people who visit it. One shop serves all journeys of a worker; some need one of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page

from tests.browser.journeys.books import Books
from tests.browser.journeys.shops import RunningShop, Shop, ShopInParts
from tests.browser.journeys.visitor import Visitor
from tests.invariants import broken


@pytest.fixture(scope="session")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """The shop as ``make run`` starts it, on SQLite."""
    folder = tmp_path_factory.mktemp("shop")
    shop = RunningShop(folder, f"sqlite:///{folder / 'shop.sqlite'}")
    try:
        shop.start()
        yield shop
    finally:
        shop.stop()


@pytest.fixture
def shop(running_shop: RunningShop) -> Iterator[RunningShop]:
    """The running shop at the real time, with a payment service that works; at the end its books add up."""
    running_shop.must_run()
    yield running_shop
    service = running_shop.service
    service.control("clock", offset_seconds=0)
    service.control("faults/clear")
    service.control("webhooks", mode="deliver", drop_next=0, delay_seconds=0, duplicate=False, order="normal")
    service.control("webhooks/release")
    service.control("webhooks/wait", seconds=10)
    assert broken(running_shop.engine) == []


@pytest.fixture
def shop_in_parts(database_url: str, tmp_path: Path) -> Iterator[ShopInParts]:
    """A shop of this test's own, whose parts can be killed: once on SQLite, once on PostgreSQL."""
    shop = ShopInParts(tmp_path, database_url)
    try:
        shop.start()
        yield shop
        assert broken(shop.engine) == []
    finally:
        shop.stop()


VisitorTo = Callable[..., Visitor]


def somebody() -> str:
    """An e-mail address that nobody has used."""
    return f"maya.{uuid4().hex[:12]}@example.com"


@pytest.fixture
def buyer(page: Page, shop: Shop) -> Visitor:
    """Maya, who has heard of the Hip Hook."""
    return Visitor(page, shop, somebody())


@pytest.fixture
def books(buyer: Visitor) -> Books:
    """What the shop has written down about Maya."""
    return Books(buyer.shop.engine, buyer.email)


@pytest.fixture
def visitor_to(open_page: Callable[..., Page]) -> VisitorTo:
    """Makes a visitor of a certain shop, in a browser of her own: ``visitor_to(shop, size=NARROW)``."""

    def make(shop: Shop, **options: object) -> Visitor:
        scripts = bool(options.get("java_script_enabled", True))
        return Visitor(open_page(**options), shop, somebody(), scripts=scripts)

    return make

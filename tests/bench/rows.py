"""The rows of the table: what is asked of the shop, and how fast that must be next to the bare view."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shop.config import Config
from tests.bench.load import CONNECTIONS, Asked, Figures, drive, fetch, get, post
from tests.bench.places import ShopPlace, event

CODE = "RUN15"
CART = ("HOOK-1", "BALL-1", "BOOK-PB")
ORDERS = 150
CHANGES = 100


@dataclass(frozen=True)
class Row:
    """One line of the table. ``requests`` makes what is sent; each of them ``once``, or again and again."""

    name: str
    database: str
    target: float
    requests: Callable[[ShopPlace], Sequence[Asked]]
    once: bool = False
    connections: int = CONNECTIONS

    def measure(self, shop: ShopPlace, seconds: float) -> Figures:
        """Ask for a while, or each request once."""
        return drive(
            shop.port, self.requests(shop), seconds=seconds, once=self.once, connections=self.connections
        )


def pages(database: str) -> list[Row]:
    """The public pages, warm: whole, and told that nothing has changed."""
    found = []
    for name, path in [("home", "/"), ("product", "/products/hip-hook"), ("shop index", "/shop")]:
        found.append(Row(f"{name}, 200", database, 6, lambda _, path=path: [get(path)]))
        found.append(Row(f"{name}, 304", database, 6, lambda shop, path=path: [unchanged(shop, path)]))
    return found


def unchanged(shop: ShopPlace, path: str) -> Asked:
    """A request of somebody who has the page already."""
    head, _ = fetch(shop.port, get(path))
    tag = next(line for line in head.decode().splitlines() if line.lower().startswith("etag:"))
    return get(path, 304, If_None_Match=tag.split(":", 1)[1].strip())


def buying(database: str) -> list[Row]:
    """The way from the cart to a paid order."""
    return [
        Row("cart page, 3 lines and a code", database, 0.2, cart_page),
        Row(
            "add to cart", database, 0.5, lambda _: [post("/cart/items", {"sku": "HOOK-1", "quantity": "1"})]
        ),
        Row("POST /checkout, without the payment call", database, 0.08, checkouts, once=True),
        # Of a larger burst the shop acts on some at once and leaves the rest to the worker.
        Row("webhook to order paid", database, 0.08, webhooks, once=True, connections=4),
    ]


def cart_page(shop: ShopPlace) -> list[Asked]:
    """A cart of three lines with a code."""
    cookie, _ = shop.cart_cookie(*CART, code=CODE)
    return [get("/cart", Cookie=cookie)]


def checkouts(shop: ShopPlace) -> list[Asked]:
    """Different buyers who each press the button once."""
    total = shop.total(*CART, code=CODE)
    return [
        post(
            "/checkout",
            {
                "email": f"{secrets.token_hex(6)}@example.com",
                "country": "US",
                "shipping": "standard",
                "total": str(total),
            },
            cookie=cookie,
        )
        for cookie in shop.carts(ORDERS, *CART, code=CODE)
    ]


def webhooks(shop: ShopPlace) -> list[Asked]:
    """One signed event for each page that was paid."""
    return [heard(shop.config, event(page_id)) for page_id, _ in shop.attempts()]


def heard(config: Config, body: bytes) -> Asked:
    """A webhook as the payment service signs it."""
    now = int(time.time())
    mac = hmac.new(config.webhook_secrets[0].encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Stripe-Signature": f"t={now},v1={mac}"}
    return Asked("POST", "/webhooks/stripe", 200, headers, body)


def back_office(database: str, cookie: str) -> list[Row]:
    """The staff's lists."""
    return [
        Row(
            f"staff orders, {view}",
            database,
            0.2,
            lambda _, view=view: [get(f"/admin/orders?view={view}", Cookie=cookie)],
        )
        for view in ("to_ship", "all")
    ]


def cold_page(shop: ShopPlace) -> float:
    """The time in seconds that 99 of 100 first visitors after a change did not wait longer than."""
    times = []
    for _ in range(CHANGES):
        shop.change()
        began = time.perf_counter()
        fetch(shop.port, get("/products/hip-hook"))
        times.append(time.perf_counter() - began)
    return sorted(times)[int(0.99 * CHANGES) - 1]

"""Buyers who press at the same moment, at a web server of four processes: no limit is passed, nobody is sent away."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from flask import Flask, make_response
from sqlalchemy import Engine, func, select

from shop import clock
from shop.app import create_app
from shop.cart.rules import Cart, Entry
from shop.config import load
from shop.db import reading, writing
from shop.discounts.models import Campaign, Code, Redemption
from shop.orders.models import Order
from shop.seed import seed
from shop.web.cart_cookie import write_cart
from tests.invariants import broken
from tests.processes import Program

SETTINGS = {"SECRET_KEY": "p" * 40}
BUYERS, LIMIT = 12, 5
EBOOK = 1495
# The whole e-book off: an order of nothing is paid in the same moment, without a payment page.
FREE = {"kind": "percent", "percent_basis_points": 10_000, "currency": "USD"}
LIMITS = {
    "USES": ({"max_uses": LIMIT}, {}),
    "BUDGET": ({"budget_amount": LIMIT * EBOOK + EBOOK - 1}, {}),
    "CODE": ({}, {"max_uses": LIMIT}),
    "ONCE": ({"max_uses_per_customer": LIMIT}, {}),
    # The control: without a limit everybody gets through, so it is the limit that stops them.
    "OPEN": ({}, {}),
}


class Stay(HTTPRedirectHandler):
    """Where a form leads to is not looked at."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


@pytest.fixture
def shop(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[tuple[Engine, Flask, Program]]:
    """A shop with four web processes and a free e-book for some."""
    seed(engine, live=False, now=clock.now())
    with writing(engine) as session:
        for name, (rules, of_code) in LIMITS.items():
            campaign = Campaign(**FREE, name=name, codes_made=1, created_at=clock.now(), **rules)
            session.add(campaign)
            session.flush()
            session.add(Code(campaign_id=campaign.id, code=name, created_at=clock.now(), **of_code))
    settings = SETTINGS | {"DATABASE_URL": database_url}
    app = create_app(load(settings | {"PORT": "8000"}))
    server = Program(tmp_path, "serve", "--workers", "4", "--threads", "4", **settings)
    try:
        server.wait_until_ready()
        yield engine, app, server
    finally:
        server.end()
    app.extensions["shop"].engine.dispose()
    assert broken(engine) == []


def cookie(app: Flask, code: str) -> str:
    """A cart of its own with the e-book and a code in it."""
    cart = Cart(secrets.token_hex(16), (Entry("BOOK-EB", 1, EBOOK),), code, "US")
    with app.test_request_context():
        response = write_cart(make_response(""), cart)
    return "; ".join(line.split(";")[0] for line in response.headers.getlist("Set-Cookie"))


def presses(port: int, cart: str, email: str, start: Barrier) -> int:
    """Press the last button once, together with everybody else; return the status of the answer."""
    form = {"email": email, "country": "US", "shipping": "", "total": "0"}
    asked = Request(f"http://127.0.0.1:{port}/checkout", urlencode(form).encode(), {"Cookie": cart})
    start.wait()
    try:
        return int(build_opener(Stay).open(asked, timeout=60).status)
    except HTTPError as error:
        return error.code


def counts(engine: Engine, name: str) -> dict[str, Any]:
    with reading(engine) as session:
        campaign = session.scalars(select(Campaign).where(Campaign.name == name)).one()
        uses = select(func.count()).where(Redemption.campaign_id == campaign.id)
        paid = select(func.count()).where(Order.code == name, Order.state == "paid")
        return {
            "redeemed": campaign.redeemed,
            "rows": session.scalar(uses.where(Redemption.state == "redeemed")),
            "orders": session.scalar(paid),
            "spent": campaign.spent_amount,
        }


def test_no_limit_is_passed_by_buyers_at_four_processes_and_each_has_an_answer(
    shop: tuple[Engine, Flask, Program],
) -> None:
    engine, app, server = shop
    for name in LIMITS:
        carts = [cookie(app, name) for _ in range(BUYERS)]
        emails = [f"{name}.{number}@example.com".lower() for number in range(BUYERS)]
        if name == "ONCE":
            # One mailbox, spelled in twelve ways.
            emails = [f"Ma.ya+{number}@googlemail.com" for number in range(BUYERS)]
        start = Barrier(BUYERS)
        with ThreadPoolExecutor(BUYERS) as threads:
            answers = list(
                threads.map(
                    lambda pair, start=start: presses(server.port, *pair, start),
                    zip(carts, emails, strict=True),
                )
            )
        through = BUYERS if name == "OPEN" else LIMIT
        # Everybody has an answer at the first press: in a rush the shop lets each wait its turn.
        assert (answers.count(303), answers.count(422)) == (through, BUYERS - through), (name, answers)
        expected = {"redeemed": through, "rows": through, "orders": through, "spent": through * EBOOK}
        assert counts(engine, name) == expected, name

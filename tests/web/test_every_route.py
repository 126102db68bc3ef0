"""What holds for every address of the shop, also for those that are added later."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.routing import Rule

from shop import clock
from shop.checkout.models import WebhookEvent
from shop.db import writing
from shop.mail import actions as mail
from shop.subscribers.models import Reader
from tests.orders.made import a_paid_order
from tests.rows import every_row

NUMBER = 1001
# A value for each blank in an address. A new blank needs one here.
BLANKS = {
    "number": NUMBER,
    "token": f"token-of-order-{NUMBER:07}",
    "slug": "hip-hook",
    "sku": "HOOK-1",
    "items": "HOOK-1:1,BALL-1:2",
    "code": "RUN15",
    "key": "using-the-hip-hook",
    "id": 1,
    "flag_id": 1,
    "letter_id": 1,
    "campaign": "run15",
    "batch_id": 1,
    "act": "pause",
    "fate": "void",
    "name": "welcome",
    "deed": "resend",
    "signed": "a-signed-cart",
    "session_id": 1,
    "member_id": 1,
    "passkey_id": 1,
    "event_id": "evt_1",
    "change_id": 1,
    "place": "orders",
    "view_id": 1,
}
QUERY = urlencode(
    {"code": "RUN15", "to": "/shop", "q": "maya", "view": "all", "before": "9", "next": "/admin"}
)
# How often something was tried is counted also when it is tried by a link.
COUNTERS = {"throttles"}
# The payment service posts from elsewhere, and signs what it sends. So does a mail program that unsubscribes its owner.
SIGNED = {"/webhooks/stripe", "/webhooks/mail", f"/unsubscribe/token-of-order-{NUMBER:07}"}
FILLS_THE_OWN_CART = ("/buy/", "/go/")


@pytest.fixture
def full(app: Flask, engine: Engine) -> Flask:
    """A shop in which every address leads to something."""
    with writing(engine) as session:
        a_paid_order(session, NUMBER)
        session.add(
            Reader(
                key=BLANKS["key"],
                email="maya@example.com",
                email_normalized="maya@example.com",
                seed="seed",
                asked_at=clock.now(),
            )
        )
        session.add(
            WebhookEvent(
                id=BLANKS["event_id"],
                type="charge.refunded",
                object_id="ch_1",
                created_at=clock.now(),
                received_at=clock.now(),
                run_at=clock.now(),
            )
        )
        mail.write(
            session, "order_links", "maya@example.com", {"links": []}, dedupe_key="links", now=clock.now()
        )
        mail.keep(
            session,
            message_id="<1@shop>",
            recipient="maya@example.com",
            subject="Your order",
            text="Thank you.",
            html="<html><head></head></html>",
            now=clock.now(),
        )
    return app


def addresses(app: Flask, method: str) -> list[str]:
    """Every address of the shop that takes a method, its blanks filled."""
    rules: list[Rule] = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    missing = {blank for rule in rules for blank in rule.arguments} - BLANKS.keys()
    assert not missing, f"say in BLANKS what stands for {missing}"
    return sorted(
        app.url_map.bind("").build(rule.endpoint, {blank: BLANKS[blank] for blank in rule.arguments}, method)
        for rule in rules
    )


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    return {table: found for table, found in every_row(engine).items() if table not in COUNTERS}


@pytest.mark.parametrize("who", ["stranger", "onlooker", "owner"])
def test_looking_twice_at_everything_changes_nothing(
    who: str, full: Flask, engine: Engine, stranger: FlaskClient, member: Callable[[str], FlaskClient]
) -> None:
    browser = stranger if who == "stranger" else member("read_only" if who == "onlooker" else "owner")
    # The first search of all makes the index of the words; that is a cache, and nothing of anybody's.
    browser.get("/search?q=psoas")
    before = rows(engine)
    for address in addresses(full, "GET"):
        for method in ("GET", "HEAD", "GET", "HEAD"):
            for query in ("", f"?{QUERY}"):
                answer = browser.open(address + query, method=method)
                assert answer.status_code < 500, address
                assert "Content-Security-Policy" in answer.headers, address
    assert rows(engine) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_looking_gives_nobody_a_cookie_but_the_own_cart(full: Flask) -> None:
    for address in addresses(full, "GET"):
        given = {
            cookie.partition("=")[0]
            for cookie in full.test_client().get(address).headers.getlist("Set-Cookie")
        }
        allowed = {"cart", "cart_count", "session"} if address.startswith(FILLS_THE_OWN_CART) else set()
        # A sentence that waits for the next page, such as "Your cart is empty".
        allowed |= {"session"} if address == "/checkout" else set()
        assert given <= allowed, address


@pytest.mark.parametrize(
    "elsewhere",
    [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_a_post_from_elsewhere_changes_nothing_anywhere(
    elsewhere: dict[str, str], full: Flask, engine: Engine, owner: FlaskClient
) -> None:
    owner.get("/buy/HOOK-1:1")
    before = every_row(engine)
    for address in addresses(full, "POST"):
        if address in SIGNED:
            continue
        answer = owner.post(address, data={"email": "maya@example.com", "sku": "HOOK-1"}, headers=elsewhere)
        assert answer.status_code == 403, address
        assert not answer.headers.getlist("Set-Cookie"), address
    assert every_row(engine) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_but_get_and_post_does_anything(full: Flask, owner: FlaskClient) -> None:
    for address in addresses(full, "GET") + addresses(full, "POST"):
        for method in ("PUT", "PATCH", "DELETE", "TRACE"):
            assert owner.open(address, method=method).status_code == 405, address

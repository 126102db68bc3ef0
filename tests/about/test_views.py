"""The pages about the shop itself: they are there, they are found, and what they say is true of the program."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from shop.checkout.place import PAGE_LIFETIME
from shop.content import Content
from shop.db import writing
from shop.orders.models import Order, OrderLine, OrderTag, Payment, Shipment, Withdrawal
from shop.shipping.models import ShippingRate
from shop.subscribers.models import Consent, Reader
from shop.subscribers.rules import KEPT_UNCONFIRMED
from shop.web import throttles
from shop.web.cart_cookie import KEPT_SECONDS
from shop.web.linked_data import RETURN_DAYS
from tests.pages import Page
from tests.rows import every_row

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGES = ("/returns", "/privacy", "/accessibility", "/contact", "/medical-note")
# The pages of a shop that a visitor goes through from its door to an order and a letter.
WALK = (
    ("GET", "/", {}),
    ("POST", "/cart/items", {"sku": "HOOK-1"}),
    ("GET", "/cart", {}),
    ("POST", "/cart/code", {"code": "RUN15"}),
    ("POST", "/cart/country", {"country": "DE"}),
    ("GET", "/learn/desk-day", {}),
    ("POST", "/learn/desk-day/feedback", {"useful": "yes"}),
    ("POST", "/free-chapter", {"email": "reader@example.com"}),
    ("POST", "/orders/find", {"email": "reader@example.com"}),
    ("GET", "/search?q=hip", {}),
)

# What is kept of a person, by the column that keeps it, and the words of /privacy that say so.
TOLD = {
    Order: {
        "email": "e-mail address",
        "email_normalized": "e-mail address",
        "name": "name",
        "phone": "phone number",
        "country": "shipping address",
        "address": "shipping address",
        "letters_consent_at": "the sentence you agreed to",
        "code": "with which code",
        "arrives_from_on": "sent",
        "arrives_to_on": "sent",
        "placed_at": "the days on which it was paid",
        "paid_at": "the days on which it was paid",
        "ended_at": "the days on which it was paid",
        "words": "e-mail address",
        "note_words": "notes",
        "gift_note": "the note for the parcel",
    },
    OrderLine: {"sku": "what you bought", "name": "what you bought"},
    OrderTag: {"tag": "notes"},
    Payment: {
        "method": "how you paid",
        "card_brand": "the brand of a card",
        "card_last4": "its last four digits",
    },
    Shipment: {"carrier": "The carrier", "tracking_number": "the parcel’s number"},
    Withdrawal: {
        "received_at": "the moment it came",
        "name": "your name",
        "email": "the address for the receipt",
        "reason": "your words",
    },
    Reader: {
        "email": "e-mail address",
        "email_normalized": "e-mail address",
        "source": "the article",
        "slot": "the form you came from",
        "code_id": "your code",
        "letter_on": "which letters you have had",
        "asked_at": "when",
        "reminded_at": "one reminder",
        "confirmed_at": "when",
        "opened_at": "when you first opened the chapter",
        "left_at": "After you leave",
        "left_why": "After you leave",
    },
    Consent: {
        "kind": "the sentence you agreed to",
        "wording_version": "the sentence you agreed to",
        "source": "the article",
        "slot": "the form you came from",
        "network": "a shortened network address",
        "at": "when",
    },
}
# Numbers, keys, states and amounts of the trade: they say nothing of a person that is not said above.
OF_THE_TRADE = {
    *("id", "number", "key", "seed", "access_token", "cart_key", "cart_hash", "state", "payment_state"),
    *("shipping_state", "currency", "shipping_method", "shipping_name", "version", "archived_at", "order_id"),
    *("position", "digital", "quantity", "provider_id", "charge_id", "livemode", "created_at", "updated_at"),
    *("shipped_at", "delivered_at", "undone_at", "by", "reader_id"),
}


def look(visitor: FlaskClient, address: str) -> Page:
    """Open a page."""
    response = visitor.get(address)
    assert response.status_code == 200, address
    return Page(response.text)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_what_its_file_says_and_changes_nothing(
    engine: Engine, reader: FlaskClient, words: Content, address: str
) -> None:
    before = every_row(engine)
    page = look(reader, address)
    leaf = words.leaf(address.removeprefix("/"))
    assert every_row(engine) == before
    assert len(page.all("h1")) == 1
    assert leaf.title in page.text
    assert leaf.summary in page.text
    assert {heading.key for heading in leaf.headings} <= set(page.anchors)
    assert page.all("time", datetime=leaf.updated_on.isoformat())


def test_every_page_links_to_them(reader: FlaskClient) -> None:
    for address in ("/", "/products/hip-hook", "/learn/desk-day", "/cart", "/orders/find", "/nothing-here"):
        page = Page(reader.get(address).text)
        for about in PAGES:
            assert page.all("a", href=about), (address, about)


def test_they_are_linked_where_somebody_asks_for_them(reader: FlaskClient) -> None:
    assert len(look(reader, "/products/hip-hook").all("a", href="/returns")) == 4
    assert len(look(reader, "/products/tight-hip-twisted-core-ebook").all("a", href="/returns")) == 3
    assert look(reader, "/free-chapter").all("a", href="/privacy#letters")
    reader.post("/cart/items", data={"sku": "HOOK-1", "quantity": 1})
    assert len(look(reader, "/cart").all("a", href="/returns")) == 2


def test_the_days_to_send_something_back_are_the_same_everywhere(reader: FlaskClient, words: Content) -> None:
    promise = f"{RETURN_DAYS} days"
    for sentence in ("title", "whole", "digital_title", "digital_whole"):
        assert promise in words.phrase(f"guarantee.{sentence}")
    page = look(reader, "/returns")
    assert promise in words.leaf("returns").summary
    assert f"{promise} from arrival" in page.text
    assert f"Write to us within {promise} of its arrival" in page.text
    offer = look(reader, "/products/hip-hook").node("Product")["offers"]
    assert offer["hasMerchantReturnPolicy"]["merchantReturnDays"] == RETURN_DAYS
    assert set(re.findall(r"\b(\d+) days\b", page.text)) <= {str(RETURN_DAYS), "14", "10"}


def test_the_costs_of_shipping_are_those_that_are_charged(engine: Engine, reader: FlaskClient) -> None:
    text = look(reader, "/returns").text
    for fact in (
        "United States $6.95 Free from $75.00 3 to 7 business days",
        "Canada $19.00 7 to 14 business days",
    ):
        assert fact in text
    assert "Austria, Belgium" in text
    assert "Australia and New Zealand $29.00" in text
    assert "free over $75 within the us" in look(reader, "/").text.lower()
    with writing(engine) as session:
        rate = update(ShippingRate).where(ShippingRate.free_from_amount == 7500)
        session.execute(rate.values(amount=795, free_from_amount=9000, transit_days_max=6))
    assert "United States $7.95 Free from $90.00 3 to 8 business days" in look(reader, "/returns").text


def test_every_cookie_of_a_visitor_is_named_with_its_time(reader: FlaskClient, words: Content) -> None:
    given = set()
    for method, address, fields in WALK:
        answer = reader.open(address, method=method, data=fields)
        assert answer.status_code < 400, address
        given |= {cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie")}
    table = look(reader, "/privacy").text
    assert given == {"cart", "cart_count", "session"}
    kept = timedelta(seconds=KEPT_SECONDS).days
    for name in given:
        assert re.search(rf"\b{name} ", table), name
    assert f"cart_count the number beside the word Cart {kept} days" in table
    assert f"a cart waits for {kept} days" in look(reader, "/accessibility").text


def test_the_times_that_privacy_promises_are_those_of_the_program(reader: FlaskClient) -> None:
    text = look(reader, "/privacy").text
    assert f"It is deleted after {KEPT_UNCONFIRMED.days} days" in text
    assert f"never confirmed: {KEPT_UNCONFIRMED.days} days" in text
    assert timedelta(days=2) == throttles.KEPT
    assert "What is older than two days is deleted" in text
    minutes = PAGE_LIFETIME // timedelta(minutes=1)
    assert f"An order waits there for {minutes} minutes" in look(reader, "/accessibility").text


def test_all_that_is_kept_of_a_person_is_told(reader: FlaskClient) -> None:
    text = look(reader, "/privacy").text
    for table, told in TOLD.items():
        columns = {column.name for column in table.__table__.columns}
        untold = {name for name in columns - told.keys() - OF_THE_TRADE if not name.endswith("amount")}
        assert not untold, f"say on /privacy that {table.__name__} keeps {sorted(untold)}"
        for name, sentence in told.items():
            assert name in columns
            assert sentence in text, name


def know(app: Flask, **facts: Any) -> None:
    """Change what pages know of the settings, and forget the parts that were made with others."""
    app.jinja_env.globals["shop"] = replace(app.jinja_env.globals["shop"], **facts)
    app.jinja_env.cache.clear()


def test_one_can_write_to_where_the_letters_come_from(
    reader: FlaskClient, app: Flask, with_setting: Callable[..., None]
) -> None:
    page = look(reader, "/contact")
    assert page.all("a", href="mailto:owner@example.com")
    assert "1 Example Street, Suite 100 Tampa, FL 00000 USA (demo address)" in page.text
    know(app, email="help@example.com", address=("7 High Street", "Leeds"))
    page = look(reader, "/contact")
    assert page.all("a", href="mailto:help@example.com")
    assert page.text.count("7 High Street Leeds") == 2
    assert "demo address" not in page.text


def test_a_live_shop_speaks_of_no_demo(reader: FlaskClient, app: Flask) -> None:
    assert "The demo mailbox" in look(reader, "/privacy").text
    know(app, demo=False)
    for address in PAGES:
        assert "demo" not in look(reader, address).text.lower(), address


def test_what_cannot_be_shipped_has_no_costs(engine: Engine, reader: FlaskClient) -> None:
    with writing(engine) as session:
        session.execute(update(ShippingRate).values(currency="EUR"))
    assert "What shipping costs" not in look(reader, "/returns").text

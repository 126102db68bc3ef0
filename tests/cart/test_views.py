"""The cart over HTTP, as a stranger without JavaScript uses it."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, update

from shop.catalog import actions as stock
from shop.catalog.models import Stock, Variant
from shop.db import writing
from shop.discounts.models import Campaign, Code
from tests.cart.conftest import Page, Visitor
from tests.rows import every_row

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def on_hand(engine: Engine, sku: str, pieces: int) -> None:
    with writing(engine) as session:
        there = session.get_one(Stock, sku).on_hand
        note = {"by": "staff", "note": "", "now": datetime.now(UTC)}
        stock.move(session, sku, pieces - there, "correction", **note)


def change_variant(engine: Engine, sku: str, **columns: object) -> None:
    with writing(engine) as session:
        session.execute(update(Variant).where(Variant.sku == sku).values(**columns))


def is_empty(page: Page) -> bool:
    return "Your cart is empty." in page.words


def test_a_hook_is_put_in_changed_taken_out_and_put_back(visitor: Visitor) -> None:
    page = visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    assert "Hip Hook is in your cart." in page.words
    assert "Total $149.00" in page.words
    page = visitor.send(page.form("Update: Hip Hook"), quantity="2")
    assert "The quantity of Hip Hook is now 2." in page.words
    assert "Total $298.00" in page.words
    page = visitor.send(page.form("Remove: Hip Hook"))
    assert is_empty(page)
    assert "Hip Hook was taken out of your cart." in page.words
    page = visitor.send(page.form("Undo"))
    assert "Total $298.00" in page.words


def test_the_cart_page_is_nobody_elses_and_is_not_kept(visitor: Visitor, app: Flask) -> None:
    visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    response = visitor.client.get("/cart")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert is_empty(Visitor(app.test_client()).get("/cart"))


def test_adding_the_same_again_adds_up(visitor: Visitor) -> None:
    visitor.post("/cart/items", sku="BALL-1", quantity="2")
    page = visitor.post("/cart/items", sku="BALL-1", quantity="3")
    assert page.form("Update: Hip Release Ball").fields["quantity"] == "5"


def test_a_form_without_a_quantity_means_one(visitor: Visitor) -> None:
    page = visitor.post("/cart/items", sku="BALL-1")
    assert page.form("Update: Hip Release Ball").fields["quantity"] == "1"


@sqlite
@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ("", "whole number"),
        ("abc", "whole number"),
        ("1.5", "whole number"),
        ("1e3", "whole number"),
        ("٣", "whole number"),
        ("-1", "from 1 to 99"),
        ("100", "from 1 to 99"),
        ("1000000000", "from 1 to 99"),
        ("9" * 10_000, "from 1 to 99"),
    ],
)
def test_a_quantity_that_is_none_is_refused_in_words_and_changes_nothing(
    visitor: Visitor, quantity: str, sentence: str
) -> None:
    visitor.post("/cart/items", sku="BALL-1", quantity="1")
    before = visitor.cart
    for path in ("/cart/items", "/cart/items/BALL-1"):
        page = visitor.post(path, sku="BALL-1", quantity=quantity)
        assert page.status == 400
        assert sentence in page.words
        assert page.form("Update: Hip Release Ball").fields["quantity"] == "1"
        assert visitor.cart == before


@sqlite
def test_zero_is_refused_when_adding_and_removes_when_changing(visitor: Visitor) -> None:
    assert "from 1 to 99" in visitor.post("/cart/items", sku="BALL-1", quantity="0").words
    visitor.post("/cart/items", sku="BALL-1", quantity="1")
    assert is_empty(visitor.post("/cart/items/BALL-1", quantity="0"))


@sqlite
@pytest.mark.parametrize("sku", ["", "NOPE", "hook-1", "'; DROP TABLE variants; --", "<b>x", "é" * 500])
def test_a_sku_that_is_not_sold_is_refused_in_words(visitor: Visitor, sku: str) -> None:
    for page in (
        visitor.post("/cart/items", sku=sku, quantity="1"),
        visitor.post(f"/cart/items/{quote(sku or 'NOPE')}", quantity="1"),
    ):
        assert page.status == 404
        assert "We do not sell anything under that name." in page.words
        assert "<b>x" not in page.html


@sqlite
def test_removing_what_is_not_there_is_no_mistake(visitor: Visitor) -> None:
    assert visitor.post("/cart/items/NOPE", quantity="0").status == 200


def test_more_than_there_is_cannot_be_put_in(visitor: Visitor, engine: Engine) -> None:
    on_hand(engine, "HOOK-1", 2)
    page = visitor.post("/cart/items", sku="HOOK-1", quantity="3")
    assert "We have 2 of Hip Hook left." in page.words
    on_hand(engine, "HOOK-1", 0)
    assert "Hip Hook is sold out" in visitor.post("/cart/items", sku="HOOK-1", quantity="1").words


def test_a_cart_says_what_has_changed_and_how_to_go_on(visitor: Visitor, engine: Engine) -> None:
    for sku in ("HOOK-1", "BALL-1", "BOOK-PB"):
        visitor.post("/cart/items", sku=sku, quantity="3")
    change_variant(engine, "BALL-1", price_amount=2500)
    change_variant(engine, "BOOK-PB", active=False)
    on_hand(engine, "HOOK-1", 1)
    page = visitor.get("/cart")
    assert "Hip Release Ball now costs $25.00, less than before ($29.00)." in page.words
    assert "paperback is no longer for sale." in page.words
    assert "We have 1 of Hip Hook left. Please lower the quantity." in page.words
    assert not page.has("a", href="/checkout")
    page = visitor.send(page.form("Change to 1"))
    page = visitor.send(page.form("Remove: Tight Hip"))
    assert page.has("a", href="/checkout")
    assert "now costs" not in page.words
    assert "Total $224.00" in page.words


def test_a_bundle_and_its_part_cannot_both_have_the_last_piece(visitor: Visitor, engine: Engine) -> None:
    on_hand(engine, "HOOK-1", 1)
    visitor.post("/cart/items", sku="SET-READ", quantity="1")
    page = visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    assert "Hip Hook is sold out" in page.words
    assert "Total $164.00" in page.words


def test_parts_are_changed_for_their_set_with_what_it_saves(visitor: Visitor) -> None:
    visitor.post("/cart/items", sku="HOOK-1", quantity="2")
    page = visitor.post("/cart/items", sku="BOOK-PB", quantity="1")
    assert "sold together as Hook and book, which saves you $9.95." in page.words
    form = page.form("Take the set instead")
    assert form.action == "/cart/items"
    # A form with the same name twice.
    fields = {"sku": "SET-READ", "quantity": "1", "instead": ["HOOK-1", "BOOK-PB"]}
    page = visitor.post("/cart/items", **fields)
    # One hook is left beside the set: 298.00 + 24.95 - 9.95.
    assert "Total $313.00" in page.words


def test_a_set_that_would_complete_the_cart_is_offered_with_its_price(visitor: Visitor) -> None:
    page = visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    assert (
        "you would have Hook and book: $164.00 for what costs $173.95 one by one. You save $9.95."
        in page.words
    )


def test_free_shipping_is_counted_down_in_words_and_as_progress(visitor: Visitor) -> None:
    page = visitor.post("/cart/items", sku="BALL-1", quantity="1")
    assert "$46.00 more for free shipping." in page.words
    assert page.has("progress", max="7500", value="2900")
    page = visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    assert "Your order ships free." in page.words
    assert not any(tag == "progress" for tag, _ in page.tags)


def test_shipping_is_shown_for_the_country_that_was_chosen(visitor: Visitor) -> None:
    page = visitor.post("/cart/items", sku="BALL-1", quantity="1")
    assert page.form("Show shipping").fields["country"] == "US"
    page = visitor.send(page.form("Show shipping"), country="CA")
    assert "Shipping is now shown for Canada." in page.words
    assert "Total $48.00" in page.words
    assert visitor.get("/cart").form("Show shipping").fields["country"] == "CA"


@sqlite
@pytest.mark.parametrize("country", ["", "ZZ", "us", "United States", "\x01"])
def test_a_country_that_is_not_served_is_refused(visitor: Visitor, country: str) -> None:
    visitor.post("/cart/items", sku="BALL-1", quantity="1")
    page = visitor.post("/cart/country", country=country)
    assert page.status == 400
    assert "country" in page.words
    assert page.form("Show shipping").fields["country"] == "US"


# --- Codes ---


def test_a_code_is_used_shown_and_taken_off(visitor: Visitor) -> None:
    visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    page = visitor.post("/cart/code", code=" run15 ")
    assert "The code RUN15 is applied. You save $22.35." in page.words
    assert "RUN15 (15% off) −$22.35" in page.words
    assert "Total $126.65" in page.words
    page = visitor.send(page.form("Remove the code"))
    assert "The code RUN15 was taken off." in page.words
    assert "Total $149.00" in page.words


def test_a_free_shipping_code_shows_what_it_takes_off(visitor: Visitor) -> None:
    visitor.post("/cart/items", sku="BALL-1", quantity="1")
    page = visitor.post("/cart/code", code="deskbreak")
    assert "The code DESKBREAK is applied. Shipping is free." in page.words
    assert "Total $29.00" in page.words


def test_a_code_that_does_not_work_says_so_at_its_field_and_keeps_the_total(visitor: Visitor) -> None:
    visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    visitor.post("/cart/code", code="RUN15")
    page = visitor.post("/cart/code", code="nope<script>")
    assert page.status == 400
    assert page.has("details", **{"class": "cart-code", "open": None})
    assert page.has("input", name="code", value="NOPE<SCRIPT>", **{"aria-invalid": "true"})
    assert "This code does not work." in page.words
    assert "Total $126.65" in page.words
    assert "<SCRIPT>" not in page.html
    assert "RUN15" in visitor.get("/cart").words


def test_an_empty_code_asks_for_one(visitor: Visitor) -> None:
    visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    page = visitor.post("/cart/code", code="  ")
    assert page.status == 400
    assert "Please type the code first." in page.words


def a_code(engine: Engine, text: str, **columns: object) -> None:
    """A code of ten percent with ``columns`` of its campaign."""
    now = datetime.now(UTC)
    values = {"name": text, "kind": "percent", "percent_basis_points": 1000, "currency": "USD"}
    with writing(engine) as session:
        campaign = Campaign(**values | {"created_at": now} | columns)
        session.add(campaign)
        session.flush()
        session.add(Code(campaign_id=campaign.id, code=text, created_at=now))


def test_unknown_ended_early_and_disabled_codes_look_the_same(visitor: Visitor, engine: Engine) -> None:
    now = datetime.now(UTC)
    a_code(engine, "ENDED1", ends_at=now - timedelta(days=1))
    a_code(engine, "EARLY1", starts_at=now + timedelta(days=1))
    a_code(engine, "TAKEN1", active=False)
    visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    pages = [visitor.post("/cart/code", code=code) for code in ("ENDED1", "EARLY1", "TAKEN1", "NEVER1")]
    assert {page.status for page in pages} == {400}
    same = {re.sub(r"ENDED1|EARLY1|TAKEN1|NEVER1", "CODE", page.html.split("<main")[1]) for page in pages}
    assert len(same) == 1


def test_a_secret_codes_conditions_are_told_only_to_who_came_by_its_link(
    visitor: Visitor, engine: Engine
) -> None:
    a_code(engine, "SECRET1", minimum_subtotal_amount=5000)
    visitor.post("/cart/items", sku="BALL-1", quantity="1")
    page = visitor.post("/cart/code", code="SECRET1")
    assert "does not apply to what is in your cart now" in page.words
    assert "$21.00" not in page.words
    page = visitor.get("/go/SECRET1")
    assert "This code works once you add $21.00 more to your cart." in page.words
    page = visitor.post("/cart/items", sku="BALL-1", quantity="1")
    assert "SECRET1 (10% off)" in page.words


def test_codes_cannot_be_guessed_by_the_hundred(visitor: Visitor) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 15, tzinfo=UTC), tick=False):
        visitor.post("/cart/items", sku="HOOK-1", quantity="1")
        for number in range(20):
            visitor.post("/cart/code", code=f"GUESS{number}")
        page = visitor.post("/cart/code", code="RUN15")
        assert page.status == 429
        assert "Total $149.00" in page.words
        assert "Total $149.00" in visitor.get("/go/RUN15").words
        assert "Total $149.00" in visitor.get("/buy/HOOK-1?code=RUN15").words
    with time_machine.travel(datetime(2026, 11, 24, 15, 10, tzinfo=UTC), tick=False):
        assert "Total $126.65" in visitor.post("/cart/code", code="RUN15").words


# --- Links ---


def test_a_link_fills_the_cart_and_twice_is_the_same_as_once(visitor: Visitor) -> None:
    for _ in range(2):
        page = visitor.get("/buy/HOOK-1:1,BALL-1:2?code=run15")
        assert "Your cart is filled." in page.words
        assert page.form("Update: Hip Release Ball").fields["quantity"] == "2"
        assert "Total $175.95" in page.words


def test_a_link_keeps_what_is_good_and_names_what_is_not(visitor: Visitor) -> None:
    page = visitor.get("/buy/NOPE:1,HOOK-1:0,BALL-1:2,BOOK-EB")
    assert "We left this part of the link out: NOPE:1. We do not sell anything" in page.words
    assert "We left this part of the link out: HOOK-1:0." in page.words
    assert page.form("Update: Hip Release Ball").fields["quantity"] == "2"
    assert page.form("Update: Tight Hip").fields["quantity"] == "1"


@sqlite
@pytest.mark.parametrize(
    "items", [":", ",,,", "HOOK-1:1:1", "%FF%FE", "%3Cscript%3E", "A:1," * 300, "HOOK-1:1e9"]
)
def test_a_senseless_link_is_told_of_and_fills_nothing(visitor: Visitor, items: str) -> None:
    page = visitor.get(f"/buy/{items}")
    assert page.status == 200
    assert is_empty(page)
    assert "We left this part of the link out" in page.words
    assert "<script>" not in page.html


def test_a_links_code_waits_in_an_empty_cart_and_then_applies_by_itself(visitor: Visitor) -> None:
    response = visitor.client.get("/go/run15")
    assert (response.status_code, response.location) == (303, "/shop")
    assert "Your code RUN15 is kept." in visitor.get("/cart").words
    page = visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    assert "RUN15 (15% off) −$22.35" in page.words


@sqlite
@pytest.mark.parametrize(
    ("to", "leads_to"),
    [
        ("/products/hip-hook", "/products/hip-hook"),
        ("/learn?x=1#top", "/learn?x=1#top"),
        ("", "/shop"),
        ("https://evil.example", "/shop"),
        ("//evil.example", "/shop"),
        ("///evil.example", "/shop"),
        ("//[", "/shop"),
        ("/[", "/%5B"),
        ("/\\evil.example", "/shop"),
        ("\\/evil.example", "/shop"),
        ("/\t/evil.example", "/shop"),
        ("/\n/evil.example", "/shop"),
        (" //evil.example", "/shop"),
        ("javascript:alert(1)", "/shop"),
        ("evil.example", "/shop"),
        ("/x\r\nSet-Cookie: a=b", "/shop"),
    ],
)
def test_a_link_leads_on_only_inside_the_shop(visitor: Visitor, to: str, leads_to: str) -> None:
    response = visitor.client.get("/go/RUN15", query_string={"to": to})
    assert (response.status_code, response.location) == (303, leads_to)


@sqlite
def test_a_link_with_a_code_of_nothing_but_spaces_changes_nothing(visitor: Visitor) -> None:
    assert visitor.client.get("/go/%20%20").status_code == 303
    assert visitor.cart == ""


# --- What must never happen ---


def test_looking_changes_no_row(visitor: Visitor, engine: Engine) -> None:
    visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    before = every_row(engine)
    visitor.get("/cart")
    visitor.get("/buy/BALL-1:1")
    assert every_row(engine) == before


@sqlite
@pytest.mark.parametrize("cookie", ["x", "a.b.c", "é", "." * 3000, "x" * 4050, '""', "null"])
def test_a_cart_that_cannot_be_read_is_told_of_once_and_starts_empty(visitor: Visitor, cookie: str) -> None:
    visitor.client.set_cookie("cart", cookie)
    page = visitor.get("/cart")
    assert page.status == 200
    assert is_empty(page)
    assert "We could not read your cart" in page.words
    assert "We could not read your cart" not in visitor.get("/cart").words


@sqlite
def test_with_an_unreadable_cart_one_can_still_buy(visitor: Visitor) -> None:
    visitor.client.set_cookie("cart", "forged")
    page = visitor.post("/cart/items", sku="HOOK-1", quantity="1")
    assert "We could not read your cart" in page.words
    assert "Total $149.00" in page.words


def test_a_cart_lives_for_thirty_days_and_says_when_it_is_older(visitor: Visitor) -> None:
    begin = datetime.now(UTC)
    with time_machine.travel(begin, tick=False):
        visitor.post("/cart/items", sku="BALL-1", quantity="1")
        cookie = visitor.cart
    with time_machine.travel(begin + timedelta(days=29), tick=False):
        visitor.client.set_cookie("cart", cookie)
        assert "Total $35.95" in visitor.get("/cart").words
    with time_machine.travel(begin + timedelta(days=31), tick=False):
        visitor.client.set_cookie("cart", cookie)
        page = visitor.get("/cart")
        assert "Your cart was more than 30 days old" in page.words
        assert is_empty(page)

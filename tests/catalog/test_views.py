"""The shop window, over HTTP: what a stranger sees, on both databases."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shop.app import create_app
from shop.catalog.models import Stock, Variant
from shop.config import load
from shop.db import writing
from shop.seed import seed
from shop.web.tools import Tools

PRODUCTS = (
    "hip-hook",
    "hip-release-ball",
    "tight-hip-twisted-core",
    "tight-hip-twisted-core-ebook",
    "complete-program",
    "hook-and-book",
    "gentle-start",
)
PAGES = ("/", "/shop", *(f"/products/{slug}" for slug in PRODUCTS), "/nothing-here")
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


class Page(HTMLParser):
    """The tags and the words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(html)
        self.text = re.sub(r"\s+", " ", self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [
            found
            for name, found in self.tags
            if name == tag and all(found.get(key) == value for key, value in attributes.items())
        ]


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The shop with its demo goods."""
    app = create_app(load({"DATABASE_URL": database_url, "SECRET_KEY": "a" * 40}))
    tools: Tools = app.extensions["shop"]
    seed(tools.engine, live=False, now=MONDAY)
    yield app
    tools.engine.dispose()


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Somebody who comes for the first time."""
    return app.test_client()


def change(app: Flask, statement: object) -> None:
    """Change rows of the catalogue."""
    with writing(app.extensions["shop"].engine) as session:
        session.execute(statement)  # type: ignore[call-overload]


def look(stranger: FlaskClient, address: str, status: int = 200) -> Page:
    """Open a page."""
    with time_machine.travel(MONDAY, tick=False):
        response = stranger.get(address)
    assert response.status_code == status
    return Page(response.text)


def test_every_page_is_sound_html(stranger: FlaskClient) -> None:
    for address in PAGES:
        page = look(stranger, address, 404 if address == "/nothing-here" else 200)
        assert page.all("html", lang="en-US"), address
        assert len(page.all("h1")) == 1, address
        # A drawing inside the page has a title of its own, with an id.
        assert len([title for title in page.all("title") if "id" not in title]) == 1, address
        assert len(page.all("main", id="main")) == 1, address
        assert page.all("a", href="#main"), address
        identities = [found["id"] for _, found in page.tags if "id" in found]
        assert len(identities) == len(set(identities)), address


def test_no_page_has_style_or_script_of_its_own_or_loads_from_elsewhere(stranger: FlaskClient) -> None:
    for address in PAGES:
        page = look(stranger, address, 404 if address == "/nothing-here" else 200)
        assert not page.all("style"), address
        for tag, attributes in page.tags:
            assert "style" not in attributes, (address, tag)
            assert not [name for name in attributes if name.startswith("on")], (address, tag)
            if tag == "script" and attributes.get("type") != "application/ld+json":
                assert attributes["src"].startswith("/static/"), address
            named = tag == "link" and attributes["rel"] != "canonical"
            for name in ("src", "srcset", "action", *(["href"] if named else [])):
                assert attributes.get(name, "/").startswith("/"), (address, tag, attributes)


def test_every_picture_says_what_is_seen_and_every_field_has_a_label(stranger: FlaskClient) -> None:
    for address in PAGES[:-1]:
        page = look(stranger, address)
        assert all(len(picture["alt"]) > 20 for picture in page.all("img")), address
        labels = {label.get("for") for label in page.all("label")}
        for field in page.all("input"):
            assert field["type"] in ("hidden", "radio") or field["id"] in labels, (address, field)


def test_no_link_leads_nowhere(stranger: FlaskClient, app: Flask) -> None:
    routes = app.url_map.bind("localhost")
    for address in PAGES[:-1]:
        page = look(stranger, address)
        here = {found["id"] for _, found in page.tags if "id" in found}
        for link in page.all("a"):
            path, _, part = link["href"].partition("#")
            if path.startswith("https://doi.org/"):
                continue
            assert path or not part or part in here, (address, link)
            assert not path or routes.test(path, "GET"), (address, link)


def test_the_pages_are_the_same_for_everybody(stranger: FlaskClient, app: Flask) -> None:
    for address in PAGES[:-1]:
        first = stranger.get(address)
        buyer = app.test_client()
        for name, value in {"cart_count": "3", "cart": "x", "session": "y"}.items():
            buyer.set_cookie(name, value)
        second = buyer.get(address)
        assert first.data == second.data, address
        assert not [page for page in (first, second) if "Set-Cookie" in page.headers], address
        assert first.headers["Cache-Control"].startswith("public"), address


def test_what_a_visitor_is_to_be_told_waits_for_a_page_of_her_own(stranger: FlaskClient) -> None:
    with stranger.session_transaction() as session:
        session["notices"] = [{"kind": "ok", "sentence": "The Hook is in your cart.", "undo": None}]
    for address in (*PAGES[:-1], "/nothing-here"):
        assert "in your cart." not in stranger.get(address).text, address
    assert "The Hook is in your cart." in stranger.get("/cart").text


def test_a_product_that_is_not_there_or_not_for_sale_is_not_found(stranger: FlaskClient, app: Flask) -> None:
    assert "This page is not here" in look(stranger, "/products/nothing", 404).text
    change(app, update(Variant).where(Variant.sku == "HOOK-1").values(active=False))
    look(stranger, "/products/hip-hook", 404)
    assert "$149.00" not in look(stranger, "/shop").text


def test_the_price_of_the_catalogue_is_shown(stranger: FlaskClient, app: Flask) -> None:
    assert "$149.00" in look(stranger, "/products/hip-hook").text
    change(app, update(Variant).where(Variant.sku == "HOOK-1").values(price_amount=15025))
    assert "$150.25" in look(stranger, "/products/hip-hook").text


def test_the_product_itself_is_chosen_and_its_sets_are_offered_with_their_true_saving(
    stranger: FlaskClient,
) -> None:
    page = look(stranger, "/products/hip-hook")
    choices = page.all("input", type="radio", name="sku")
    assert [choice["value"] for choice in choices] == ["HOOK-1", "SET-FULL", "SET-READ"]
    assert [choice["value"] for choice in choices if "checked" in choice] == ["HOOK-1"]
    assert "$179.00 $202.95 one by one" in page.text


def test_a_set_that_saves_nothing_names_no_other_price(stranger: FlaskClient, app: Flask) -> None:
    assert "$202.95 one by one" in look(stranger, "/products/complete-program").text
    change(app, update(Variant).where(Variant.sku == "SET-FULL").values(price_amount=20295))
    page = look(stranger, "/products/complete-program")
    assert "$202.95 one by one" not in page.text
    assert "You save" not in page.text


def test_a_set_with_a_part_that_is_not_sold_alone_names_no_other_price(
    stranger: FlaskClient, app: Flask
) -> None:
    change(app, update(Variant).where(Variant.sku == "BALL-1").values(active=False))
    assert "$202.95" not in look(stranger, "/products/complete-program").text


def test_what_shipping_costs_and_when_it_arrives_is_said_before_the_button(stranger: FlaskClient) -> None:
    hook = look(stranger, "/products/hip-hook").text
    assert "Free shipping within the US. Arrives Thu, Nov 26 – Wed, Dec 2." in hook
    assert hook.index("Arrives") < hook.index("Add to cart")
    ball = look(stranger, "/products/hip-release-ball").text
    assert "$6.95 shipping within the US, free from $75.00." in ball
    assert "$19.00 shipping to Canada. Arrives Wed, Dec 2 – Fri, Dec 11." in ball
    assert "Ship to United States" in ball


def test_the_days_of_arrival_hold_until_midnight_in_the_shop(app: Flask) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 4, 59, tzinfo=UTC), tick=False):
        before = app.test_client().get("/products/hip-hook")
    with time_machine.travel(datetime(2026, 11, 24, 5, 0, tzinfo=UTC), tick=False):
        after = app.test_client().get("/products/hip-hook")
    assert "Arrives Thu, Nov 26" in before.text
    assert "Arrives Fri, Nov 27" in after.text


def test_an_e_book_ships_nothing_and_links_its_paperback(stranger: FlaskClient) -> None:
    page = look(stranger, "/products/tight-hip-twisted-core-ebook")
    assert "Nothing to ship" in page.text
    assert "Arrives" not in page.text
    assert page.all("a", href="/products/tight-hip-twisted-core")
    assert len(page.all("a", href="/products/tight-hip-twisted-core-ebook")) == 1
    assert page.all("input", type="hidden", name="sku", value="BOOK-EB")


def test_what_is_sold_out_cannot_be_put_in_the_cart(stranger: FlaskClient, app: Flask) -> None:
    change(app, update(Stock).where(Stock.sku == "HOOK-1").values(held=Stock.on_hand))
    hook = look(stranger, "/products/hip-hook")
    assert all("disabled" in choice for choice in hook.all("input", type="radio", name="sku"))
    assert not [button for button in hook.all("button") if "buy-form__button" in button["class"]]
    assert not [button for button in hook.all("button") if button.get("form") == "buy"]
    assert "Sold out. We are waiting for the next delivery." in hook.text
    assert "Arrives" not in hook.text
    ball = look(stranger, "/products/hip-release-ball")
    choices = ball.all("input", type="radio", name="sku")
    assert [choice["value"] for choice in choices if "disabled" not in choice] == ["BALL-1", "SET-GENTLE"]
    assert "Sold out" in look(stranger, "/shop").text


def test_the_last_pieces_are_announced(stranger: FlaskClient, app: Flask) -> None:
    assert "Only a few left" not in look(stranger, "/products/hip-hook").text
    change(app, update(Stock).where(Stock.sku == "HOOK-1").values(held=Stock.on_hand - 5))
    assert "Only a few left" in look(stranger, "/products/hip-hook").text


def test_who_should_ask_first_stands_on_every_product_page(stranger: FlaskClient) -> None:
    for slug in PRODUCTS:
        page = look(stranger, f"/products/{slug}")
        assert page.all("section", id="safety"), slug
        assert "ask a clinician first" in page.text, slug
    for slug in ("hip-hook", "hip-release-ball", "complete-program", "hook-and-book", "gentle-start"):
        text = look(stranger, f"/products/{slug}").text.lower()
        for condition in (
            "pregnant",
            "hernia",
            "surgery",
            "aneurysm",
            "blood thinners",
            "never press in the groin",
        ):
            assert condition in text, (slug, condition)


def test_a_shop_without_goods_still_has_its_pages(app: Flask, stranger: FlaskClient) -> None:
    change(app, update(Variant).values(active=False))
    for address in ("/", "/shop"):
        page = look(stranger, address)
        assert not [picture for picture in page.all("img") if "/products/" in picture["src"]]


def test_every_page_says_that_the_shop_is_a_demo(stranger: FlaskClient) -> None:
    for address in PAGES:
        page = look(stranger, address, 404 if address == "/nothing-here" else 200)
        assert "Demo shop. No money moves. Prices are placeholders." in page.text


def test_the_shops_script_asks_only_for_the_cart_and_for_drawings_of_the_page() -> None:
    script = (Path(__file__).resolve().parents[2] / "static" / "js" / "shop.js").read_text()
    assert "cart_count" in script
    assert re.findall(r"fetch\([\w.]+|XMLHttpRequest|sendBeacon|localStorage", script) == [
        "fetch(address",
        "fetch(picture.src",
    ]
    assert '.pathname.startsWith("/cart")' in script

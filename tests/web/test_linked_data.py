"""What pages say to search engines is what visitors see, value by value."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shop.catalog.models import Stock, Variant
from shop.db import writing
from shop.web.filters import written_day
from tests.pages import Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SHOP = "http://127.0.0.1:8000"
AVAILABLE = {
    "https://schema.org/InStock": ("In stock", "Ready at once"),
    "https://schema.org/LimitedAvailability": ("Only a few left",),
    "https://schema.org/OutOfStock": ("Sold out",),
}
PRODUCTS = (
    "hip-hook",
    "hip-release-ball",
    "tight-hip-twisted-core",
    "tight-hip-twisted-core-ebook",
    "complete-program",
    "hook-and-book",
    "gentle-start",
)


def look(visitor: FlaskClient, address: str) -> Page:
    """Open a page."""
    with time_machine.travel(MONDAY, tick=False):
        response = visitor.get(address)
    assert response.status_code == 200
    return Page(response.text)


def change(room: Flask, statement: object) -> None:
    """Change rows of the catalogue."""
    with writing(room.extensions["shop"].engine) as session:
        session.execute(statement)  # type: ignore[call-overload]


def dollars(amount: str) -> str:
    """An amount of the markup as the page prints it."""
    return f"${float(amount):,.2f}"


@pytest.mark.parametrize("slug", PRODUCTS)
def test_a_product_says_what_its_page_shows(reader: FlaskClient, slug: str) -> None:
    page = look(reader, f"/products/{slug}")
    node, offer = page.node("Product"), page.node("Product")["offers"]
    assert node["name"] in page.text
    assert node["description"] in page.text
    assert page.all("input", name="sku", value=node["sku"])
    assert offer["url"] == page.all("link", rel="canonical")[0]["href"] == f"{SHOP}/products/{slug}"
    assert dollars(offer["price"]) in page.text
    assert (offer["priceCurrency"], offer["itemCondition"]) == ("USD", "https://schema.org/NewCondition")
    assert any(words in page.text for words in AVAILABLE[offer["availability"]])
    shown = {picture["src"] for picture in page.all("img")}
    assert {address.removeprefix(SHOP) for address in node["image"]} <= shown
    assert node["image"]


@pytest.mark.parametrize("slug", [slug for slug in PRODUCTS if not slug.endswith("ebook")])
def test_shipping_and_returns_are_those_of_the_page(reader: FlaskClient, slug: str) -> None:
    page = look(reader, f"/products/{slug}")
    offer = page.node("Product")["offers"]
    for details in offer["shippingDetails"]:
        value = details["shippingRate"]["value"]
        cost = "Free" if value == "0.00" else dollars(value)
        assert cost in page.text or cost.lower() in page.text
        assert details["deliveryTime"]["handlingTime"]["maxValue"] == 2
        assert "1–2 business days" in page.text
    served = [
        region["addressCountry"] for one in offer["shippingDetails"] for region in one["shippingDestination"]
    ]
    assert served[0] == "US"
    assert len(served) == len(set(served)) == 18
    policy = offer["hasMerchantReturnPolicy"]
    assert policy["applicableCountry"] == served
    assert f"{policy['merchantReturnDays']} days to try it" in page.text


def test_what_is_downloaded_ships_nowhere(reader: FlaskClient) -> None:
    offer = look(reader, "/products/tight-hip-twisted-core-ebook").node("Product")["offers"]
    assert "shippingDetails" not in offer
    assert "hasMerchantReturnPolicy" not in offer


def test_a_book_is_a_book_as_well(reader: FlaskClient) -> None:
    paper = look(reader, "/products/tight-hip-twisted-core").node("Book")
    assert (paper["@type"], paper["bookFormat"]) == (["Product", "Book"], "https://schema.org/Paperback")
    screen = look(reader, "/products/tight-hip-twisted-core-ebook").node("Book")
    assert screen["bookFormat"] == "https://schema.org/EBook"
    assert look(reader, "/products/hip-hook").node("Product")["@type"] == "Product"


@pytest.mark.parametrize(("free", "kind"), [(5, "LimitedAvailability"), (0, "OutOfStock")])
def test_price_and_stock_move_with_the_page(room: Flask, reader: FlaskClient, free: int, kind: str) -> None:
    change(room, update(Variant).where(Variant.sku == "HOOK-1").values(price_amount=15025))
    change(room, update(Stock).where(Stock.sku == "HOOK-1").values(held=Stock.on_hand - free))
    page = look(reader, "/products/hip-hook")
    offer = page.node("Product")["offers"]
    assert (offer["price"], offer["availability"]) == ("150.25", f"https://schema.org/{kind}")
    assert "$150.25" in page.text
    assert any(words in page.text for words in AVAILABLE[offer["availability"]])


@pytest.mark.parametrize("slug", ["desk-day", "stride", "two-neighbors"])
def test_an_article_says_what_its_page_shows(reader: FlaskClient, slug: str) -> None:
    page = look(reader, f"/learn/{slug}")
    node = page.node("Article")
    assert node["headline"] in page.text
    assert node["description"] in page.text
    assert node["url"] == page.all("link", rel="canonical")[0]["href"]
    for name in ("datePublished", "dateModified"):
        assert page.all("time", datetime=node[name]), name
        assert written_day(date.fromisoformat(node[name])) in page.text
    assert f"{node['timeRequired'][2:-1]} min read" in page.text
    cited = node.get("citation", [])
    assert [
        link["href"] for link in page.all("a") if "example.com" in link["href"] or "doi" in link["href"]
    ] == [source["url"] for source in cited]
    assert all(source["name"] in page.text for source in cited)
    assert "reviewedBy" not in node


def test_without_a_named_author_the_shop_signs(
    reader: FlaskClient, with_setting: Callable[..., None]
) -> None:
    page = look(reader, "/learn/desk-day")
    assert page.node("Article")["author"] == {"@id": f"{SHOP}/#shop"}
    assert page.node("Organization")["@id"] == f"{SHOP}/#shop"
    assert f"By {page.node('Organization')['name']}" in page.text
    with_setting(shop_author="Jo Writer")
    assert look(reader, "/learn/desk-day").node("Article")["author"]["name"] == "Jo Writer"


@pytest.mark.parametrize(
    "address",
    [
        *("/products/hip-hook", "/learn", "/learn/causes", "/learn/effects", "/learn/desk-day"),
        *("/medical-note", "/returns", "/privacy", "/accessibility", "/contact"),
    ],
)
def test_the_way_to_a_page_is_the_one_it_shows(reader: FlaskClient, address: str) -> None:
    page = look(reader, address)
    steps = page.node("BreadcrumbList")["itemListElement"]
    assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
    assert steps[-1]["item"] == f"{SHOP}{address}"
    if address != "/learn":  # its way is the header's
        assert " / ".join(step["name"] for step in steps).replace(" / ", " ") in page.text
    for step in steps[:-1]:
        assert page.all("a", href=step["item"].removeprefix(SHOP))


def test_the_list_of_articles_is_the_one_that_is_shown(reader: FlaskClient) -> None:
    page = look(reader, "/learn")
    listed = page.node("ItemList")["itemListElement"]
    assert [one["url"].rpartition("/")[2] for one in listed] == ["desk-day", "stride", "two-neighbors"]
    for one in listed:
        assert one["name"] in page.text
        assert page.all("a", href=one["url"].removeprefix(SHOP))


def test_no_word_can_end_the_data_block(room: Flask, reader: FlaskClient) -> None:
    change(room, update(Variant).where(Variant.sku == "HOOK-1").values(name="</script><b>x</b>"))
    page = look(reader, "/products/hip-hook")
    assert page.node("Product")["name"] == "</script><b>x</b>"
    assert not page.all("b")


def test_only_pages_that_may_be_found_have_an_address_of_their_own(reader: FlaskClient) -> None:
    assert look(reader, "/learn?utm_source=x").all("link", rel="canonical", href=f"{SHOP}/learn")
    for address in ("/cart", "/checkout", "/orders/find", "/learn/desk-day/feedback"):
        page = Page(reader.get(address, follow_redirects=True).text)
        assert not page.all("link", rel="canonical"), address
        assert [found for found in page.all("meta", name="robots") if "noindex" in found["content"]], address
    missing = Page(reader.get("/nothing-here").text)
    assert missing.all("meta", name="robots", content="noindex")
    assert not missing.all("link", rel="canonical")

"""Sitemap, feed, robots.txt, llms.txt, and old addresses: valid, complete, and never leading nowhere."""

from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shop.catalog.models import Variant
from shop.content import Content
from shop.db import writing
from tests.pages import Page
from tests.reading_room import use_words
from tests.web.conftest import Fronted

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SHOP = "http://127.0.0.1:8000"
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def listed(reader: FlaskClient) -> dict[str, str | None]:
    """The pages of the sitemap by their paths, with the day each was changed."""
    response = reader.get("/sitemap.xml")
    assert response.content_type == "application/xml; charset=utf-8"
    root = ElementTree.fromstring(response.data)
    assert root.tag == f"{SITE}urlset"
    return {
        page.findtext(f"{SITE}loc", "").removeprefix(SHOP): page.findtext(f"{SITE}lastmod")
        for page in root.iter(f"{SITE}url")
    }


def test_the_sitemap_lists_every_page_that_may_be_found(room: Flask, reader: FlaskClient) -> None:
    pages = listed(reader)
    for path in pages:
        page = Page(reader.get(path).text)
        assert page.all("link", rel="canonical", href=f"{SHOP}{path}"), path
        assert not page.all("meta", name="robots"), path
    wanted = {"/", "/shop", "/learn", "/learn/causes", "/learn/effects", "/free-chapter"}
    about = {"/returns", "/privacy", "/accessibility", "/contact", "/medical-note"}
    assert wanted | about <= pages.keys()
    assert {"/products/hip-hook", "/learn/desk-day"} <= pages.keys()


def test_the_sitemap_says_when_words_changed(reader: FlaskClient, words: Content) -> None:
    pages = listed(reader)
    assert pages["/learn/stride"] == "2026-11-22"
    assert pages["/learn"] == pages["/learn/causes"] == "2026-11-23"
    assert pages["/medical-note"] == words.leaf("medical-note").updated_on.isoformat()
    assert pages["/products/hip-hook"] is None


def test_what_is_not_for_sale_is_not_listed(room: Flask, reader: FlaskClient) -> None:
    with writing(room.extensions["shop"].engine) as session:
        session.execute(update(Variant).where(Variant.sku == "BALL-1").values(active=False))
    assert "/products/hip-release-ball" not in listed(reader)
    assert "hip-release-ball" not in reader.get("/llms.txt").text


def test_the_feed_is_atom_with_the_newest_article_first(reader: FlaskClient) -> None:
    response = reader.get("/learn/feed.xml")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.data)
    for name in ("id", "title", "updated"):
        assert root.findtext(ATOM + name), name
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Aletha"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": f"{SHOP}/learn/feed.xml", "alternate": f"{SHOP}/learn"}
    entries = root.findall(f"{ATOM}entry")
    assert entries[0].findtext(f"{ATOM}id") == f"{SHOP}/learn/desk-day"
    assert root.findtext(f"{ATOM}updated") == "2026-11-23T00:00:00Z"
    for entry in entries:
        assert entry.findtext(f"{ATOM}title")
        assert entry.findtext(f"{ATOM}summary")
        for name in ("published", "updated"):
            assert datetime.fromisoformat(str(entry.findtext(ATOM + name))).tzinfo
        address = str(entry.find(f"{ATOM}link").get("href"))
        assert reader.get(address.removeprefix(SHOP)).status_code == 200


def test_a_title_with_signs_of_xml_leaves_the_feed_whole(
    room: Flask, reader: FlaskClient, words: Content
) -> None:
    odd = replace(words.articles["stride"], title='A < B & "C" ]]> <x>', summary="\u201cSo\u201d & on")
    use_words(room, replace(words, articles={"stride": odd}))
    root = ElementTree.fromstring(reader.get("/learn/feed.xml").data)
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == odd.title


def test_pages_name_the_feed(reader: FlaskClient) -> None:
    for address in ("/learn", "/learn/desk-day"):
        page = Page(reader.get(address).text)
        assert page.all("link", rel="alternate", type="application/atom+xml", href="/learn/feed.xml")


def test_robots_are_kept_from_what_is_somebodys_own(reader: FlaskClient) -> None:
    lines = reader.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert f"Sitemap: {SHOP}/sitemap.xml" in lines
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    for path in ("/cart", "/checkout", "/orders/x", "/admin", "/go/CODE", "/buy/HOOK-1:1", "/demo/mailbox"):
        assert path.startswith(tuple(closed)), path
    for path in listed(reader):
        assert not path.startswith(tuple(closed)), path


def test_llms_txt_names_every_article_and_product_where_it_can_be_read(
    reader: FlaskClient, words: Content
) -> None:
    response = reader.get("/llms.txt")
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.text.startswith("# Aletha\n\n> ")
    for slug, article in words.articles.items():
        assert f"- [{article.title}]({SHOP}/learn/{slug}.md): {article.summary}" in response.text
    for slug, leaf in words.leaves.items():
        assert f"- [{leaf.title}]({SHOP}/{slug}): {leaf.summary}" in response.text
    addresses = [
        line.partition("](")[2].partition(")")[0] for line in response.text.splitlines() if "](" in line
    ]
    assert len(addresses) == 3 + 7 + 5
    for address in addresses:
        assert reader.get(address.removeprefix(SHOP)).status_code == 200, address


@pytest.fixture
def moved(room: Flask, words: Content) -> FlaskClient:
    """A visitor of a shop whose desk article has moved."""
    use_words(room, replace(words, redirects={"/learn/desk": "/learn/desk-day", "/old": "/shop"}))
    return room.test_client()


def test_what_was_taken_away_for_good_says_so_and_leads_on(
    room: Flask, reader: FlaskClient, words: Content
) -> None:
    use_words(room, replace(words, redirects={"/products/old-ball": "gone"}))
    answered = reader.get("/products/old-ball")
    assert answered.status_code == 410
    assert "This page has been taken away" in answered.text
    assert {"/shop", "/learn", "/orders/find"} <= {way["href"] for way in Page(answered.text).all("a")}


@pytest.mark.parametrize("method", ["get", "head"])
def test_an_old_address_leads_to_the_new_one_for_good(moved: FlaskClient, method: str) -> None:
    for old, new in (("/learn/desk", "/learn/desk-day"), ("/old", "/shop")):
        response = getattr(moved, method)(old)
        assert (response.status_code, response.location) == (301, new)
        assert response.headers["Cache-Control"].startswith("public")
        assert "Set-Cookie" not in response.headers


def test_an_old_address_takes_no_form(moved: FlaskClient) -> None:
    assert moved.post("/old").status_code == 404


def test_the_page_cache_passes_an_old_address_on(fronted: Fronted, words: Content) -> None:
    use_words(fronted.app, replace(words, redirects={"/learn/desk": "/learn/desk-day"}))
    for _ in range(2):
        response = fronted.visitor.get("/learn/desk")
        assert (response.status_code, response.headers["Location"]) == (301, "/learn/desk-day")


def test_the_page_cache_keeps_articles_until_a_price_in_them_changes(
    fronted: Fronted, words: Content
) -> None:
    use_words(fronted.app, words)
    for _ in range(3):
        assert "$149.00" in fronted.visitor.get("/learn/desk-day").text
    assert fronted.reached.count("/learn/desk-day") == 1

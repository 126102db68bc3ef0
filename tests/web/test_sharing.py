"""Beside a link to a page stands a picture of that page, and the shop's mark in tabs and on home screens."""

import re
import struct

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.web.sharing import HEIGHT, WIDTH
from tests.pages import Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ADDRESS = "http://127.0.0.1:8000"
LARGEST_BYTES = 60_000
STEPS = "/learn/how-to-use-the-hip-hook/steps/hip-hook-session"


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height, read from the head of a PNG or a JPEG."""
    if picture.startswith(b"\x89PNG"):
        return struct.unpack(">II", picture[16:24])
    frame = re.search(rb"\xff[\xc0\xc2]..\x08(....)", picture, re.DOTALL)
    height, width = struct.unpack(">HH", frame[1])
    return width, height


def said(page: Page) -> dict[str, str]:
    """What the page says to those who link to it."""
    return {
        found.get("property") or found.get("name"): found["content"]
        for tag, found in page.tags
        if tag == "meta"
        and (found.get("property", "").startswith("og:") or found.get("name") == "twitter:card")
    }


def test_every_page_of_the_sitemap_names_a_picture_of_its_own_words(app: Flask) -> None:
    visitor = app.test_client()
    paths = re.findall(rf"<loc>{ADDRESS}(.+?)</loc>", visitor.get("/sitemap.xml").text)
    assert len(paths) > 15
    pictures: dict[str, str] = {}
    for path in [*paths, STEPS]:
        page = Page(visitor.get(path).text)
        tags = said(page)
        title = next(tag for tag in re.findall(r"<title>(.+?)</title>", visitor.get(path).text))
        assert tags["og:url"] == ADDRESS + (path if path != STEPS else STEPS.split("/steps")[0])
        assert tags["og:title"] in title.replace("&amp;", "&"), path
        assert tags["og:description"], path
        assert tags["og:image:alt"], path
        assert (tags["og:image:width"], tags["og:image:height"]) == (str(WIDTH), str(HEIGHT))
        assert tags["twitter:card"] == "summary_large_image"
        assert tags["og:image"].startswith(f"{ADDRESS}/static/img/share/"), path
        answer = visitor.get(tags["og:image"].removeprefix(ADDRESS))
        assert answer.content_type == tags["og:image:type"], path
        assert size_of(answer.data) == (WIDTH, HEIGHT), path
        assert len(answer.data) < LARGEST_BYTES, path
        pictures[path] = tags["og:image"]
    # Where a title has changed since, the shop's own picture serves until it is drawn again.
    for own in ("/learn/[a-z]+-", "/products/", "/free-chapter"):
        drawn = [name for path, name in pictures.items() if re.match(own, path) and "/share/shop" not in name]
        assert drawn, f"No page of {own} has a picture with its words: python -m art.draw_share_pictures"


def test_a_page_whose_words_have_changed_shows_the_shops_picture_not_its_old_one(reader: FlaskClient) -> None:
    tags = said(Page(reader.get("/learn/desk-day").text))
    assert re.fullmatch(rf"{ADDRESS}/static/img/share/shop\.[0-9a-f]+\.png", tags["og:image"])
    assert tags["og:image:alt"].startswith("On deep plum: “The tight spot")


def test_tabs_and_home_screens_find_the_shops_mark(app: Flask) -> None:
    visitor = app.test_client()
    links = [found for tag, found in Page(visitor.get("/").text).tags if tag == "link"]
    icons = {found["rel"]: found["href"] for found in links}
    assert size_of(visitor.get(icons["apple-touch-icon"]).data) == (180, 180)
    assert {found["type"] for found in links if found["rel"] == "icon"} == {"image/svg+xml", "image/png"}
    answer = visitor.get(icons["manifest"])
    assert answer.content_type == "application/manifest+json"
    named = answer.get_json(force=True)
    assert named["name"] == "Aletha"
    assert {(icon["sizes"], icon["purpose"]) for icon in named["icons"]} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    for icon in named["icons"]:
        side = int(icon["sizes"].split("x")[0])
        assert size_of(visitor.get(icon["src"]).data) == (side, side)

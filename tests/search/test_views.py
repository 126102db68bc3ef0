"""The search page over HTTP, as a stranger sees it, on both databases."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from shop.catalog.models import Variant
from shop.clock import now
from shop.config import ROOT
from shop.content import Content
from shop.db import reading, writing
from shop.search import actions, queries, views
from shop.search.documents import document, documents
from shop.web.tools import Tools
from tests.queries import counted
from tests.rows import every_row
from tests.search.test_search import FIRST, ODD


def page(stranger: FlaskClient, text: str, *, part: bool = False, status: int = 200) -> str:
    """The page of a search, as HTML."""
    response = stranger.get("/search", query_string={"q": text} | ({"part": "1"} if part else {}))
    assert response.status_code == status, text[:80]
    return response.text


def said(html: str) -> str:
    """What the live region says."""
    [words] = re.findall(r'role="status" data-search-count>(.*?)</p>', html, re.DOTALL)
    return unescape(re.sub(r"\s+", " ", words).strip())


def links(html: str) -> list[str]:
    """Where the results lead, in their order."""
    return re.findall(r'<h3 class="search__title"><a href="([^"]*)"', html)


def field(html: str) -> str:
    """What stands in the field."""
    [value] = re.findall(r'<input id="field-q"[^>]* value="([^"]*)"', html)
    return unescape(value)


def test_the_page_has_a_form_that_needs_no_script(stranger: FlaskClient) -> None:
    html = page(stranger, "")
    assert '<form class="search__form" role="search" action="/search"' in html
    assert '<label for="field-q">' in html
    assert said(html).startswith("Type a word or two")
    assert links(html) == []


def test_goods_are_found_with_the_price_of_now(stranger: FlaskClient, engine: Engine) -> None:
    assert "$149.00" in page(stranger, "hip hook")
    with writing(engine) as session:
        session.execute(update(Variant).where(Variant.sku == "HOOK-1").values(price_amount=15100))
    html = page(stranger, "hip hook")
    assert links(html)[0] == "/products/hip-hook"
    assert "$151.00" in html


def test_what_is_not_for_sale_is_not_found(stranger: FlaskClient, engine: Engine) -> None:
    assert "/products/gentle-start" in links(page(stranger, "gentle start"))
    with writing(engine) as session:
        session.execute(update(Variant).where(Variant.slug == "gentle-start").values(active=False))
    assert "/products/gentle-start" not in links(page(stranger, "gentle start"))


def test_every_result_leads_to_a_page(stranger: FlaskClient) -> None:
    for text in FIRST:
        for link in links(page(stranger, text)):
            assert stranger.get(link.partition("#")[0]).status_code == 200, link


def test_the_text_stays_in_the_field_and_the_count_is_said_in_words(stranger: FlaskClient) -> None:
    html = page(stranger, "  gentle   start ")
    assert field(html) == "gentle start"
    assert re.fullmatch(r"(One result|We found \w+ results) for “gentle start”\.", said(html))
    assert "<title>Search: gentle start · Aletha</title>" in html


def test_results_of_one_kind_stand_together_the_best_kind_first(stranger: FlaskClient) -> None:
    html = page(stranger, "hip release ball")
    kinds = re.findall(r'<h2 id="kind-(\w+)">', html)
    assert kinds[0] == "product"
    assert len(kinds) == len(set(kinds))


def test_nothing_found_leads_on(stranger: FlaskClient) -> None:
    html = page(stranger, "xyzzy")
    assert said(html) == "We found nothing for “xyzzy”. Try fewer words or another one for the same thing."
    assert '<a href="/shop">' in html
    assert "search__ways" in html


def test_where_no_page_has_all_words_it_says_so(stranger: FlaskClient) -> None:
    assert said(page(stranger, "ball xyzzy")).endswith(
        "No page has all of these words; these have most of them."
    )


@pytest.mark.parametrize("text", ["?!", "🦵", "%", "'", "a", "\u202e"])
def test_a_text_without_a_word_is_told_what_to_type(stranger: FlaskClient, text: str) -> None:
    assert said(page(stranger, text)).startswith("There is no word in that")


def test_a_long_text_is_searched_by_its_beginning(stranger: FlaskClient) -> None:
    html = page(stranger, "hook " * 2_000)
    assert said(html).startswith("Your text had more than 200 letters, so we searched for its beginning.")
    assert len(field(html)) <= views.MAX_LETTERS
    assert links(html)
    assert "more than 200" not in said(page(stranger, "a" * views.MAX_LETTERS))


def test_odd_texts_are_harmless(stranger: FlaskClient) -> None:
    for text in ODD:
        if "\ud800" in text:
            continue
        # No person types a null byte; the guard of every page turns it away.
        html = page(stranger, text, status=400 if "\0" in text else 200)
        assert "<script>alert" not in html
        assert "49" not in said(html) if "\0" not in text else True


@pytest.mark.parametrize(
    "query", ["q=%ff%fe", "q=%", "q=%ed%a0%80", "q=a&q=b", "q[]=a", "", "part=1", "part=x&q=hook"]
)
def test_odd_queries_are_harmless(stranger: FlaskClient, query: str) -> None:
    assert stranger.get(f"/search?{query}").status_code == 200


def test_what_was_typed_is_shown_as_text(stranger: FlaskClient) -> None:
    typed = "<img src=x onerror=alert(1)>\"'&amp;"
    for part in (False, True):
        html = page(stranger, typed, part=part)
        assert "<img src=x" not in html
        assert typed in said(html)
    assert field(page(stranger, typed)) == typed


def test_words_of_a_page_are_shown_as_text(stranger: FlaskClient, app: Flask, engine: Engine) -> None:
    tools: Tools = app.extensions["shop"]
    evil = document(
        "product",
        "/products/hip-hook",
        "<b>Zebra</b>",
        "A <script>alert(1)</script> zebra & <mark>more</mark>",
    )
    with writing(engine) as session:
        actions.index(session, [evil], "evil")
        actions.index(session, [evil], tools.content.version)
    html = page(stranger, "zebra")
    assert "&lt;b&gt;Zebra&lt;/b&gt;</a>" in html
    assert (
        "A &lt;script&gt;alert(1)&lt;/script&gt; <mark>zebra</mark> &amp; &lt;mark&gt;more&lt;/mark&gt;"
        in html
    )


def test_a_part_is_what_changes_on_the_page(stranger: FlaskClient) -> None:
    whole, part = page(stranger, "runn ball"), page(stranger, "runn ball", part=True)
    assert "<html" not in part
    assert said(part) == said(whole)
    assert links(part) == links(whole)
    assert part.strip() in whole


def test_results_are_kept_by_nobody_and_shown_by_no_search_engine(stranger: FlaskClient) -> None:
    for part in ("", "&part=1"):
        response = stranger.get(f"/search?q=hook{part}")
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert "Set-Cookie" not in response.headers
    assert '<meta name="robots" content="noindex">' in page(stranger, "hook")


def test_a_search_asks_the_same_few_questions_whatever_it_finds(stranger: FlaskClient, app: Flask) -> None:
    tools: Tools = app.extensions["shop"]
    page(stranger, "hook")  # makes the index, and begins the window in which tries are counted
    for text in ("hook", "xyzzy", "hip", "why do my hips hurt when I sit and drive", "hook"):
        with counted(tools.engine) as statements:
            page(stranger, text)
        asked = [statement for statement in statements if "throttles" not in statement]
        assert len(asked) == 3, asked
    with counted(tools.engine) as statements:
        page(stranger, "")
        page(stranger, "?!")
    assert statements == []


def test_a_search_changes_nothing_but_the_count_of_tries(stranger: FlaskClient, engine: Engine) -> None:
    page(stranger, "hook")
    before = every_row(engine)
    page(stranger, "psoas")
    after = every_row(engine)
    assert {table for table in before if before[table] != after[table]} <= {"throttles"}


def test_changed_words_are_found_by_the_next_search(
    stranger: FlaskClient, app: Flask, engine: Engine
) -> None:
    tools: Tools = app.extensions["shop"]
    page(stranger, "hook")
    with writing(engine) as session:
        actions.index(session, [document("product", "/products/hip-hook", "Zebra", "")], "other words")
    assert links(page(stranger, "hook"))
    assert links(page(stranger, "zebra")) == []
    with reading(engine) as session:
        assert queries.indexed_version(session) == tools.content.version


def test_the_first_searches_at_once_make_one_index(app: Flask) -> None:
    tools: Tools = app.extensions["shop"]
    together = Barrier(6)

    def search(_: int) -> list[str]:
        together.wait()
        return links(page(app.test_client(), "hip hook"))

    with counted(tools.engine) as statements, ThreadPoolExecutor(6) as visitors:
        results = list(visitors.map(search, range(6)))
    assert results[0]
    assert all(result == results[0] for result in results)
    assert sum("INSERT INTO search_version" in statement for statement in statements) == 1


def test_who_searches_without_end_is_asked_to_wait(
    stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SEARCHES", 3)
    with time_machine.travel(now(), tick=False):
        for _ in range(3):
            page(stranger, "hook")
        page(stranger, "")
        assert "tried too often" in page(stranger, "hook", status=429)


def test_every_page_leads_to_the_search(stranger: FlaskClient) -> None:
    for address in ("/", "/shop", "/products/hip-hook", "/cart"):
        assert 'href="/search"' in stranger.get(address).text


def test_everything_indexed_has_a_name_and_an_address_of_its_own(content: Content) -> None:
    made = documents(content)
    assert len({each.path for each in made}) == len(made)
    assert all(each.title and quote(each.path, safe="/#") == each.path for each in made)
    assert (ROOT / "content" / "search.yaml").exists()
    assert content.near_words["soas"] == ("psoas",)


def test_the_script_weighs_under_two_kilobytes() -> None:
    assert (ROOT / "static" / "js" / "search.js").stat().st_size < 2048

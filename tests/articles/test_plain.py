"""An article as plain Markdown: everything a reader needs, nothing that only a page can show."""

import re

import pytest
from flask.testing import FlaskClient

from shop.articles.plain import plain
from shop.content import Content

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def text(words: Content) -> str:
    """The article about the desk."""
    return plain(words.articles["desk-day"], words.safety, base_url="https://shop.example", signed="By Jo")


def test_it_has_every_part_in_order(text: str) -> None:
    parts = [
        "# A day at the desk",
        "What a day in a chair asks",
        "By Jo. Published 2026-11-20, updated 2026-11-23. https://shop.example/learn/desk-day",
        "**The short answer.** Hours in a chair hold the *iliopsoas* short[^short].",
        "## What happens in the chair\n",
        "*The psoas comes from the spine, the iliacus from the bowl of the pelvis[^short].*",
        "### And when you get up\n",
        "| sitting | held short |",
        "## Set up the seat\n",
        "1. **Height.**",
        "> **Stop** when something feels numb.",
        "## When to see a clinician",
        "**Get help now if**\n\n- the pain began",
        "- your back hurts more with every week",
        "### Is a standing desk better?\n\nIt is a change",
        "## Key points\n\n- Sitting holds",
        "[^short]: Another: Sitting and the hip. (2021). https://example.com/short",
        "[^pause]: Somebody and others",
        "It does not diagnose",
    ]
    at = -1
    for part in parts:
        assert part in text[at + 1 :], part
        at = text.index(part, at + 1)


def test_nothing_of_a_page_is_left_in_it(text: str) -> None:
    assert ":::" not in text
    assert "{#" not in text
    assert "![](" not in text
    assert not re.search(r"<[a-z]", text)
    assert "\n\n\n" not in text


def test_every_footnote_is_written_out(text: str) -> None:
    called = set(re.findall(r"\[\^([a-z]+)\](?!:)", text))
    assert called == set(re.findall(r"^\[\^([a-z]+)\]:", text, re.MULTILINE)) == {"short", "pause"}


def test_its_links_work_from_anywhere(text: str) -> None:
    assert "](https://shop.example/learn/stride#swing)" in text
    assert "](/" not in text


@SQLITE
def test_it_is_served_as_markdown_and_names_the_page_it_stands_for(reader: FlaskClient) -> None:
    response = reader.get("/learn/desk-day.md")
    assert response.content_type == "text/markdown; charset=utf-8"
    assert response.headers["Link"] == '<http://127.0.0.1:8000/learn/desk-day>; rel="canonical"'
    assert response.text.startswith("# A day at the desk")
    assert b'href="/learn/desk-day.md"' in reader.get("/learn/desk-day").data

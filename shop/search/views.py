"""The search page, and the part of it that is fetched while somebody types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from shop.catalog import queries as catalog
from shop.catalog.rules import Item
from shop.clock import now
from shop.content import Content
from shop.db import reading, writing
from shop.search import actions, queries
from shop.search.documents import documents
from shop.search.rules import Found, asked_for
from shop.web.throttles import allow, client_address
from shop.web.tools import Tools, tools

blueprint = Blueprint("search", __name__)

MAX_LETTERS = 200
MAX_RESULTS = 20
# Somebody who types fast asks three times a second; a whole office may share one address.
SEARCHES, SEARCHES_SECONDS = 600, 60
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# One thread of a process makes the documents, and those that come meanwhile wait for it.
INDEXING = Lock()


@dataclass(frozen=True)
class Answer:
    """What the page says. ``state``: empty, no_word, none, most (not all of the words) or all.

    ``groups`` are the results by kind, the kind with the best one first; ``items`` the goods by their paths.
    """

    text: str
    state: str
    cut: bool = False
    groups: Mapping[str, Sequence[Found]] | None = None
    items: Mapping[str, Item] | None = None
    count: int = 0
    count_words: str = ""


@blueprint.get("/search")
def search() -> ResponseReturnValue:
    """What the shop has about ``q``: the page, or with ``part`` only what changes in it while one types."""
    typed = " ".join(request.args.get("q", "").split())
    answer = _answer(typed[:MAX_LETTERS], tools(), cut=len(typed) > MAX_LETTERS)
    name = "search/found.html" if request.args.get("part") else "search/page.html"
    response = make_response(render_template(name, answer=answer, max_letters=MAX_LETTERS))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(text: str, mine: Tools, *, cut: bool) -> Answer:
    if not text:
        return Answer(text, "empty")
    if not asked_for(text, {}):
        return Answer(text, "no_word", cut)
    limit, seconds = SEARCHES, SEARCHES_SECONDS
    allow(mine.engine, "search", client_address(), limit=limit, seconds=seconds, now=now())
    _index_new_words(mine, mine.content)
    with reading(mine.engine) as session:
        near = mine.content.near_words
        found = queries.search(session, text, limit=MAX_RESULTS, near=near)
        items = {f"/products/{item.slug}": item for item in catalog.items(session).values() if item.active}
    # Goods may have been taken off the shelves since their words were written.
    found = [result for result in found if result.kind != "product" or result.path in items]
    return _told(text, found, items, cut=cut)


def _index_new_words(mine: Tools, content: Content) -> None:
    """Make the index anew when it is not of the words that this process shows.

    Asked here, at each search, and nowhere else: words change while the shop runs, and a database may have been
    restored or moved. Processes that come at the same time stand in line, and only the first has work to do.
    """
    if _indexed(mine) == content.version:
        return
    with INDEXING:
        if _indexed(mine) != content.version:
            made = documents(content)
            with writing(mine.engine) as session:
                actions.index(session, made, content.version)


def _indexed(mine: Tools) -> str | None:
    with reading(mine.engine) as session:
        return queries.indexed_version(session)


def _told(text: str, found: Sequence[Found], items: Mapping[str, Item], *, cut: bool) -> Answer:
    groups: dict[str, list[Found]] = {}
    for result in found:
        groups.setdefault(result.kind, []).append(result)
    count = len(found)
    return Answer(
        text=text,
        state="none" if not found else "all" if found[0].complete else "most",
        cut=cut,
        groups=groups,
        items=items,
        count=count,
        count_words=NUMBERS[count] if count < len(NUMBERS) else str(count),
    )

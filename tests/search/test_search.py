"""Searching the shop's own words: the same on both databases, and harmless whatever is asked."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy import text as statement
from sqlalchemy.exc import IntegrityError

from shop.content import Content
from shop.db import open_engine, reading, writing
from shop.search import actions, queries
from shop.search.documents import Document, document
from shop.search.models import SearchDocument
from shop.search.rules import Found
from tests.processes import eventually
from tests.queries import counted
from tests.rows import every_row

FIRST = {
    "hip hook": "/products/hip-hook",
    "Hip Release Ball": "/products/hip-release-ball",
    "ball": "/products/hip-release-ball",
    "release ball": "/products/hip-release-ball",
    "ebook": "/products/tight-hip-twisted-core-ebook",
    "e-book": "/products/tight-hip-twisted-core-ebook",
    "kindle": "/products/tight-hip-twisted-core-ebook",
    "complete program": "/products/complete-program",
    "gentle start": "/products/gentle-start",
    "hook and book": "/products/hook-and-book",
    "how to use the hip hook": "/learn/how-to-use-the-hip-hook",
    "routine step by step": "/learn/how-to-use-the-hip-hook",
    "sitting": "/learn/hip-pain-from-sitting",
    "Why do my hips hurt from sitting?": "/learn/hip-pain-from-sitting",
    "desk": "/learn/hip-pain-from-sitting",
    "office": "/learn/hip-pain-from-sitting",
    "driving": "/learn/hip-pain-while-driving",
    "car seat": "/learn/hip-pain-while-driving",
    "hip pain when I drive": "/learn/hip-pain-while-driving",
    "running": "/learn/hip-pain-after-running",
    "runn": "/learn/hip-pain-after-running",
    "RUNS": "/learn/hip-pain-after-running",
    "jogging": "/learn/hip-pain-after-running",
    "returns": "/returns",
    "refund": "/returns",
    "shipping": "/returns",
    "delivery": "/returns",
    "privacy": "/privacy",
    "cookies": "/privacy",
    "accessibility": "/accessibility",
    "contact": "/contact",
    "psoas": "/learn/hip-flexor-anatomy",
    "soas": "/learn/hip-flexor-anatomy",
    "illiacus": "/learn/hip-flexor-anatomy",
    "ilíacus anátomy": "/learn/hip-flexor-anatomy",
    "lesser trochanter": "/learn/hip-flexor-anatomy",
    "twisted pelvis": "/learn/twisted-pelvis-realignment",
    "realign": "/learn/twisted-pelvis-realignment",
    "exercise": "/learn/twisted-pelvis-realignment",
    "tight hip flexors": "/learn/tight-hip-flexors-epidemic",
    "flexor": "/learn/tight-hip-flexors-epidemic",
    "free chapter": "/free-chapter",
    "golf": "/learn/causes#golf",
    "sciatica": "/learn/effects#sciatica",
}
ODD = [
    *('"', "'", '"psoas', "psoas'", "' OR 1=1 --", "'; DROP TABLE orders; --", "psoas) OR (", "a AND", "NOT"),
    *(
        "NEAR(psoas iliacus)",
        "title_words : psoas",
        "psoas*",
        "*",
        "^psoas",
        "psoas:*",
        "!psoas",
        "& | !",
        "<->",
    ),
    *(
        "%",
        "_",
        "%%psoas%%",
        "\\",
        "\\'",
        "\0",
        "psoas\0iliacus",
        "\u202epsoas",
        "שלום",
        "🦵",
        "👩‍⚕️ psoas",
        "e\u0301",
    ),
    *(
        "\ud800",
        "=psoas",
        "= =",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "a" * 10_000,
        "psoas " * 2_000,
        "' " * 5_000,
    ),
]
# The order of fragments, and whole texts: what people type, and what they could.
FRAGMENTS = st.sampled_from([*ODD, *FIRST, " ", "-", "’", "OR", "AND", "NOT", "hip", "runn", "the"])
TEXTS = st.one_of(st.text(max_size=300), st.lists(FRAGMENTS, max_size=6).map("".join))


def found(engine: Engine, text: str, content: Content, *, limit: int = 20) -> list[Found]:
    """What a search finds."""
    with reading(engine) as session:
        return queries.search(session, text, limit=limit, near=content.near_words)


def paths(engine: Engine, text: str, content: Content) -> list[str]:
    """Where the results lead, best first."""
    return [result.path for result in found(engine, text, content)]


def test_the_first_result_is_the_page_one_would_hope_for(indexed: Engine, content: Content) -> None:
    firsts = {asked: next(iter(paths(indexed, asked, content)), None) for asked in FIRST}
    assert firsts == FIRST


@pytest.fixture
def on_sqlite(
    sqlite_templates: dict[bool, Path], tmp_path: Path, content: Content, own_documents: list[Document]
) -> Iterator[Engine]:
    """A SQLite database with the same index, whatever the other one is."""
    engine = open_engine(f"sqlite:///{shutil.copy(sqlite_templates[False], tmp_path / 'other.sqlite')}")
    with writing(engine) as session:
        actions.index(session, own_documents, content.version)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_both_databases_find_the_same_in_the_same_order(
    indexed: Engine, on_sqlite: Engine, content: Content, own_documents: list[Document]
) -> None:
    words = sorted({word for each in own_documents for word in each.body_words.split() if word[0] != "="})
    pairs = map(" ".join, zip(words, words[7:], strict=False))
    asked = [*FIRST, *words[::15], *(word[:4] for word in words[::15]), *pairs]
    assert len(asked) > 300
    for text in asked[:: len(asked) // 300]:
        assert found(indexed, text, content) == found(on_sqlite, text, content), text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_any_text_gives_a_list(indexed: Engine, content: Content, text: str) -> None:
    assert len(found(indexed, text, content, limit=5)) <= 5


def test_odd_texts_give_lists_and_change_nothing(indexed: Engine, content: Content) -> None:
    before = every_row(indexed)
    for text in ODD:
        assert isinstance(found(indexed, text, content), list), text
    assert every_row(indexed) == before


def test_operators_of_the_databases_are_words_like_others(indexed: Engine, content: Content) -> None:
    plain = paths(indexed, "psoas", content)
    assert plain
    for text in ('"psoas"', "psoas*", "(psoas", "+psoas", "!psoas", "psoas:*", "not psoas"):
        assert set(plain) <= set(paths(indexed, text, content)), text


def test_a_search_is_one_statement_however_many_words_and_results_it_has(
    indexed: Engine, content: Content
) -> None:
    for text in ("sciatica", "hip", "why do my hips hurt when I sit and drive and run", "xyzzy"):
        with counted(indexed) as statements:
            found(indexed, text, content)
        assert len(statements) == 1, text


def test_a_text_without_words_asks_nothing(indexed: Engine, content: Content) -> None:
    with counted(indexed) as statements:
        assert found(indexed, "?! …", content) == []
    assert statements == []


def test_the_chapter_is_found_by_what_its_offer_says(indexed: Engine, content: Content) -> None:
    for word in ("muscle", "stride", "checks"):
        results = [result for result in found(indexed, word, content, limit=90) if result.kind == "chapter"]
        assert [result.path for result in results] == ["/free-chapter"], word
        assert any(part.marked for part in results[0].excerpt), word
    assert not [each for each in found(indexed, "ligaments", content, limit=90) if each.kind == "chapter"]


def test_an_entry_of_a_list_brings_the_heading_that_it_goes_on_from(
    indexed: Engine, content: Content
) -> None:
    [hook] = [each for each in found(indexed, "aneurysm", content) if each.path == "/products/hip-hook"]
    assert "".join(part.text for part in hook.excerpt).startswith(
        "Before you buy: ask a clinician first if you"
    )


def test_neither_sources_nor_their_numbers_are_text(own_documents: list[Document], content: Content) -> None:
    by_path = {each.path: each for each in own_documents}
    for article in content.articles.values():
        body = by_path[f"/learn/{article.slug}"].body
        assert len(body) > 5_000
        assert not [source.text for source in article.sources if source.text in body]
        assert "<" not in body
        assert not re.findall(r"[a-z][.,;:]?\d+", body), "a number of a source hangs on a word"


def test_prices_stay_out(own_documents: list[Document]) -> None:
    assert not [each.path for each in own_documents if each.kind == "product" and "149" in each.body_words]


# --- Making the index ---


def a_page(path: str, title: str) -> Document:
    return document("article", path, title, "A summary")


def test_new_words_take_the_place_of_the_old_ones(indexed: Engine, content: Content) -> None:
    with writing(indexed) as session:
        assert actions.index(session, [a_page("/learn/new", "Zebra")], "next")
    assert paths(indexed, "zebra", content) == ["/learn/new"]
    assert paths(indexed, "psoas", content) == []
    with reading(indexed) as session:
        assert queries.indexed_version(session) == "next"


def test_the_same_version_is_indexed_once(indexed: Engine, content: Content) -> None:
    before = every_row(indexed)
    with writing(indexed) as session:
        assert not actions.index(session, [a_page("/learn/new", "Zebra")], content.version)
    assert every_row(indexed) == before


def test_an_index_that_was_not_finished_is_the_old_one(indexed: Engine, content: Content) -> None:
    before = every_row(indexed)
    twice = [a_page("/learn/new", "Zebra"), a_page("/learn/new", "Zebra")]
    with pytest.raises(IntegrityError), writing(indexed) as session:
        actions.index(session, twice, "next")
    assert every_row(indexed) == before
    assert paths(indexed, "psoas", content)


def test_before_anything_is_indexed_nothing_is_found(engine: Engine, content: Content) -> None:
    assert paths(engine, "psoas", content) == []
    with reading(engine) as session:
        assert queries.indexed_version(session) is None


def test_a_row_that_is_changed_by_hand_is_found_by_its_new_words(indexed: Engine, content: Content) -> None:
    with writing(indexed) as session:
        session.execute(
            update(SearchDocument)
            .where(SearchDocument.path == "/learn/hip-flexor-anatomy")
            .values(title_words=" zebra =zebra ")
        )
    assert paths(indexed, "zebra", content) == ["/learn/hip-flexor-anatomy"]


def test_many_processes_that_index_at_once_do_it_once(engine: Engine, own_documents: list[Document]) -> None:
    done: list[bool] = []

    def index() -> None:
        with writing(engine) as session:
            done.append(actions.index(session, own_documents, "next"))

    threads = [Thread(target=index) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 7 + [True]
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(SearchDocument)) == len(own_documents)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_without_standing_in_line_two_of_them_would_collide(engine: Engine) -> None:
    row = {"id": 1, **vars(a_page("/learn/new", "Zebra"))}
    failed: list[Exception] = []

    def rebuild() -> None:
        try:
            with writing(engine) as session:
                session.execute(delete(SearchDocument))
                session.execute(insert(SearchDocument), [row])
        except IntegrityError as error:
            failed.append(error)

    with writing(engine) as session:
        session.execute(insert(SearchDocument), [row])
        other = Thread(target=rebuild)
        other.start()
        assert eventually(lambda: waiting_for_a_lock(engine))
    other.join()
    assert len(failed) == 1


def waiting_for_a_lock(engine: Engine) -> bool:
    """Whether somebody waits for somebody else's transaction."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with reading(engine) as session:
        return bool(session.scalar(statement(waiting)))

"""Counting reads in front of the page cache: people only, whole pages only, nothing about anybody."""

from datetime import date

import pytest
from sqlalchemy import Engine, select, text

from shop.articles.models import ArticleVisits
from shop.db import reading
from shop.web.visits import Visits, is_program

DAY = date(2026, 11, 27)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def visits(engine: Engine) -> Visits:
    """A shop with one article, which answers 404 for what is not there."""

    def app(environ: dict[str, str], start_response: object) -> list[bytes]:
        known = environ["PATH_INFO"] in ("/learn/desk-day", "/products/hip-hook", "/free-chapter")
        start_response("200 OK" if known else "404 Not Found", [])  # type: ignore[operator]
        return [b""]

    return Visits(app, engine, articles=lambda: {"desk-day"}, today=lambda: DAY)


def visit(visits: Visits, path: str, query: str = "", method: str = "GET", **headers: str) -> None:
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method, "HTTP_USER_AGENT": FIREFOX}
    list(visits({**environ, **headers}, lambda *_: None))


def rows(engine: Engine) -> dict[tuple[str, str], int]:
    with reading(engine) as session:
        return {(row.slug, row.slot): row.visits for row in session.scalars(select(ArticleVisits))}


def test_reads_and_ways_on_are_added_up_by_day(visits: Visits, engine: Engine) -> None:
    for _ in range(3):
        visit(visits, "/learn/desk-day")
    visit(visits, "/products/hip-hook", "from=desk-day.inline")
    visit(visits, "/free-chapter", "utm_x=1&from=desk-day.end")
    visits.flush()
    visit(visits, "/learn/desk-day")
    visits.flush()
    visits.flush()
    assert rows(engine) == {("desk-day", ""): 4, ("desk-day", "inline"): 1, ("desk-day", "end"): 1}


def test_programs_prefetching_and_nonsense_are_not_counted(visits: Visits, engine: Engine) -> None:
    for header in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ"):
        visit(visits, "/learn/desk-day", **{header: "prefetch"})
    for agent in ("", "Googlebot/2.1", "python-requests/2.32", "curl/8.5", "facebookexternalhit/1.1"):
        visit(visits, "/learn/desk-day", HTTP_USER_AGENT=agent)
    visit(visits, "/learn/desk-day", method="HEAD")
    visit(visits, "/learn/desk-day", method="POST")
    visit(visits, "/learn/no-such-article")
    visit(visits, "/learn/desk-day.md")
    for origin in ("desk-day", "desk-day.nowhere", "other.inline", "%00", "=&" * 30, "desk-day.inline;--"):
        visit(visits, "/products/hip-hook", f"from={origin}")
    visits.flush()
    assert rows(engine) == {}
    assert not is_program(FIREFOX)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_is_away_loses_no_count(visits: Visits, engine: Engine) -> None:
    visit(visits, "/learn/desk-day")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE article_visits RENAME TO away"))
    visits.flush()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO article_visits"))
    visit(visits, "/learn/desk-day")
    visits.flush()
    assert rows(engine) == {("desk-day", ""): 2}

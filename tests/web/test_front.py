"""The page cache: answers for Flask, is never stale, holds nothing personal, and stays within its memory."""

import gzip
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from flask import Response, make_response, request
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.test import Client

from shop.config import ROOT, Config
from shop.db import publish_change, writing
from shop.web.front import FIRST_FLIGHT, Front, only_tracking
from shop.web.pages import fresh_until, public_page
from shop.web.versions import SqliteVersions
from tests.web.conftest import Fronted

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/products/hip-hook"

CHANGE_A_PRICE = """
import sys
from sqlalchemy import text
from shop.db import open_engine, publish_change, writing
with writing(open_engine(sys.argv[1])) as session:
    session.execute(text("UPDATE variants SET price_amount = 12345"))
    publish_change(session)
"""


def change_something(engine: Engine) -> None:
    with writing(engine) as session:
        publish_change(session)


def wait_for_version(front: Front, number: int) -> None:
    """On PostgreSQL a change is seen within half a second."""
    until = time.monotonic() + 5
    while front.versions.current() != number and time.monotonic() < until:
        time.sleep(0.01)
    assert front.versions.current() == number


def version_in(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT number FROM public_version"))


def test_the_second_visitor_is_answered_from_memory(fronted: Fronted) -> None:
    first, second = fronted.visitor.get(PAGE), Client(fronted.front).get(PAGE)
    assert first.status_code == second.status_code == 200
    assert first.data == second.data
    assert b"Hip Hook" in first.data
    assert fronted.reached == [PAGE]


def test_a_price_changed_by_another_process_shows_within_a_second(
    fronted: Fronted, database_url: str
) -> None:
    assert b"$123.45" not in fronted.visitor.get(PAGE).data
    subprocess.run([sys.executable, "-c", CHANGE_A_PRICE, database_url], check=True, cwd=ROOT)
    began = time.monotonic()
    while b"$123.45" not in fronted.visitor.get(PAGE).data:
        assert time.monotonic() - began < 1
        time.sleep(0.01)


@SQLITE
def test_on_sqlite_not_even_the_next_request_is_stale(fronted: Fronted, engine: Engine) -> None:
    for amount in (11111, 22222, 33333):
        with writing(engine) as session:
            session.execute(text("UPDATE variants SET price_amount = :amount"), {"amount": amount})
            publish_change(session)
        assert f"${amount / 100:.2f}".encode() in fronted.visitor.get(PAGE).data


def test_a_change_that_was_undone_makes_no_page_again(fronted: Fronted, engine: Engine) -> None:
    fronted.visitor.get(PAGE)
    with engine.connect() as connection, Session(connection) as session:
        publish_change(session)
        session.rollback()
    fronted.visitor.get(PAGE)
    assert fronted.reached == [PAGE]


def test_many_visitors_at_once_after_a_change_cause_one_rendering(fronted: Fronted, engine: Engine) -> None:
    fronted.visitor.get(PAGE)
    change_something(engine)
    wait_for_version(fronted.front, version_in(engine))
    fronted.reached.clear()
    together = threading.Barrier(12)
    bodies: list[bytes] = []

    def visit() -> None:
        visitor = Client(fronted.front)
        together.wait()
        bodies.append(visitor.get(PAGE).data)

    visitors = [threading.Thread(target=visit) for _ in range(12)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(bodies) == 12
    assert len(set(bodies)) == 1
    assert fronted.reached == [PAGE]


def test_a_cart_does_not_bypass_the_cache_and_never_gets_into_it(fronted: Fronted) -> None:
    seen: list[str] = []
    fronted.app.before_request(lambda: seen.append(str(request.headers)))
    buyer, stranger = Client(fronted.front), Client(fronted.front)
    buyer.set_cookie("cart", "mine")
    first = buyer.get(PAGE, headers={"User-Agent": "buyer's own", "Accept-Language": "xx"})
    assert stranger.get(PAGE).data == first.data
    assert fronted.reached == [PAGE]
    assert "mine" not in seen[0]
    assert "buyer's own" not in seen[0]


def test_a_forged_host_does_not_get_into_a_page(fronted: Fronted) -> None:
    page = fronted.visitor.get(PAGE, headers={"Host": "evil.example"})
    assert page.status_code == 200
    assert b"evil.example" not in page.data


@pytest.mark.parametrize("query", ["utm_source=letter&utm_medium=mail", "gclid=1", "fbclid=abc"])
def test_what_advertisements_add_to_an_address_is_dropped(fronted: Fronted, query: str) -> None:
    fronted.visitor.get(PAGE)
    fronted.visitor.get(f"{PAGE}?{query}")
    assert fronted.reached == [PAGE]


def test_any_other_query_passes_through_and_is_not_kept(fronted: Fronted) -> None:
    fronted.visitor.get(f"{PAGE}?q=1")
    fronted.visitor.get(f"{PAGE}?q=1")
    fronted.visitor.get(f"{PAGE}?utm_source=letter&q=1")
    assert len(fronted.reached) == 3
    assert not fronted.front.pages


@pytest.mark.parametrize(
    ("query", "only"),
    [
        ("utm_source=x", True),
        ("gclid", True),
        ("utm_source=x&page=2", False),
        ("&".join(f"utm_{number}=x" for number in range(1000)), False),
    ],
)
def test_a_query_is_dropped_only_when_all_of_it_is_tracking(query: str, only: bool) -> None:
    assert only_tracking(query) is only


def test_what_is_not_there_is_asked_for_each_time(fronted: Fronted) -> None:
    for _ in range(2):
        assert fronted.visitor.get("/products/no-such-thing").status_code == 404
    assert len(fronted.reached) == 2
    assert not fronted.front.pages


def test_a_page_not_marked_public_is_never_kept(fronted: Fronted) -> None:
    for _ in range(2):
        assert fronted.visitor.get("/healthz").headers["Cache-Control"] == "private, no-store"
    assert len(fronted.reached) == 2


def _page_that_sets_a_cookie() -> Response:
    response = make_response("hello")
    response.set_cookie("a", "b")
    return response


def _page_that_fails() -> Response:
    return make_response("hello", 500)


@pytest.mark.parametrize("view", [_page_that_sets_a_cookie, _page_that_fails])
def test_a_response_that_sets_a_cookie_or_fails_is_never_kept(fronted: Fronted, view) -> None:
    fronted.app.add_url_rule("/odd", view_func=public_page(view))
    for _ in range(2):
        fronted.visitor.get("/odd")
    assert len(fronted.reached) == 2
    assert not fronted.front.pages


def test_the_mark_of_a_public_page_stays_in_the_house(fronted: Fronted) -> None:
    for _ in range(2):
        assert "Shop-Page" not in fronted.visitor.get(PAGE).headers


def test_a_visitor_who_has_the_page_is_told_so(fronted: Fronted) -> None:
    tag = fronted.visitor.get(PAGE).headers["ETag"]
    again = fronted.visitor.get(PAGE, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert "Content-Length" not in again.headers or again.headers["Content-Length"] == "0"
    assert fronted.visitor.get(PAGE, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_page_comes_compressed_for_those_who_ask(fronted: Fronted) -> None:
    plain = fronted.visitor.get(PAGE)
    assert "Content-Encoding" not in plain.headers
    for asked, encoding, unpack in [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
    ]:
        packed = fronted.visitor.get(PAGE, headers={"Accept-Encoding": asked})
        assert packed.headers["Content-Encoding"] == encoding
        assert packed.headers["Content-Length"] == str(len(packed.data))
        assert packed.headers["Vary"] == "Accept-Encoding"
        assert unpack(packed.data) == plain.data
    assert fronted.reached == [PAGE]


@SQLITE
def test_a_page_longer_than_the_first_flight_is_packed_smaller_in_the_background(fronted: Fronted) -> None:
    asked = {"Accept-Encoding": "br"}
    quick = fronted.visitor.get("/learn/hip-flexor-anatomy", headers=asked)
    assert len(quick.data) > FIRST_FLIGHT
    fronted.front.packer.shutdown()
    small = fronted.visitor.get("/learn/hip-flexor-anatomy", headers=asked)
    assert len(small.data) < 0.9 * len(quick.data)
    assert brotli.decompress(small.data) == brotli.decompress(quick.data)
    assert int(small.headers["Content-Length"]) == len(small.data)
    assert small.headers["ETag"] == quick.headers["ETag"]


def test_head_is_answered_like_get_without_a_body(fronted: Fronted) -> None:
    head, get = fronted.visitor.head(PAGE), fronted.visitor.get(PAGE)
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(get.data))
    assert fronted.reached == [PAGE]


def test_a_cached_page_carries_every_security_header(fronted: Fronted) -> None:
    fresh, kept = fronted.visitor.get(PAGE), fronted.visitor.get(PAGE)
    assert "default-src 'none'" in kept.headers["Content-Security-Policy"]
    assert set(fresh.headers.keys()) == set(kept.headers.keys())


class Clock:
    """Seconds since 1970, set by the test."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> float:
        return self.moment.timestamp()


def front_with_clock(fronted: Fronted, config: Config, clock: Clock, **limits: int) -> Front:
    return Front(
        fronted.front.app,
        is_public=fronted.front.is_public,
        versions=fronted.front.versions,
        words=lambda: "words",
        base_url=config.base_url,
        time_zone=config.time_zone,
        clock=clock,
        **limits,
    )


def test_a_page_ends_at_midnight_in_the_shops_time_zone(fronted: Fronted, config: Config) -> None:
    clock = Clock(datetime(2026, 7, 2, 3, 59, 59, tzinfo=UTC))  # one second before midnight in New York
    visitor = Client(front_with_clock(fronted, config, clock))
    visitor.get(PAGE)
    visitor.get(PAGE)
    assert len(fronted.reached) == 1
    clock.moment += timedelta(seconds=1)
    visitor.get(PAGE)
    assert len(fronted.reached) == 2


def test_a_page_ends_at_the_moment_it_names(fronted: Fronted, config: Config) -> None:
    start = datetime(2026, 7, 2, 12, 0, tzinfo=UTC)

    def page() -> str:
        fresh_until(start + timedelta(hours=2))
        fresh_until(start + timedelta(hours=1))
        return "hello"

    fronted.app.add_url_rule("/sale", view_func=public_page(page))
    clock = Clock(start)
    visitor = Client(front_with_clock(fronted, config, clock))
    for minutes, times in [(0, 1), (59, 1), (60, 2)]:
        clock.moment = start + timedelta(minutes=minutes)
        visitor.get("/sale")
        assert len(fronted.reached) == times


def test_memory_is_bounded_and_the_least_used_page_goes_first(fronted: Fronted, config: Config) -> None:
    room = 240_000
    front = front_with_clock(fronted, config, Clock(datetime(2026, 7, 2, tzinfo=UTC)), max_bytes=room)
    visitor = Client(front)
    for path in ["/", "/shop", PAGE, "/products/complete-program", "/products/gentle-start"]:
        visitor.get("/")
        visitor.get(path)
    assert front.bytes <= room
    assert front.bytes == sum(page.size for page in front.pages.values())
    assert 1 < len(front.pages) < 5
    assert "/" in front.pages


@SQLITE
def test_without_an_answer_from_the_database_pages_last_a_few_seconds(
    fronted: Fronted, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fronted.visitor.get(PAGE)
    with writing(engine) as session:
        session.execute(text("DROP TABLE public_version"))
    assert fronted.visitor.get(PAGE).status_code == 200
    assert fronted.reached == [PAGE]
    monkeypatch.setattr("shop.web.versions.COVERED_SECONDS", 0.0)
    fronted.visitor.get(PAGE)
    assert fronted.reached == [PAGE, PAGE]


def test_the_version_of_a_file_that_is_not_there_is_unknown_and_makes_no_file(tmp_path) -> None:
    versions = SqliteVersions(tmp_path / "none.sqlite")
    assert versions.current() is None
    assert not (tmp_path / "none.sqlite").exists()

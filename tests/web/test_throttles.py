"""Throttles: counted together by all processes, in windows, without a trace of who it was."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from shop.app import create_app
from shop.config import load
from shop.errors import Reason, Refused
from shop.web.throttles import allow, client_address
from tests.queries import counted

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def tries(engine: Engine, subject: str, at: datetime, kind: str = "code") -> None:
    allow(engine, kind, subject, limit=3, seconds=600, now=at)


def test_the_try_after_the_last_allowed_one_is_refused(engine: Engine) -> None:
    for _ in range(3):
        tries(engine, "1.2.3.4", NOON)
    with pytest.raises(Refused) as refused:
        tries(engine, "1.2.3.4", NOON + timedelta(minutes=9))
    assert refused.value.reason is Reason.TOO_MANY_TRIES
    assert refused.value.values == {"minutes": 1}


def test_of_a_large_limit_a_process_tells_shares_and_refuses_what_is_too_much(engine: Engine) -> None:
    def once(_: object = None) -> bool:
        try:
            allow(engine, "checkout", "x", limit=1000, seconds=600, now=NOON)
        except Refused:
            return False
        return True

    with counted(engine) as asked:
        assert all(once() for _ in range(500))
    assert len([statement for statement in asked if "INSERT INTO throttles" in statement]) == 50
    # Another process has counted 400 meanwhile.
    with engine.begin() as connection:
        connection.execute(text("UPDATE throttles SET tries = tries + 400"))
    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(once, range(300)))
    # Each of the eight may have held back nine that the others did not know of.
    assert 100 <= allowed <= 100 + 8 * 9
    assert not once()
    allow(engine, "checkout", "x", limit=1000, seconds=600, now=NOON + timedelta(minutes=10))


def test_a_new_window_allows_again(engine: Engine) -> None:
    for _ in range(3):
        tries(engine, "1.2.3.4", NOON)
    tries(engine, "1.2.3.4", NOON + timedelta(minutes=10))


def test_subjects_and_kinds_are_counted_apart(engine: Engine) -> None:
    for _ in range(3):
        tries(engine, "1.2.3.4", NOON)
    tries(engine, "1.2.3.5", NOON)
    tries(engine, "1.2.3.4", NOON, kind="sign in")


def test_no_address_is_written_down(engine: Engine) -> None:
    tries(engine, "buyer@example.com", NOON)
    with engine.connect() as connection:
        [(key, count)] = connection.execute(text("SELECT key, tries FROM throttles")).all()
    assert len(key) == 64
    assert "buyer" not in key
    assert count == 1


def test_windows_of_long_ago_are_forgotten(engine: Engine) -> None:
    tries(engine, "a", NOON)
    tries(engine, "b", NOON + timedelta(days=3))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM throttles")) == 1


def test_tries_at_the_same_moment_are_all_counted(engine: Engine) -> None:
    def once(_: int) -> bool:
        try:
            allow(engine, "code", "x", limit=5, seconds=600, now=NOON)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(once, range(20))) == 5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("base_url", "socket", "header", "address"),
    [
        ("https://shop.example.com", "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("https://shop.example.com", "127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("https://shop.example.com", "::1", "203.0.113.7", "203.0.113.7"),
        ("https://shop.example.com", "127.0.0.1", None, "127.0.0.1"),
        ("https://shop.example.com", "127.0.0.1", "203.0.113.7, unknown", "127.0.0.1"),
        ("https://shop.example.com", "127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("https://shop.example.com", "198.51.100.9", "203.0.113.7", "198.51.100.9"),
        ("http://127.0.0.1:8000", "127.0.0.1", "203.0.113.7", "127.0.0.1"),
        ("http://127.0.0.1:8000", "::ffff:203.0.113.7", None, "203.0.113.7"),
        ("http://127.0.0.1:8000", "2001:db8:1:2:ffff::1", None, "2001:db8:1:2::/64"),
        ("http://127.0.0.1:8000", None, None, ""),
    ],
)
def test_only_the_proxy_of_an_https_shop_is_believed_about_who_asks(
    database_url: str, base_url: str, socket: str | None, header: str | None, address: str
) -> None:
    app = create_app(load({"DATABASE_URL": database_url, "SECRET_KEY": "k" * 40, "BASE_URL": base_url}))
    headers = {} if header is None else {"X-Forwarded-For": header}
    with app.test_request_context(headers=headers, environ_overrides={"REMOTE_ADDR": socket}):
        assert client_address() == address
    app.extensions["shop"].engine.dispose()

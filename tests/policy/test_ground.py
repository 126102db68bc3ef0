"""The ground of the tests holds: both databases are real, fresh and alike, and nothing reaches outside."""

import os
import socket

import pytest
from sqlalchemy import Engine, text

from shop.db import open_engine, reading, writing
from tests.conftest import ReachedOutside
from tests.rows import every_row


def test_the_database_is_the_one_asked_for(engine: Engine, request: pytest.FixtureRequest) -> None:
    assert engine.dialect.name in request.node.name


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_finds_an_empty_migrated_database(engine: Engine, turn: int) -> None:
    assert every_row(engine)["checkpoints"] == []
    with writing(engine) as session:
        session.execute(text("INSERT INTO checkpoints (name, at) VALUES ('turn', '2026-01-02 03:04:05')"))
    assert len(every_row(engine)["checkpoints"]) == 1


def test_every_row_sees_what_a_transaction_changed(engine: Engine) -> None:
    before = every_row(engine)
    with writing(engine) as session:
        session.execute(text("UPDATE public_version SET number = number + 1"))
    assert every_row(engine) != before
    assert every_row(engine).keys() == before.keys()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_ended_while_it_rested_is_replaced(engine: Engine) -> None:
    with reading(engine) as session:
        before = session.scalar(text("SELECT pg_backend_pid()"))
    other = open_engine(engine.url.render_as_string(hide_password=False))
    with writing(other) as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before})
    other.dispose()
    with reading(engine) as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != before


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.getaddrinfo("shop.example", 443),
        lambda: socket.gethostbyname("shop.example"),
    ],
)
def test_no_test_reaches_another_machine(reach: object) -> None:
    with pytest.raises(ReachedOutside):
        reach()


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
        assert socket.getaddrinfo("localhost", 80)


def test_nobodys_settings_are_read() -> None:
    assert not {"SECRET_KEY", "DATABASE_URL", "STRIPE_SECRET_KEY", "PORT", "PGHOST"} & set(os.environ)

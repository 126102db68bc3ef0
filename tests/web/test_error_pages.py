"""Whatever goes wrong, a visitor gets a page with words and the right status; a mistake of ours is logged."""

import json
import logging

import pytest
import structlog
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from shop.db import open_engine, reading, writing
from shop.errors import Reason, Refused
from shop.web.tools import tools

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def raising(app: Flask, error: Exception) -> FlaskClient:
    def view() -> str:
        raise error

    app.add_url_rule("/raises", view_func=view)
    return app.test_client()


@SQLITE
@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Refused(Reason.CODE_USED_UP), 400, "used as often as it can be"),
        (Refused(Reason.ORDER_UNKNOWN), 404, "could not find this order"),
        (Refused(Reason.ITEM_UNKNOWN), 404, "do not sell anything under that name"),
        (Refused(Reason.TOO_MANY_TRIES, minutes=3), 429, "tried too often"),
        (Refused(Reason.CROSS_SITE), 403, "came from another website"),
        (RuntimeError("a secret"), 500, ""),
        (NoConnectionFree("QueuePool limit"), 503, ""),
    ],
)
def test_what_a_view_raises_becomes_a_page(app: Flask, error: Exception, status: int, words: str) -> None:
    answered = raising(app, error).get("/raises")
    assert answered.status_code == status
    assert answered.mimetype == "text/html"
    assert words in answered.text
    assert "a secret" not in answered.text
    assert answered.headers["Cache-Control"] == "private, no-store"


@SQLITE
@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 415, 429, 500, 503])
def test_every_status_has_a_page_of_its_own_words(app: Flask, status: int) -> None:
    app.add_url_rule("/aborts", view_func=lambda: abort(status))
    answered = app.test_client().get("/aborts")
    assert answered.status_code == status
    assert answered.text.startswith("<!doctype html>")
    assert "<h1>" in answered.text


@SQLITE
@pytest.mark.parametrize(("status", "seconds"), [(503, "5"), (429, "60")])
def test_who_must_wait_is_told_how_long(app: Flask, status: int, seconds: str) -> None:
    app.add_url_rule("/aborts", view_func=lambda: abort(status))
    assert app.test_client().get("/aborts").headers["Retry-After"] == seconds


def test_a_locked_database_is_a_503(app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.db.LOCK_TIMEOUT_SECONDS", 0)
    impatient = open_engine(database_url)

    def write() -> str:
        with impatient.connect() as connection:
            connection.exec_driver_sql(
                "SET lock_timeout = 50"
                if impatient.dialect.name == "postgresql"
                else "PRAGMA busy_timeout = 50"
            )
            connection.commit()
            connection.execution_options(writes=True).execute(text("UPDATE public_version SET number = 9"))
        return "written"

    app.add_url_rule("/writes", view_func=write)
    with writing(tools_engine(app)) as session:
        session.execute(text("UPDATE public_version SET number = number + 1"))
        answered = app.test_client().get("/writes")
    impatient.dispose()
    assert answered.status_code == 503
    assert answered.headers["Retry-After"] == "5"


def tools_engine(app: Flask) -> Engine:
    with app.app_context():
        return tools().engine


def test_a_number_that_no_column_can_hold_is_not_found(app: Flask) -> None:
    def view() -> str:
        with reading(tools().engine) as session:
            session.execute(text("SELECT 1 FROM public_version WHERE id = :id"), {"id": 2**62})
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SELECT cast(:id AS integer)"), {"id": 2**62})
        return "found"

    app.add_url_rule("/number", view_func=view)
    assert app.test_client().get("/number").status_code in (200, 404)


@SQLITE
def test_even_a_broken_template_of_the_error_page_gives_a_page(app: Flask) -> None:
    app.jinja_env.globals.pop("shop")
    answered = app.test_client().get("/nothing")
    assert answered.status_code == 404
    assert "<h1>" in answered.text


@SQLITE
def test_a_mistake_of_ours_is_logged_with_its_traceback_and_request(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as lines:
        answered = raising(app, RuntimeError("what happened")).get("/raises")
    [failed] = [line for line in lines if line["event"] == "failed"]
    assert str(failed["exc_info"]) == "what happened"
    [asked] = [line for line in lines if line["event"] == "request"]
    assert asked["status"] == 500
    assert len(answered.headers["X-Request-Id"]) == 32


@SQLITE
def test_the_log_of_an_order_page_never_holds_its_token(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    token = "t0ken" * 8
    with structlog.testing.capture_logs() as lines:
        app.test_client().get(f"/orders/{token}?email=buyer@example.com")
        app.test_client().get(f"/nowhere/{token}")
    assert [line["route"] for line in lines if line["event"] == "request"] == ["/orders/<token>", "none"]
    assert token not in json.dumps(lines, default=str)
    assert "buyer" not in json.dumps(lines, default=str)
    assert token not in capsys.readouterr().out
    assert logging.getLogger("shop").handlers == []


@SQLITE
@pytest.mark.parametrize(
    ("given", "kept"), [("a-proxys-id-0001", True), ("no\x00good", False), ("x" * 500, False)]
)
def test_a_proxys_request_id_is_kept_when_it_is_one(app: Flask, given: str, kept: bool) -> None:
    answered = app.test_client().get("/healthz", headers={"X-Request-Id": given})
    assert (answered.headers["X-Request-Id"] == given) is kept


@SQLITE
def test_a_page_that_is_missing_in_the_back_office_leads_back_to_it(app: Flask) -> None:
    answered = app.test_client().get("/admin/nothing-here")
    assert answered.status_code == 404
    main = answered.text.split("<main", 1)[1].split("</main", 1)[0]
    assert '<a href="/admin/orders">' in main
    assert '<form class="error__search" action="/admin/orders"' in main
    assert 'href="/shop"' not in main
    assert '<a href="/shop">' in app.test_client().get("/nothing-here").text.split("<main", 1)[1]

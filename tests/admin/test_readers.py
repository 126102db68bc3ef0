"""The back office's pages about readers: help one, prove a consent, give out, erase; and money per article."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from shop import clock
from shop.db import reading, writing
from shop.mail.models import OutboxLetter
from shop.subscribers.models import Reader, ReaderLink
from shop.tokens import token_of
from shop.web.tools import Tools
from shop.welcome.ask import Wish, ask
from shop.welcome.confirm import confirm
from shop.welcome.desk import Desk
from tests.orders.made import a_paid_order
from tests.rows import every_row

EVIL = "=cmd@example.com"


@pytest.fixture
def path(app: Flask, engine: Engine) -> str:
    """The page of Maya, who is a reader."""
    tools: Tools = app.extensions["shop"]
    desk, now = Desk(tools.config, tools.content), clock.now()
    with writing(engine) as session:
        ask(session, desk, Wish("maya@example.com", source="hip-pain-from-sitting", slot="side"), now=now)
        seed = session.scalars(select(OutboxLetter.blanks)).one()["chapter_url"]["seed"]
        confirm(session, desk, token_of(tools.config.secret_key, seed), network="192.0.2.0/24", now=now)
        ask(session, desk, Wish(EVIL), now=now)
        key = session.scalars(select(Reader.key).where(Reader.email == "maya@example.com")).one()
    return f"/admin/readers/{key}"


def test_a_readers_page_proves_her_consent_and_shows_her_code_and_letters(
    path: str, owner: FlaskClient
) -> None:
    page = owner.get(path).text
    for shown in (
        "maya@example.com",
        "hip-pain-from-sitting",
        "192.0.2.0/24",
        "CH-",
        "Welcome",
        "letter 1 is due",
    ):
        assert shown in page, shown
    assert "about five letters over two weeks" in page
    listed = owner.get("/admin/readers?q=maya")
    assert path in listed.text
    assert EVIL not in listed.text


def test_links_are_sent_again_called_back_and_letters_stopped(
    path: str, owner: FlaskClient, engine: Engine
) -> None:
    for act in ("resend", "revoke", "stop", "lift"):
        assert owner.post(f"{path}/{act}").status_code == 303
    with reading(engine) as session:
        written = session.scalars(
            select(OutboxLetter.template).where(OutboxLetter.recipient == "maya@example.com")
        ).all()
        links = session.scalars(select(ReaderLink.revoked_at).where(ReaderLink.kind == "chapter")).all()
        state = session.scalars(select(Reader.state).where(Reader.email == "maya@example.com")).one()
    assert written == ["chapter_confirm", "welcome", "chapter_again"]
    assert sum(moment is not None for moment in links) == 3
    assert state == "left"
    assert owner.post(f"{path}/dance").status_code == 404
    audit = owner.get("/admin/audit").text
    assert "Chapter links called back" in audit


def test_who_may_only_look_changes_nothing(
    path: str, onlooker: FlaskClient, staff: FlaskClient, engine: Engine
) -> None:
    before = every_row(engine)
    for act in ("resend", "revoke", "stop", "export", "erase"):
        assert onlooker.post(f"{path}/{act}").status_code == 403
    assert staff.post(f"{path}/erase", data={"email": "maya@example.com"}).status_code == 403
    assert every_row(engine) == before


def test_a_person_is_given_out_and_erased_only_when_her_address_is_typed(
    path: str, owner: FlaskClient, engine: Engine
) -> None:
    given = json.loads(owner.post(f"{path}/export").data)
    assert given["reader"]["email"] == "maya@example.com"
    owner.post(f"{path}/erase", data={"email": "maya@example.org"})
    assert owner.get(path).status_code == 200
    assert (
        owner.post(f"{path}/erase", data={"email": "maya@example.com"}).headers["Location"]
        == "/admin/readers"
    )
    assert owner.get(path).status_code == 404
    with reading(engine) as session:
        assert session.scalars(select(Reader.email)).all() == [EVIL]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_articles_page_shows_the_orders_of_its_readers(
    path: str, owner: FlaskClient, engine: Engine
) -> None:
    later = clock.now() + timedelta(minutes=1)
    with writing(engine) as session:
        a_paid_order(session, 1001, placed_at=later, paid_at=later)
    page = owner.get("/admin/articles/hip-pain-from-sitting").text
    assert "/admin/orders/1001" in page
    assert path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sheets_are_harmless_and_reports_open_empty_or_full(path: str, owner: FlaskClient) -> None:
    sheet = owner.post("/admin/readers/export").text
    assert f"'{EVIL}" in sheet
    assert sheet.splitlines()[0].startswith("email,state,source,place")
    money = owner.post("/admin/articles/export?from=2020-01-01").text
    assert "hip-pain-from-sitting,0,0,1,1,1,0,0,USD,0.00,0.00,0.00,0.00," in money
    for address in ("articles", "reports", "articles/hip-pain-from-sitting"):
        assert owner.get(f"/admin/{address}").status_code == 200
        assert owner.get(f"/admin/{address}?from=nonsense&to=2026-13-45&sort=--").status_code == 200
    assert "/admin/orders?view=refunded&amp;from_on=" in owner.get("/admin/reports").text
    assert owner.get("/admin/articles/none").status_code == 404
    assert owner.post("/admin/reports/export").text.startswith("week_from,week_until,orders,")
    assert owner.get("/admin/readers?view=left").status_code == 200
    assert path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_letter_can_be_looked_at_with_sample_data(app: Flask, onlooker: FlaskClient) -> None:
    tools: Tools = app.extensions["shop"]
    listed = onlooker.get("/admin/letters").text
    for name in tools.content.letters:
        assert f"/admin/letters/{name}" in listed
        assert onlooker.get(f"/admin/letters/{name}").status_code == 200
        html = onlooker.get(f"/admin/letters/{name}/html")
        assert "sandbox" in html.headers["Content-Security-Policy"]
    assert (
        "List-Unsubscribe: &lt;http://127.0.0.1:8000/unsubscribe/"
        in onlooker.get("/admin/letters/welcome").text
    )
    assert "List-Unsubscribe" not in onlooker.get("/admin/letters/order_confirmed").text
    assert onlooker.get("/admin/letters/no_such").status_code == 404

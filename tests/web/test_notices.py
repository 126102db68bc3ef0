"""A notice is shown once, on the visitor's next page of her own, and costs no cookie when there is none."""

import pytest
from flask import Flask, redirect, render_template_string

from shop.errors import Reason, Refused
from shop.web.notices import notices, refuse, say
from shop.web.pages import public_page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

UNDO = {"action": "/cart/items", "fields": {"sku": "HOOK"}, "label": "Undo"}


@pytest.fixture
def speaking(app: Flask) -> Flask:
    def speak():
        say("ok", "First.", undo=UNDO)
        refuse(Refused(Reason.CODE_USED_UP))
        return redirect("/own")

    @public_page
    def everybodys():
        return render_template_string("{{ notices() }}")

    app.add_url_rule("/speak", view_func=speak)
    app.add_url_rule("/own", view_func=lambda: notices())
    app.add_url_rule("/everybodys", view_func=everybodys)
    return app


def test_a_notice_is_shown_once_with_its_undo(speaking: Flask) -> None:
    visitor = speaking.test_client()
    first, second = visitor.get("/speak", follow_redirects=True).json, visitor.get("/own").json
    assert [notice["sentence"] for notice in first] == [
        "First.",
        "This code has been used as often as it can be.",
    ]
    assert [notice["kind"] for notice in first] == ["ok", "bad"]
    assert first[0]["undo"] == UNDO
    assert second == []


def test_a_page_for_everybody_shows_no_notice_and_keeps_it_for_the_next(speaking: Flask) -> None:
    visitor = speaking.test_client()
    visitor.get("/speak")
    assert visitor.get("/everybodys").text == "[]"
    assert len(visitor.get("/own").json) == 2


def test_without_a_notice_there_is_no_cookie(speaking: Flask) -> None:
    assert "Set-Cookie" not in speaking.test_client().get("/own").headers


def test_only_the_last_few_notices_are_kept(speaking: Flask) -> None:
    visitor = speaking.test_client()
    for _ in range(10):
        visitor.get("/speak")
    assert len(visitor.get("/own").json) == 4


def test_nobody_can_forge_a_notice(speaking: Flask) -> None:
    visitor = speaking.test_client()
    visitor.set_cookie("session", "eyJub3RpY2VzIjpbXX0.forged.forged")
    assert visitor.get("/own").json == []

"""Own views of a list: kept under a name by one person, renamed, taken away and brought back; and how dense rows are."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shop.db import writing
from shop.staff import saved
from tests.rows import every_row

CANADA = "view=all&country=CA&sort=-total"
VIEWS = "/admin/account/views/orders"


def tabs(browser: FlaskClient, query: str = "view=all") -> list[tuple[str, str]]:
    """The own views above the list of orders: where each leads, and its name."""
    page = browser.get(f"/admin/orders?{query}").text
    return [
        (address.replace("&amp;", "&"), name)
        for address, name in re.findall(r'class="tabs__own" href="([^"]+)"[^>]*>([^<]+)<', page)
    ]


def test_a_view_is_kept_for_one_person_renamed_taken_away_and_brought_back(
    onlooker: FlaskClient, owner: FlaskClient
) -> None:
    onlooker.post(VIEWS, data={"name": "  Canada,  dear first ", "query": f"{CANADA}&after=100.7"})
    assert tabs(onlooker) == [(f"/admin/orders?{CANADA}", "Canada, dear first")]
    assert tabs(owner) == []
    page = onlooker.get(f"/admin/orders?{CANADA}").text
    assert page.count('aria-current="page">Canada, dear first') == 1
    [address] = re.findall(rf'action="({VIEWS}/\d+)"', page)
    onlooker.post(address, data={"name": "Canada"})
    assert tabs(onlooker) == [(f"/admin/orders?{CANADA}", "Canada")]
    owner.post(address, data={"action": "remove"})
    owner.post(address, data={"name": "Mine"})
    assert tabs(onlooker) == [(f"/admin/orders?{CANADA}", "Canada")]
    onlooker.post(address, data={"action": "remove"})
    page = onlooker.get("/admin/orders").text
    assert "Canada is taken away." in page
    notice = page[: page.index('id="q"')]
    undo = dict(re.findall(r'<input type="hidden" name="(name|query)" value="([^"]*)"', notice))
    assert tabs(onlooker) == []
    onlooker.post(VIEWS, data={name: value.replace("&amp;", "&") for name, value in undo.items()})
    assert tabs(onlooker) == [(f"/admin/orders?{CANADA}", "Canada")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_view_without_a_name_or_one_too_many_is_refused_and_a_known_name_is_kept_anew(
    onlooker: FlaskClient, engine: Engine
) -> None:
    for number in range(saved.MOST):
        onlooker.post(VIEWS, data={"name": f"View {number}", "query": "view=all"})
    before = every_row(engine)
    onlooker.post(VIEWS, data={"name": "One more", "query": "view=all"})
    onlooker.post(VIEWS, data={"name": " ", "query": "view=all"})
    assert "Please give the view a name." in onlooker.get("/admin/orders").text
    many = "&".join(f"part{number}=1" for number in range(40))
    for too_much in (many, f"view=all&q={'x' * 1000}"):
        assert onlooker.post(VIEWS, data={"name": "View 0", "query": too_much}).status_code == 303
        page = onlooker.get("/admin/orders").text
        assert "asks for more than a view can keep" in page
        assert "Please give the view a name." not in page
    [first, *_] = re.findall(rf'action="({VIEWS}/\d+)"', onlooker.get("/admin/orders?view=all").text)
    onlooker.post(first, data={"name": "View 3"})
    onlooker.post(first, data={"name": ""})
    assert every_row(engine) == before
    assert onlooker.post("/admin/account/views/audit", data={"name": "x"}).status_code == 404
    onlooker.post(VIEWS, data={"name": "View 0", "query": "view=shipped"})
    assert len(tabs(onlooker)) == saved.MOST
    assert tabs(onlooker)[0] == ("/admin/orders?view=shipped", "View 0")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_rows_are_as_dense_as_a_person_wants_and_nobody_else_notices(
    member: Callable[[str], FlaskClient],
) -> None:
    onlooker, owner = member("read_only"), member("owner")
    answer = onlooker.post(
        "/admin/account/density", data={"density": "compact", "next": "/admin/orders?view=all"}
    )
    assert answer.headers["Location"] == "/admin/orders?view=all"
    assert "admin--compact" in onlooker.get("/admin/products").text
    assert "admin--compact" not in owner.get("/admin/products").text
    onlooker.post("/admin/account/density", data={"density": "airy", "next": "https://example.com"})
    assert "admin--compact" in onlooker.get("/admin").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_views_that_look_for_an_erased_person_go_with_her(onlooker: FlaskClient, engine: Engine) -> None:
    for name, query in (
        ("Her", "view=all&q=Maya%2Bx%40example.com"),
        ("Others", "view=all&q=x%40example.com"),
    ):
        onlooker.post(VIEWS, data={"name": name, "query": query})
    with writing(engine) as session:
        saved.forget(session, "maya+x@example.com")
    assert [name for _, name in tabs(onlooker)] == ["Others"]

"""Products and the Today page: price, stock, ledger, cover, four numbers."""

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from shop import clock
from shop.admin import queries
from shop.catalog import prices
from shop.catalog.models import Stock, Variant
from shop.db import reading, writing
from tests.orders.made import a_paid_order, an_order
from tests.rows import every_row

PATH = "/admin/products/HOOK-1"


def price_rows(client: FlaskClient) -> list[tuple[str, str, str, str]]:
    """The price history on the page of the Hip Hook: before, after, state, who."""
    page = client.get(PATH).text
    table = page[page.index('id="prices"') : page.index('id="ledger"')]
    rows = re.findall(r"<tr>\s*<td .*?</tr>", table, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    words = [
        [re.sub(r"<form.*</form>|<[^>]+>", "", cell, flags=re.DOTALL).strip() for cell in row]
        for row in cells
    ]
    return [(before, after, state, who) for _, before, after, state, who in words]


def test_a_price_changes_for_everybody_and_its_history_stays(
    stranger: FlaskClient, staff: FlaskClient, engine: Engine
) -> None:
    staff.post(f"{PATH}/price", data={"price": "139.50", "before": "14900"})
    assert "$139.50" in stranger.get("/products/hip-hook").text
    assert price_rows(staff) == [("$149.00", "$139.50", "In force", "staff@example.com")]
    before = every_row(engine)
    for typed in (
        {"price": "120", "before": "14900"},
        {"price": "0", "before": "13950"},
        {"price": "-1", "before": "13950"},
        {"price": "1.999", "before": "13950"},
        {"price": "1e3", "before": "13950"},
        {"price": "140"},
    ):
        answer = staff.post(f"{PATH}/price", data=typed)
        assert answer.status_code == 422
        assert 'class="notice notice--bad"' in answer.text
        assert f'value="{typed["price"]}"' in answer.text, "what was typed is still there"
    after = every_row(engine)
    assert {table for table in after if after[table] != before[table]} <= {"public_version"}


def test_a_planned_price_waits_for_its_moment_can_be_taken_back_and_comes_into_force_once(
    stranger: FlaskClient, staff: FlaskClient, engine: Engine
) -> None:
    zone = staff.application.extensions["shop"].config.time_zone
    tomorrow = clock.now().astimezone(zone) + timedelta(days=1)

    def plan(price: str, at: str) -> str:
        return staff.post(f"{PATH}/price", data={"price": price, "before": "14900", "from": at}).text

    def apply_at(moment: datetime) -> int:
        with writing(engine) as session:
            return prices.apply_due(session, now=moment)

    for nonsense in ("yesterday", "2020-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00"):
        assert "Please choose a moment to come" in plan("99", nonsense)
    assert price_rows(staff) == []
    plan("139", f"{tomorrow:%Y-%m-%dT%H:%M}")
    plan("129", f"{tomorrow:%Y-%m-%dT%H:%M}")
    assert "$149.00" in stranger.get("/products/hip-hook").text
    [undo, _] = re.findall(r'action="(/admin/\S+/cancel)"><button class="link', staff.get(PATH).text)
    staff.post(undo)
    staff.post(undo.replace("cancel", "keep"))
    staff.post(undo)
    assert apply_at(tomorrow - timedelta(hours=1)) == 0
    assert apply_at(tomorrow + timedelta(hours=1)) == 1
    assert apply_at(tomorrow + timedelta(hours=1)) == 0
    assert price_rows(staff) == [
        ("–", "$129.00", "Taken back", "staff@example.com"),
        ("$149.00", "$139.00", "In force", "staff@example.com"),
    ]
    assert "$139.00" in stranger.get("/products/hip-hook").text


def test_stock_moves_with_a_reason_and_never_below_what_orders_hold(
    staff: FlaskClient, engine: Engine
) -> None:
    staff.post(f"{PATH}/stock", data={"pieces": "20", "reason": "received", "note": "From the carpenter"})
    staff.post(f"{PATH}/stock", data={"pieces": "3", "reason": "damaged"})
    page = staff.get(PATH).text
    assert re.findall(r'<td class="amount"[^>]*>([+-]\d+)</td><td[^>]*>(\w+)', page) == [
        ("-3", "Damaged"),
        ("+20", "Received"),
        ("+120", "Opening"),
    ]
    assert "From the carpenter" in page
    before = every_row(engine)
    for typed in (
        {"pieces": "-999", "reason": "correction"},
        {"pieces": "0", "reason": "received"},
        {"pieces": "5", "reason": "sold"},
        {"pieces": "x", "reason": "received"},
    ):
        staff.post(f"{PATH}/stock", data=typed)
    assert every_row(engine) == before
    with reading(engine) as session:
        assert session.scalars(select(Stock.on_hand).where(Stock.sku == "HOOK-1")).one() == 137


def test_a_product_leaves_the_shelf_and_undo_brings_it_back(staff: FlaskClient, engine: Engine) -> None:
    def active() -> bool:
        with reading(engine) as session:
            return session.scalars(select(Variant.active).where(Variant.sku == "HOOK-1")).one()

    staff.post(f"{PATH}/settings", data={"reorder_at": "30"})
    assert not active()
    page = staff.get(PATH).text
    undo = dict(re.findall(r'<input type="hidden" name="(active|reorder_at)" value="(\w+)"', page))
    staff.post(f"{PATH}/settings", data=undo)
    assert active()
    assert undo == {"reorder_at": "25", "active": "yes"}


def test_goods_get_a_place_in_the_store_room_and_undo_takes_it_back(
    staff: FlaskClient, engine: Engine
) -> None:
    def place() -> str | None:
        with reading(engine) as session:
            return session.scalars(select(Stock.location).where(Stock.sku == "HOOK-1")).one()

    form = {"reorder_at": "25", "active": "yes"}
    staff.post(f"{PATH}/settings", data=form | {"location": "  b-1   top "})
    assert place() == "B-1 TOP"
    page = staff.get(PATH).text
    assert "<s>" not in page
    assert "B-1 TOP" in page[page.index('id="history"') :], "with its neighbors in the history"
    undo = dict(re.findall(r'<input type="hidden" name="(active|reorder_at|location)" value="([^"]+)"', page))
    staff.post(f"{PATH}/settings", data=undo)
    assert place() == "A-03-2"
    before = every_row(engine)
    for unfit in ("=1+1", "@x", "-A", "A" * 21, "A\u202eB", "<b>", "ä", "A\x01B", "A,B"):
        answer = staff.post(f"{PATH}/settings", data=form | {"location": unfit})
        assert "Please write a place" in answer.text, unfit
        assert html.escape(unfit) in answer.text, "what was typed is still there"
    assert every_row(engine) == before
    staff.post(f"{PATH}/settings", data=form | {"location": " "})
    assert place() is None
    staff.post("/admin/products/SET-FULL/settings", data={"active": "yes", "location": "A-1"})
    assert staff.get("/admin/products/SET-FULL").status_code == 200


def test_stock_leaves_as_a_sheet_and_an_unknown_product_is_not_found(owner: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(owner.post("/admin/products/export").text)))
    assert [(row["on_hand"], row["location"]) for row in rows if row["sku"] == "HOOK-1"] == [
        ("120", "A-03-2")
    ]
    assert list(rows[0])[-1] == "location", "a new column stands at the end"
    assert owner.get("/admin/products/NONE").status_code == 404


def test_today_compares_with_the_same_weekday_until_the_same_time(
    app: Flask, member: Callable[[str], FlaskClient], engine: Engine
) -> None:
    zone = app.extensions["shop"].config.time_zone
    noon = clock.now().astimezone(zone).replace(hour=12, minute=0, second=0, microsecond=0)
    with writing(engine) as session:
        for number, (days, hours) in enumerate(((0, 1), (0, 2), (0, -1), (7, 1), (7, -2), (6, 1))):
            a_paid_order(session, number + 1, placed_at=noon - timedelta(days=days, hours=hours))
        an_order(session, 9, placed_at=noon - timedelta(hours=1))
    with reading(engine) as session:
        found = queries.today(session, now=noon, zone=zone)
    assert {figure.name: (figure.now, figure.before) for figure in found.figures} == {
        "Revenue": (29800, 14900),
        "Orders": (2, 1),
        "Order value": (14900, 14900),
        "Confirmed readers": (0, 0),
    }
    assert found.to_ship == 6
    assert "Today until now" in member("read_only").get("/admin").text


@pytest.mark.parametrize("role", ["read_only"])
def test_who_may_only_look_is_offered_no_form(member: Callable[[str], FlaskClient], role: str) -> None:
    page = member(role).get(PATH).text
    assert re.findall(r'<form[^>]* action="([^"]+)"', page) == ["/admin/account/density", "/admin/logout"]

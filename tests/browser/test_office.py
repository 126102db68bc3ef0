"""The back office by hand: the command menu, word of new orders, targets a thumb meets, and the way of the focus."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, update
from werkzeug.serving import make_server

from shop import clock
from shop.db import writing
from shop.staff.models import StaffMember, StaffSession
from tests.browser.accessibility import accessibility_faults
from tests.orders.made import a_paid_order

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

AWAY = """(away) => {
  Object.defineProperty(document, "hidden", {get: () => away, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The shop, served on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def office(address: str, owner: FlaskClient, engine: Engine) -> Callable[[Page], Page]:
    """Signs the owner in on a page of a browser; two orders wait."""
    cookie = owner.get_cookie("staff", path="/admin")
    assert cookie is not None
    with writing(engine) as session:
        for number in (1001, 1002):
            a_paid_order(session, number, placed_at=clock.now() - timedelta(days=3))

    def signed_in(page: Page) -> Page:
        page.context.add_cookies([{"name": "staff", "value": cookie.value, "url": f"{address}/admin"}])
        return page

    return signed_in


def test_one_field_leads_to_every_page_and_order_by_keyboard(
    address: str, office: Callable[[Page], Page], page: Page
) -> None:
    office(page).goto(f"{address}/admin/orders")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="A page, an action, or an order")
    expect(field).to_be_focused()
    field.type("read")
    chosen = page.get_by_role("dialog").get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Readers")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert accessibility_faults(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/admin/readers$"))
    page.keyboard.press("Control+k")
    field.type("#1002")
    expect(chosen).to_have_text("Open order 1002")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1002")


def test_the_menu_does_what_the_page_can_do_and_gives_the_focus_back(
    address: str, office: Callable[[Page], Page], page: Page
) -> None:
    office(page).goto(f"{address}/admin/orders/1001")
    opener = page.get_by_role("button", name="Find or do")
    opener.click()
    page.keyboard.type("nothing of this")
    expect(page.get_by_role("dialog").get_by_role("option")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("note")
    page.keyboard.press("Enter")
    expect(page.locator("#note")).to_be_focused()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Find or do anything")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Find or do")).to_be_visible()


def test_the_menu_opens_with_single_keys_turned_off(
    address: str, office: Callable[[Page], Page], page: Page, engine: Engine
) -> None:
    with writing(engine) as session:
        session.execute(update(StaffMember).values(single_keys=False))
    office(page).goto(f"{address}/admin")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Orders", exact=True)).to_be_visible()
    expect(page.locator("#commands-list kbd")).to_have_count(0)


def test_without_scripts_the_menus_button_leads_to_the_search(
    address: str, office: Callable[[Page], Page], page_without_javascript: Page
) -> None:
    page = office(page_without_javascript)
    page.goto(f"{address}/admin/readers")
    page.get_by_role("link", name="Find or do").click()
    expect(page).to_have_url(re.compile("/admin/orders#q$"))
    expect(page.get_by_role("searchbox", name="Find an order")).to_be_visible()


def test_new_orders_are_told_without_moving_the_list_or_the_focus(
    address: str, office: Callable[[Page], Page], page: Page, engine: Engine
) -> None:
    page.clock.install()
    office(page).goto(f"{address}/admin/orders")
    page.get_by_role("checkbox", name="Choose order 1001").focus()
    told, rows = page.locator("[data-new-orders]"), page.locator("[data-row]")
    with writing(engine) as session:
        later = {"placed_at": clock.now(), "paid_at": clock.now() + timedelta(seconds=1)}
        a_paid_order(session, 1003, **later)
        a_paid_order(session, 1004, **later)
    with page.expect_response("**/admin/orders/new?**"):
        page.clock.run_for(31_000)
    expect(told).to_have_text("2 new orders. Show them")
    expect(told).to_have_attribute("role", "status")
    expect(page.get_by_role("checkbox", name="Choose order 1001")).to_be_focused()
    expect(rows).to_have_count(2)
    assert accessibility_faults(page) == []
    told.get_by_role("link").click()
    expect(rows).to_have_count(4)
    expect(told).to_be_empty()


def test_a_tab_that_nobody_looks_at_asks_nothing_and_asks_at_once_when_somebody_does(
    address: str, office: Callable[[Page], Page], page: Page, engine: Engine
) -> None:
    asked: list[str] = []
    page.clock.install()
    page.route("**/admin/orders/new?**", lambda route: (asked.append(route.request.url), route.continue_()))
    office(page).goto(f"{address}/admin/orders")
    page.evaluate(AWAY, True)
    page.clock.run_for(3_600_000)
    assert asked == []
    with writing(engine) as session:
        a_paid_order(session, 1003, placed_at=clock.now(), paid_at=clock.now() + timedelta(seconds=1))
    with page.expect_response("**/admin/orders/new?**"):
        page.evaluate(AWAY, False)
        page.clock.run_for(10)
    expect(page.locator("[data-new-orders]")).to_have_text("1 new order. Show it")
    with writing(engine) as session:
        session.execute(update(StaffSession).values(ended_at=clock.now()))
    with page.expect_request("**/admin/orders/new?**"):
        page.clock.run_for(31_000)
    for _ in range(2):
        page.evaluate("fetch('/admin/login').then((answer) => answer.text())")
        page.clock.run_for(3_600_000)
    assert len(asked) == 2

"""The back office by hand: the command menu, word of new orders, targets a thumb meets, and the way of the focus."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, update

from shop import clock
from shop.db import writing
from shop.staff.models import StaffMember, StaffSession
from tests.admin.test_guard import routes
from tests.browser.accessibility import accessibility_faults
from tests.orders.made import a_paid_order
from tests.web.test_every_route import NUMBER, full

__all__ = ["full"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# What a browser saves instead of showing it, what comes without a frame, and what tests of the face judge.
NO_PAGES = (".pdf", ".csv", "/html", "/style", "/orders/new")
NOT_THERE = {"/admin/articles/hip-hook"}
MORE_PAGES = (
    "/admin/orders?view=all",
    f"/admin/packing?n={NUMBER}",
    "/admin/orders?q=nobody",
    "/admin/articles/hip-pain-from-sitting",
)
AWAY = """(away) => {
  Object.defineProperty(document, "hidden", {get: () => away, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def office(signed_in: Callable[[Page], Page], engine: Engine) -> Callable[[Page], Page]:
    """Signs the owner in on a page of a browser; two orders wait."""
    with writing(engine) as session:
        for number in (1001, 1002):
            a_paid_order(session, number, placed_at=clock.now() - timedelta(days=3))
    return signed_in


def pages_of_the_office(app: Flask) -> list[str]:
    """Every address of the back office that shows a page."""
    found = {path for method, path, _ in routes(app) if method == "GET" and not path.endswith(NO_PAGES)}
    return sorted(found - NOT_THERE | set(MORE_PAGES))


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
    page.keyboard.press("Control+k")
    field.type("4711")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No order has anything to do with “4711”")).to_be_visible()


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


def test_the_menu_of_a_phone_can_be_closed_without_going_anywhere(
    address: str, office: Callable[[Page], Page], narrow_page: Page
) -> None:
    page = office(narrow_page)
    page.goto(f"{address}/admin/orders")
    page.get_by_role("button", name="Menu").tap()
    expect(page.get_by_role("link", name="Readers")).to_be_visible()
    assert page.evaluate(SMALL_TARGETS, 44) == []
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Close").tap()
    expect(page.get_by_role("link", name="Readers")).to_be_hidden()
    page.get_by_role("button", name="Find or do").tap()
    page.get_by_role("option", name="Readers", exact=True).tap()
    expect(page).to_have_url(re.compile("/admin/readers$"))


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


# What a thumb meets: each control's own area with that of its label. Links within a sentence may be as high as its line
# (WCAG 2.5.8), and what is only seen with the keyboard is no target.
SMALL_TARGETS = """(least) => {
  const seen = (part) => part.checkVisibility({visibilityProperty: true}) && part.getBoundingClientRect().width > 1;
  const speaks = (part) => [...part.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  const inSentence = (part) => speaks(part.parentElement) && getComputedStyle(part).display === "inline";
  const area = (part) => {
    const boxes = [part, ...(part.type === "checkbox" || part.type === "radio" ? part.labels : [])]
      .map((each) => each.getBoundingClientRect());
    const edge = (side, choose) => choose(...boxes.map((box) => box[side]));
    return [edge("right", Math.max) - edge("left", Math.min), edge("bottom", Math.max) - edge("top", Math.min)];
  };
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((part) => seen(part) && !part.closest(".visually-hidden, .skip-link") && !inSentence(part))
    .map((part) => [part, ...area(part).map(Math.round)])
    .filter(([, width, height]) => width < least || height < least)
    .map(([part, width, height]) => `${width} x ${height}: ${part.outerHTML.slice(0, 110)}`);
}"""


def test_every_control_is_as_large_as_a_thumb_on_a_phone(
    address: str, full: Flask, signed_in: Callable[[Page], Page], narrow_page: Page
) -> None:
    page = signed_in(narrow_page)
    wrong = []
    for path in pages_of_the_office(full):
        page.goto(address + path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        wrong += [f"{path}: {fault}" for fault in page.evaluate(SMALL_TARGETS, 44)]
    assert not wrong, "\n".join(wrong)


# Where the focus is after Tab: whether it is marked, in sight and not behind something, and how it lies to the stop
# before it: above it by more than a line in the same column is a jump.
STOP = """() => {
  const now = document.activeElement, main = document.querySelector("main");
  if (now === document.body) return null;
  // The focus is in the letter that is shown there, with the letter's own marks.
  if (now.matches("iframe")) return { marked: true, seen: true, inOrder: true };
  const style = [now, now.labels?.[0]].filter(Boolean).map((each) => getComputedStyle(each));
  const box = [...now.getClientRects()].find((part) => part.width && part.height) ?? now.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, Math.min(box.top + box.height / 2, innerHeight - 1));
  const place = { left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY };
  const last = window.last, inside = main.contains(now) && !now.closest(".action-bar, .admin-new");
  window.last = inside ? place : null;
  return {
    html: now.outerHTML.slice(0, 100),
    marked: style.some((each) => each.boxShadow !== "none" || each.outlineStyle !== "none"),
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
      && !!top && (now.contains(top) || top.contains(now) || !!now.labels?.[0]?.contains(top)),
    inOrder: !inside || !last || place.bottom >= last.top - 24 || place.left >= last.right || place.right <= last.left,
  };
}"""
MOST_STOPS = 150


@pytest.mark.parametrize("width", [390, 1440])
def test_the_focus_goes_through_every_page_as_it_is_seen(
    address: str, full: Flask, signed_in: Callable[[Page], Page], open_page: Callable[..., Page], width: int
) -> None:
    page = signed_in(open_page(size={"width": width, "height": 844}))
    wrong: list[str] = []
    for path in pages_of_the_office(full):
        page.goto(address + path)
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            stop = page.evaluate(STOP)
            if stop is None:
                break
            wrong += [
                f"{path}: {word}: {stop['html']}" for word in ("marked", "seen", "inOrder") if not stop[word]
            ]
    assert not wrong, "\n".join(wrong)


def test_what_a_campaign_says_once_it_is_copied_or_ended_can_be_read_by_everyone(
    address: str, full: Flask, signed_in: Callable[[Page], Page], open_page: Callable[..., Page]
) -> None:
    for size in ({"width": 390, "height": 844}, {"width": 1440, "height": 900}):
        page = signed_in(open_page(size=size))
        page.goto(f"{address}/admin/discounts/run15")
        page.get_by_role("button", name="Duplicate").click()
        expect(page).not_to_have_url(re.compile("/run15$"))
        assert accessibility_faults(page) == []
        page.goto(f"{address}/admin/discounts/run15")
        page.get_by_role("button", name="End now").click()
        expect(page.get_by_role("status").first).not_to_be_empty()
        assert accessibility_faults(page) == []
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("button", name="End now")).to_be_visible()

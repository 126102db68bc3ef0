"""Searching in a real browser: while one types, without JavaScript, by keyboard, on every width."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import accessibility_faults

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

STATES = [
    "/search",
    "/search?q=psoas",
    "/search?q=xyzzy",
    "/search?q=ball+xyzzy",
    f"/search?q={'hook+' * 60}",
]


def count(page: Page) -> Locator:
    """What is said aloud."""
    return page.get_by_role("status").filter(has_text="“")


def test_results_come_while_one_types(address: str, page: Page) -> None:
    page.goto(f"{address}/search")
    region = page.locator("[data-search-count]").element_handle()
    page.get_by_role("searchbox").press_sequentially("runn", delay=30)
    expect(page.get_by_role("heading", level=3).first).to_have_text(
        "Hip pain after running: where it comes from, what helps"
    )
    expect(count(page)).to_contain_text("results for “runn”.")
    expect(page).to_have_title("Search: runn · Aletha")
    assert page.url == f"{address}/search?q=runn"
    assert region.is_visible()  # the same region as before: what is put into it is read aloud
    page.get_by_role("searchbox").fill("xyzzy")
    expect(count(page)).to_contain_text("We found nothing for “xyzzy”.")
    expect(page.get_by_role("link", name="What people feel").first).to_be_visible()


def test_only_the_last_of_fast_letters_is_asked_for(address: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "part=1" in request.url else None)
    page.clock.install()
    page.goto(f"{address}/search")
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    page.get_by_role("searchbox").press_sequentially("psoas")
    assert asked == []
    page.clock.run_for(250)
    expect(count(page)).to_contain_text("“psoas”")
    assert asked == [f"{address}/search?q=psoas&part=1"]


def test_what_was_typed_while_the_line_is_down_is_sent_by_the_button(
    address: str, page: Page, complaints: list[str]
) -> None:
    page.route("**/search?*part=1", lambda route: route.abort())
    page.goto(f"{address}/search")
    with page.expect_event("requestfailed"):
        page.get_by_role("searchbox").fill("psoas")
    page.get_by_role("searchbox").press("Enter")
    expect(count(page)).to_contain_text("“psoas”")
    complaints.clear()  # the browser tells of the line, not of the page


def test_a_result_is_opened_by_keyboard_and_the_way_back_shows_the_results(address: str, page: Page) -> None:
    page.goto(f"{address}/search")
    page.get_by_role("searchbox").fill("twisted pelvis")
    expect(count(page)).to_contain_text("“twisted pelvis”")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Search")).to_be_focused()
    page.keyboard.press("Tab")
    first = page.locator("[data-search-found] a").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn/twisted-pelvis-realignment")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("twisted pelvis")
    expect(first).to_be_visible()


def test_without_javascript_the_form_finds_the_same(address: str, page_without_javascript: Page) -> None:
    page = page_without_javascript
    page.goto(address)
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_role("searchbox").fill("runn")
    page.get_by_role("button", name="Search").click()
    expect(count(page)).to_contain_text("results for “runn”.")
    page.get_by_role("link", name="Hip pain after running: where it comes from, what helps").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("running")


@pytest.mark.parametrize("width", [320, 1440])
def test_every_state_is_accessible_and_fits(address: str, open_page: Callable[..., Page], width: int) -> None:
    page = open_page(size={"width": width, "height": 800})
    for state in STATES:
        page.goto(f"{address}{state}")
        assert accessibility_faults(page) == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state


def test_words_longer_than_the_screen_do_not_widen_it(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page(size={"width": 320, "height": 800})
    for typed in ("w" * 200, "\u202eשלום" * 20):
        page.goto(f"{address}/search")
        page.get_by_role("searchbox").fill(typed)
        expect(count(page)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, typed

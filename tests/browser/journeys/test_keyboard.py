"""A purchase by keyboard only."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.accessibility import accessibility_faults
from tests.browser.journeys.books import Books
from tests.browser.journeys.visitor import ADDRESS, CARD, PAID, PAY, Visitor


def walk_to(buyer: Visitor, goal: Locator) -> None:
    """Press Tab until the focus is there, and seen there."""
    for _ in range(80):
        if goal.evaluate("element => element === document.activeElement"):
            assert goal.evaluate("element => element.matches(':focus-visible')")
            return
        buyer.page.keyboard.press("Tab")
    raise AssertionError(f"the focus never comes to {goal}")


def type_into(buyer: Visitor, label: str, words: str) -> None:
    """Walk to a field and type."""
    walk_to(buyer, buyer.page.get_by_label(label))
    buyer.page.keyboard.type(words)


def enter(buyer: Visitor, goal: Locator) -> None:
    """Walk to a link or button that leads to another page, and press Enter."""
    walk_to(buyer, goal)
    with buyer.page.expect_event("load"):
        buyer.page.keyboard.press("Enter")
    buyer.judges()


def test_a_hip_hook_is_bought_without_a_mouse(buyer: Visitor, books: Books) -> None:
    page = buyer.page
    buyer.opens("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.evaluate("element => element === document.activeElement")
    page.keyboard.press("Enter")
    enter(buyer, page.locator("main").get_by_role("link", name=re.compile("^Hip Hook$")))
    walk_to(buyer, page.get_by_role("radio", name=re.compile("^Hip Hook")))
    add = page.get_by_role("button", name="Add to cart").first
    walk_to(buyer, add)
    page.keyboard.press("Enter")
    expect(buyer.drawer).to_contain_text("Hip Hook is in your cart.")
    assert accessibility_faults(page) == []
    page.keyboard.press("Escape")
    expect(buyer.drawer).to_be_hidden()
    assert add.evaluate("element => element === document.activeElement")
    page.keyboard.press("Enter")
    expect(buyer.drawer).to_contain_text("$298.00")
    walk_to(buyer, page.get_by_role("button", name="One less: Quantity of Hip Hook"))
    page.keyboard.press("Enter")
    walk_to(buyer, page.get_by_role("button", name=re.compile("^Update")))
    page.keyboard.press("Enter")
    expect(buyer.drawer).to_contain_text("The quantity of Hip Hook is now 1.")
    enter(buyer, page.get_by_role("link", name="Check out"))
    type_into(buyer, "E-mail address", buyer.email)
    enter(buyer, page.get_by_role("button", name="Pay $149.00"))
    for label, words in ADDRESS.items():
        type_into(buyer, label, words)
    type_into(buyer, "Card number", CARD)
    type_into(buyer, "Expiry date", "12 / 34")
    type_into(buyer, "Security code", "123")
    enter(buyer, page.get_by_role("button", name=PAY))
    assert buyer.headline.startswith(PAID)
    assert books.order.total_amount == 14900

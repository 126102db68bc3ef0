"""The shop's face in a real browser: every page a buyer meets, in every state, by light and by dark, on every width."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, update

from shop import clock
from shop.catalog.models import Stock, Variant
from shop.db import writing
from shop.mail import actions as mail
from shop.orders.models import OrderLine
from tests.browser.accessibility import accessibility_faults
from tests.orders.made import a_paid_order, an_order

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TWELVE = "HOOK-1:1,BALL-1:2,BOOK-PB:3,BOOK-EB:1,SET-FULL:1,SET-READ:1,SET-GENTLE:9"
PAGES = (
    *("/", "/shop", "/products/hip-hook", "/products/tight-hip-twisted-core-ebook", "/products/gentle-start"),
    *(
        "/products/hip-release-ball",
        "/cart",
        "/orders/find",
        "/nothing-here",
        "/demo/mailbox",
        "/admin/style",
    ),
)
SCHEMES = [("light", 320), ("dark", 1440)]
# The smallest side of what one presses, but for links inside a sentence.
TAP = 44
PRESSED = ".button, .site-nav a, .breadcrumb a, .tabs a, .filter, .choice-card, summary, .link-button"


@pytest.fixture
def orders(app: Flask, engine: Engine) -> list[str]:
    """The pages of an order that is paid, one that waits and one from Germany, which alone can be withdrawn from.

    The Ball is sold out, and a letter was sent.
    """
    with writing(engine) as session:
        paid = a_paid_order(session, 1001, {"HOOK-1": 1, "BOOK-PB": 2})
        pending = an_order(session, 1002)
        withdrawn = a_paid_order(session, 1003, {"HOOK-1": 1, "BOOK-PB": 2}, country="DE")
        session.execute(update(Stock).where(Stock.sku == "BALL-1").values(held=Stock.on_hand))
        mail.keep(
            session,
            message_id="<1@shop>",
            recipient="maya@example.com",
            subject="Your order",
            text="Thank you.",
            html="<html><head></head></html>",
            now=clock.now(),
        )
        tokens = [paid.access_token, pending.access_token, withdrawn.access_token]
    return [
        *(f"/orders/{token}" for token in tokens),
        f"/orders/{tokens[0]}/receipt",
        f"/orders/{tokens[2]}/withdraw",
        f"/orders/{tokens[0]}/withdraw",
    ]


def faults(page: Page, path: str) -> list[str]:
    """What is wrong with the open page: rules of axe, a width that scrolls sideways, what is too small to press."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    small = page.evaluate(
        """([pressed, tap]) => [...document.querySelectorAll(pressed)].filter(element => {
             const box = element.getBoundingClientRect();
             return box.height && box.height < tap - .5 && !element.closest("p");
           }).map(element => element.outerHTML.slice(0, 80))""",
        [PRESSED, TAP],
    )
    found = accessibility_faults(page) + [f"too small to press: {element}" for element in small]
    return [f"{path}: {fault}" for fault in ([f"{wide} px too wide"] if wide > 0 else []) + found]


def sign_in(page: Page, owner: FlaskClient, address: str) -> None:
    """Let the page's visitor be the owner too."""
    cookie = owner.get_cookie("staff", path="/admin")
    assert cookie is not None
    page.context.add_cookies([{"name": "staff", "value": cookie.value, "url": f"{address}/admin"}])


@pytest.mark.parametrize(("scheme", "width"), SCHEMES)
def test_every_page_in_every_state_is_readable_by_everyone(
    address: str,
    orders: list[str],
    owner: FlaskClient,
    open_page: Callable[..., Page],
    scheme: str,
    width: int,
) -> None:
    page = open_page(size={"width": width, "height": 900}, color_scheme=scheme)
    sign_in(page, owner, address)
    found: list[str] = []
    for path in (*PAGES, *orders):
        page.goto(address + path)
        found += faults(page, path)
    page.goto(f"{address}/buy/{TWELVE}?code=NOTHING")
    found += faults(page, "a long cart with a code that does not work")
    page.goto(f"{address}/buy/HOOK-1:1")
    page.goto(f"{address}/checkout")
    found += faults(page, "checkout")
    page.locator("#field-email").evaluate("element => element.form.noValidate = true")
    page.locator("#field-email").fill("maya@")
    page.locator("#pay").click()
    expect(page.locator("#errors")).to_be_focused()
    found += faults(page, "checkout sent back")
    page.goto(address + orders[2] + "/withdraw")
    page.get_by_label("1 × Hip Hook").uncheck()
    page.get_by_label("of 2 × Tight Hip").fill("0")
    page.get_by_role("button", name="Confirm withdrawal").click()
    expect(page.locator("#errors")).to_be_focused()
    found += faults(page, "a withdrawal from nothing")
    page.get_by_label("of 2 × Tight Hip").fill("1")
    page.get_by_role("button", name="Confirm withdrawal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your withdrawal.")
    found += faults(page, "a withdrawal from a part")
    assert found == []


def test_the_price_of_what_is_chosen_stands_above_and_in_the_button_without_a_script(
    address: str, page_without_javascript: Page
) -> None:
    page = page_without_javascript
    page.goto(f"{address}/products/hip-hook")
    button = page.locator(".buy-form__button")
    assert button.inner_text() == "Add to cart, $149.00"
    page.get_by_role("radio", name="Complete program").check()
    assert button.inner_text() == "Add to cart, $179.00"
    assert "$179.00" in page.locator(".product__price").inner_text()
    assert "$149.00" not in page.locator(".product__price").inner_text()


def test_the_country_chosen_says_what_shipping_there_costs_without_a_script(
    address: str, page_without_javascript: Page
) -> None:
    page = page_without_javascript
    page.goto(f"{address}/products/hip-hook")
    zones = page.locator(".delivery__zones")
    assert "Free shipping within the US." in zones.inner_text()
    page.get_by_label("Ship to").select_option("Canada")
    assert "shipping to Canada." in zones.inner_text()
    assert "within the US" not in zones.inner_text()


def test_who_should_not_use_it_is_read_before_anything_is_scrolled(address: str, page: Page) -> None:
    page.goto(f"{address}/products/hip-hook")
    box = page.locator("#safety li").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 900


def test_the_buy_bar_comes_when_the_button_has_gone_and_hides_nothing_that_has_the_focus(
    address: str, narrow_page: Page
) -> None:
    page = narrow_page
    page.goto(f"{address}/products/hip-hook")
    bar = page.locator(".buy-bar")
    expect(bar).to_be_hidden()
    page.locator("#questions-title").scroll_into_view_if_needed()
    expect(bar).to_be_visible()
    top = bar.bounding_box()["y"]
    for link in page.locator(".site-footer a").all()[:3]:
        link.focus()
        box = link.bounding_box()
        assert box["y"] + box["height"] <= top


def test_forced_colors_still_show_what_is_chosen(address: str, page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(f"{address}/products/hip-hook")
    expect(page.locator(".choice-card:has(:checked)")).to_have_css("outline-style", "solid")
    expect(page.locator(".safety")).to_have_css("border-top-style", "solid")
    expect(page.locator(".button").first).not_to_have_css("border-top-color", "rgba(0, 0, 0, 0)")


def test_a_long_name_makes_no_page_wider(
    address: str, engine: Engine, open_page: Callable[..., Page], orders: list[str]
) -> None:
    name = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
    with writing(engine) as session:
        session.execute(update(Variant).where(Variant.sku == "HOOK-1").values(name=name))
        session.execute(update(OrderLine).values(name=name))
    page = open_page(size={"width": 390, "height": 844})
    page.goto(f"{address}/buy/HOOK-1:2")
    for path in ("/shop", "/products/hip-hook", "/cart", "/checkout", *orders[:-1]):
        page.goto(address + path)
        expect(page.get_by_text(name).first).to_be_attached()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path


def test_nothing_scrolls_sideways_on_the_widest_screen(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page(size={"width": 2560, "height": 1300})
    for path in ("/", "/shop", "/products/hip-hook", "/cart"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("slug", ["hip-hook", "hip-release-ball", "tight-hip-twisted-core"])
def test_the_first_visit_to_a_product_on_a_phone_takes_twelve_requests_at_most(
    address: str, open_page: Callable[..., Page], slug: str
) -> None:
    page = open_page(size={"width": 390, "height": 844})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/products/{slug}", wait_until="networkidle")
    assert len(asked) <= 12, "\n".join(asked)

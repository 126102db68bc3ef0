"""Pages without their pictures, and pages as they are read aloud: nothing is lost, and all of it is in order."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, Route
from sqlalchemy import Engine

from shop.db import writing
from tests.orders.made import a_paid_order

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGES = (
    *("/", "/shop", "/products/hip-hook", "/products/tight-hip-twisted-core-ebook", "/learn", "/cart"),
    *(
        "/learn/hip-pain-from-sitting",
        "/free-chapter",
        "/checkout",
        "/orders/find",
        "/search?q=psoas",
        "/nothing",
    ),
    "/orders/token-of-order-0001001",
)
# Pictures that say nothing to those who do not see them, though nothing beside them does.
SILENT = """() => [...document.querySelectorAll("img, svg[role=img]")].filter(picture => {
  if (!picture.checkVisibility()) return false;
  if (picture.localName === "svg") return !picture.hasAttribute("aria-labelledby") && !picture.hasAttribute("aria-label");
  const link = picture.closest("a");
  return !picture.hasAttribute("alt") || (!picture.alt && link && !link.textContent.trim());
}).map(picture => picture.outerHTML.slice(0, 120))"""
# What is pressed, but for what lies unseen over its picture or label.
PRESSED = """const pressed = [...document.querySelectorAll(
    "main :is(a[href], button, input:not([type=hidden]), select, summary)"
  )].filter(thing => thing.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !thing.closest(".gallery__choice, .visually-hidden") && getComputedStyle(thing).position !== "absolute");"""
# What is covered by something else, has no room or has left the page.
LOST = f"""() => {{ {PRESSED}
  return pressed.filter(thing => {{
    thing.scrollIntoView({{ block: "center" }});
    const box = [...thing.getClientRects()].find(part => part.width && part.height);
    if (!box || box.left < -1 || box.right > innerWidth + 1) return true;
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !(top && (thing.contains(top) || top.contains(thing) || thing.labels?.[0]?.contains(top)));
  }}).map(thing => thing.outerHTML.slice(0, 120));
}}"""
# The levels of the headings, the parts of the page, and the names of its lists of links.
ORDER = """() => ({
  levels: [...document.querySelectorAll("h1, h2, h3, h4")]
    .filter(heading => heading.checkVisibility()).map(heading => Number(heading.localName[1])),
  parts: [...document.body.children].map(part => part.localName)
    .filter(name => ["header", "main", "footer"].includes(name)),
  names: [...document.querySelectorAll("nav")].map(nav => nav.getAttribute("aria-label")
    || document.getElementById(nav.getAttribute("aria-labelledby"))?.textContent.trim()),
})"""
# Stops of the keyboard that lie above the one before them, by more than a line, in the same column.
JUMPS = f"""() => {{ {PRESSED}
  const boxes = pressed.map(stop => (stop.querySelector("img") ?? stop).getBoundingClientRect());
  return pressed.filter((stop, at) => at && boxes[at].bottom < boxes[at - 1].top - 24
      && boxes[at].left < boxes[at - 1].right && boxes[at - 1].left < boxes[at].right)
    .map(stop => stop.outerHTML.slice(0, 120));
}}"""


@pytest.fixture
def address(address: str, engine: Engine) -> str:
    """The shop with an order that is paid."""
    with writing(engine) as session:
        a_paid_order(session, 1001, {"HOOK-1": 1, "BOOK-PB": 2})
    return address


def without_its_picture(route: Route) -> None:
    """Answer for a picture with one that cannot be shown: the browser puts its words there."""
    route.fulfill(status=200, content_type="image/png", body=b"")


@pytest.mark.parametrize("width", [390, 1280])
def test_without_its_pictures_a_page_says_what_they_show_and_loses_no_action(
    address: str, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(size={"width": width, "height": 800})
    page.route("**/static/img/**", without_its_picture)
    page.goto(f"{address}/buy/HOOK-1:1,BOOK-PB:2")
    found = {}
    for path in PAGES:
        page.goto(address + path)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        faults = page.evaluate(SILENT) + page.evaluate(LOST) + ([f"{wide} px too wide"] if wide > 0 else [])
        if faults:
            found[path] = faults
    assert found == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_is_read_in_the_order_in_which_it_is_seen(
    address: str, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(size={"width": width, "height": 800})
    page.goto(f"{address}/buy/HOOK-1:1,BOOK-PB:2")
    for path in PAGES:
        page.goto(address + path)
        order = page.evaluate(ORDER)
        levels = order["levels"]
        assert levels.count(1) == 1, path
        steps = [after - before for before, after in pairwise(levels)]
        assert max(steps, default=0) <= 1, (path, levels)
        assert order["parts"] == ["header", "main", "footer"], path
        assert all(order["names"]), (path, order["names"])
        assert len(set(order["names"])) == len(order["names"]), (path, order["names"])
        assert page.evaluate(JUMPS) == [], path

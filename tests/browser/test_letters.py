"""Every letter as a mail program draws it: on a phone and beside other windows, on light and on dark ground."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from shop.mail.rendering import render
from tests.mail.letters import CONFIG, SAMPLES, letter
from tests.policy.test_letters import CONTENT, parts

WIDTHS = (375, 600)
FINGER = 44


def test_every_letter_fits_and_can_be_read_on_light_and_on_dark_ground(
    open_page: Callable[..., Page],
) -> None:
    faults: list[str] = []
    drawn = {name: parts(render(letter(name), CONTENT, CONFIG))[1] for name in SAMPLES}
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            page = open_page(size={"width": width, "height": 800}, color_scheme=scheme)
            for name, html in drawn.items():
                page.set_content(html)
                here = f"{name}, {scheme}, {width} px"
                faults += [f"{here}: too wide"] * page.evaluate(
                    "document.documentElement.scrollWidth > innerWidth"
                )
                faults += [
                    f"{here}: a button of {box['height']:g} px"
                    for button in page.locator(".button td").all()
                    if (box := button.bounding_box()) and box["height"] < FINGER
                ]
                found = Axe().run(page, options={"runOnly": ["color-contrast", "link-in-text-block"]})
                faults += [f"{here}: {fault['help']}" for fault in found.response["violations"]]
    assert faults == []

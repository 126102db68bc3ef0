"""Pictures of HTML, taken with the browser of the tests and with the style sheets and fonts of the shop."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright

from shop.config import ROOT
from tests.browser import chromium
from tests.browser.conftest import FLAGS

HOST = "http://shop.example"


class Camera:
    """Takes pictures of pieces of HTML that may name files under /static/."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._html = ""
        page.route("**/*", self._answer)

    def take(self, html: str, width: int, height: int, *, clear: bool = False) -> Image.Image:
        """Return the picture of ``html`` when its fonts are there; ``clear``: with no ground under it."""
        self._html = html
        self._page.set_viewport_size({"width": width, "height": height})
        self._page.goto(HOST, wait_until="networkidle")
        self._page.evaluate("document.fonts.ready")
        return Image.open(BytesIO(self._page.screenshot(omit_background=clear)))

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOST).split("?")[0]
        if path.startswith("/static/"):
            route.fulfill(path=ROOT / path.removeprefix("/"))
        else:
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")


@contextmanager
def camera() -> Iterator[Camera]:
    """One browser for a number of pictures."""
    os.environ.update(chromium.node_for_playwright())
    found = chromium.find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.program, env=found.environment(), args=FLAGS, chromium_sandbox=False
        )
        yield Camera(browser.new_page(color_scheme="light"))
        browser.close()

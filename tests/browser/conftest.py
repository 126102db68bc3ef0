"""A real Chromium for the journeys. A page that complains, or talks to another machine, fails its test."""

import os
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

from tests.browser import chromium

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--font-render-hinting=none",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for each worker."""
    os.environ.update(chromium.node_for_playwright())
    found = chromium.find()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found.program, env=found.environment(), args=FLAGS, chromium_sandbox=False
        )
        yield started
        started.close()


@pytest.fixture
def signed_in(address: str, owner: FlaskClient) -> Callable[[Page], Page]:
    """Signs the owner in on a page of a browser."""
    cookie = owner.get_cookie("staff", path="/admin")
    assert cookie is not None

    def sign_in(page: Page) -> Page:
        page.context.add_cookies([{"name": "staff", "value": cookie.value, "url": f"{address}/admin"}])
        return page

    return sign_in


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The test's shop, served on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about so far; a test that wants a complaint takes it off the list."""
    return []


@pytest.fixture
def open_page(browser: Browser, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a page in a context of its own: `open_page(size=NARROW, java_script_enabled=False)`.

    Each call is another visitor. Fails the test at its end on a console error, an exception in a script, a
    report of the Content-Security-Policy, or a request to another machine.
    """
    contexts: list[BrowserContext] = []

    def open_one(*, size: dict[str, int] = WIDE, **options: object) -> Page:
        context = browser.new_context(viewport=size, reduced_motion="reduce", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        _watch(context, complaints)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    if complaints:
        pytest.fail("The browser complained:\n" + "\n".join(complaints), pytrace=False)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A visitor with a wide screen."""
    return open_page()


@pytest.fixture
def narrow_page(open_page: Callable[..., Page]) -> Page:
    """A visitor with a phone."""
    return open_page(size=NARROW, has_touch=True)


@pytest.fixture
def page_without_javascript(open_page: Callable[..., Page]) -> Page:
    """A visitor whose browser runs no script."""
    return open_page(java_script_enabled=False)


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page_of_each_size(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    """The test runs twice: on a wide screen and on a phone."""
    return open_page(size=request.param)


def _watch(context: BrowserContext, complaints: list[str]) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not _is_a_refusal(message):
            complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def request(asked: Request) -> None:
        if not _stays_here(asked.url):
            complaints.append(f"request to another machine: {asked.url}")

    context.on("console", console)
    context.on("request", request)
    context.on("weberror", lambda error: complaints.append(f"script: {error.error}"))


def _is_a_refusal(message: ConsoleMessage) -> bool:
    """Whether the console only tells the status of the page itself, or of a form of the cart drawer: no fault."""
    page = message.page
    asked = message.location.get("url", "").split("#")[0]
    return (
        message.text.startswith("Failed to load resource: the server responded with a status of 4")
        and page is not None
        and (asked == page.url.split("#")[0] or urlsplit(asked).path.startswith("/cart/"))
    )


def _stays_here(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about") or parts.hostname in ("127.0.0.1", "localhost")

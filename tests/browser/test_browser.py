"""The ground of the journeys holds: the browser draws words, and what it complains about is not lost."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import accessibility_faults

PAGES = {
    "/favicon.ico": "every browser asks for it",
    "/": "<!doctype html><html lang=en><title>t</title><main><h1>Words of the page</h1></main></html>",
    "/faulty": "<!doctype html><html><img src=/picture><script>undefinedWord()</script></html>",
    "/abroad": "<!doctype html><html lang=en><title>t</title><img alt='' src=http://shop.example/p.png></html>",
    "/script": "<!doctype html><html lang=en><title>t</title><p>still</p>"
    "<script>document.querySelector('p').textContent = 'ran'</script></html>",
    "/inline": "<!doctype html><html lang=en><title>t</title><p style='color:red'>x</p></html>",
}


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path, _, status = self.path.partition("?")
        body = PAGES.get(path, "").encode()
        self.send_response(int(status or (200 if body else 404)))
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if path == "/inline":
            self.send_header("Content-Security-Policy", "style-src 'self'")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        return  # a browser that is closed drops its connections


@pytest.fixture(scope="module")
def address() -> str:
    with _Server(("127.0.0.1", 0), _Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_words_take_room_on_the_page(page_of_each_size: Page, address: str) -> None:
    page_of_each_size.goto(address)
    heading = page_of_each_size.locator("h1")
    assert heading.inner_text() == "Words of the page"
    assert heading.bounding_box()["height"] > 20


def test_a_page_without_faults_has_none(page: Page, address: str) -> None:
    page.goto(address)
    assert accessibility_faults(page) == []


def test_a_page_refused_with_422_is_no_complaint(page: Page, address: str) -> None:
    page.goto(f"{address}/?422")


def test_a_server_error_is_a_complaint(page: Page, address: str, complaints: list[str]) -> None:
    page.goto(f"{address}/?500")
    assert "status of 500" in complaints.pop()


def test_a_missing_picture_and_a_broken_script_are_complaints(
    page: Page, address: str, complaints: list[str]
) -> None:
    page.goto(f"{address}/faulty")
    assert sorted(line.partition(":")[0] for line in complaints) == ["console", "script"]
    complaints.clear()
    assert any(fault.startswith("image-alt") for fault in accessibility_faults(page))


def test_a_style_that_the_policy_forbids_is_a_complaint(
    page: Page, address: str, complaints: list[str]
) -> None:
    page.goto(f"{address}/inline")
    assert "Content Security Policy" in complaints.pop()


def test_a_request_to_another_machine_is_a_complaint(page: Page, address: str, complaints: list[str]) -> None:
    page.goto(f"{address}/abroad")
    assert "request to another machine: http://shop.example/p.png" in complaints
    complaints.clear()


def test_without_javascript_no_script_runs(
    page_without_javascript: Page, open_page: Callable[..., Page], address: str
) -> None:
    for page, words in ((page_without_javascript, "still"), (open_page(), "ran")):
        page.goto(f"{address}/script")
        assert page.locator("p").inner_text() == words

"""The Hip Hook can be turned around: by slider, by arrow keys, by dragging; without a script it stands still."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The page of the Hip Hook, served on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/products/hip-hook"
    server.shutdown()
    thread.join()


def test_the_hook_turns_by_slider_arrow_keys_and_dragging(address: str, page: Page) -> None:
    page.goto(address)
    shown = page.locator("[data-turntable]")
    frames = (shown.get_attribute("data-turntable") or "").split(" ")
    assert len(set(frames)) == 24
    slider = page.get_by_role("slider", name="Turn it around")
    shown.scroll_into_view_if_needed()
    expect(slider).to_be_visible()
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    expect(shown.locator("source")).to_have_attribute("srcset", frames[2])
    expect(slider).to_have_attribute("aria-valuetext", "30°")
    slider.press("End")
    expect(shown.locator("source")).to_have_attribute("srcset", frames[23])
    box = shown.locator("img").bounding_box()
    assert box
    page.mouse.move(box["x"] + 100, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 128, box["y"] + 60)
    expect(shown.locator("source")).to_have_attribute("srcset", frames[1])  # two steps on, over the end
    page.mouse.up()
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    expect(slider).to_have_value("1")


def test_without_javascript_the_hook_stands_still(address: str, page_without_javascript: Page) -> None:
    page = page_without_javascript
    page.goto(address)
    picture = page.get_by_role("img", name="Hip Hook on a turntable")
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    expect(page.locator("[data-turntable] input")).to_be_hidden()

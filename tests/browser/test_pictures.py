"""The Hip Hook can be turned around: by slider, by arrow keys, by dragging; without a script it stands still."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def hook(address: str) -> str:
    """The page of the Hip Hook."""
    return f"{address}/products/hip-hook"


def test_the_hook_turns_by_slider_arrow_keys_and_dragging(hook: str, page: Page) -> None:
    page.goto(hook)
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


def test_without_javascript_the_hook_stands_still(hook: str, page_without_javascript: Page) -> None:
    page = page_without_javascript
    page.goto(hook)
    picture = page.get_by_role("img", name="Hip Hook on a turntable")
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    expect(page.locator("[data-turntable] input")).to_be_hidden()

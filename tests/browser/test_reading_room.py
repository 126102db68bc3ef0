"""The reading room in a real browser: readable by everyone, on every width, without a script, and on paper."""

from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.accessibility import accessibility_faults

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PHONE_AND_DESK = [{"width": 320, "height": 700}, {"width": 1440, "height": 900}]
SCREENS = [
    (PHONE_AND_DESK[0], "light"),
    (PHONE_AND_DESK[1], "light"),
    ({"width": 390, "height": 844}, "dark"),
]
STEPS = "/learn/how-to-use-the-hip-hook/steps/hip-hook-session"
PAGES = (
    "/",
    "/learn",
    "/learn/causes",
    "/learn/effects",
    "/learn/how-to-use-the-hip-hook",
    "/learn/hip-flexor-anatomy",
    "/learn/hip-pain-from-sitting",
    STEPS,
    "/learn/hip-pain-from-sitting/feedback",
    "/medical-note",
    "/returns",
    "/privacy",
    "/accessibility",
    "/contact",
    "/free-chapter",
    "/search?q=iliacus",
    "/products/hip-hook",
)
ARTICLE = "/learn/hip-pain-from-sitting"
# Bytes of fonts that a first visit loads.
FONTS = {
    "/": 50_000,
    "/products/hip-hook": 50_000,
    "/free-chapter": 50_000,
    ARTICLE: 75_000,
    "/learn/hip-flexor-anatomy": 75_000,
}
ANATOMY = "/learn/tight-hip-flexors-epidemic"


@pytest.mark.parametrize(("size", "scheme"), SCREENS, ids=["phone", "desk", "phone at night"])
def test_every_page_is_readable_by_everyone(
    address: str, open_page: Callable[..., Page], size: dict[str, int], scheme: str
) -> None:
    page = open_page(size=size, color_scheme=scheme)
    faults: list[str] = []
    for path in PAGES:
        page.goto(address + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{path}: {wide} px too wide"] * (wide > 0)
        faults += [f"{path}: {fault}" for fault in accessibility_faults(page)]
    assert faults == []


# Drawings further down become a part of the page when a reader is near.
READ_ON = """() => {
  const next = document.querySelector("img[data-drawing]");
  next?.scrollIntoView();
  return !next;
}"""


def test_words_in_drawings_can_be_read_on_a_small_phone(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page(size=PHONE_AND_DESK[0])
    for path in ("/learn/hip-flexor-anatomy", "/learn/how-to-use-the-hip-hook"):
        page.goto(address + path)
        page.wait_for_function(READ_ON)
        sizes = page.evaluate(
            """() => [...document.querySelectorAll("svg text")].map(label =>
                 parseFloat(getComputedStyle(label).fontSize) * label.getScreenCTM().d)"""
        )
        assert len(sizes) > 10
        assert min(sizes) >= 10.5, path


def test_a_drawing_further_down_is_seen_without_a_script_and_moves_once_with_one(
    address: str, page_without_javascript: Page, browser: Browser
) -> None:
    page_without_javascript.goto(f"{address}/learn/hip-pain-from-sitting")
    drawing = page_without_javascript.locator("img[data-drawing]").first
    drawing.scroll_into_view_if_needed()
    expect(drawing).to_have_js_property("complete", True)
    assert drawing.evaluate("picture => picture.naturalWidth > 0 && picture.alt.length > 40")

    context = browser.new_context(reduced_motion="no-preference")
    page = context.new_page()
    page.goto(f"{address}/learn/hip-pain-from-sitting")
    taken_in = page.locator("svg.plate", has_not=page.locator("title")).first
    page.locator("img[data-drawing]").first.scroll_into_view_if_needed()
    expect(taken_in).to_have_attribute("aria-label", drawing.get_attribute("alt") or "")
    taken_in.evaluate("drawing => drawing.scrollIntoView({ block: 'center' })")
    expect(taken_in).to_have_attribute("class", "plate")
    context.close()


def test_one_muscle_can_be_looked_at_alone_without_a_script(
    address: str, page_without_javascript: Page
) -> None:
    page = page_without_javascript
    page.goto(address + ANATOMY)
    figure = page.locator(".plate-figure:has(input)").first
    psoas, iliacus = figure.locator(".plate-psoas").first, figure.locator(".plate-iliacus").first
    expect(psoas).to_have_css("opacity", "1")
    figure.get_by_role("radio", name="psoas").check()
    expect(iliacus).to_have_css("opacity", "0.12")
    expect(psoas).to_have_css("opacity", "1")
    figure.get_by_role("radio", name="both").check()
    expect(iliacus).to_have_css("opacity", "1")


def test_a_reader_says_that_an_article_was_useful_and_is_thanked(
    address: str, page_without_javascript: Page
) -> None:
    page = page_without_javascript
    page.goto(f"{address}/learn/hip-pain-from-sitting")
    page.get_by_role("button", name="Yes, it was").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    page.get_by_role("link", name="Back to:").click()
    expect(page).to_have_url(f"{address}/learn/hip-pain-from-sitting")


def test_a_reader_finds_an_article_by_what_she_does_and_the_tool_in_it(address: str, page: Page) -> None:
    page.goto(address)
    page.get_by_role("link", name="Drive", exact=True).click()
    expect(page).to_have_url(f"{address}/learn/hip-pain-while-driving")
    offer = page.locator(".offer").first
    expect(offer).to_contain_text("$149.00")
    offer.get_by_role("link").click()
    expect(page).to_have_url(f"{address}/products/hip-hook?from=hip-pain-while-driving.inline")
    expect(page.get_by_role("heading", name="Articles that explain it")).to_be_visible()


def test_fonts_are_few_and_nothing_moves_when_they_come(address: str, open_page: Callable[..., Page]) -> None:
    for path, most in FONTS.items():
        page = open_page(size={"width": 390, "height": 844})
        page.goto(address + path, wait_until="networkidle")
        loaded, asked, shift = page.evaluate(
            """() => new Promise(told => {
                 const fonts = performance.getEntriesByType("resource").filter(file => file.name.includes(".woff2"));
                 const asked = [...document.querySelectorAll("link[as=font]")].filter(
                   link => !fonts.some(file => file.name === link.href && file.initiatorType === "link"));
                 let shift = 0;
                 new PerformanceObserver(list => list.getEntries().forEach(entry => shift += entry.value))
                   .observe({type: "layout-shift", buffered: true});
                 const bytes = fonts.reduce((sum, file) => sum + file.encodedBodySize, 0);
                 setTimeout(() => told([bytes, asked.length, shift]), 200);
               })"""
        )
        assert 0 < loaded < most, path
        assert asked == 0, path
        assert shift == 0, path
        page.close()


@pytest.mark.parametrize("size", PHONE_AND_DESK, ids=["phone", "desk"])
def test_every_stop_of_the_keyboard_is_seen_and_they_come_in_the_order_of_reading(
    address: str, open_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = open_page(size=size)
    faults: list[str] = []
    for path in (ARTICLE, "/learn", "/free-chapter"):
        page.goto(address + path)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        stops = 0
        while True:
            page.keyboard.press("Tab")
            stop = page.evaluate(
                """() => {
                     const now = document.activeElement, before = window.before;
                     if (now === document.body || now === window.first) return null;
                     window.first ??= now;
                     window.before = now;
                     const box = now.getBoundingClientRect();
                     const marked = [now, ...["::before", "::after"].map(part => [now, part])].some(on =>
                       getComputedStyle(...[on].flat()).boxShadow !== "none");
                     return {
                       name: (now.textContent || now.name).trim().slice(0, 40),
                       marked: marked || now.matches("input[type=radio]"),
                       seen: box.bottom > 0 && box.top < innerHeight && box.width > 0,
                       after: !before || !!(before.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING),
                     };
                   }"""
            )
            if stop is None:
                break
            stops += 1
            faults += [
                f"{path}: {stop['name']!r} is not {what}"
                for what in ("marked", "seen", "after")
                if not stop[what]
            ]
        assert stops > 15, path
    assert faults == []


def test_on_a_phone_the_contents_are_one_line_until_they_are_wanted(
    address: str, page_without_javascript: Page
) -> None:
    page = page_without_javascript
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address + ARTICLE)
    contents = page.get_by_role("navigation", name="On this page")
    link = contents.get_by_role("link", name="Questions")
    expect(link).to_be_hidden()
    contents.locator("summary").press("Enter")
    expect(link).to_be_visible()
    page.set_viewport_size(PHONE_AND_DESK[1])
    page.reload()
    expect(link).to_be_visible()
    expect(contents.locator("summary")).to_be_hidden()


def test_an_article_can_be_walked_through_with_the_keyboard(address: str, page: Page) -> None:
    page.goto(f"{address}/learn/hip-pain-from-sitting")
    contents = page.get_by_role("navigation", name="On this page")
    contents.get_by_role("link", name="Questions").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/learn/hip-pain-from-sitting#questions")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#questions details").first).to_have_attribute("open", "")


def test_the_steps_fit_on_paper_without_the_shop_around_them(address: str, page: Page) -> None:
    page.goto(address + STEPS)
    expect(page.get_by_role("button", name="Print this sheet")).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (".site-header", ".site-footer", ".breadcrumb", "[data-print]"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".procedure__step")).to_have_count(8)
    expect(page.locator(".procedure__step svg")).to_have_count(8)
    for paper in ("A4", "Letter"):
        margin = dict.fromkeys(("top", "right", "bottom", "left"), "12mm")
        assert len(PdfReader(BytesIO(page.pdf(format=paper, margin=margin))).pages) == 1, paper

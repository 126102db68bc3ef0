"""The reading room over HTTP: what a stranger reads, and what is never kept of them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text, update

from shop.catalog.models import Stock, Variant
from shop.content import Content
from shop.db import writing
from tests.pages import Page
from tests.reading_room import use_words
from tests.rows import every_row

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DESK = "/learn/desk-day"
PAGES = (
    "/learn",
    "/learn/causes",
    "/learn/effects",
    DESK,
    "/learn/stride",
    "/learn/two-neighbors",
    f"{DESK}/steps/seat-set-up",
    f"{DESK}/feedback",
    "/medical-note",
    "/returns",
    "/privacy",
    "/accessibility",
    "/contact",
)
FILES = ("/learn/feed.xml", "/learn/desk-day.md", "/sitemap.xml", "/robots.txt", "/llms.txt")


def look(reader: FlaskClient, address: str, status: int = 200) -> Page:
    """Open a page."""
    response = reader.get(address)
    assert response.status_code == status, address
    return Page(response.text)


def change(room: Flask, statement: object) -> None:
    """Change rows of the catalogue."""
    with writing(room.extensions["shop"].engine) as session:
        session.execute(statement)  # type: ignore[call-overload]


@SQLITE
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_sound_html(reader: FlaskClient, address: str) -> None:
    page = look(reader, address)
    assert not page.open
    assert len(page.all("h1")) == 1
    assert len(page.anchors) == len(set(page.anchors))
    assert page.all("main", id="main")
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    for label in [found["aria-labelledby"] for _, found in page.tags if "aria-labelledby" in found]:
        assert set(label.split()) <= set(page.anchors), label


@SQLITE
@pytest.mark.parametrize("address", PAGES)
def test_no_page_has_style_or_script_of_its_own_or_loads_from_elsewhere(
    reader: FlaskClient, address: str
) -> None:
    page = look(reader, address)
    assert not page.all("style")
    for tag, attributes in page.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        if tag == "script" and attributes.get("type") != "application/ld+json":
            assert attributes["src"].startswith("/static/")
        for name in ("src", "srcset", "action"):
            assert attributes.get(name, "/").startswith("/"), (tag, attributes)


@SQLITE
@pytest.mark.parametrize("address", [*PAGES, *FILES])
def test_the_pages_are_the_same_for_everybody_and_may_be_kept(
    room: Flask, reader: FlaskClient, address: str
) -> None:
    first = reader.get(address)
    other = room.test_client()
    for name, value in {"cart_count": "3", "cart": "x", "session": "y", "staff": "z"}.items():
        other.set_cookie(name, value)
    second = other.get(address, headers={"User-Agent": "another", "Accept-Language": "de"})
    assert first.status_code == 200
    assert first.data == second.data
    assert not [answer for answer in (first, second) if "Set-Cookie" in answer.headers]
    assert first.headers["Cache-Control"].startswith("public")


@SQLITE
def test_reading_changes_no_row(engine: Engine, reader: FlaskClient) -> None:
    before = every_row(engine)
    for address in (*PAGES, *FILES):
        for headers in ({}, {"Sec-Purpose": "prefetch"}):
            reader.get(address, headers=headers)
            reader.head(address, headers=headers)
    assert every_row(engine) == before


@SQLITE
def test_an_article_says_everything_in_its_order(reader: FlaskClient) -> None:
    text = look(reader, DESK).text
    order = [
        "Home", "A day at the desk, and the front of your hips", "What a day in a chair asks", "By Aletha",
        "Published November 20, 2026", "Updated November 23, 2026", "1 min read", "2 sources",
        "We make the tools mentioned here.", "The short answer", "Hours in a chair", "See the Hip Hook",
        "On this page", "You sit down", "The psoas comes from the spine", "Hip Hook", "$149.00", "In stock",
        "Set up the seat", "Height.", "In the evening", "When to see a clinician", "Get help now if",
        "See a clinician soon if", "your back hurts more with every week", "Is a standing desk better?",
        "It is a change of position", "Key points", "A short pause is a start", "Sources", "Another: Sitting",
        "It does not diagnose", "Where to go from here", "Ease it", "Understand it", "Was this useful?",
        "Read next", "After this",
    ]  # fmt: skip
    at = -1
    for words in order:
        assert words in text[at + 1 :], f"{words!r} does not come after what stands before it"
        at = text.index(words, at + 1)


@SQLITE
def test_the_contents_list_leads_to_every_part(reader: FlaskClient) -> None:
    page = look(reader, DESK)
    links = [link["href"] for link in page.all("a")]
    for anchor in ("in-the-chair", "set-up", "evening", "clinician", "questions", "key-points", "sources"):
        assert f"#{anchor}" in links
        assert anchor in page.anchors


@SQLITE
def test_every_citation_leads_to_its_source_and_back(reader: FlaskClient) -> None:
    page = look(reader, DESK)
    cited = [link for link in page.all("a") if link["href"].startswith("#source-")]
    back = [link["href"] for link in page.all("a", class_="sources__back")]
    assert len(cited) == 5
    assert sorted(f"#{link['id']}" for link in cited) == sorted(back)
    assert {link["href"].removeprefix("#") for link in cited} <= set(page.anchors)


@SQLITE
def test_the_people_behind_an_article_are_those_of_the_settings(
    reader: FlaskClient, with_setting: Callable[..., None]
) -> None:
    assert "reviewed by" not in look(reader, DESK).text
    with_setting(shop_author="Jo Writer, PT", shop_reviewer="Dr. Ann Reader")
    page = look(reader, DESK)
    assert "By Jo Writer, PT, reviewed by Dr. Ann Reader" in page.text
    node = page.node("Article")
    assert node["author"] == {"@type": "Person", "name": "Jo Writer, PT"}
    assert node["reviewedBy"] == {"@type": "Person", "name": "Dr. Ann Reader"}


@SQLITE
def test_a_product_inside_an_article_has_the_price_and_stock_of_now(room: Flask, reader: FlaskClient) -> None:
    change(room, update(Variant).where(Variant.sku == "HOOK-1").values(price_amount=15025))
    change(room, update(Stock).where(Stock.sku == "HOOK-1").values(held=Stock.on_hand))
    text = look(reader, DESK).text
    assert "$150.25 Sold out" in text
    assert "$149.00" not in text


@SQLITE
def test_a_product_that_is_not_for_sale_is_not_offered(room: Flask, reader: FlaskClient) -> None:
    change(room, update(Variant).where(Variant.sku == "HOOK-1").values(active=False))
    page = look(reader, DESK)
    assert not page.all("a", href="/products/hip-hook", class_="")
    assert "Fingers rarely reach" not in page.text
    assert "See the Hip Hook" not in page.text
    assert "Understand it" in page.text


@SQLITE
def test_muscles_can_be_shown_one_by_one_without_a_script_where_anatomy_is_taught(
    reader: FlaskClient,
) -> None:
    page = look(reader, "/learn/two-neighbors")
    choices = page.all("input", type="radio", name="figure-2-muscle")
    assert [choice["value"] for choice in choices] == ["both", "psoas", "iliacus"]
    assert [choice["value"] for choice in choices if "checked" in choice] == ["both"]
    assert not look(reader, DESK).all("input", type="radio")


@SQLITE
def test_a_leading_drawing_that_stands_in_the_text_does_not_also_stand_above_it(reader: FlaskClient) -> None:
    assert len(look(reader, DESK).all("img", src="/static/img/plates/two-muscles.svg")) == 1


@SQLITE
def test_the_leading_drawing_stands_above_a_text_that_does_not_show_it(reader: FlaskClient) -> None:
    drawing = look(reader, "/learn/stride").all("img", src="/static/img/plates/seat-height.svg")[0]
    assert drawing["alt"].startswith("The height of the seat.")
    assert "lazy" in drawing["loading"]


@SQLITE
@pytest.mark.parametrize("demo", [True, False])
def test_a_drawing_that_is_missing_is_named_in_the_demo_and_left_out_of_a_live_shop(
    room: Flask, reader: FlaskClient, demo: bool
) -> None:
    room.jinja_env.globals["shop"] = replace(room.jinja_env.globals["shop"], demo=demo)
    said = look(reader, "/learn/two-neighbors").text
    assert ("The drawing “drawing-that-is-not-there” is still to come." in said) == demo
    assert "A drawing that is still to be made." in said


@SQLITE
def test_an_article_that_is_not_there_is_not_found(reader: FlaskClient) -> None:
    for address in (
        "/learn/nothing",
        "/learn/nothing.md",
        "/learn/nothing/feedback",
        f"{DESK}/steps/nothing",
    ):
        assert "This page is not here" in look(reader, address, 404).text


@SQLITE
def test_the_index_shows_the_lead_the_start_the_shelves_and_every_topic(reader: FlaskClient) -> None:
    page = look(reader, "/learn")
    for words in ("What tightens hips 22", "What people feel 44", "Everyday causes 1", "How to ease them 1"):
        assert words in page.text
    assert "lead-two-muscles-title" in page.anchors
    assert page.text.index("Start here") < page.text.index("What do you do all day?")
    for slug in ("desk-day", "stride", "two-neighbors"):
        assert page.all("a", href=f"/learn/{slug}")
    assert page.all("a", href="/free-chapter")


@SQLITE
def test_the_picker_only_finds_reading(reader: FlaskClient) -> None:
    for address in ("/", "/learn"):
        page = look(reader, address)
        assert page.all("a", href="/learn/causes#heavy-lifting"), address
        assert page.all("a", href="/learn/effects#thigh"), address
        assert "They cannot tell you what is wrong" in page.text
        assert not page.all("input", type="checkbox")


@SQLITE
def test_a_room_without_articles_still_has_its_pages(
    room: Flask, reader: FlaskClient, words: Content
) -> None:
    use_words(room, replace(words, articles={}))
    for address in ("/", "/learn", "/learn/causes", "/learn/effects"):
        page = look(reader, address)
        assert not [link for link in page.all("a") if re.fullmatch(r"/learn/[a-z-]+-[a-z-]+", link["href"])]
    assert reader.get("/learn/feed.xml").status_code == 200


@SQLITE
@pytest.mark.parametrize(("kind", "count"), [("causes", 22), ("effects", 44)])
def test_a_hub_names_every_topic_and_says_which_are_planned(
    room: Flask, reader: FlaskClient, words: Content, kind: str, count: int
) -> None:
    page = look(reader, f"/learn/{kind}")
    topics = [topic for group in getattr(words.topics, kind) for topic in group.topics]
    assert len(topics) == count
    for topic in topics:
        assert topic.slug in page.anchors
        assert topic.name in page.text
    assert page.text.count("Planned ") >= count
    some = replace(words.articles["desk-day"], slug=topics[0].nearest)
    groups = getattr(words.topics, kind)
    topic = replace(topics[0], article=some.slug)
    written = replace(groups[0], topics=(topic, *groups[0].topics[1:]))
    topics_now = replace(words.topics, **{kind: (written, *groups[1:])})
    use_words(room, replace(words, articles={some.slug: some}, topics=topics_now))
    after = look(reader, f"/learn/{kind}")
    assert after.all("a", href=f"/learn/{some.slug}")
    assert after.text.count("Planned ") < page.text.count("Planned ")


@SQLITE
def test_a_planned_topic_leads_to_the_nearest_article(
    room: Flask, reader: FlaskClient, words: Content
) -> None:
    nearest = replace(words.articles["stride"], slug="hip-pain-after-running")
    use_words(room, replace(words, articles={nearest.slug: nearest}))
    text = look(reader, "/learn/causes").text
    assert "Planned Until then, read: What your stride asks of your hips" in text


@SQLITE
def test_a_product_lists_the_articles_that_explain_it(reader: FlaskClient) -> None:
    page = look(reader, "/products/hip-release-ball")
    assert "Articles that explain it" in page.text
    assert page.all("a", href="/learn/stride")
    assert look(reader, "/products/complete-program").all("a", href=DESK)


@SQLITE
def test_the_front_page_has_the_latest_articles(reader: FlaskClient) -> None:
    text = look(reader, "/").text
    assert text.index("Two neighbors in your pelvis") < text.index("What your stride asks of your hips")


@SQLITE
def test_the_steps_can_be_printed_on_a_sheet_of_their_own(reader: FlaskClient) -> None:
    assert look(reader, DESK).all("a", href=f"{DESK}/steps/seat-set-up")
    page = look(reader, f"{DESK}/steps/seat-set-up")
    assert page.text.index("Height.") < page.text.index("Back.") < page.text.index("Pause.")
    assert len([anchor for anchor in page.anchors if anchor.endswith("-seat-height-title")]) == 2
    assert page.all("link", rel="canonical", href=f"http://127.0.0.1:8000{DESK}")
    assert "never press in the groin fold" in page.text


@SQLITE
def test_a_video_is_linked_below_the_steps_only_where_its_address_is_known(
    room: Flask, reader: FlaskClient, words: Content
) -> None:
    addresses = (DESK, "/products/hip-hook", f"{DESK}.md")
    assert not [address for address in addresses if "video" in reader.get(address).text]
    lesson = "https://video.example/watch?v=1&list=2"
    desk = replace(words.articles["desk-day"], video=lesson)
    hook = replace(words.products["hip-hook"], video=lesson)
    use_words(
        room,
        replace(words, articles={"desk-day": desk}, products={**words.products, "hip-hook": hook}),
    )
    for address in addresses[:2]:
        page = look(reader, address)
        assert len(page.all("a", href=lesson)) == 1, address
        assert "Watch these steps in a video, on another site" in page.text
    assert f"A video shows the steps: {lesson}\n" in reader.get(f"{DESK}.md").text


@SQLITE
def test_the_medical_note_has_all_three_lists(reader: FlaskClient, words: Content) -> None:
    text = look(reader, "/medical-note").text
    for checklist in (words.safety.emergency, words.safety.soon, words.safety.ask_first):
        assert checklist.title in text
        assert all(item.striptags() in text for item in checklist.items)


# --- Was this useful? ---


def counted(engine: Engine) -> list[tuple[str, str, int, int]]:
    """What was counted: article, day, yes, no."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT slug, counted_on, useful_yes, useful_no FROM article_days"))
        return sorted((slug, str(on), yes, no) for slug, on, yes, no in rows)


def test_answers_are_totals_of_a_day_and_nothing_else(engine: Engine, reader: FlaskClient) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 4, 30, tzinfo=UTC), tick=False):  # still the 23rd there
        for useful in ("yes", "no", "yes"):
            response = reader.post(f"{DESK}/feedback", data={"useful": useful})
            assert (response.status_code, response.location) == (303, f"{DESK}/feedback")
            assert "Set-Cookie" not in response.headers
    with time_machine.travel(datetime(2026, 11, 24, 5, 30, tzinfo=UTC), tick=False):
        reader.post(f"{DESK}/feedback", data={"useful": "yes"})
    assert counted(engine) == [("desk-day", "2026-11-23", 2, 1), ("desk-day", "2026-11-24", 1, 0)]
    everything = str(every_row(engine))
    assert "127.0.0.1" not in everything


@SQLITE
def test_somebody_who_answers_is_thanked(reader: FlaskClient) -> None:
    page = Page(reader.post(f"{DESK}/feedback", data={"useful": "no"}, follow_redirects=True).text)
    assert "Your answer is counted." in page.text
    assert page.all("a", href=DESK)


@SQLITE
@pytest.mark.parametrize(
    "typed", [{}, {"useful": ""}, {"useful": "maybe"}, {"useful": "yes\0"}, {"x": "yes"}]
)
def test_an_answer_that_is_none_changes_nothing(
    engine: Engine, reader: FlaskClient, typed: dict[str, str]
) -> None:
    before = every_row(engine)
    assert reader.post(f"{DESK}/feedback", data=typed).status_code == 400
    assert every_row(engine) == before


@SQLITE
def test_an_answer_about_nothing_is_not_found(engine: Engine, reader: FlaskClient) -> None:
    assert reader.post("/learn/nothing/feedback", data={"useful": "yes"}).status_code == 404
    assert counted(engine) == []


@SQLITE
def test_an_answer_from_another_site_is_refused(engine: Engine, reader: FlaskClient) -> None:
    response = reader.post(
        f"{DESK}/feedback", data={"useful": "yes"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403
    assert counted(engine) == []


@SQLITE
def test_a_program_that_answers_all_day_is_stopped(engine: Engine, reader: FlaskClient) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 15, 0, tzinfo=UTC), tick=False):
        codes = [reader.post(f"{DESK}/feedback", data={"useful": "yes"}).status_code for _ in range(22)]
    assert codes == [303] * 20 + [429] * 2
    assert counted(engine) == [("desk-day", "2026-11-24", 20, 0)]

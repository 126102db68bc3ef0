"""An article: what is read from its file, what is refused with its line, and what never reaches a page."""

import shutil
from pathlib import Path

import pytest

from shop.content import WordsRefused, read_content
from shop.content.articles import Article, read_article, read_articles
from shop.content.body import Figure, Offer, Procedure, Prose
from shop.content.formatting import TAGS
from tests.content.test_words import tags
from tests.reading_room import HERE, copy_words

DESK = "articles/pain/desk-day.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The words with the tests' articles, to be changed."""
    return copy_words(tmp_path / "content")


def read(folder: Path) -> tuple[Article, list[WordsRefused]]:
    """The article about the desk, and what is wrong with it."""
    return read_article(folder / DESK, folder)


def change(folder: Path, before: str, after: str, name: str = DESK) -> None:
    """Change the words of a file."""
    path = folder / name
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))


def test_an_article_is_cut_into_pieces_in_their_order(folder: Path) -> None:
    article, faults = read(folder)
    assert not faults
    kinds = [type(piece) for piece in article.pieces]
    assert kinds == [Prose, Figure, Prose, Offer, Prose, Procedure, Prose]
    assert [(heading.level, heading.key) for heading in article.headings] == [
        (2, "in-the-chair"),
        (3, "getting-up"),
        (2, "set-up"),
        (2, "evening"),
    ]
    assert [heading.key for heading in article.contents] == ["in-the-chair", "set-up", "evening"]


def test_a_product_stands_at_the_end_of_the_section_that_names_it(folder: Path) -> None:
    article, _ = read(folder)
    pieces = list(article.pieces)
    [offer] = [piece for piece in pieces if isinstance(piece, Offer)]
    before, after = (pieces[pieces.index(offer) + step] for step in (-1, 1))
    assert (offer.product, offer.words) == (
        "hip-hook",
        "Fingers rarely reach the <em>iliacus</em>; the Hook was made for it.",
    )
    assert "held short</td>" in before.html
    assert after.html.startswith('<h2 id="set-up">')


def test_a_product_below_the_last_section_stands_at_the_end(folder: Path) -> None:
    change(folder, "after: in-the-chair", "after: evening")
    article, _ = read(folder)
    assert isinstance(article.pieces[-1], Offer)


def test_a_product_below_a_small_heading_ends_with_it(folder: Path) -> None:
    change(folder, "after: in-the-chair", "after: getting-up")
    change(folder, "## Set up the seat", "### Another {#another}\n\nMore.\n\n## Set up the seat")
    article, _ = read(folder)
    after = article.pieces[[type(piece) for piece in article.pieces].index(Offer) + 1]
    assert after.html.startswith('<h3 id="another">')


def test_a_figure_has_its_drawing_and_caption(folder: Path) -> None:
    article, _ = read(folder)
    [figure] = [piece for piece in article.pieces if isinstance(piece, Figure)]
    assert (figure.key, figure.plate) == ("figure-1", "two-muscles")
    assert figure.caption.startswith("The <em>psoas</em> comes from the spine")


def test_steps_keep_their_words_and_drawings_apart(folder: Path) -> None:
    article, _ = read(folder)
    [procedure] = [piece for piece in article.pieces if isinstance(piece, Procedure)]
    assert procedure.key == "seat-set-up"
    assert [(step.key, step.plate) for step in procedure.steps] == [
        ("seat-set-up-1", "seat-height"),
        ("seat-set-up-2", ""),
        ("seat-set-up-3", "seat-height"),
    ]
    assert procedure.steps[0].html.count("<p>") == 2
    assert "<strong>Height.</strong>" in procedure.steps[0].html
    assert not [step for step in procedure.steps if "<img" in step.html]


def test_a_drawing_may_stand_above_the_words_of_its_step(folder: Path) -> None:
    change(folder, "1. ![](seat-height)\n   **Height.**", "1. ![](seat-height)\n\n   **Height.**")
    article, faults = read(folder)
    [procedure] = [piece for piece in article.pieces if isinstance(piece, Procedure)]
    assert not faults
    assert procedure.steps[0].html.startswith("<p><strong>Height.")


def test_sources_are_numbered_in_the_order_in_which_they_are_cited(folder: Path) -> None:
    article, _ = read(folder)
    assert [(source.number, source.key, source.calls) for source in article.sources] == [
        (1, "short", 3),
        (2, "pause", 2),
    ]
    assert article.sources[1].address == "https://doi.org/10.1000/pause"
    assert '<sup class="cite"><a href="#source-1" id="cited-1-1" aria-label="Source 1">1</a></sup>' in (
        article.short_answer
    )
    assert 'id="cited-2-1"' in article.questions[0].answer
    assert 'id="cited-2-2"' in article.key_points[1]


def test_the_same_source_cited_twice_has_two_ways_back(folder: Path) -> None:
    article, _ = read(folder)
    [figure] = [piece for piece in article.pieces if isinstance(piece, Figure)]
    assert 'id="cited-1-3"' in figure.caption


def test_straight_quotation_marks_are_set_as_printers_do(folder: Path) -> None:
    article, _ = read(folder)
    assert "“feels” like a rope" in article.pieces[0].html


def test_reading_time_follows_the_words(folder: Path) -> None:
    article, _ = read(folder)
    assert article.minutes == 1
    change(folder, "Lie down, and let", "Lie down, " * 1000 + "and let")
    longer, _ = read(folder)
    assert longer.minutes == round((article.words + 1998) / 220)


def test_articles_come_in_the_order_of_their_series(folder: Path) -> None:
    articles, faults = read_articles(folder)
    assert not faults
    assert list(articles) == ["desk-day", "stride", "two-neighbors"]


@pytest.mark.parametrize(
    ("before", "after", "line", "complaint"),
    [
        ('title: "A day at the desk, and the front of your hips"\n', "", 1, "the header needs title:"),
        ("kind: cause", "kind: story", 5, "kind: must be one of cause, how-to, anatomy, overview"),
        ("activities: [sit]", "activities: [sit, sleep]", 6, "activities: may hold sit, drive"),
        ("published: 2026-11-20", "published: soon", 12, "the header needs published: with a day"),
        ("plate: two-muscles\n", "", 1, "the header needs plate:"),
        ("position: 1", "position: first", 11, "series.position: must be a whole number"),
        ("understand: free-chapter", "understand: chapter", 17, "understand: is free-chapter or none"),
        ("key_points:\n", "colour: red\nkey_points:\n", 24, "colour: is not a field of an article"),
        (
            "plate: two-muscles\n",
            "plate: two-muscles\nvideo: javascript:alert(1)\n",
            15,
            "video: is an address",
        ),
        ("after: in-the-chair, ", "", 22, "each entry of calls.inline: needs after: and product: and words:"),
        ("after: in-the-chair", "after: nowhere", 22, "no heading of the text ends with {#nowhere}"),
        ("doi: 10.1000/pause", "doi: ''", 37, "each entry of sources:"),
        (", doi: 10.1000/pause", "", 37, "a source needs doi:"),
        ("id: short,", "id: pause,", 38, "the source id pause stands here a second time"),
        ("all the while[^short]", "all the while[^shrot]", 44, "[^shrot] is not the id of a source"),
        (" {#in-the-chair}", "", 42, "end the heading with its anchor"),
        ("{#set-up}", "{#evening}", 79, "#evening stands here a second time"),
        ("{#set-up}", "{#sources}", 59, "#sources stands here a second time, or is a name that the page"),
        ("## What happens", "# What happens", 42, "a heading begins with ## or ###"),
        ("## In the evening", "#### In the evening", 79, "a heading begins with ## or ###"),
        (
            "## What happens in the chair",
            "### What happens in the chair",
            42,
            "### comes below a heading with ##",
        ),
        ("::: figure two-muscles", "::: figure", 46, "write ::: figure and one name"),
        ("::: figure two-muscles", "::: figure Two Muscles", 46, "write ::: figure and one name"),
        (
            "The *psoas* comes from the spine, the *iliacus* from the bowl of the pelvis[^short].\n",
            "",
            46,
            "the figure two-muscles needs one caption line",
        ),
        ("::: steps seat-set-up\n", "::: steps seat-set-up\nFirst:\n\n", 61, "are one ordered list"),
        ("![](seat-height)\n   **Pause", "![](Seat height)\n   **Pause", 67, "a drawing stands in"),
        ("![](seat-height)\n   **Pause", "![](Seat.png)\n   **Pause", 67, "write ![](name)"),
        ("Lie down, and", "![](two-muscles) Lie down, and", 81, "a drawing stands in ::: figure"),
        (
            "In the author's practice",
            "::: figure two-muscles\nWords.\n:::\n\nIn practice",
            76,
            "a figure or steps cannot stand inside another box",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(
    folder: Path, before: str, after: str, line: int, complaint: str
) -> None:
    change(folder, before, after)
    _, faults = read(folder)
    assert any(fault.line == line and complaint in fault.message for fault in faults), [
        str(fault) for fault in faults
    ]
    with pytest.raises(WordsRefused, match=r"articles/pain/desk-day\.md, line \d+: "):
        read_content(folder)


def test_every_mistake_of_a_file_is_named_at_once(folder: Path) -> None:
    change(folder, "kind: cause", "kind: story")
    change(folder, " {#evening}", "")
    _, faults = read(folder)
    assert [fault.line for fault in faults] == [5, 79]


def test_two_articles_of_one_name_are_refused(folder: Path) -> None:
    (folder / "articles/other").mkdir()
    shutil.copy(folder / DESK, folder / "articles/other")
    with pytest.raises(WordsRefused, match="another article has the file name desk-day"):
        read_content(folder)


def test_a_shop_can_open_without_the_article_that_has_a_mistake(folder: Path) -> None:
    change(folder, "kind: cause", "kind: story")
    told: list[WordsRefused] = []
    content = read_content(folder, left_out=told.append)
    assert list(content.articles) == ["stride", "two-neighbors"]
    assert [str(fault) for fault in told] == [
        f"{DESK}, line 5: kind: must be one of cause, how-to, anatomy, overview."
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<p style="position:fixed">over everything</p>',
        "</div></article></main><h1>My page</h1>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '[x](/learn "a\\" onclick=\\"alert(1)")',
        "<svg><script>alert(1)</script></svg>",
        "&lt;script&gt; <a href=x id=main>",
        "a[^short<script>]",
        "`<b onclick=alert(1)>`",
    ],
)
def test_a_writer_cannot_break_the_page(folder: Path, hostile: str) -> None:
    for place in (
        "Lie down, and let the hips",
        "**Stop** when",
        "Your feet rest flat.",
        "*psoas* comes from the spine",
    ):
        change(folder, place, f"{hostile} {place}")
    article, _ = read(folder)
    [figure] = [piece for piece in article.pieces if isinstance(piece, Figure)]
    [procedure] = [piece for piece in article.pieces if isinstance(piece, Procedure)]
    html = [piece.html for piece in article.pieces if isinstance(piece, Prose)]
    for tag, attributes in tags("".join([*html, figure.caption, *(step.html for step in procedure.steps)])):
        assert tag in TAGS
        assert not {name for name in attributes if name.startswith("on")} | (
            {"style", "src"} & set(attributes)
        )
        assert not (attributes.get("href") or "").startswith(("javascript", "data"))
        assert attributes.get("id") != "main"


def test_the_tests_articles_are_whole() -> None:
    assert sorted(path.name for path in (HERE / "content/articles/pain").glob("*.md")) == [
        "desk-day.md",
        "stride.md",
        "two-neighbors.md",
    ]

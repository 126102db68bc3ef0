"""The words: what is read, what is refused, and what reaches a page."""

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from shop.config import ROOT
from shop.content import WordsMissing, WordsRefused, look, markdown, markdown_line, read_content
from shop.errors import Reason, Refused

PRODUCT = """---
title: A hook
summary: It hooks.
purpose: For the *psoas*.
pictures:
  - file: hook
    alt: A hook.
---
About it.

## Ask first {#safety}

- when in doubt

## Steps {#how}

1. Begin.

## Four ways {#comparison}

It is one of them.

## What is in the box {#box}

- one

## Specifications {#specifications}

| What | Value |
|---|---|
| Weight | 1 g |

## Questions {#questions}

### Why?

Because.

### How?

Like *this*.
"""
PHRASES = """refusals:
  sold_out: "{name} is sold out."
plain: "Just words."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder with one product, one letter and two phrases."""
    (tmp_path / "products").mkdir()
    (tmp_path / "products" / "hook.md").write_text(PRODUCT)
    (tmp_path / "emails").mkdir()
    (tmp_path / "emails" / "hello.md").write_text("---\nsubject: Hello {name}\n---\nGood to *see* you.\n")
    (tmp_path / "phrases.yaml").write_text(PHRASES)
    for name in ("topics.yaml", "comparison.yaml", "safety.yaml", "redirects.yaml"):
        shutil.copy(ROOT / "content" / name, tmp_path)
    for name in ("chapter", "pages"):
        shutil.copytree(ROOT / "content" / name, tmp_path / name)
    return tmp_path


def change(folder: Path, before: str, after: str) -> None:
    """Change the product's words."""
    path = folder / "products" / "hook.md"
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))


def test_a_product_is_read_with_its_sections_and_questions(folder: Path) -> None:
    words = read_content(folder).product("hook")
    assert words.purpose == "For the <em>psoas</em>."
    assert list(words.sections) == [
        "about",
        "safety",
        "how",
        "comparison",
        "box",
        "specifications",
        "questions",
    ]
    assert words.sections["about"].html == "<p>About it.</p>\n"
    assert words.sections["safety"].title == "Ask first"
    assert [asked.question for asked in words.sections["questions"].questions] == ["Why?", "How?"]
    assert "<td>1 g</td>" in words.sections["specifications"].html


def test_a_phrase_has_its_blanks_filled(folder: Path) -> None:
    content = read_content(folder)
    assert content.phrase("refusals.sold_out", name="Hook {name}", unused=1) == "Hook {name} is sold out."
    assert content.refusal(Refused(Reason.SOLD_OUT, name="Hook")) == "Hook is sold out."


def test_a_blank_without_a_value_is_an_error(folder: Path) -> None:
    with pytest.raises(WordsMissing, match=r"'refusals.sold_out' needs a value for \{name\}"):
        read_content(folder).phrase("refusals.sold_out")


def test_words_that_do_not_exist_are_an_error(folder: Path) -> None:
    content = read_content(folder)
    with pytest.raises(WordsMissing, match="no phrase 'nothing'"):
        content.phrase("nothing")
    with pytest.raises(WordsMissing, match=r"content/products/nothing\.md"):
        content.product("nothing")
    with pytest.raises(WordsMissing, match=r"content/emails/nothing\.md"):
        content.letter("nothing")


def test_a_letter_keeps_its_blanks_for_the_one_who_sends_it(folder: Path) -> None:
    letter = read_content(folder).letter("hello")
    assert (letter.subject, letter.body) == ("Hello {name}", "Good to *see* you.\n")


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("title: A hook\n", "", r"products/hook.md, line 1: the header needs title"),
        ("summary: It hooks.", "summary: [1]", r"products/hook.md, line 3: the header needs summary"),
        ("purpose: For", "purpose: a: b: For", r"products/hook.md, line 4: the header is not YAML"),
        ("summary:", "colour: red\nsummary:", r"line 3: colour: is not a field"),
        ("    alt: A hook.\n", "", r"line 6: each entry of pictures: needs file: and alt:"),
        ("pictures:\n  - file: hook\n    alt: A hook.\n", "", r"a product needs at least one picture"),
        (
            "{#safety}",
            "{#saftey}",
            r"products/hook.md, line 11: end the heading with the name of its section",
        ),
        (" {#safety}", "", r"products/hook.md, line 11: end the heading"),
        ("{#box}", "{#safety}", r"products/hook.md, line 23: the section \{#safety\} stands here a second"),
        ("## Steps {#how}", "", r"the section \{#how\} is missing"),
        ("It is one of them.", "", r"the section \{#comparison\} is missing or empty"),
        ("- when in doubt\n", "", r"the section \{#safety\} is missing or empty"),
        ("---\ntitle", "title", r"products/hook.md, line 1: begin the file with a line ---"),
        ("pictures:", "complete_with:\n  - nothing\npictures:", r"line 6: complete_with: names 'nothing'"),
    ],
)
def test_a_mistake_in_a_product_is_named_with_its_line(
    folder: Path, before: str, after: str, complaint: str
) -> None:
    change(folder, before, after)
    with pytest.raises(WordsRefused, match=complaint):
        read_content(folder)


@pytest.mark.parametrize(
    ("phrases", "complaint"),
    [
        ('a: "x"\nb: "y\n', r"phrases.yaml, line 3: this is not YAML"),
        ('a: "x"\na: "y"\n', r"phrases.yaml, line 2: a stands here a second time"),
        ('a:\n  b: ""\n', r"phrases.yaml, line 2: a.b is empty"),
        ('a: "Only {Left} of it"\n', r"phrases.yaml, line 1: a is empty, or a blank"),
    ],
)
def test_a_mistake_in_the_phrases_is_named_with_its_line(folder: Path, phrases: str, complaint: str) -> None:
    (folder / "phrases.yaml").write_text(phrases)
    with pytest.raises(WordsRefused, match=complaint):
        read_content(folder)


def test_a_letter_without_a_subject_is_refused(folder: Path) -> None:
    (folder / "emails" / "hello.md").write_text("---\ntitle: x\n---\nWords.\n")
    with pytest.raises(WordsRefused, match=r"emails/hello.md, line 1: a letter needs a subject"):
        read_content(folder)


def test_a_changed_and_a_new_file_are_noticed(folder: Path) -> None:
    content = read_content(folder)
    assert look(folder) == content.seen
    path = folder / "phrases.yaml"
    path.write_text(PHRASES.replace("Just", "Only"))
    os.utime(path, ns=(1, 1))
    assert look(folder) != content.seen
    changed = read_content(folder)
    assert changed.phrase("plain") == "Only words."
    assert changed.version != content.version
    assert read_content(folder).version == changed.version
    (folder / "products" / "ball.md").write_text(PRODUCT)
    assert look(folder) != changed.seen


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """Every tag in a piece of HTML, with its attributes."""
    found: list[tuple[str, dict[str, str | None]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))  # type: ignore[method-assign]
    parser.feed(html)
    return found


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        '<p style="color:red">x</p>',
        "![x](https://elsewhere.example/x.png)",
        "| a |\n|--:|\n| <b onclick=x> |",
        "::: evil\nx\n:::",
    ],
)
def test_markdown_never_brings_script_style_or_foreign_pictures(hostile: str) -> None:
    for html in (markdown(hostile), markdown_line(hostile)):
        for tag, attributes in tags(html):
            assert tag in ("p", "a", "table", "thead", "tbody", "tr", "th", "td")
            assert not attributes


def test_html_that_a_writer_types_is_shown_as_text() -> None:
    assert markdown("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"


def test_a_warning_box_and_a_link_stay() -> None:
    html = markdown("::: warning\nSee [the shop](/shop).\n:::")
    assert html == '<div class="warning">\n<p>See <a href="/shop">the shop</a>.</p>\n</div>\n'


@pytest.mark.parametrize(
    ("slug", "ball", "hook"),
    [
        ("hip-hook", "<a>The Hip Release Ball</a>", "The Hip Hook (this page)"),
        ("gentle-start", "<a>The Hip Release Ball</a> (in this set)", "<a>The Hip Hook</a>"),
        (
            "complete-program",
            "<a>The Hip Release Ball</a> (in this set)",
            "<a>The Hip Hook</a> (in this set)",
        ),
        ("tight-hip-twisted-core", "<a>The Hip Release Ball</a>", "<a>The Hip Hook</a>"),
    ],
)
def test_one_table_of_ways_knows_the_page_it_stands_on(slug: str, ball: str, hook: str) -> None:
    table = read_content(ROOT / "content").product(slug).comparison
    assert 'href="/products/hip-release-ball"' in table
    names = re.findall(r"<tr>\n<td>(.*)</td>", re.sub(r' href="[^"]*"', "", table))
    assert names == ["Your own fingers", "A trained professional", ball, hook]


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        (
            "    know: Costs nothing",
            "    no: Costs nothing",
            r"comparison.yaml, line 10: each entry of ways:",
        ),
        ("know: Costs nothing", "know: Costs | nothing", r"comparison.yaml, line 12: a cell is one line"),
        ("here: this page\n", "", r"comparison.yaml, line 1: the header needs here:"),
    ],
)
def test_a_mistake_in_the_comparison_is_named_with_its_line(
    folder: Path, before: str, after: str, complaint: str
) -> None:
    path = folder / "comparison.yaml"
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(WordsRefused, match=complaint):
        read_content(folder)


def test_the_words_of_the_shop_can_be_read() -> None:
    content = read_content(ROOT / "content")
    assert len(content.products) == 7
    told = {words.sections["comparison"].html for words in content.products.values()}
    assert len(told) == 7  # each in its own words
    for words in content.products.values():
        assert words.sections["questions"].questions
        assert "<li>" in (words.sections.get("how") or words.sections["inside"]).html
        for picture in words.pictures:
            assert (ROOT / "static" / "img" / "products" / f"{picture.file}-700.jpg").exists()

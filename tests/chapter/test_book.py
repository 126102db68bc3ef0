"""The chapter as a book: links that work on paper, drawings in their dress, and the lists for safety."""

import json
import re
from collections.abc import Iterator

from shop.chapter.book import Book, book, dressed
from shop.chapter.press import DRESS
from shop.content import Content
from tests.chapter.conftest import PLATES

CLASS = re.compile(r'class="([^"]+)"')
# Groups that only say what belongs together.
BARE = {"plate", "plate-iliacus", "plate-psoas", "plate-labels"}


def nodes(value: object) -> Iterator[dict[str, object]]:
    """Every node in what the typesetter reads."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)


def test_every_link_leads_to_a_whole_address(made: Book) -> None:
    links = [str(node["href"]) for node in nodes(made.matter) if "href" in node]
    assert "https://shop.example/products/hip-hook" in links
    assert [link for link in links if not link.startswith("https://")] == []


def test_every_drawing_has_words_for_those_who_do_not_see_it(made: Book) -> None:
    drawings = [node for node in nodes(made.matter) if node.get("kind") == "figure"]
    assert {node["file"] for node in drawings} == set(made.drawings)
    assert len(drawings) >= 2
    assert all(len(str(node["alt"])) > 60 for node in drawings)


def test_every_class_in_the_drawings_has_a_dress_on_paper(made: Book) -> None:
    dress = DRESS.read_text()
    worn = {
        name for svg in made.drawings.values() for names in CLASS.findall(svg) for name in names.split()
    } - BARE
    assert [name for name in sorted(worn) if f".{name} " not in dress] == []


def test_a_drawing_is_dressed_once_and_each_label_gets_a_halo() -> None:
    svg = '<svg viewBox="0 0 9 9"><text class="plate-label">psoas</text></svg>'
    assert dressed(svg, ".a { }") == (
        '<svg viewBox="0 0 9 9"><style>.a { }</style>'
        '<text class="plate-halo plate-label">psoas</text><text class="plate-label">psoas</text></svg>'
    )


def test_a_drawing_that_is_not_there_is_left_out_with_its_caption(content: Content) -> None:
    bare = book(content, lambda _: None, dress="", shop_name="", base_url="")
    assert bare.drawings == {}
    assert "figure" not in {node.get("kind") for node in nodes(bare.matter)}


def test_the_safety_lists_are_whole_and_marked_as_to_be_confirmed(made: Book, content: Content) -> None:
    printed = json.dumps(made.matter["safety"], ensure_ascii=False)
    safety = content.safety
    for checklist in (safety.emergency, safety.soon, safety.ask_first):
        assert checklist.title in printed
        assert all(item.striptags() in printed for item in checklist.items)
    assert content.phrase("chapter.safety_mark") in printed
    assert safety.disclaimer.striptags() in printed


def test_nothing_of_the_markdown_is_left_in_the_words(made: Book) -> None:
    words = " ".join(str(node["text"]) for node in nodes(made.matter) if node.get("kind") == "text")
    assert re.findall(r"\*|\{#|:::|\]\(|&[a-z]+;|<[a-z]", words) == []


def test_the_first_two_pieces_are_paragraphs_since_the_opening_is_set_around_a_large_letter(
    made: Book,
) -> None:
    pieces = made.matter["pieces"]
    assert isinstance(pieces, list)
    assert [piece["kind"] for piece in pieces[:2]] == ["p", "p"]


def test_every_drawing_that_the_chapter_names_exists(content: Content) -> None:
    named = [piece.plate for piece in content.chapter.pieces if hasattr(piece, "plate")]
    assert [name for name in (*named, *content.chapter.plates) if PLATES.get(name) is None] == []

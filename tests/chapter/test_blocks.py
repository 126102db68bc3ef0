"""Cleaned HTML becomes nodes that the typesetter can read, and no word is lost on the way."""

import pytest

from shop.chapter.blocks import Node, blocks


def text(words: str) -> Node:
    return {"kind": "text", "text": words}


@pytest.mark.parametrize(
    ("html", "nodes"),
    [
        ("<p>One\n  two</p>", [{"kind": "p", "inner": [text("One two")]}]),
        ("Fish &amp; chips", [text("Fish & chips")]),
        (
            '<p>A <em>psoas</em> <a href="/shop">here</a></p>',
            [
                {
                    "kind": "p",
                    "inner": [
                        text("A "),
                        {"kind": "em", "inner": [text("psoas")]},
                        text(" "),
                        {"kind": "a", "href": "/shop", "inner": [text("here")]},
                    ],
                }
            ],
        ),
        (
            '<h2 id="notes">Notes</h2>\n<ul>\n<li>one</li>\n</ul>\n',
            [
                {"kind": "h2", "id": "notes", "inner": [text("Notes")]},
                {"kind": "ul", "inner": [{"kind": "li", "inner": [text("one")]}]},
            ],
        ),
        (
            '<div class="note">\n<p>x<br>y</p>\n</div>',
            [
                {
                    "kind": "div",
                    "class": "note",
                    "inner": [{"kind": "p", "inner": [text("x"), {"kind": "br", "inner": []}, text("y")]}],
                }
            ],
        ),
    ],
)
def test_html_becomes_nodes(html: str, nodes: list[Node]) -> None:
    assert blocks(html) == nodes

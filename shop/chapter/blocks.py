"""The chapter's HTML as a tree of plain values, which the typesetter can read as JSON."""

import re
from html.parser import HTMLParser

# A block, or a run of words within one: {"kind": "p", "inner": [...]} or {"kind": "text", "text": "..."}.
Node = dict[str, object]

BLOCKS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "div", "blockquote"}
SPACE = re.compile(r"\s+")


def blocks(html: str) -> list[Node]:
    """Return cleaned HTML of the words as nodes.

    Every kind of tag becomes a node of that kind; ``id``, ``href`` and ``class`` come with it. Space between
    blocks goes, space within words is one blank, so that nothing but words is left to set.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    """Builds the tree; the innermost open node is the last of ``open``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: list[Node] = []
        self.open: list[list[Node]] = [self.root]
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a node."""
        inner: list[Node] = []
        self.open[-1].append({**{key: value or "" for key, value in attrs}, "kind": tag, "inner": inner})
        if tag not in ("br", "hr"):
            self.open.append(inner)
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the node."""
        if self.tags and self.tags[-1] == tag:
            self.tags.pop()
            self.open.pop()

    def handle_data(self, data: str) -> None:
        """Add words, unless it is only the space between two blocks."""
        if data.strip() or not (set(self.tags[-1:]) <= BLOCKS - {"p", "h2", "h3", "h4", "li"}):
            self.open[-1].append({"kind": "text", "text": SPACE.sub(" ", data)})

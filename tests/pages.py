"""A page as a test reads it: its tags, its words, its anchors."""

import json
import re
from html.parser import HTMLParser

VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """The tags and the words of a page. ``text`` leaves out what only machines read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.linked: list[dict[str, object]] = []
        self._words: list[str] = []
        self._machine = ""
        self.feed(html)
        self.text = re.sub(r"\s+", " ", "".join(self._words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> closes what is not open"
        if tag == "script" and self._machine:
            self.linked.append(json.loads(self._machine))
            self._machine = ""

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self._machine += data
        elif self.open and self.open[-1] not in ("style", "title", "desc"):
            self._words.append(data)

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            found
            for name, found in self.tags
            if name == tag and all(found.get(key) == value for key, value in wanted.items())
        ]

    @property
    def anchors(self) -> list[str]:
        """Every id of the page."""
        return [found["id"] for _, found in self.tags if "id" in found]

    def node(self, kind: str) -> dict[str, object]:
        """The one node of that kind of the page's JSON-LD."""
        nodes = [
            node
            for document in self.linked
            for node in document["@graph"]  # type: ignore[attr-defined]
            if kind == node["@type"] or (isinstance(node["@type"], list) and kind in node["@type"])
        ]
        assert len(nodes) == 1, f"{len(nodes)} nodes are a {kind}"
        return nodes[0]

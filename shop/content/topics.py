"""The topics that the shop writes about or means to: causes and effects, from content/topics.yaml."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shop.content.body import NAME
from shop.content.header import Header, read_yaml
from shop.content.memory import remembered

FILE = "topics.yaml"
KINDS = ("causes", "effects")


@dataclass(frozen=True)
class Topic:
    """A cause or an effect. ``article`` is about it, or empty; ``nearest`` is what to read until then."""

    slug: str
    name: str
    article: str
    nearest: str
    words: str


@dataclass(frozen=True)
class Group:
    """Topics that belong together; ``key`` is the anchor of their heading."""

    key: str
    name: str
    topics: tuple[Topic, ...]

    @property
    def count(self) -> int:
        """How many topics there are."""
        return len(self.topics)


@dataclass(frozen=True)
class Topics:
    """Every topic, written about or planned, in the order of the file."""

    causes: tuple[Group, ...]
    effects: tuple[Group, ...]


def read_topics(folder: Path) -> Topics:
    """Read the topics. Raises WordsRefused with file and line."""
    return _read_file(folder / FILE, folder)


@remembered
def _read_file(path: Path, folder: Path) -> Topics:
    header = read_yaml(path, folder)
    header.only(set(KINDS), FILE)
    topics = Topics(*(_read_kind(header, kind) for kind in KINDS))
    header.settle()
    return topics


def _read_kind(header: Header, kind: str) -> tuple[Group, ...]:
    seen: set[str] = set()
    groups = []
    for index in range(header.count(kind)):
        name = header.text(f"{kind}.{index}.group")
        key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        topics = tuple(_read_topics(header, f"{kind}.{index}.topics", seen))
        groups.append(Group(key, name, topics))
    anchors = [*seen, *(group.key for group in groups)]
    for twice in sorted({key for key in anchors if anchors.count(key) > 1}):
        header.complain(kind, f"{twice} is the name of a group and of a topic.")
    return tuple(groups)


def _read_topics(header: Header, way: str, seen: set[str]) -> Iterator[Topic]:
    for index, entry in enumerate(header.entries(way, ("slug", "name", "article", "nearest", "words"))):
        if not NAME.fullmatch(entry["slug"]) or entry["slug"] in seen:
            message = (
                f"the slug {entry['slug']} stands here a second time, or is not small letters and hyphens."
            )
            header.complain(f"{way}.{index}.slug", message)
        seen.add(entry["slug"])
        entry["article"] = "" if entry["article"] == "none" else entry["article"]
        yield Topic(**entry)

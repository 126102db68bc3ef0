"""Words that stand on many pages or on a page of their own: the safety lists, the leaves, the chapter."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from shop.content.articles import WORDS_A_MINUTE
from shop.content.body import Citations, Heading, Piece, read_body
from shop.content.formatting import markdown_line
from shop.content.header import Header, read_words, read_yaml
from shop.content.memory import remembered

CHECKLISTS = ("emergency", "soon", "ask_first")


@dataclass(frozen=True)
class Checklist:
    """A heading that ends in "if", and what comes after it."""

    title: str
    items: tuple[Markup, ...]


@dataclass(frozen=True)
class Safety:
    """When to get help at once, when soon, and who asks first; the same on every page."""

    emergency: Checklist
    soon: Checklist
    ask_first: Checklist
    disclaimer: Markup


@dataclass(frozen=True)
class Leaf:
    """A page of plain words, such as the medical note: content/pages/<slug>.md is the page /<slug>."""

    title: str
    summary: str
    updated_on: date
    pieces: tuple[Piece, ...]
    headings: tuple[Heading, ...]


@dataclass(frozen=True)
class Chapter:
    """The free chapter. ``plates`` are the drawings of its opening; the others stand in its pieces."""

    title: str
    subtitle: str
    plates: tuple[str, ...]
    updated_on: date
    pieces: tuple[Piece, ...]
    headings: tuple[Heading, ...]
    words: int
    file: Path

    @property
    def minutes(self) -> int:
        """How long it takes to read, in whole minutes."""
        return max(1, round(self.words / WORDS_A_MINUTE))


def read_safety(folder: Path) -> Safety:
    """Read content/safety.yaml. Raises WordsRefused with file and line."""
    return _read_safety(folder / "safety.yaml", folder)


@remembered
def _read_safety(path: Path, folder: Path) -> Safety:
    header = read_yaml(path, folder)
    header.only({*CHECKLISTS, "disclaimer"}, "safety.yaml")
    emergency, soon, ask_first = (_checklist(header, way) for way in CHECKLISTS)
    safety = Safety(emergency, soon, ask_first, markdown_line(header.text("disclaimer")))
    header.settle()
    return safety


def _checklist(header: Header, way: str) -> Checklist:
    items = tuple(markdown_line(line) for line in header.texts(f"{way}.items"))
    if not items:
        header.complain(way, f"{way}: needs title: and items:, a list of lines that begin with a dash.")
    return Checklist(header.text(f"{way}.title"), items)


def read_leaves(folder: Path) -> dict[str, Leaf]:
    """Read every page of plain words, by slug. Raises WordsRefused with file and line."""
    return {path.stem: _read_leaf(path, folder) for path in sorted((folder / "pages").glob("*.md"))}


@remembered
def _read_leaf(path: Path, folder: Path) -> Leaf:
    header, text, first_line = read_words(path, folder)
    header.only({"title", "summary", "updated"}, "this page")
    body = read_body(text, first_line, Citations(frozenset()), header.complain_at)
    leaf = Leaf(
        header.text("title"), header.text("summary"), header.day("updated"), body.pieces, body.headings
    )
    header.settle()
    return leaf


def read_chapter(folder: Path) -> Chapter:
    """Read content/chapter/chapter.md. Raises WordsRefused with file and line."""
    return _read_chapter(folder / "chapter" / "chapter.md", folder)


@remembered
def _read_chapter(path: Path, folder: Path) -> Chapter:
    header, text, first_line = read_words(path, folder)
    header.only({"title", "subtitle", "plates", "updated"}, "the chapter")
    body = read_body(text, first_line, Citations(frozenset()), header.complain_at)
    chapter = Chapter(
        title=header.text("title"),
        subtitle=header.text("subtitle"),
        plates=header.texts("plates"),
        updated_on=header.day("updated"),
        pieces=body.pieces,
        headings=body.headings,
        words=body.words,
        file=path,
    )
    header.settle()
    return chapter


# Stands for the new path of what was taken away for good.
GONE = "gone"


def read_redirects(folder: Path) -> dict[str, str]:
    """Read content/redirects.yaml: an old path and the path that took its place, or GONE, line by line."""
    header = read_yaml(folder / "redirects.yaml", folder)
    for way, new, line in header.leaves():
        path = new.startswith("/") and not new.startswith("//") and new not in header.fields
        if not way.startswith("/") or not (path or new == GONE):
            message = (
                "write /old: /new, both paths of this shop and the newest path on the right, or /old: gone."
            )
            header.complain_at(line, message)
    header.settle()
    return {way: new for way, new, _ in header.leaves()}

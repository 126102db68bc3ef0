"""The words about a product: content/products/<slug>.md. Prices and stock are never here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup

from shop.content.comparison import Comparison
from shop.content.formatting import markdown, markdown_line
from shop.content.header import Header, WordsRefused, read_words
from shop.content.memory import remembered

SECTIONS = ("about", "safety", "how", "inside", "comparison", "box", "specifications", "questions")
NEEDED_SECTIONS = ("about", "safety", "comparison", "box", "specifications", "questions")
FIELDS = {
    *("title", "summary", "purpose", "step", "highlights"),
    *("pictures", "cutout", "turntable", "plate"),
    *("complete_with", "articles_of", "sources", "reviewed", "video"),
}
SECTION_HEADING = re.compile(r"## +(?P<title>.+?) *\{#(?P<key>[a-z-]+)\}")


@dataclass(frozen=True)
class Picture:
    """A product picture: the stem of its files in static/img/products, and what is seen in it."""

    file: str
    alt: str


@dataclass(frozen=True)
class Source:
    """Where a statement comes from."""

    title: str
    address: str


@dataclass(frozen=True)
class Question:
    """A question that people ask, and its answer."""

    question: str
    answer: Markup


@dataclass(frozen=True)
class Section:
    """One part of a product's words; ``key`` is one of SECTIONS, ``questions`` is filled for that key."""

    key: str
    title: str
    html: Markup
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class ProductWords:
    """What content/products/<slug>.md says, and how it compares.

    ``plate`` is a drawing of static/img/plates that stands beside the steps, or empty; ``cutout``: the picture for
    cards; ``turntable``: the folder of pictures all around, or empty; ``articles_of``: products whose articles
    explain this one as well; ``comparison``: the table of all ways; ``video``: the address of a lesson that shows
    its steps, or empty.
    """

    slug: str
    title: str
    summary: str
    purpose: Markup
    step: str
    highlights: tuple[Markup, ...]
    pictures: tuple[Picture, ...]
    cutout: Picture
    turntable: str
    plate: str
    complete_with: tuple[str, ...]
    articles_of: tuple[str, ...]
    sources: tuple[Source, ...]
    reviewed: str
    video: str
    sections: Mapping[str, Section]
    comparison: Markup


@remembered
def read_product(path: Path, folder: Path, ways: Comparison) -> ProductWords:
    """Read one product's words; ``ways`` is what it is compared with. Raises WordsRefused with file and line."""
    header, body, first_line = read_words(path, folder)
    header.only(FIELDS, "a product")
    pictures = tuple(Picture(**entry) for entry in header.entries("pictures", ("file", "alt")))
    if not pictures and not header.faults:
        header.complain("pictures", "a product needs at least one picture, with file: and alt:.")
    articles_of = header.texts("articles_of")
    words = ProductWords(
        slug=path.stem,
        title=header.text("title"),
        summary=header.text("summary"),
        purpose=markdown_line(header.text("purpose")),
        step=header.text("step", needed=False),
        highlights=tuple(markdown_line(line) for line in header.texts("highlights")),
        pictures=pictures,
        cutout=_cutout(header, pictures),
        turntable=header.text("turntable", needed=False),
        plate=header.text("plate", needed=False),
        complete_with=header.texts("complete_with"),
        articles_of=articles_of,
        sources=tuple(Source(**entry) for entry in header.entries("sources", ("title", "address"))),
        reviewed=header.text("reviewed", needed=False),
        video=header.secure_address("video"),
        sections=_read_sections(header, body, first_line),
        comparison=ways.table(here=path.stem, inside=articles_of),
    )
    header.settle()
    return words


def check_neighbors(products: Sequence[ProductWords], folder: Path) -> None:
    """Raise WordsRefused when a product names another one that has no words."""
    known = {words.slug for words in products}
    for words in products:
        for field, slugs in (("complete_with", words.complete_with), ("articles_of", words.articles_of)):
            for index, slug in enumerate(slugs):
                if slug not in known or slug == words.slug:
                    header, _, _ = read_words(folder / "products" / f"{words.slug}.md", folder)
                    raise header.refuse(f"{field}.{index}", f"{field}: names {slug!r}, which has no words.")


def _cutout(header: Header, pictures: Sequence[Picture]) -> Picture:
    """The picture for cards: without ground when there is one, seen as in the first picture."""
    first = pictures[0] if pictures else Picture("", "")
    return replace(first, file=header.text("cutout", needed=False) or first.file)


def _read_sections(header: Header, body: str, first_line: int) -> dict[str, Section]:
    bodies: dict[str, tuple[str, list[str]]] = {"about": ("", [])}
    current = "about"
    number = first_line
    for number, line in enumerate(body.splitlines(), first_line):
        if not line.startswith("## "):
            bodies[current][1].append(line)
            continue
        heading = SECTION_HEADING.fullmatch(line)
        if heading is None or heading["key"] not in SECTIONS:
            names = ", ".join(f"{{#{key}}}" for key in SECTIONS if key != "about")
            raise WordsRefused(header.name, number, f"end the heading with the name of its section: {names}.")
        current = heading["key"]
        if current in bodies:
            raise WordsRefused(header.name, number, f"the section {{#{current}}} stands here a second time.")
        bodies[current] = (heading["title"], [])
    if not bodies.keys() & {"how", "inside"}:
        raise WordsRefused(header.name, number, "the section {#how} is missing (or {#inside}, of a book).")
    for key in NEEDED_SECTIONS:
        if not "".join(bodies.get(key, ("", []))[1]).strip():
            raise WordsRefused(header.name, number, f"the section {{#{key}}} is missing or empty.")
    return {key: _section(key, title, lines) for key, (title, lines) in bodies.items()}


def _section(key: str, title: str, lines: list[str]) -> Section:
    if key != "questions":
        return Section(key, title, markdown("\n".join(lines)))
    asked = re.split(r"^### +(.+)$", "\n".join(lines), flags=re.MULTILINE)
    questions = tuple(
        Question(question.strip(), markdown(answer))
        for question, answer in zip(asked[1::2], asked[2::2], strict=True)
    )
    return Section(key, title, markdown(asked[0]), questions)

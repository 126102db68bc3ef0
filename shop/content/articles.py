"""An article: content/articles/<shelf>/<slug>.md, read into a frozen value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from markupsafe import Markup

from shop.content.body import (
    Citations,
    Heading,
    Offer,
    Piece,
    Wanted,
    block_of_words,
    line_of_words,
    read_body,
)
from shop.content.header import Header, WordsRefused, read_words
from shop.content.memory import remembered
from shop.content.products import Question

KINDS = ("cause", "how-to", "anatomy", "overview")
ACTIVITIES = ("sit", "drive", "run", "lift", "stretch", "none")
FIELDS = {
    *("title", "summary", "short_answer", "kind", "activities", "causes", "effects", "products", "related"),
    *("series", "published", "updated", "plate", "next_step", "calls", "key_points", "see_clinician"),
    *("questions", "sources", "video"),
}
WORDS_A_MINUTE = 220
# What stands instead of a product or the chapter where nothing is to be offered.
NOTHING = "none"


@dataclass(frozen=True)
class Reference:
    """A numbered source of an article; ``calls`` is how often its words call it."""

    number: int
    key: str
    text: str
    year: str
    address: str
    calls: int


@dataclass(frozen=True)
class Series:
    """The place of an article among others that are read one after the other."""

    name: str
    position: int


@dataclass(frozen=True)
class NextStep:
    """Where a reader goes from here: a product that releases, the free chapter to understand, and why."""

    product: str
    chapter: bool
    words: Markup


@dataclass(frozen=True)
class Article:
    """What one article says. Slugs of other articles, topics and products may name what is not there (yet).

    ``raw`` and ``markdown`` are the header and the words below it as the writer typed them; ``video`` is the address of
    a lesson that shows its steps, or empty.
    """

    slug: str
    title: str
    summary: str
    short_answer: Markup
    kind: str
    activities: tuple[str, ...]
    causes: tuple[str, ...]
    effects: tuple[str, ...]
    products: tuple[str, ...]
    related: tuple[str, ...]
    series: Series | None
    published_on: date
    updated_on: date
    plate: str
    next_step: NextStep | None
    short_offer: str
    chapter_beside: bool
    key_points: tuple[Markup, ...]
    see_clinician: tuple[Markup, ...]
    questions: tuple[Question, ...]
    sources: tuple[Reference, ...]
    pieces: tuple[Piece, ...]
    headings: tuple[Heading, ...]
    words: int
    raw: Mapping[str, object] = field(repr=False)
    markdown: str = field(repr=False)
    file: Path = field(repr=False)
    video: str = ""

    @property
    def minutes(self) -> int:
        """How long it takes to read, in whole minutes."""
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def contents(self) -> tuple[Heading, ...]:
        """The headings of its contents list."""
        return tuple(heading for heading in self.headings if heading.level == 2)


def read_articles(folder: Path) -> tuple[dict[str, Article], list[WordsRefused]]:
    """Read every article: those that can be shown by slug, in the order of their series, and all faults."""
    read, faults = [], []
    for path in sorted((folder / "articles").rglob("*.md")):
        try:
            article, found = read_article(path, folder)
        except WordsRefused as error:
            faults.append(error)
            continue
        faults += found
        if not found:
            read.append(article)
    by_slug: dict[str, Article] = {}
    for article in sorted(read, key=_place):
        if article.slug in by_slug:
            name = article.file.relative_to(folder)
            faults.append(WordsRefused(name, 1, f"another article has the file name {article.slug}.md."))
        by_slug.setdefault(article.slug, article)
    return by_slug, faults


def _place(article: Article) -> tuple[str, int, str]:
    series = article.series
    return (series.name, series.position, article.slug) if series else ("~", 0, article.slug)


@remembered
def read_article(path: Path, folder: Path) -> tuple[Article, list[WordsRefused]]:
    """Read one article and what is wrong with it; with any fault it must not be shown.

    Raises WordsRefused when it has no header that can be read.
    """
    header, text, first_line = read_words(path, folder)
    header.only(FIELDS, "an article")
    sources = header.entries("sources", ("id", "text", "year"), ("doi", "url"))
    citations = Citations(frozenset(entry["id"] for entry in sources))
    reader = _Reader(header, citations)
    short_answer = reader.line("short_answer")
    body = read_body(text, first_line, citations, reader.complain, reader.offers())
    if not body.headings:
        reader.complain(first_line, "the article has no headings; begin each part with ## Words {#anchor}.")
    article = Article(
        slug=path.stem,
        title=header.text("title"),
        summary=header.text("summary"),
        short_answer=short_answer,
        kind=header.choice("kind", KINDS),
        activities=reader.activities(),
        causes=header.texts("causes"),
        effects=header.texts("effects"),
        products=header.texts("products"),
        related=header.texts("related"),
        series=reader.series(),
        published_on=header.day("published"),
        updated_on=header.day("updated"),
        plate=header.text("plate"),
        next_step=reader.next_step(),
        short_offer=reader.product("calls.short_answer"),
        chapter_beside=header.value("calls.side") == "free-chapter",
        see_clinician=reader.lines("see_clinician.extra"),
        questions=reader.questions(),
        key_points=reader.lines("key_points"),
        sources=_references(header, sources, citations),
        pieces=body.pieces,
        headings=body.headings,
        words=body.words,
        raw=header.fields,
        markdown=text,
        file=path,
        video=header.secure_address("video"),
    )
    if not article.key_points:
        header.complain("key_points", "the header needs key_points: with a list of lines.")
    return article, sorted(header.faults, key=lambda fault: fault.line)


class _Reader:
    """Reads those fields of an article's header that are more than a word or a list."""

    def __init__(self, header: Header, citations: Citations) -> None:
        self.header = header
        self.citations = citations
        self.complain = header.complain_at

    def line(self, way: str) -> Markup:
        return line_of_words(self.header.text(way), self.citations, self.complain, self.header.line(way))

    def lines(self, way: str) -> tuple[Markup, ...]:
        return tuple(
            line_of_words(text, self.citations, self.complain, self.header.line(f"{way}.{index}"))
            for index, text in enumerate(self.header.texts(way))
        )

    def product(self, way: str) -> str:
        """A product's slug, or nothing where the header says none or is silent."""
        slug = self.header.text(way, needed=False)
        return "" if slug == NOTHING else slug

    def activities(self) -> tuple[str, ...]:
        named = self.header.texts("activities")
        for index, name in enumerate(named):
            if name not in ACTIVITIES:
                self.header.complain(f"activities.{index}", f"activities: may hold {', '.join(ACTIVITIES)}.")
        return tuple(name for name in named if name != NOTHING)

    def series(self) -> Series | None:
        if self.header.value("series") is None:
            return None
        return Series(self.header.text("series.name"), self.header.number("series.position"))

    def next_step(self) -> NextStep | None:
        if self.header.value("next_step") is None:
            return None
        understand = self.header.text("next_step.understand", needed=False)
        if understand not in ("", NOTHING, "free-chapter"):
            self.header.complain("next_step.understand", "understand: is free-chapter or none.")
        return NextStep(
            self.product("next_step.release"), understand == "free-chapter", self.line("next_step.words")
        )

    def offers(self) -> list[Wanted]:
        entries = self.header.entries("calls.inline", ("after", "product", "words"))
        return [
            Wanted(
                entry["after"],
                Offer(entry["product"], self.line(f"calls.inline.{index}.words")),
                self.header.line(f"calls.inline.{index}.after"),
            )
            for index, entry in enumerate(entries)
        ]

    def questions(self) -> tuple[Question, ...]:
        return tuple(
            Question(
                entry["question"],
                block_of_words(
                    entry["answer"],
                    self.citations,
                    self.complain,
                    self.header.line(f"questions.{index}.answer"),
                ),
            )
            for index, entry in enumerate(self.header.entries("questions", ("question", "answer")))
        )


def _references(
    header: Header, entries: Sequence[dict[str, str]], citations: Citations
) -> tuple[Reference, ...]:
    """Return the sources in the order in which they are called; those that nobody calls come last."""
    order = {key: number for number, key in enumerate(citations.called, 1)}
    seen: dict[str, Reference] = {}
    for index, entry in enumerate(entries):
        address = f"https://doi.org/{entry['doi']}" if entry["doi"] else entry["url"]
        if not address.startswith(("https://", "http://")):
            header.complain(f"sources.{index}", "a source needs doi: (10.…) or url: (https://…).")
        if entry["id"] in seen:
            header.complain(f"sources.{index}", f"the source id {entry['id']} stands here a second time.")
        number = order.get(entry["id"], len(order) + 1 + sum(key not in order for key in seen))
        calls = citations.called.get(entry["id"], 0)
        seen[entry["id"]] = Reference(number, entry["id"], entry["text"], entry["year"], address, calls)
    return tuple(sorted(seen.values(), key=lambda source: source.number))

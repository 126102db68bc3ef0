"""Proofreading: what is wrong in content/, with file and line.

Reading refuses what would break a page. This also finds what would let a reader down: links that lead nowhere,
drawings that are not there, promises about health, sentences that nobody can read in one breath.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it.token import Token

from shop.content import Content, WordsRefused, read_content
from shop.content.articles import NOTHING, Article, read_articles
from shop.content.body import TAKEN, Figure, Offer, Procedure, tokens_of
from shop.content.grade import SENTENCE_END, grade, plain, running_prose
from shop.content.header import Header, read_words, read_yaml
from shop.content.pages import GONE
from shop.content.plates import Plates

MAX_SENTENCE_WORDS = 39
MAX_ANSWER_WORDS = 49
MAX_OFFERS = 2
# School years that the running prose of an article may ask for. The formula says nothing about a handful of words.
EASIEST, HARDEST = 7.5, 10.5
MIN_GRADED_WORDS = 150

WORD = re.compile(r"\S*\w\S*")
# What a shop that sells a tool must not promise (FTC, Health Products Compliance Guidance, 2022). A sentence that
# says "not" before the word promises nothing.
CLAIMS = re.compile(
    r"\b(cur(?:e|es|ed|ing)|heal(?:s|ed|ing)?|treat(?:s|ed|ing)?|fix(?:es|ing)?|fixed (?:my|your|his|her|their)"
    r"|eliminat(?:e|es|ed|ing)|guaranteed|permanent(?:ly)?|clinically proven|fda[- ]approved|pain[- ]free"
    r"|root cause)\b",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(not|no|never|nothing|nobody|none|neither|nor|cannot|without)\b|n['’]t\b", re.IGNORECASE
)
PERCENTAGE = re.compile(r"\d\s?(?:%|percent\b)(?! off)", re.IGNORECASE)
# Fields of a header that no reader sees as prose: names, addresses, and the titles of other people's papers.
NOT_PROSE = re.compile(
    r"sources\.|.*\.(slug|article|nearest|file|product|after|release)$|related\.|plate|video$"
)

# A link in a letter may be a blank that the program fills.
OPEN_BLANK = "%7B"

Answers = Callable[[str], bool]


@dataclass(frozen=True)
class Passage:
    """A paragraph, an item or a value of a header, without its marks, and whether it names a source."""

    file: Path
    line: int
    text: str
    cited: bool = False


@dataclass(frozen=True)
class Link:
    """An address that the words lead to."""

    file: Path
    line: int
    target: str


def proofread(folder: Path, plates: Plates, answers: Answers) -> list[WordsRefused]:
    """Return everything that is wrong with the words in ``folder``, in the order of files and lines.

    ``answers`` tells whether a path of the shop leads to a page. Nothing is raised.
    """
    faults: list[WordsRefused] = []
    try:
        content = read_content(folder, left_out=faults.append)
    except WordsRefused as error:
        _, broken = read_articles(folder)
        return _in_order([*broken, error])
    proof = _Proof(content, plates, answers)
    return _in_order([*faults, *proof.faults()])


def _in_order(faults: Iterable[WordsRefused]) -> list[WordsRefused]:
    return sorted(faults, key=lambda fault: (str(fault.path), fault.line, fault.message))


class _Proof:
    """Looks through words that could be read."""

    def __init__(self, content: Content, plates: Plates, answers: Answers) -> None:
        self.content = content
        self.folder = content.folder
        self.plates = plates
        self.answers = answers
        topics = content.topics
        self.topics = {
            "causes": {topic.slug for group in topics.causes for topic in group.topics},
            "effects": {topic.slug for group in topics.effects for topic in group.topics},
        }

    def faults(self) -> Iterator[WordsRefused]:
        for article in self.content.articles.values():
            yield from self._article(article)
        yield from self._products()
        yield from self._topics()
        yield from self._redirects()
        for path in sorted(self.folder.rglob("*.md")):
            if path.name != "README.md":
                header, body, first_line = read_words(path, self.folder)
                yield from self._words(header, tokens_of(body), first_line)
        for path in sorted(self.folder.glob("*.yaml")):
            yield from self._words(read_yaml(path, self.folder), [], 1)

    def _words(self, header: Header, tokens: list[Token], first_line: int) -> Iterator[WordsRefused]:
        """Judge every sentence, link and drawing of a file."""
        passages = [*_values(header), *_paragraphs(header.name, tokens, first_line)]
        sourced = header.value("sources") is not None
        for passage in passages:
            yield from _sentences(passage)
            if sourced and not passage.cited and PERCENTAGE.search(passage.text):
                yield WordsRefused(
                    passage.file, passage.line, "a percentage without a citation ([^source-id])."
                )
        for link in _links(header, tokens, first_line):
            why = self._dead(link)
            if why:
                yield WordsRefused(link.file, link.line, f"the link {link.target} leads nowhere: {why}.")
        for line, name in _drawings(header, tokens, first_line):
            why = self.plates.check(name)
            if why:
                yield WordsRefused(header.name, line, f"{why}.")

    def _article(self, article: Article) -> Iterator[WordsRefused]:
        header, text, first_line = read_words(article.file, self.folder)
        yield from _hard_or_choppy(running_prose(tokens_of(text)), header.name, first_line)
        named = {
            "causes": (article.causes, self.topics["causes"], "topics.yaml has no cause"),
            "effects": (article.effects, self.topics["effects"], "topics.yaml has no effect"),
            "products": (article.products, self.content.products, "there is no product"),
            "related": (article.related, self.content.articles, "there is no article"),
        }
        for way, (slugs, known, complaint) in named.items():
            for index, slug in enumerate(slugs):
                if slug not in known:
                    yield header.refuse(f"{way}.{index}", f"{complaint} {slug}.")
        for way, slug, _ in header.leaves():
            names_product = way.endswith((".product", "next_step.release", "calls.short_answer"))
            if names_product and slug != NOTHING and slug not in self.content.products:
                yield header.refuse(way, f"there is no product {slug}.")
        yield from _article_rules(article, header)
        yield from self._same_place(article, header)

    def _same_place(self, article: Article, header: Header) -> Iterator[WordsRefused]:
        for other in self.content.articles.values():
            if article.series and other.series == article.series and other.slug < article.slug:
                yield header.refuse("series.position", f"{other.slug} has the same place in the series.")

    def _products(self) -> Iterator[WordsRefused]:
        explained = {slug for article in self.content.articles.values() for slug in article.products}
        for slug, words in self.content.products.items():
            name = Path("products") / f"{slug}.md"
            if not explained & {slug, *words.articles_of}:
                yield WordsRefused(name, 1, "no article names this product in its products:.")
        header = read_yaml(self.folder / "comparison.yaml", self.folder)
        for way, slug, line in header.leaves():
            if way.endswith(".product") and slug not in self.content.products:
                yield WordsRefused(header.name, line, f"there is no product {slug}.")

    def _topics(self) -> Iterator[WordsRefused]:
        header = read_yaml(self.folder / "topics.yaml", self.folder)
        for way, slug, line in header.leaves():
            article = way.endswith((".article", ".nearest")) and slug != NOTHING
            if article and slug not in self.content.articles:
                yield WordsRefused(header.name, line, f"there is no article {slug}.")

    def _redirects(self) -> Iterator[WordsRefused]:
        header = read_yaml(self.folder / "redirects.yaml", self.folder)
        for way, new, line in header.leaves():
            why = "" if new == GONE else self._dead(Link(header.name, line, new))
            if why:
                yield WordsRefused(header.name, line, f"{way} leads nowhere: {why}.")

    def _dead(self, link: Link) -> str:
        """Return why a link is a dead one, or nothing."""
        path, _, anchor = link.target.partition("#")
        if link.target.startswith(("https://", "mailto:", OPEN_BLANK)):
            return ""
        if path and not path.startswith("/"):
            return "it begins neither with / nor with https://"
        kind, _, slug = path.strip("/").partition("/")
        if kind == "products" and slug not in self.content.products:
            return f"there is no product {slug}"
        if kind == "learn" and slug and slug not in self.topics and slug != "feed.xml":
            return self._dead_article(slug.removesuffix(".md"), anchor)
        if path and not self.answers(path):
            return "the shop has no such page"
        known = self._anchors(link, path)
        return "" if not anchor or known is None or anchor in known else f"there is no #{anchor} on that page"

    def _dead_article(self, slug: str, anchor: str) -> str:
        if slug not in self.content.articles:
            return f"there is no article {slug}"
        found = anchor in _article_anchors(self.content.articles[slug])
        return "" if not anchor or found else f"there is no #{anchor} in that article"

    def _anchors(self, link: Link, path: str) -> set[str] | None:
        """Return the anchors of a page, or None for a page whose anchors the words do not decide."""
        topics = self.content.topics
        if path in ("/learn/causes", "/learn/effects"):
            groups = topics.causes if path == "/learn/causes" else topics.effects
            return {*(group.key for group in groups), *self.topics[path.removeprefix("/learn/")]}
        if path.removeprefix("/") in self.content.leaves:
            return {heading.key for heading in self.content.leaf(path.removeprefix("/")).headings}
        article = self.content.articles.get(link.file.stem)
        return _article_anchors(article) if not path and article else None


def _article_anchors(article: Article) -> set[str]:
    drawn = {piece.key for piece in article.pieces if isinstance(piece, Figure | Procedure)}
    return {*TAKEN, *drawn, *(heading.key for heading in article.headings)}


def _article_rules(article: Article, header: Header) -> Iterator[WordsRefused]:
    """What holds of an article by itself."""
    step = article.next_step
    if step is None or not (step.product or step.chapter):
        yield header.refuse("next_step", "the article has no next_step: with release: or understand:.")
    if len(article.short_answer.striptags().split()) > MAX_ANSWER_WORDS:
        yield header.refuse("short_answer", f"the short answer has more than {MAX_ANSWER_WORDS} words.")
    if article.video and not any(isinstance(piece, Procedure) for piece in article.pieces):
        yield header.refuse("video", "a video is linked below steps, and this article has none.")
    if sum(isinstance(piece, Offer) for piece in article.pieces) > MAX_OFFERS:
        yield header.refuse("calls.inline", f"more than {MAX_OFFERS} products stand inside the text.")
    for source in article.sources:
        if not source.calls:
            yield header.refuse("sources", f"nothing cites the source {source.key} ([^{source.key}]).")


def _hard_or_choppy(paragraphs: list[str], name: Path, line: int) -> Iterator[WordsRefused]:
    asked = grade(paragraphs)
    if sum(len(text.split()) for text in paragraphs) < MIN_GRADED_WORDS or EASIEST <= asked <= HARDEST:
        return
    advice = "join short sentences" if asked < EASIEST else "part long sentences, choose shorter words"
    yield WordsRefused(
        name, line, f"the text reads at grade {asked:.1f}, not {EASIEST} to {HARDEST}: {advice}."
    )


def _sentences(passage: Passage) -> Iterator[WordsRefused]:
    for sentence in SENTENCE_END.split(passage.text):
        words = len(WORD.findall(sentence))
        if words > MAX_SENTENCE_WORDS:
            begin = " ".join(sentence.split()[:6])
            message = f"a sentence of {words} words ({begin} …); make two of it."
            yield WordsRefused(passage.file, passage.line, message)
        claim = CLAIMS.search(sentence)
        if claim and not DENIED.search(sentence[: claim.start()]):
            message = f"“{claim[1]}” promises too much; see content/README.md, How we write."
            yield WordsRefused(passage.file, passage.line, message)


def _values(header: Header) -> Iterator[Passage]:
    """Give the values of a header as passages, block by block."""
    for way, value, line in header.leaves():
        if NOT_PROSE.match(way) or not value.strip():
            continue
        for passage in _paragraphs(header.name, tokens_of(value), line):
            yield Passage(header.name, line, passage.text, passage.cited)


def _paragraphs(name: Path, tokens: Iterable[Token], first_line: int) -> Iterator[Passage]:
    for token in tokens:
        if token.type == "inline":
            cited = any(child.type == "citation" for child in token.children or ())
            yield Passage(name, _line(token, first_line), plain(token), cited)


def _links(header: Header, tokens: Iterable[Token], first_line: int) -> Iterator[Link]:
    def of(found: Iterable[Token], line: int | None) -> Iterator[Link]:
        for token in found:
            for child in token.children or ():
                if child.type == "link_open":
                    target = str(child.attrGet("href"))
                    yield Link(header.name, line or _line(token, first_line), target)

    yield from of(tokens, None)
    for _, value, line in header.leaves():
        if "](" in value:
            yield from of(tokens_of(value), line)


def _drawings(header: Header, tokens: Iterable[Token], first_line: int) -> Iterator[tuple[int, str]]:
    for way, value, line in header.leaves():
        if way == "plate" or way.startswith("plates."):
            yield line, value
    for token in tokens:
        if token.type == "container_figure_open":
            yield _line(token, first_line), token.info.split()[-1]
        for child in token.children or ():
            if child.type == "image":
                yield _line(token, first_line), str(child.attrGet("src"))


def _line(token: Token, first_line: int) -> int:
    return first_line + (token.map[0] if token.map else 0)

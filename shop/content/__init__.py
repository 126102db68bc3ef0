"""The words: reads content/ once into frozen values, and says in which file and line something is wrong."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shop.content.articles import Article, read_articles
from shop.content.comparison import read_comparison
from shop.content.formatting import markdown, markdown_line
from shop.content.header import WordsRefused
from shop.content.pages import (
    Chapter,
    Leaf,
    Safety,
    read_chapter,
    read_leaves,
    read_redirects,
    read_safety,
)
from shop.content.phrases import BLANK, LetterWords, read_letter, read_phrases
from shop.content.products import (
    Picture,
    ProductWords,
    Question,
    Section,
    Source,
    check_neighbors,
    read_product,
)
from shop.content.search import read_near_words
from shop.content.series import SeriesPlan, Step, read_series
from shop.content.topics import Topic, Topics, read_topics
from shop.errors import Refused

__all__ = [
    "BLANK",
    "Article",
    "Chapter",
    "Content",
    "Leaf",
    "LetterWords",
    "Picture",
    "ProductWords",
    "Question",
    "Safety",
    "Section",
    "SeriesPlan",
    "Source",
    "Step",
    "Topic",
    "Topics",
    "WordsMissing",
    "WordsRefused",
    "look",
    "markdown",
    "markdown_line",
    "read_content",
]


class WordsMissing(LookupError):
    """A page asked for words that content/ does not hold, or did not fill a blank in them."""


@dataclass(frozen=True)
class Content:
    """All the words of the shop. ``version`` changes with every changed file."""

    folder: Path
    version: str
    products: Mapping[str, ProductWords]
    articles: Mapping[str, Article]
    topics: Topics
    safety: Safety
    leaves: Mapping[str, Leaf]
    chapter: Chapter
    redirects: Mapping[str, str]
    near_words: Mapping[str, tuple[str, ...]]
    phrases: Mapping[str, str]
    letters: Mapping[str, LetterWords]
    series: SeriesPlan
    seen: frozenset[tuple[str, int, int]] = field(repr=False)

    def product(self, slug: str) -> ProductWords:
        """Return the words about the product at ``slug``. Raises WordsMissing."""
        if slug not in self.products:
            raise WordsMissing(f"There are no words about {slug!r}: write content/products/{slug}.md.")
        return self.products[slug]

    def leaf(self, slug: str) -> Leaf:
        """Return the page of plain words at /<slug>. Raises WordsMissing."""
        if slug not in self.leaves:
            raise WordsMissing(f"There is no page {slug!r}: write content/pages/{slug}.md.")
        return self.leaves[slug]

    def phrase(self, key: str, **values: object) -> str:
        """Return the sentence at ``key`` of phrases.yaml as plain text, each {blank} filled from ``values``.

        Values that the sentence has no blank for are left out. Raises WordsMissing for an unknown key and
        for a blank without a value.
        """
        sentence = self.phrases.get(key)
        if sentence is None:
            raise WordsMissing(f"There is no phrase {key!r}: write it into content/phrases.yaml.")
        if "{" not in sentence:
            return sentence

        def fill(blank: re.Match[str]) -> str:
            if blank[1] not in values:
                raise WordsMissing(f"The phrase {key!r} needs a value for {{{blank[1]}}}.")
            return str(values[blank[1]])

        return BLANK.sub(fill, sentence)

    def refusal(self, refused: Refused) -> str:
        """Return the sentence that tells a visitor why the shop says no. Raises as ``phrase`` does."""
        return self.phrase(f"refusals.{refused.reason.value}", **refused.values)

    def letter(self, name: str) -> LetterWords:
        """Return the letter content/emails/<name>.md. Raises WordsMissing."""
        if name not in self.letters:
            raise WordsMissing(f"There is no letter {name!r}: write content/emails/{name}.md.")
        return self.letters[name]


def read_content(folder: Path, *, left_out: Callable[[WordsRefused], None] | None = None) -> Content:
    """Read every word in ``folder`` (the content/ of the shop).

    Raises WordsRefused with file and line when something is missing, unknown or misspelled. With ``left_out``,
    an article that cannot be read is told to it and left out, so that the rest of the shop still opens.
    """
    seen = look(folder)
    ways = read_comparison(folder)
    products = [read_product(path, folder, ways) for path in sorted((folder / "products").glob("*.md"))]
    check_neighbors(products, folder)
    articles, faults = read_articles(folder)
    for fault in faults:
        if left_out is None:
            raise fault
        left_out(fault)
    letters = {path.stem: read_letter(path, folder) for path in sorted((folder / "emails").glob("*.md"))}
    return Content(
        folder=folder,
        version=_version(folder),
        products={words.slug: words for words in products},
        articles=articles,
        topics=read_topics(folder),
        safety=read_safety(folder),
        leaves=read_leaves(folder),
        chapter=read_chapter(folder),
        redirects=read_redirects(folder),
        near_words=read_near_words(folder),
        phrases=read_phrases(folder),
        letters=letters,
        series=read_series(folder, letters),
        seen=seen,
    )


def look(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Return name, time and size of every file of words: when it differs from ``seen``, something has changed."""
    return frozenset((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".md", ".yaml") and path.name != "README.md":
            yield path


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]

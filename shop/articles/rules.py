"""Which article stands where: values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shop.content import Article, ProductWords, Topic, Topics

# What people do all day, and the topic that is about it.
DOINGS = {
    "sit": "sitting",
    "drive": "driving",
    "run": "running",
    "lift": "heavy-lifting",
    "stretch": "stretching",
}
# The parts of the list of articles, in the order in which a reader may want them.
SHELVES = {"causes": ("cause",), "how-to": ("how-to",), "anatomy": ("overview", "anatomy")}
# The places of an article that lead on: the short answer, a card in the text, the end; and its forms for the chapter.
SLOTS = frozenset(["short", "inline", "end", "side", "next"])
RELATED = 2
EXPLAINING = 3
# For somebody who comes for the first time: what it is about, where it is, what to do.
START = ("overview", "anatomy", "how-to")


@dataclass(frozen=True)
class Place:
    """A topic on its hub: the article about it, or, while it is only planned, the nearest one, if there is any."""

    topic: Topic
    article: Article | None
    nearest: Article | None


@dataclass(frozen=True)
class Way:
    """One choice of the picker: its key (or its name) and where it leads."""

    key: str
    name: str
    address: str


def latest(articles: Iterable[Article], count: int) -> list[Article]:
    """Return the newest articles, of one day in the order of their series."""
    return sorted(articles, key=lambda article: article.published_on, reverse=True)[:count]


def lead(articles: Sequence[Article]) -> Article | None:
    """Return the article that opens the list: the last one to be written or brought up to date."""
    return max(articles, key=lambda article: article.updated_on, default=None)


def start_here(articles: Sequence[Article], *, besides: Article | None) -> list[Article]:
    """Return one article of each kind in START, in that order, without ``besides``; others fill their places."""
    others = [article for article in articles if article != besides]
    first = [next((article for article in others if article.kind == kind), None) for kind in START]
    found = [article for article in first if article is not None]
    found += [article for article in reversed(others) if article not in found]
    return found[: len(START)]


def shelves(articles: Sequence[Article]) -> dict[str, list[Article]]:
    """Return the articles by shelf, empty shelves left out."""
    filled = {
        shelf: [article for article in articles if article.kind in kinds] for shelf, kinds in SHELVES.items()
    }
    return {shelf: found for shelf, found in filled.items() if found}


def neighbors(article: Article, articles: Iterable[Article]) -> tuple[Article | None, Article | None]:
    """Return the articles before and after ``article`` in its series."""
    if article.series is None:
        return None, None
    series = [other for other in articles if other.series and other.series.name == article.series.name]
    series.sort(key=lambda other: (other.series.position if other.series else 0, other.slug))
    at = series.index(article)
    return (series[at - 1] if at else None, series[at + 1] if at + 1 < len(series) else None)


def related(article: Article, articles: Mapping[str, Article]) -> list[Article]:
    """Return the articles that it names, filled up from those that share a topic or come after it."""
    named = [articles[slug] for slug in article.related if slug in articles and slug != article.slug]
    topics = {*article.causes, *article.effects}
    others = [other for other in articles.values() if other != article and other not in named]
    others.sort(key=lambda other: -len(topics & {*other.causes, *other.effects}))
    return [*named, *others][:RELATED]


def explaining(words: ProductWords, articles: Iterable[Article]) -> list[Article]:
    """Return the articles to read about a product, or about what it is made of: those with steps first."""
    products = {words.slug, *words.articles_of}
    found = [article for article in articles if products & set(article.products)]
    return sorted(found, key=lambda article: article.kind != "how-to")[:EXPLAINING]


def places(topics: Iterable[Topic], articles: Mapping[str, Article]) -> list[Place]:
    """Return what each topic leads to. An article that is named but not there counts as planned."""
    return [
        Place(topic, articles.get(topic.article), articles.get(topic.nearest) or articles.get(topic.article))
        for topic in topics
    ]


def doings(topics: Topics, articles: Mapping[str, Article]) -> list[Way]:
    """Return where each of DOINGS leads: to its article, or to its place among the causes."""
    causes = {topic.slug: topic for group in topics.causes for topic in group.topics}
    return [
        Way(doing, causes[slug].name, _address(causes[slug], articles))
        for doing, slug in DOINGS.items()
        if slug in causes
    ]


def hurts(topics: Topics) -> list[Way]:
    """Return where it may hurt: the parts of the body among the effects."""
    return [Way(group.key, group.name, f"/learn/effects#{group.key}") for group in topics.effects]


def _address(topic: Topic, articles: Mapping[str, Article]) -> str:
    return f"/learn/{topic.article}" if topic.article in articles else f"/learn/causes#{topic.slug}"

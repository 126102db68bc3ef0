"""Lists for programs: the sitemap, the Atom feed and llms.txt."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from xml.etree import ElementTree

from shop.content import Article, Leaf, ProductWords
from shop.web.linked_data import Publisher

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(publisher: Publisher, pages: Iterable[tuple[str, date | None]]) -> bytes:
    """Return the sitemap (sitemaps.org) of ``pages``: paths, and the day each was changed where it is known."""
    root = ElementTree.Element("urlset", xmlns=SITEMAP)
    for path, changed_on in pages:
        page = ElementTree.SubElement(root, "url")
        ElementTree.SubElement(page, "loc").text = publisher.base_url + path
        if changed_on is not None:
            ElementTree.SubElement(page, "lastmod").text = changed_on.isoformat()
    return _written(root)


def atom(publisher: Publisher, title: str, articles: Iterable[Article]) -> bytes:
    """Return the Atom feed (RFC 4287) of ``articles``, the newest first."""
    newest = sorted(articles, key=lambda article: article.updated_on, reverse=True)
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "en-US"})
    address = f"{publisher.base_url}/learn/feed.xml"
    for name, words in (("id", address), ("title", title)):
        ElementTree.SubElement(root, name).text = words
    ElementTree.SubElement(root, "link", rel="self", type="application/atom+xml", href=address)
    ElementTree.SubElement(
        root, "link", rel="alternate", type="text/html", href=f"{publisher.base_url}/learn"
    )
    ElementTree.SubElement(root, "updated").text = _moment(
        max((article.updated_on for article in newest), default=date(1970, 1, 1))
    )
    author = ElementTree.SubElement(root, "author")
    ElementTree.SubElement(author, "name").text = publisher.author or publisher.name
    for article in newest:
        _entry(root, publisher, article)
    return _written(root)


def _entry(root: ElementTree.Element, publisher: Publisher, article: Article) -> None:
    address = f"{publisher.base_url}/learn/{article.slug}"
    entry = ElementTree.SubElement(root, "entry")
    for name, words in (
        ("id", address),
        ("title", article.title),
        ("published", _moment(article.published_on)),
        ("updated", _moment(article.updated_on)),
        ("summary", article.summary),
    ):
        ElementTree.SubElement(entry, name).text = words
    ElementTree.SubElement(entry, "link", rel="alternate", type="text/html", href=address)


def llms(
    publisher: Publisher,
    summary: str,
    articles: Iterable[Article],
    products: Mapping[str, ProductWords],
    leaves: Mapping[str, Leaf],
) -> str:
    """Return llms.txt (llmstxt.org): what is here, in Markdown, articles with their Markdown addresses."""
    lines = [f"# {publisher.name}", "", f"> {summary}", "", "## Articles", ""]
    lines += [
        f"- [{article.title}]({publisher.base_url}/learn/{article.slug}.md): {article.summary}"
        for article in articles
    ]
    lines += ["", "## Products", ""]
    lines += [
        f"- [{words.title}]({publisher.base_url}/products/{slug}): {words.summary}"
        for slug, words in products.items()
    ]
    lines += ["", "## About the shop", ""]
    lines += [
        f"- [{leaf.title}]({publisher.base_url}/{slug}): {leaf.summary}" for slug, leaf in leaves.items()
    ]
    return "\n".join([*lines, ""])


def _moment(on: date) -> str:
    return datetime.combine(on, time(), UTC).isoformat().replace("+00:00", "Z")


def _written(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()

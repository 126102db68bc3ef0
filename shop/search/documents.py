"""What can be found, made from the words: articles, goods, the chapter, pages about the shop, and topics yet to come.

Names and prices of the catalog stay out: they change without the words, and are shown as they are now.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from shop.content import Article, Content, Leaf, ProductWords, Question, markdown_line
from shop.content.body import Figure, Piece, Procedure, Prose
from shop.search.words import searchable

CITATION = re.compile(r'<sup class="cite">.*?</sup>', re.DOTALL)
HEADING = re.compile(r"<(h[234])\b.*?</\1>", re.DOTALL)
CELL_END = re.compile(r"</t[hd]>(?=\s*<t[hd])")
BLOCK_END = re.compile(r"</(?:p|li|dt|dd|tr|blockquote|pre|div)>|<br ?/?>")


@dataclass(frozen=True)
class Document:
    """A page that can be found: what is shown of it, and four lines of searchable words (see words.py)."""

    kind: str
    path: str
    title: str
    summary: str
    body: str
    title_words: str
    summary_words: str
    heading_words: str
    body_words: str


def document(
    kind: str,
    path: str,
    title: str,
    summary: str,
    *,
    opening: Iterable[str] = (),
    headings: Iterable[str] = (),
    lines: Iterable[str] = (),
) -> Document:
    """Return what can be found at ``path``. ``lines`` are the paragraphs of its text.

    ``opening`` is searched with the summary, the words of the path with the title.
    """
    body = "\n".join(lines)
    return Document(
        kind=kind,
        path=path,
        title=title,
        summary=summary,
        body=body,
        title_words=searchable(f"{title}\n{re.split('[/#]', path)[-1].replace('-', ' ')}"),
        summary_words=searchable("\n".join((summary, *opening))),
        heading_words=searchable("\n".join(headings)),
        body_words=searchable(body),
    )


def documents(content: Content) -> list[Document]:
    """Return everything that can be found, in the order that decides when two fit a search equally well."""
    soon = content.safety.soon.title
    found = [_article(article, soon) for article in content.articles.values()]
    found.append(_chapter(content))
    found += [_product(words) for words in content.products.values()]
    found += [_leaf(slug, leaf) for slug, leaf in content.leaves.items()]
    return [*found, *_topics(content)]


def _article(article: Article, soon: str) -> Document:
    """``soon`` is what comes before the signs that want a clinician, here as on the page."""
    opening = _line(article.short_answer)
    return document(
        "article",
        f"/learn/{article.slug}",
        article.title,
        article.summary,
        opening=[opening],
        headings=[
            *(_line(heading.title) for heading in article.headings),
            *(asked.question for asked in article.questions),
        ],
        lines=[
            opening,
            *(_line(point) for point in article.key_points),
            *_lines_of_pieces(article.pieces),
            *_answers(article.questions),
            *(f"{soon} {_line(sign)}" for sign in article.see_clinician),
        ],
    )


def _chapter(content: Content) -> Document:
    """Found by what the page says that offers it, and by its headings: the rest is for whom it is sent to."""
    chapter = content.chapter
    return document(
        "chapter",
        "/free-chapter",
        chapter.title,
        chapter.subtitle,
        headings=[_line(heading.title) for heading in chapter.headings],
        lines=[
            content.phrase("chapter.description"),
            *(_line(markdown_line(content.phrase(f"chapter.inside_{line}"))) for line in (1, 2, 3)),
        ],
    )


def _product(words: ProductWords) -> Document:
    sections = words.sections.values()
    questions = [asked for section in sections for asked in section.questions]
    return document(
        "product",
        f"/products/{words.slug}",
        words.title,
        words.summary,
        opening=[_line(words.purpose), words.step, *(_line(line) for line in words.highlights)],
        headings=[*(section.title for section in sections), *(asked.question for asked in questions)],
        lines=[
            *(_whole(line, section.title) for section in sections for line in _lines(section.html)),
            *_answers(questions),
        ],
    )


def _leaf(slug: str, leaf: Leaf) -> Document:
    return document(
        "about",
        f"/{slug}",
        leaf.title,
        leaf.summary,
        headings=[_line(heading.title) for heading in leaf.headings],
        lines=_lines_of_pieces(leaf.pieces),
    )


def _whole(line: str, title: str) -> str:
    """An entry of a list that goes on where the heading ended says nothing without it: ask first if - you are ..."""
    return f"{title} {line}" if title and line[0].islower() else line


def _topics(content: Content) -> Iterator[Document]:
    """What a topic with an article says, its article says better; of two with one name, one is enough."""
    named: set[str] = set()
    for hub, groups in (("effects", content.topics.effects), ("causes", content.topics.causes)):
        for group in groups:
            for topic in group.topics:
                if not topic.article and topic.name not in named:
                    named.add(topic.name)
                    yield document("topic", f"/learn/{hub}#{topic.slug}", topic.name, topic.words)


def _answers(questions: Iterable[Question]) -> Iterator[str]:
    for asked in questions:
        yield f"{asked.question} {_line(asked.answer)}"


def _lines_of_pieces(pieces: Iterable[Piece]) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, Prose):
            yield from _lines(piece.html)
        elif isinstance(piece, Figure):
            yield _line(piece.caption)
        elif isinstance(piece, Procedure):
            for step in piece.steps:
                yield from _lines(step.html)


def _lines(html: Markup) -> list[str]:
    """Return the paragraphs of ``html`` without headings and the numbers of sources."""
    blocks = BLOCK_END.split(CELL_END.sub(", ", HEADING.sub("", html)))
    return [line for block in blocks if (line := _line(Markup(block)))]  # noqa: S704 - only its words are taken


def _line(html: Markup) -> str:
    return unicodedata.normalize("NFC", Markup(CITATION.sub("", html)).striptags())  # noqa: S704 - as above

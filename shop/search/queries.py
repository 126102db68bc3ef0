"""Reading the index: SQLite's FTS5 and PostgreSQL's tsvector find the pages, one rule ranks them."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shop.search.models import SearchVersion
from shop.search.rules import Asked, Entry, Found, asked_for, ranked

NO_OTHER_WORDS: Mapping[str, Sequence[str]] = {}

_COLUMNS = "kind, path, title, summary, body, title_words, summary_words, heading_words, body_words"
_MATCH = {
    "sqlite": "id IN (SELECT rowid FROM search_index WHERE search_index MATCH :words)",
    "postgresql": "words @@ CAST(:words AS tsquery)",
}


def indexed_version(session: Session) -> str | None:
    """Return the version of the words that the index was made from, or None when there is none yet."""
    return session.scalar(select(SearchVersion.version))


def search(
    session: Session, asked: str, *, limit: int, near: Mapping[str, Sequence[str]] = NO_OTHER_WORDS
) -> list[Found]:
    """Return what fits ``asked`` best, best first, at most ``limit``; any text is harmless. One query.

    ``near`` gives other words for a word, see rules.asked_for. Every page that has one of the words is read:
    a shop has few enough of its own, and both databases then rank by the same rule.
    """
    words = asked_for(asked, near)
    if not words:
        return []
    return ranked(_entries(session, words), words, limit=limit)


def _entries(session: Session, words: Sequence[Asked]) -> list[Entry]:
    name = session.get_bind().dialect.name
    statement = text(f"SELECT {_COLUMNS} FROM search_documents WHERE {_MATCH[name]} ORDER BY id")  # noqa: S608
    written = " OR ".join(_fts5(words)) if name == "sqlite" else " | ".join(_tsquery(words))
    return [
        Entry(kind, path, title, summary, body, tuple(lines))
        for kind, path, title, summary, body, *lines in session.execute(statement, {"words": written})
    ]


# A word is letters and digits, so nothing in it can end a quotation.


def _fts5(words: Sequence[Asked]) -> Iterable[str]:
    for word in words:
        yield from (f'"{form}"' for form in word.forms)
        if word.beginning:
            yield f'"{word.beginning}" *'


def _tsquery(words: Sequence[Asked]) -> Iterable[str]:
    for word in words:
        yield from (f"'{form}'" for form in word.forms)
        if word.beginning:
            yield f"'{word.beginning}':*"

"""Making the index anew from the words."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from shop.search.documents import Document
from shop.search.models import SearchDocument

# Who changes the row rebuilds; whoever comes at the same time waits here, and finds nothing left to change.
CLAIM = text(
    "INSERT INTO search_version (id, version) VALUES (1, :version) "
    "ON CONFLICT (id) DO UPDATE SET version = excluded.version "
    "WHERE search_version.version <> excluded.version RETURNING id"
)


def index(session: Session, documents: Sequence[Document], version: str) -> bool:
    """Replace everything that can be found by ``documents``, made from the words of ``version``.

    Does nothing, and returns False, when the index is of that version already: several processes may call this
    at once. Their order is kept: it decides between two documents that fit equally well.
    """
    if session.execute(CLAIM, {"version": version}).first() is None:
        return False
    session.execute(delete(SearchDocument))
    if documents:
        rows = [{"id": place, **vars(document)} for place, document in enumerate(documents, start=1)]
        session.execute(insert(SearchDocument), rows)
    return True

"""Lists as one person wants to find them again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shop.db import lock_rows
from shop.email_address import named_in
from shop.staff.models import SavedView, StaffMember
from shop.statements import Statement

LONGEST_NAME = 40
LONGEST_QUERY = 1000
# More tabs than these nobody finds her way in.
MOST = 12
_TABLE = SavedView.metadata.tables["saved_views"]
_KEY = ["member_id", "place", "name"]
_to_postgresql, _to_sqlite = postgresql.insert(_TABLE), sqlite.insert(_TABLE)
_SAVE = {
    "postgresql": _to_postgresql.on_conflict_do_update(
        index_elements=_KEY, set_={"query": _to_postgresql.excluded.query}
    ),
    "sqlite": _to_sqlite.on_conflict_do_update(
        index_elements=_KEY, set_={"query": _to_sqlite.excluded.query}
    ),
}


_MINE = Statement(
    select(_TABLE.c.id, _TABLE.c.name, _TABLE.c.query)
    .where(_TABLE.c.member_id == bindparam("member_id"), _TABLE.c.place == bindparam("place"))
    .order_by(_TABLE.c.id)
)


def views(session: Session, member_id: int, place: str) -> Sequence[Any]:
    """Return ``id``, ``name`` and ``query`` of a member's own views of a list, in the order in which they were made."""
    return _MINE.all(session, {"member_id": member_id, "place": place})


def save(session: Session, member_id: int, place: str, name: str, query: str, *, now: datetime) -> bool:
    """Keep a list under a name; one of that name is kept anew. False without a name, and when there are MOST already."""
    name = _name(name)
    if not name or len(query) > LONGEST_QUERY:
        return False
    # Whoever saves twice at once waits here: the count holds.
    session.execute(select(StaffMember.id).where(StaffMember.id == member_id).with_for_update())
    others = select(func.count()).where(
        SavedView.member_id == member_id, SavedView.place == place, SavedView.name != name
    )
    if (session.scalar(others) or 0) >= MOST:
        return False
    session.execute(
        _SAVE["postgresql" if lock_rows(session) else "sqlite"],
        {"member_id": member_id, "place": place, "name": name, "query": query, "created_at": now},
    )
    return True


def rename(session: Session, member_id: int, view_id: int, name: str) -> SavedView | None:
    """Give a view another name and return it; None for an empty name, one that is taken, and somebody else's view."""
    name, view = _name(name), _mine(session, member_id, view_id)
    if view is None or not name:
        return None
    taken = select(SavedView.id).where(
        SavedView.member_id == member_id,
        SavedView.place == view.place,
        SavedView.name == name,
        SavedView.id != view_id,
    )
    if session.scalar(taken) is not None:
        return None
    view.name = name
    return view


def remove(session: Session, member_id: int, view_id: int) -> SavedView | None:
    """Forget a view and return what it was; None when it is not this member's."""
    view = _mine(session, member_id, view_id)
    if view is not None:
        session.execute(delete(SavedView).where(SavedView.id == view_id))
        session.expunge(view)
    return view


def forget(session: Session, address: str) -> None:
    """Take away every view that looks for a person by this address, or is called by it, in capitals or not."""
    looks_for = func.lower(SavedView.query).contains(quote_plus(address).lower(), autoescape=True)
    named = func.lower(SavedView.name).contains(address.lower()[:LONGEST_NAME], autoescape=True)
    # What the database finds may be a longer address, which ends like this one.
    maybe = session.execute(select(SavedView.id, SavedView.query, SavedView.name).where(looks_for | named))
    gone = [
        view.id
        for view in maybe
        if named_in(view.query, address) or named_in(view.name, address[:LONGEST_NAME])
    ]
    session.execute(
        delete(SavedView).where(SavedView.id.in_(gone)).execution_options(synchronize_session=False)
    )


def _mine(session: Session, member_id: int, view_id: int) -> SavedView | None:
    return session.scalar(
        select(SavedView).where(SavedView.id == view_id, SavedView.member_id == member_id).with_for_update()
    )


def _name(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME]

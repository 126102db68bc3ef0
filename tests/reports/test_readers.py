"""How many readers there are: kept by the database, whoever changes them."""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, insert, update

from shop.db import reading, writing
from shop.reports.readers import counts
from shop.subscribers.models import Reader

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_readers_are_counted_as_they_come_change_and_go(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(insert(Reader), [a_reader(number) for number in range(5)])
    assert counted(engine) == {"confirmed": 0, "pending": 5, "left": 0}
    with writing(engine) as session:
        confirmed = {"state": "confirmed", "confirmed_at": NOW}
        session.execute(update(Reader).where(Reader.key.in_(["0", "1", "2"])).values(confirmed))
        session.execute(update(Reader).where(Reader.key == "2").values(state="left", left_at=NOW))
    assert counted(engine) == {"confirmed": 2, "pending": 2, "left": 1}
    with writing(engine) as session:
        session.execute(delete(Reader).where(Reader.key.in_(["0", "4"])))
        session.execute(update(Reader).values(opened_at=NOW))
    assert counted(engine) == {"confirmed": 1, "pending": 1, "left": 1}


class ChangedHerMind(Exception):
    """Raised so that a transaction is undone."""


def test_readers_who_were_never_committed_are_not_counted(engine: Engine) -> None:
    with suppress(ChangedHerMind), writing(engine) as session:
        session.execute(insert(Reader), [a_reader(1)])
        raise ChangedHerMind
    assert counted(engine) == {"confirmed": 0, "pending": 0, "left": 0}


def a_reader(number: int) -> dict[str, object]:
    return {
        "key": str(number),
        "email": f"{number}@example.com",
        "email_normalized": f"{number}@example.com",
        "seed": str(number),
        "asked_at": NOW,
    }


def counted(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return counts(session)

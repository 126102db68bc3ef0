"""Statements that go to the driver as they were compiled once: the same values, rows and errors as the library's way."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Date,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, MultipleResultsFound, NoResultFound, OperationalError
from sqlalchemy.orm import Session

from shop.config import ROOT
from shop.db import Moment, at_once, constant, last, reading, writing
from shop.statements import Statement, insert_once
from shop.together import Steps, ask, ask_one, together
from tests.queries import counted

NOTES = Table(
    "tried_notes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("word", String(20), unique=True, nullable=False),
    Column("detail", JSON),
    Column("at", Moment),
    Column("on", Date),
    Column("mood", String(10), default="calm", nullable=False),
)
AT = datetime(2026, 11, 29, 12, 30, 15, 123456, tzinfo=UTC)
WRITE = Statement(insert(NOTES))
READ = Statement(select(NOTES).order_by(NOTES.c.id))
ONE = Statement(select(NOTES.c.id, NOTES.c.detail).where(NOTES.c.word == bindparam("wanted")))
RENAME = Statement(
    update(NOTES)
    .where(NOTES.c.word == bindparam("old"), NOTES.c.mood == "calm")
    .values(word=bindparam("new"))
    .returning(NOTES.c.word, func.length(NOTES.c.word))
)

Watching = Callable[[Engine], Any]


@contextmanager
def listened(engine: Engine) -> Iterator[None]:
    with counted(engine):
        yield


@pytest.fixture(params=[lambda _: nullcontext(), listened], ids=["straight", "heard"])
def watching(request: pytest.FixtureRequest) -> Watching:
    """Nobody listens to the engine, or somebody does, and then statements go the library's way."""
    watching: Watching = request.param
    return watching


@pytest.fixture
def notes(engine: Engine) -> Engine:
    with writing(engine) as session:
        NOTES.metadata.create_all(session.connection())
    return engine


def row(word: str) -> dict[str, Any]:
    return {"word": word, "detail": {"said": ["ü", 1, None]}, "at": AT, "on": date(2026, 11, 29)}


@pytest.mark.parametrize("many", [0, 1, 3, 45])
def test_what_was_written_is_read_again_whatever_its_type(
    notes: Engine, watching: Watching, many: int
) -> None:
    with watching(notes), writing(notes) as session:
        assert WRITE.all_many(session, [row(f"word {number}") for number in range(many)]) == []
        assert WRITE.run(session, row("last") | {"detail": None, "mood": "glad"}) == 1
    with watching(notes), reading(notes) as session:
        found = READ.all(session)
    assert [tuple(one)[1:] for one in found[:-1]] == [
        (f"word {number}", row("")["detail"], AT, date(2026, 11, 29), "calm") for number in range(many)
    ]
    assert (found[-1].word, found[-1].detail, found[-1].mood) == ("last", None, "glad")


def test_rows_come_one_by_one_too(notes: Engine, watching: Watching) -> None:
    with watching(notes), writing(notes) as session:
        WRITE.all_many(session, [row("one"), row("two")])
        assert ONE.one(session, {"wanted": "two"}).detail == row("")["detail"]
        assert ONE.one_or_none(session, {"wanted": "three"}) is None
        assert ONE.scalar(session, {"wanted": "three"}) is None
        with pytest.raises(NoResultFound):
            ONE.one(session, {"wanted": "three"})
        with pytest.raises(MultipleResultsFound):
            READ.one_or_none(session)
        assert tuple(RENAME.one(session, {"old": "one", "new": "eleven"})) == ("eleven", 6)
        assert RENAME.all(session, {"old": "one", "new": "twelve"}) == []


def test_a_refusal_of_the_database_is_the_librarys_own_and_undoes_all(
    notes: Engine, watching: Watching
) -> None:
    with watching(notes), pytest.raises(IntegrityError), writing(notes) as session:
        assert [WRITE.run(session, row("same")) for _ in range(2)] == []
    with reading(notes) as session:
        assert READ.all(session) == []


def test_a_savepoint_takes_back_what_went_past_the_session(notes: Engine) -> None:
    with writing(notes) as session:
        WRITE.run(session, row("before"))
        with session.begin_nested() as savepoint:
            WRITE.run(session, row("within"))
            savepoint.rollback()
        WRITE.run(session, row("after"))
    with reading(notes) as session:
        assert [one.word for one in READ.all(session)] == ["before", "after"]


def test_what_is_there_already_is_written_once(notes: Engine, watching: Watching) -> None:
    once = insert_once(NOTES, NOTES.c.id)
    with watching(notes), writing(notes) as session:
        assert once.scalar(session, row("same")) == 1
        assert once.scalar(session, row("same")) is None


def test_a_list_of_values_is_refused_and_its_members_by_name_are_not(notes: Engine) -> None:
    moods = ["calm", "glad"]
    with writing(notes) as session:
        WRITE.all_many(session, [row("one"), row("two")])
        named = Statement(select(NOTES.c.id).where(NOTES.c.mood.in_([constant(mood) for mood in moods])))
        assert len(named.all(session)) == 2
        with pytest.raises(ValueError, match="name its members"):
            Statement(select(NOTES.c.id).where(NOTES.c.mood.in_(moods))).all(session)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_has_ended_is_told_of_and_not_used_again(notes: Engine) -> None:
    end = Statement(select(func.pg_terminate_backend(func.pg_backend_pid())))
    with pytest.raises(OperationalError) as told, writing(notes) as session:
        end.all(session)
    assert told.value.connection_invalidated
    with reading(notes) as session:
        assert READ.all(session) == []


def renamed(old: str, new: str) -> Steps[str]:
    """Ask for two things, then for one more, with what has come."""
    renamed, found = yield [RENAME.asked({"old": old, "new": new}), ONE.asked({"wanted": new})]
    assert len(renamed) == len(found) == 1
    [again] = yield [RENAME.asked({"old": renamed[0].word, "new": f"{new} again"})]
    return str(again[0].word)


def test_what_is_asked_together_is_run_in_its_order_and_each_hears_its_own_answers(
    notes: Engine, watching: Watching
) -> None:
    def nothing() -> Steps[int]:
        return 7
        yield []

    with watching(notes), writing(notes) as session:
        written = ask(
            session, [WRITE.asked_many([row("one"), row("two")]), READ.asked(), WRITE.asked_many([])]
        )
        assert [len(rows) for rows in written] == [0, 2, 0]
        # The second finds what the first has renamed in the same round.
        assert together(session, renamed("one", "three"), nothing(), renamed("two", "four")) == [
            "three again",
            7,
            "four again",
        ]
        with pytest.raises(AssertionError):
            together(session, renamed("unknown", "five"))
        assert [one.word for one in READ.all(session)] == ["three again", "four again"]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_refusal_among_what_is_asked_together_undoes_all_and_leaves_a_connection_that_can_be_used(
    notes: Engine, watching: Watching, at: int
) -> None:
    asked = [WRITE.asked(row("one")), WRITE.asked(row("two")), WRITE.asked(row("three"))]
    asked.insert(at, WRITE.asked(row("same")))
    with watching(notes), writing(notes) as session:
        WRITE.run(session, row("same"))
        with pytest.raises(IntegrityError), session.begin_nested():
            ask(session, asked)
        assert [one.word for one in READ.all(session)] == ["same"]
    with watching(notes), pytest.raises(IntegrityError), writing(notes) as session:
        ask(session, asked)
    with reading(notes) as session:
        assert [one.word for one in READ.all(session)] == ["same"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_ends_while_much_is_asked_is_told_of_and_not_used_again(notes: Engine) -> None:
    end = Statement(select(func.pg_terminate_backend(func.pg_backend_pid())))
    with pytest.raises(OperationalError) as told, writing(notes) as session:
        ask(session, [WRITE.asked(row("one")), end.asked(), READ.asked()])
    assert told.value.connection_invalidated
    with reading(notes) as session:
        assert READ.all(session) == []


def test_what_is_asked_last_is_written_with_the_commit_or_not_at_all(
    notes: Engine, watching: Watching
) -> None:
    answers: list[Any] = []

    def counting() -> Steps[None]:
        [rows] = yield [READ.asked()]
        answers.append([one.word for one in rows])

    with watching(notes), writing(notes) as session:
        last(session, ask_one(WRITE.asked(row("last"))))
        last(session, counting())
        WRITE.run(session, row("first"))
        assert answers == []
    assert answers == [["first", "last"]]
    both = WRITE.asked_many([row("third"), row("first")])
    with watching(notes), pytest.raises(IntegrityError), writing(notes) as session:
        last(session, ask_one(both))
    with reading(notes) as session:
        assert [one.word for one in READ.all(session)] == ["first", "last"]


FIRST: list[Callable[[Session], Any]] = [
    lambda session: WRITE.run(session, row("first")),
    lambda session: ask(session, [WRITE.asked(row("first")), READ.asked()]),
    lambda session: session.execute(insert(NOTES), row("first")),
    lambda session: session.connection().exec_driver_sql(
        "INSERT INTO tried_notes (word, mood) VALUES ('first', 'calm')"
    ),
    lambda session: last(session, ask_one(WRITE.asked(row("first")))),
    lambda session: session.flush(),
]


@pytest.mark.parametrize("first", FIRST)
def test_a_transaction_has_begun_whoever_makes_its_first_statement(
    notes: Engine, first: Callable[[Session], Any]
) -> None:
    def fails(session: Session) -> None:
        first(session)
        raise LookupError

    with pytest.raises(LookupError), writing(notes) as session:
        fails(session)
    with reading(notes) as session:
        assert READ.all(session) == []
    with writing(notes) as session:
        first(session)
    # The same connection of the pool, whose next statement is a transaction by itself.
    with at_once(notes) as connection:
        WRITE.run(connection, row("second"))
    with reading(notes) as session:
        assert READ.all(session)[-1].word == "second"
        assert len(READ.all(session)) == (1 if first is FIRST[-1] else 2)


def test_a_row_is_a_plain_value_in_a_process_that_has_made_no_object_yet() -> None:
    code = (
        "from shop.orders.models import Order; from shop.plain_rows import plain; "
        "row = plain(Order, email='a@example.com'); row.number = 7; print(row.email, row.number, row.paid_at)"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == "a@example.com 7 None\n"

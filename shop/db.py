"""The database: engine, session, types and the version that keys cached public pages."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from select import POLLIN, poll
from typing import Any, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    create_engine,
    event,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    Session,
    SessionTransaction,
    mapped_column,
)
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

from shop.config import sqlite_path
from shop.driver import TRANSACTION, say, say_before, unsaid
from shop.statements import Statement
from shop.together import Steps, ask_and_commit, ask_one, beside
from shop.turns import Turns

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# A writer that waits longer than this answers 503, so that the payment service asks again.
LOCK_TIMEOUT_SECONDS = 10
# The database is locked, full, restarting: nothing is wrong with what was asked, and later it may work.
DATABASE_AWAY = (OperationalError, InterfaceError)
_MAKING_TURNS = threading.Lock()
_TURNS: WeakKeyDictionary[Pool, Turns] = WeakKeyDictionary()
# In a session's ``info``: whether it writes, the public version it has seen, and whether it will move that.
WRITES, VERSION_SEEN, CHANGED = "writes", "version_seen", "changed"
# What it asks when it commits.
LAST = "last"
Found = TypeVar("Found")


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(naming_convention=NAMES)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; a naive one is refused when written."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; SQLite keeps no offset, so it gets the bare UTC time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Give back an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PublicVersion(Base):
    """One row whose number moves whenever something a public page shows has changed."""

    __tablename__ = "public_version"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


PUBLIC_VERSION = PublicVersion.metadata.tables["public_version"]
_VERSION = Statement(select(PUBLIC_VERSION.c.number))
_MOVE_VERSION = Statement(update(PUBLIC_VERSION).values(number=PUBLIC_VERSION.c.number + 1))


class Checkpoint(Base):
    """How far a repeated job has come: its name and a moment."""

    __tablename__ = "checkpoints"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


def open_engine(url: str, *, pool_size: int = 20) -> Engine:
    """Return an engine for ``url``. SQLite gets WAL, foreign keys and immediate write transactions.

    The connection that rested last serves first: it remembers most of what the database looks like now.
    """
    path = sqlite_path(url)
    if path is not None:
        engine = create_engine(
            f"sqlite:///{path}",
            connect_args={"check_same_thread": False},
            pool_size=pool_size,
            pool_use_lifo=True,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    timeouts = f"-c lock_timeout={LOCK_TIMEOUT_SECONDS * 1000} -c statement_timeout=30000"
    # What a shop reads is in memory or on a disk without a head to move: rows here and there cost little more than
    # rows in line, and PostgreSQL's own guess, four times as much, makes it read all of a table instead.
    planner = "-c random_page_cost=1.1"
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        connect_args={"options": f"{timeouts} {planner}", "connect_timeout": 5},
        pool_size=pool_size,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "before_cursor_execute", _begin_now)
    event.listen(engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    # A connection that rests has nothing to say unless the server has ended it: looking at its socket finds that
    # out without asking the server each time, and the pool then opens another.
    if connection.closed:
        raise DisconnectionError
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    if waiting.poll(0):
        raise DisconnectionError


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # Transactions are begun below: telling the driver for each question that it needs none takes longer than the answer.
    connection.autocommit = True


def _begin_postgresql(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(WRITES, False):
        # Goes along with the first statement, whoever makes it.
        say_before(connection, "BEGIN")
    elif options.get(TRANSACTION, True):
        say(connection, "BEGIN")


def _begin_now(connection: Connection, *_statement: Any) -> None:
    words = unsaid(connection)
    if words is not None:
        say(connection, words)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={LOCK_TIMEOUT_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-16000",
        "mmap_size=268435456",
        "temp_store=MEMORY",
        # Of what is written again and again in 16 MiB, only the last is copied into the file.
        "wal_autocheckpoint=4000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another writer came between
    # (BUSY_SNAPSHOT, no timeout helps): writers take the lock when they begin.
    begin = "BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES, False) else "BEGIN"
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    try:
        driver.execute(begin)
    except sqlite3.OperationalError as error:
        raise OperationalError(begin, None, error) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open a transaction that writes: leaving quietly commits, raising undoes everything."""
    with (
        _in_line(engine),
        engine.connect().execution_options(**{WRITES: True}) as connection,
        _OnConnection(connection, info={WRITES: True, LAST: []}) as session,
        connection.begin(),
    ):
        try:
            yield session
            session.flush()
            last = session.info[LAST]
            if session.info.get(CHANGED):
                last.append(ask_one(_MOVE_VERSION.asked()))
            _commit_with(connection, last)
        finally:
            # Of a transaction that has asked nothing: the connection's next one begins by itself.
            unsaid(connection)


def last(session: Session, steps: Steps[Any]) -> None:
    """Have ``steps`` ask when the transaction of ``writing`` commits, on the same way to the database.

    For what nobody waits for before that: they ask once and refuse nothing.
    """
    session.info[LAST].append(steps)


def _commit_with(connection: Connection, steps: Sequence[Steps[Any]]) -> None:
    whole = beside(*steps)
    try:
        whole.send(ask_and_commit(connection, next(whole)))
    except StopIteration:
        return
    raise AssertionError("what is asked last must not ask again")


@contextmanager
def at_once(engine: Engine) -> Iterator[Connection]:
    """Open a connection for one statement that is a transaction by itself, and for what is asked beside it."""
    options = {WRITES: True} if engine.dialect.name == "sqlite" else {TRANSACTION: False}
    with (
        _in_line(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _in_line(engine: Engine) -> Iterator[None]:
    # SQLite lets a writer ask again and again, with pauses, until it is lucky.
    if engine.dialect.name != "sqlite":
        yield
        return
    turns = _turns(engine)
    if not turns.take(time.monotonic() + LOCK_TIMEOUT_SECONDS):
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
    try:
        yield
    finally:
        turns.end()


def _turns(engine: Engine) -> Turns:
    if engine.pool not in _TURNS:
        with _MAKING_TURNS:
            # One for all threads: closing a second would let go of the locks of the first.
            if engine.pool not in _TURNS:
                _TURNS[engine.pool] = Turns(Path(f"{engine.url.database}-turns"))
    return _TURNS[engine.pool]


class _OnConnection(Session):
    """A session on a connection whose transaction is begun and ended outside: it keeps none of its own."""

    def connection(self, *_args: Any, **_options: Any) -> Connection:
        """Return the connection that this session was opened for."""
        bind = self.bind
        assert isinstance(bind, Connection)  # noqa: S101
        return bind

    def begin_nested(self) -> SessionTransaction:
        """Begin a savepoint now, and not at the session's own first statement: others go past it."""
        savepoint = super().begin_nested()
        super().connection()
        return savepoint


class _Reading(Session):
    """A session that opens its connection when the first question is asked: what is kept needs none."""

    opened: Connection | None = None

    def connection(self, *_args: Any, **_options: Any) -> Connection:
        """Return the connection of this session."""
        if self.opened is None:
            engine = self.bind
            assert isinstance(engine, Engine)  # noqa: S101
            self.opened = engine.connect().execution_options(**{TRANSACTION: False})
        return self.opened

    def get_bind(self, *_args: Any, **_options: Any) -> Connection:
        """Return the same connection for every table."""
        return self.connection()


@contextmanager
def reading(engine: Engine, *, version: int | None = None) -> Iterator[Session]:
    """Open a session that only reads: its objects are never flushed, and nothing is committed.

    ``version``: the public version, where it is known already (see ``Kept``).
    """
    session = _Reading(engine, autoflush=False, info={} if version is None else {VERSION_SEEN: version})
    try:
        yield session
    finally:
        # What asked past the session, as the way to an order does, has left nothing in it to end.
        if session.in_transaction():
            session.close()
        if session.opened is not None:
            session.opened.close()


def lock_rows(session: Session) -> bool:
    """Whether rows must be locked one by one (PostgreSQL); SQLite's writers already stand in line."""
    return session.get_bind().dialect.name != "sqlite"


def constant(text: str) -> ColumnElement[str]:
    """Return a word that stands in a statement itself: an index for some rows only is used for no parameter."""
    return literal_column(f"'{text}'")


def publish_change(session: Session) -> None:
    """Move the version that keys cached public pages; call it in the transaction that changes what they show.

    It moves at the end of ``writing``: everybody who changes such a thing waits for this one row.
    """
    session.info[CHANGED] = True


def see_version(session: Session) -> Steps[None]:
    """Ask for the public version beside something else, so that ``Kept`` need not."""
    [[version]] = yield [_VERSION.asked()]
    session.info[VERSION_SEEN] = version.number


class Kept(Generic[Found]):
    """What a query finds, kept by this process until the public version moves.

    Only for goods, shipping and the rules of offers: the database itself moves the version when a row of theirs
    changes, whoever changes it. A session that writes keeps nothing: what it finds may never be committed.
    """

    def __init__(self, ask: Callable[[Session], Found]) -> None:
        self._ask = ask
        self._found: WeakKeyDictionary[Pool, tuple[int | None, Found]] = WeakKeyDictionary()

    def get(self, session: Session) -> Found:
        """Return it, asking for it only when the version has moved."""
        if session.info.get(CHANGED):
            return self._ask(session)
        # The version is read first: what is found after it can only be newer, and is then read once more.
        number: int | None = session.info.get(VERSION_SEEN)
        if number is None:
            number = session.info[VERSION_SEEN] = _VERSION.scalar(session)
        bind = session.bind
        assert bind is not None  # noqa: S101
        pool = bind.engine.pool
        kept = self._found.get(pool)
        if kept is not None and kept[0] == number:
            return kept[1]
        found = self._ask(session)
        if not session.info.get(WRITES):
            self._found[pool] = (number, found)
        return found


def is_due(
    moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    now: datetime,
    *,
    farthest: timedelta,
) -> ColumnElement[bool]:
    """Return the condition that a moment has come (aware UTC).

    Nothing is ever put off by more than ``farthest``: a moment beyond that was written while the machine's clock
    was wrong, and waiting for it could take years.
    """
    return or_(moment <= now, moment > now + farthest)

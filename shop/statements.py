"""Statements of the way to a paid order: made and compiled once, then handed to the database's driver as they are.

SQLAlchemy writes them, knows their types and keeps the connection and its transaction. What is left out is what it
does anew at every execution: looking its own cache up, making a context and a result that can do everything. On a
statement that takes SQLite five microseconds this is fifty to a hundred; an order takes twenty of them.
"""

from collections import namedtuple
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Select, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement, CompoundSelect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

from shop.driver import TRANSACTION, run, send

Values = Mapping[str, Any]
Executed = Select[*tuple[Any, ...]] | CompoundSelect[Any] | UpdateBase
Processor = Callable[[Any], Any]

_NOTHING: Values = {}
COMMIT = "COMMIT"
# How many of the engine's listeners to what is executed are its own (see db.open_engine), and not somebody's.
OWN_LISTENERS = {"sqlite": 0, "postgresql": 1}
# More rows than an order has lines are rare, and each number of rows is a statement of its own.
MOST_ROWS = 20


@dataclass(frozen=True)
class _Compiled:
    """A statement as one kind of database takes it."""

    text: str
    # The parameters in the order of their places, or None where the driver takes them by name.
    places: tuple[str, ...] | None
    # What is written into the statement itself or is a column's default, and what a value goes through on its way.
    fixed: Values
    processors: Mapping[str, Processor]
    row: Callable[[Sequence[Any]], Any]
    returns: bool

    def arguments(self, values: Values) -> Any:
        """Return ``values`` as the driver takes them."""
        given = {**self.fixed, **values}
        for name, process in self.processors.items():
            given[name] = process(given[name])
        return given if self.places is None else [given[name] for name in self.places]

    def rows(self, cursor: DBAPICursor) -> list[Any]:
        """Return what came of it, as named tuples; nothing of a statement that returns no rows."""
        return [self.row(row) for row in cursor.fetchall()] if self.returns else []


# A statement as the driver takes it, and its arguments.
_Piece = tuple[_Compiled, Any]


@dataclass(frozen=True)
class Asked:
    """A statement with its values, or an INSERT with those of several rows, for ``together``."""

    statement: "Statement"
    rows: Sequence[Values]


class Statement:
    """A SELECT, INSERT, UPDATE or DELETE that is always the same but for its values (SQLAlchemy's bindparam).

    An INSERT made without values gets the columns that it is given. Nothing is flushed before it runs: a session's
    changes must have been. Errors are SQLAlchemy's own. While somebody listens to what the engine executes, as tests
    do, statements go the long way and are heard.
    """

    def __init__(self, statement: Executed, *, postgresql: Executed | None = None) -> None:
        """``postgresql``: what it is there, when its words are not the same on both databases."""
        both = {"sqlite": statement, "postgresql": statement if postgresql is None else postgresql}
        self._statements = {dialect: _bare(of_dialect) for dialect, of_dialect in both.items()}
        self._compiled: dict[tuple[Any, ...], _Compiled] = {}

    def all(self, on: Session | Connection, values: Values = _NOTHING) -> list[Any]:
        """Return the rows, as named tuples."""
        connection = connection_of(on)
        if _heard(connection):
            return list(connection.execute(self._of(connection), values).all())
        compiled = self._for(connection.dialect, tuple(values))
        return compiled.rows(run(connection, compiled.text, compiled.arguments(values)))

    def one_or_none(self, on: Session | Connection, values: Values = _NOTHING) -> Any:
        """Return the row, or None. Raises MultipleResultsFound."""
        rows = self.all(on, values)
        if len(rows) > 1:
            raise MultipleResultsFound(f"{len(rows)} rows instead of one")
        return rows[0] if rows else None

    def one(self, on: Session | Connection, values: Values = _NOTHING) -> Any:
        """Return the row. Raises NoResultFound and MultipleResultsFound."""
        row = self.one_or_none(on, values)
        if row is None:
            raise NoResultFound("no row")
        return row

    def scalar(self, on: Session | Connection, values: Values = _NOTHING) -> Any:
        """Return the first value of the first row, or None."""
        rows = self.all(on, values)
        return rows[0][0] if rows else None

    def run(self, on: Session | Connection, values: Values = _NOTHING) -> int:
        """Run a statement that returns no rows; return how many it has written."""
        connection = connection_of(on)
        if _heard(connection):
            options = {"preserve_rowcount": True}
            return connection.execute(self._of(connection), values, execution_options=options).rowcount
        compiled = self._for(connection.dialect, tuple(values))
        return run(connection, compiled.text, compiled.arguments(values)).rowcount

    def all_many(self, on: Session | Connection, rows: Sequence[Values]) -> list[Any]:
        """Run a plain INSERT for ``rows``, which have the same keys; return what came, in any order."""
        return answers(connection_of(on), [self.asked_many(rows)])[0]

    def asked(self, values: Values = _NOTHING) -> Asked:
        """Return it as one of those that are asked ``together``."""
        return Asked(self, [values])

    def asked_many(self, rows: Sequence[Values]) -> Asked:
        """Return ``all_many`` as one of those that are asked ``together``."""
        return Asked(self, rows)

    def pieces(self, connection: Connection, rows: Sequence[Values]) -> list[_Piece]:
        """Return what the driver gets for ``rows``; several go in one statement, each would cost a way of its own.

        Only ``together`` has use for it.
        """
        dialect = connection.dialect
        if len(rows) == 1:
            compiled = self._for(dialect, tuple(rows[0]))
            return [(compiled, compiled.arguments(rows[0]))]
        return [self._piece(dialect, rows[at : at + MOST_ROWS]) for at in range(0, len(rows), MOST_ROWS)]

    def _piece(self, dialect: Dialect, rows: Sequence[Values]) -> _Piece:
        keys = tuple(rows[0])
        compiled = self._for_rows(dialect, keys, len(rows))
        given = zip(_names(keys, len(rows)), (row[key] for row in rows for key in keys), strict=True)
        return compiled, compiled.arguments(dict(given))

    def heard(self, connection: Connection, rows: Sequence[Values]) -> list[Any]:
        """Run it the library's way, which is heard; return its rows."""
        if not rows:
            return []
        result = connection.execute(self._of(connection), rows if len(rows) > 1 else rows[0])
        return list(result.all()) if result.returns_rows else []

    def _of(self, connection: Connection) -> Executed:
        return self._statements[connection.dialect.name]

    def _for(self, dialect: Dialect, keys: tuple[str, ...]) -> _Compiled:
        found = self._compiled.get((dialect.name, keys))
        if found is None:
            found = _compile(self._statements[dialect.name], dialect, keys)
            self._compiled[dialect.name, keys] = found
        return found

    def _for_rows(self, dialect: Dialect, keys: tuple[str, ...], count: int) -> _Compiled:
        found = self._compiled.get((dialect.name, keys, count))
        if found is None:
            insert = cast(Insert, self._statements[dialect.name])
            defaults = _defaults(insert.compile(dialect=dialect, column_keys=list(keys)))
            rows = [
                {
                    name: bindparam(
                        _in_row(name, at), defaults.get(name), type_=insert.table.c[name].type, required=False
                    )
                    for name in (*keys, *defaults)
                }
                for at in range(count)
            ]
            found = _compile(insert.values(rows), dialect, _names(keys, count))
            self._compiled[dialect.name, keys, count] = found
        return found


def _bare(statement: Executed) -> Executed:
    # An INSERT would ask for the new row's id otherwise, which nobody takes.
    if isinstance(statement, Insert) and not statement.exported_columns:
        return statement.inline()
    return statement


@cache
def _names(keys: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Return what the values of ``count`` rows are called, row by row."""
    return tuple(_in_row(name, at) for at in range(count) for name in keys)


def _in_row(name: str, at: int) -> str:
    return f"{name}_of_{at}"


def insert_once(table: Table, returning: ColumnElement[Any]) -> Statement:
    """Return the INSERT that writes nothing when a unique key is there already, and then returns no row."""
    return Statement(
        sqlite.insert(table).on_conflict_do_nothing().returning(returning),
        postgresql=postgresql.insert(table).on_conflict_do_nothing().returning(returning),
    )


def connection_of(on: Session | Connection) -> Connection:
    """Return the connection behind a session, its transaction begun if it is to have one."""
    connection = on.connection() if isinstance(on, Session) else on
    if not connection.in_transaction() and connection.get_execution_options().get(TRANSACTION, True):
        connection.begin()
    return connection


def _heard(connection: Connection) -> bool:
    return len(connection.dispatch.before_cursor_execute) > OWN_LISTENERS[connection.dialect.name]


def answers(connection: Connection, asked: Sequence[Asked], *, commit: bool = False) -> list[list[Any]]:
    """Run ``asked`` in this order and return the rows of each. ``commit``: PostgreSQL may end with that."""
    if _heard(connection):
        return [one.statement.heard(connection, one.rows) for one in asked]
    pieces = [one.statement.pieces(connection, one.rows) for one in asked]
    then = COMMIT if commit and any(pieces) else ""
    return _parted(pieces, _run_all(connection, [piece for of_one in pieces for piece in of_one], then))


def _parted(pieces: Sequence[Sequence[_Piece]], found: Sequence[list[Any]]) -> list[list[Any]]:
    """Return the rows of each statement from those of its pieces."""
    rows = iter(found)
    return [[row for _ in of_one for row in next(rows)] for of_one in pieces]


def _run_all(connection: Connection, pieces: Sequence[_Piece], then: str = "") -> list[list[Any]]:
    """Run ``pieces`` in this order, ``then`` some words, and return the rows of each piece."""
    if connection.dialect.name == "sqlite" or (len(pieces) < 2 and not then):
        return [compiled.rows(run(connection, compiled.text, arguments)) for compiled, arguments in pieces]
    sent = [(compiled.text, arguments) for compiled, arguments in pieces]
    cursors = send(connection, [*sent, (then, None)] if then else sent)
    return [compiled.rows(cursor) for cursor, (compiled, _) in zip(cursors, pieces, strict=False)]


def _compile(statement: Executed, dialect: Dialect, keys: Collection[str]) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=list(keys))
    if compiled.post_compile_params:
        raise ValueError("a list of values is written anew for each length: name its members (db.constant)")
    fixed = {name: value for name, value in compiled.params.items() if name not in keys}
    fixed.update(_defaults(compiled))
    bound = {name: processor for name, processor in _bound(compiled, dialect) if processor is not None}
    return _Compiled(
        text=str(compiled),
        places=tuple(compiled.positiontup or ()) if compiled.positional else None,
        # Written into every execution as they are: their way is gone once.
        fixed={name: bound[name](value) if name in bound else value for name, value in fixed.items()},
        processors={name: processor for name, processor in bound.items() if name in keys},
        row=_row_of(_returned(statement), dialect),
        returns=bool(_returned(statement)),
    )


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    """Return the columns that get their own default, with it."""
    found: dict[str, Any] = {}
    for column in compiled.insert_prefetch:
        default: Any = column.default
        if default is None or not default.is_scalar:
            raise ValueError(f"{column} needs a value")
        found[column.key] = default.arg
    return found


def _bound(compiled: SQLCompiler, dialect: Dialect) -> list[tuple[str, Processor | None]]:
    return [
        (name, parameter.type.dialect_impl(dialect).bind_processor(dialect))
        for name, parameter in compiled.binds.items()
    ]


def _returned(statement: Executed) -> list[tuple[str, TypeEngine[Any]]]:
    columns: Sequence[ColumnElement[Any]] = (
        list(statement.exported_columns)
        if isinstance(statement, UpdateBase)
        else list(statement.selected_columns)
    )
    return [(column.key or "", column.type) for column in columns]


def _row_of(
    returned: Sequence[tuple[str, TypeEngine[Any]]], dialect: Dialect
) -> Callable[[Sequence[Any]], Any]:
    """Return what makes a named tuple of a driver's row."""
    row = namedtuple("Row", [name for name, _ in returned], rename=True)  # type: ignore[misc]
    make: Callable[[Sequence[Any]], Any] = row._make
    processors = [
        (place, processor)
        for place, (_, of_type) in enumerate(returned)
        if (processor := of_type.dialect_impl(dialect).result_processor(dialect, None)) is not None
    ]
    if not processors:
        return make

    def processed(values: Sequence[Any]) -> Any:
        changed = list(values)
        for place, process in processors:
            changed[place] = process(changed[place])
        return make(changed)

    return processed

"""Rows as plain values, for the way to a paid order: the session's bookkeeping takes longer than they do."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Column, bindparam, inspect, update
from sqlalchemy.orm import Session, configure_mappers, make_transient_to_detached

from shop.db import Base
from shop.statements import Asked, Statement

Row = TypeVar("Row", bound=Base)


def plain(table: type[Row], **columns: Any) -> Row:
    """Return a row that is a value and nothing else, for the way to a paid order.

    An object that keeps watch over each of its columns takes the library as long as the database takes to write it.
    """
    row = cast(Row, _maker_of(table)())
    vars(row).update(columns)
    return row


@cache
def _maker_of(table: type[Base]) -> Callable[[], Base]:
    # The library would do this when the first object is made its own way; without it the columns cannot be set.
    configure_mappers()
    return inspect(table).class_manager.new_instance


def set_columns(row: Base) -> dict[str, Any]:
    """Return the columns of a row that were given a value, for an insert that bypasses the session."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def loaded(session: Session, table: type[Row], values: Iterable[tuple[Column[Any], Any]]) -> Row:
    """Return a row that a ``Statement`` has read as an object of the session, which must not have it yet.

    For the way to a paid order, as ``changes``. A column that is not among ``values`` is read when it is asked for.
    """
    row = plain(table, **{column.key: value for column, value in values})
    make_transient_to_detached(row)
    session.add(row)
    return row


def changes(session: Session, row: Base) -> Asked:
    """Return the statement that writes what was changed of a row; the row is a plain value afterwards.

    For the way to a paid order: the session's own bookkeeping takes several times longer than the statement.
    """
    state = inspect(row)
    changed = {name: state.dict[name] for name in state.committed_state}
    session.expunge(row)
    # A statement for no rows is none.
    return _update_of(type(row)).asked_many([changed | {"of_id": state.dict["id"]}] if changed else [])


@cache
def _update_of(table: type[Base]) -> Statement:
    columns = table.metadata.tables[table.__tablename__]
    return Statement(update(columns).where(columns.c.id == bindparam("of_id")))

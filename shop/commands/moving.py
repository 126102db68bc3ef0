"""Copies a whole shop from one database into another, SQLite or PostgreSQL, and compares what has arrived."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Engine,
    Insert,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import Connection

from shop.commands.prove import broken
from shop.db import WRITES
from shop.errors import SettingRefused
from shop.migration import migrate
from shop.tables import metadata

CHUNK = 2000
# What must come to the same on both sides, beside the number of rows of each table.
MONEY = {
    "orders": "total_amount",
    "order_lines": "total_amount",
    "payments": "amount",
    "refunds": "amount",
    "redemptions": "amount",
    "stock_movements": "delta",
}
# Triggers count in these while the others are written.
COUNTED = ("reader_totals", "public_version")


@dataclass(frozen=True)
class Copied:
    """What was copied, and found to be the same on both sides: rows of each table, sums of money (minor units)."""

    rows: Mapping[str, int]
    sums: Mapping[str, int]


def copy(source: Engine, target: Engine, *, hold: bool = False) -> Copied:
    """Copy everything into ``target``, a database without a shop, whose tables are made; all of it or nothing.

    ``hold``: nobody may write to a ``source`` of SQLite meanwhile. Raises SettingRefused when ``target`` has goods or
    orders, when the tables of ``source`` are not the newest, and when what has arrived is not the same.
    """
    # Before its tables are touched, and again when nobody else can make one.
    if inspect(target).has_table("products"):
        with target.connect() as connection:
            _refuse_a_shop(connection)
    migrate(target)
    with _at_one_moment(source, hold=hold) as left, _filling(target) as right:
        _refuse_other_tables(left, right)
        _refuse_a_shop(right)
        tables = metadata.sorted_tables
        for table in reversed(tables):
            right.execute(delete(table))
        for table in tables:
            _copy_table(left, right, table)
        if right.dialect.name == "postgresql":
            # Some triggers count at the end of the transaction.
            right.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        for name in COUNTED:
            right.execute(delete(metadata.tables[name]))
            _copy_table(left, right, metadata.tables[name])
        if right.dialect.name == "postgresql":
            _count_on(right, tables)
        copied, arrived = _counted(left), _counted(right)
        if copied != arrived:
            raise SettingRefused(f"What has arrived is not what was there: {_difference(copied, arrived)}.")
    return copied


@contextmanager
def _at_one_moment(source: Engine, *, hold: bool) -> Iterator[Connection]:
    with source.connect().execution_options(**{WRITES: hold and _is_sqlite(source)}) as connection:
        if not _is_sqlite(source):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        yield connection
        connection.rollback()


@contextmanager
def _filling(target: Engine) -> Iterator[Connection]:
    with target.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if not _is_sqlite(target):
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        yield connection


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _refuse_other_tables(left: Connection, right: Connection) -> None:
    version = "SELECT version_num FROM alembic_version"
    if left.exec_driver_sql(version).scalar() != right.exec_driver_sql(version).scalar():
        raise SettingRefused(
            "The tables to copy are not the newest: run `python -m shop migrate` on them first, with the code that "
            "is to use them."
        )


def _refuse_a_shop(right: Connection) -> None:
    if any(
        right.scalar(select(func.count()).select_from(metadata.tables[name]))
        for name in ("products", "orders")
    ):
        raise SettingRefused("There is a shop in the database to copy into already; nothing was changed.")


def _copy_table(left: Connection, right: Connection, table: Table) -> None:
    statement = _insert(table, right.dialect.name)
    for rows in left.execution_options(yield_per=CHUNK).execute(_select(table)).mappings().partitions():
        right.execute(statement, [dict(row) for row in rows])


def _select(table: Table) -> Any:
    # JSON goes from text to text: what is null in it, and what is no value at all, would be the same otherwise.
    return select(
        *(cast(column, Text).label(column.name) if _is_json(column) else column for column in table.c)
    )


def _insert(table: Table, dialect: str) -> Insert:
    given: dict[str, Any] = {}
    for column in table.c:
        value: Any = bindparam(column.name, type_=Text() if _is_json(column) else column.type)
        given[column.name] = (
            cast(value, column.type) if _is_json(column) and dialect == "postgresql" else value
        )
    return insert(table).values(given).inline()


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _count_on(right: Connection, tables: Sequence[Table]) -> None:
    """Have PostgreSQL give the next row an id that no copied row has."""
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            highest = func.max(column)
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            right.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


def _counted(connection: Connection) -> Copied:
    rows = {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
    }
    sums = {
        name: int(connection.scalar(select(func.coalesce(func.sum(metadata.tables[name].c[column]), 0))) or 0)
        for name, column in MONEY.items()
    }
    return Copied(rows, sums)


def _difference(copied: Copied, arrived: Copied) -> str:
    pairs = [
        *((f"rows of {name}", many, arrived.rows[name]) for name, many in copied.rows.items()),
        *((f"sum of {name}", total, arrived.sums[name]) for name, total in copied.sums.items()),
    ]
    return ", ".join(f"{what} {before} and {after}" for what, before, after in pairs if before != after)


def say_copied(copied: Copied) -> None:
    """Print what was copied."""
    print(
        f"Copied and compared: {sum(copied.rows.values()):,} rows of {len(copied.rows)} tables, among them "
        f"{copied.rows['orders']:,} orders, {copied.rows['readers']:,} readers and {copied.rows['codes']:,} codes; "
        f"payments of {copied.sums['payments']:,} and refunds of {copied.sums['refunds']:,} in the smallest unit."
    )


def say_whether_proved(target: Engine) -> int:
    """Print whether what was copied adds up, and which promise is broken; return the exit status."""
    faults = broken(target)
    for fault in faults:
        print(f"BROKEN {fault}")
    print("Some promises are broken, as they were there." if faults else "Every promise is kept.")
    return 1 if faults else 0

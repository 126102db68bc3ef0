"""Bringing the tables up to date. Apart from shop.db, because a web process never does it and Alembic is large."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from shop.config import ROOT


def migrate(engine: Engine) -> None:
    """Bring the tables up to the newest migration."""
    with (
        engine.connect().execution_options(writes=True) as connection,
        rebuilding(connection),
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            # A large table takes longer to rebuild than any request may last. How long one waits for a lock stays
            # as it is: behind a migration that waits, everybody waits.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        command.upgrade(alembic_config(connection), "head")


@contextmanager
def rebuilding(connection: Connection) -> Iterator[None]:
    """Let migrations rebuild tables that others point to; to be entered before the transaction begins.

    SQLite changes a table by copying it and dropping the old one, which its foreign keys would forbid
    (https://www.sqlite.org/lang_altertable.html#otheralter). They are asked about before the end instead.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    bare = connection.connection.cursor()
    bare.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        astray = bare.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        bare.execute("PRAGMA foreign_keys=ON")
    if astray:
        message = f"rows point to rows that are not there: {astray[:5]}"
        raise RuntimeError(message)


def alembic_config(connection: Connection) -> AlembicConfig:
    """Return Alembic's settings for ``connection``; there is no ini file."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config

"""Bringing the tables up to date. Apart from shop.db, because a web process never does it and Alembic is large."""

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from shop.config import ROOT


def migrate(engine: Engine) -> None:
    """Bring the tables up to the newest migration."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> AlembicConfig:
    """Return Alembic's settings for ``connection``; there is no ini file."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config

"""Brings the tables up to the newest migration."""

from argparse import ArgumentParser, Namespace

from shop.config import Config
from shop.db import open_engine
from shop.migration import migrate
from shop.preflight import refuse_unwritable_folder


def arguments(_parser: ArgumentParser) -> None:
    """There is nothing to choose."""


def command(config: Config, _asked: Namespace) -> int:
    """Migrate; quietly does nothing when there is nothing to do."""
    refuse_unwritable_folder(config)
    engine = open_engine(config.database_url)
    migrate(engine)
    engine.dispose()
    print("The tables are up to date.")
    return 0

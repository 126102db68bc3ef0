"""Fills an empty shop with demo goods."""

from argparse import ArgumentParser, Namespace

from shop import clock
from shop.config import Config
from shop.db import open_engine
from shop.preflight import refuse_missing_tables
from shop.seed import seed


def arguments(_parser: ArgumentParser) -> None:
    """There is nothing to choose."""


def command(config: Config, _asked: Namespace) -> int:
    """Add the goods; a shop that has some is left as it is."""
    refuse_missing_tables(config)
    engine = open_engine(config.database_url)
    added = seed(engine, live=config.live, now=clock.now())
    engine.dispose()
    print("Added the demo goods." if added else "The shop has goods already; nothing was added.")
    return 0

"""Fills an empty shop with demo goods; takes the invented orders, readers and reads out again."""

from argparse import ArgumentParser, Namespace

from shop import clock
from shop.commands.local_payment import tell_of_the_past
from shop.config import Config
from shop.db import open_engine
from shop.demo.forget import forget
from shop.demo.history import fill
from shop.preflight import refuse_missing_tables
from shop.seed import seed


def arguments(parser: ArgumentParser) -> None:
    """Goods alone, with ninety days of invented orders, or those out again."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--history", action="store_true", help="also 90 days of invented orders and readers")
    choice.add_argument(
        "--remove", action="store_true", help="take the invented orders and readers out again"
    )


def command(config: Config, asked: Namespace) -> int:
    """Add the goods; a shop that has some is left as it is."""
    refuse_missing_tables(config)
    engine = open_engine(config.database_url)
    if asked.remove:
        print(f"Removed {forget(engine, now=clock.now())} demo orders, and the demo readers and reads.")
        engine.dispose()
        return 0
    added = seed(engine, live=config.live, now=clock.now())
    if asked.history and fill(engine, live=config.live, base_url=config.base_url, now=clock.now()):
        print("Added 90 days of invented orders, readers and reads.")
        if not tell_of_the_past(config, engine):
            print("The local payment page does not answer; the next `make run` tells it of their payments.")
    engine.dispose()
    print("Added the demo goods." if added else "The shop has goods already; nothing was added.")
    return 0

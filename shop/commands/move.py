"""Moves the shop into another database, such as from SQLite to PostgreSQL when it outgrows one machine."""

from argparse import ArgumentParser, Namespace

from shop.commands.moving import copy, say_copied, say_whether_proved
from shop.config import Config, load
from shop.db import open_engine
from shop.errors import SettingRefused


def arguments(parser: ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("url", help="the DATABASE_URL of an empty database")


def command(config: Config, asked: Namespace) -> int:
    """Copy all of it; what is in the database of DATABASE_URL stays there."""
    # The key is given so that none is made for the new place: links and carts live as long as it stays the same.
    url = load({"DATABASE_URL": asked.url, "SECRET_KEY": config.secret_key}).database_url
    if url == config.database_url:
        raise SettingRefused("That is the database the shop is in.")
    source, target = open_engine(config.database_url), open_engine(url)
    try:
        say_copied(copy(source, target, hold=True))
        status = say_whether_proved(target)
    finally:
        source.dispose()
        target.dispose()
    print("Set DATABASE_URL to the new address, keep SECRET_KEY, and start web server and worker again.")
    return status

"""Writes all that the database holds into one file of SQLite, whichever database it is, while the shop goes on."""

import os
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from pathlib import Path

from shop.commands.moving import Copied, copy, say_copied
from shop.config import Config
from shop.db import open_engine
from shop.errors import SettingRefused


def arguments(parser: ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("file", type=Path, help="the file to make; only its owner may read it")


def command(config: Config, asked: Namespace) -> int:
    """Copy, compare, and only then give the file its name."""
    file: Path = asked.file.absolute()
    unfinished = file.with_name(f"{file.name}.part")
    try:
        if file.exists():
            raise SettingRefused(f"{asked.file} is there already: a backup takes no other's place.")
        # Passwords' hashes and the links to orders are in it.
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        message = (
            f"{unfinished} is there: another backup is being made, or one was broken off; then remove it."
        )
        raise SettingRefused(message) from error
    except OSError as error:
        raise SettingRefused(f"{asked.file} cannot be written ({error.strerror}).") from error
    try:
        copied = _written(config, unfinished)
        unfinished.rename(file)
    finally:
        for left in (unfinished, Path(f"{unfinished}-wal"), Path(f"{unfinished}-shm")):
            with suppress(FileNotFoundError):
                left.unlink()
    say_copied(copied)
    return 0


def _written(config: Config, file: Path) -> Copied:
    source, target = open_engine(config.database_url), open_engine(f"sqlite:///{file}")
    try:
        copied = copy(source, target)
        with target.connect().execution_options(transaction=False) as connection:
            # One file, without a second one beside it.
            bare = connection.connection.cursor()
            bare.execute("PRAGMA journal_mode=DELETE")
    finally:
        source.dispose()
        target.dispose()
    return copied

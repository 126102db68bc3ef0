"""Fills an empty database with what ``backup`` wrote, and proves that it adds up."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine

from shop.commands.moving import copy, say_copied, say_whether_proved
from shop.config import Config
from shop.db import open_engine
from shop.errors import SettingRefused
from shop.preflight import refuse_unwritable_folder


def arguments(parser: ArgumentParser) -> None:
    """Where from."""
    parser.add_argument("file", type=Path, help="what `backup` wrote")


def command(config: Config, asked: Namespace) -> int:
    """Copy it into the database of DATABASE_URL; 1 when a promise is broken there."""
    file: Path = asked.file.absolute()
    if not file.is_file():
        raise SettingRefused(f"{asked.file} is no file.")
    refuse_unwritable_folder(config)
    source, target = _only_read(file), open_engine(config.database_url)
    try:
        with source.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        if found != "ok":
            raise SettingRefused(f"{asked.file} is damaged: {found}.")
        say_copied(copy(source, target))
        return say_whether_proved(target)
    finally:
        source.dispose()
        target.dispose()


def _only_read(file: Path) -> Engine:
    return create_engine(f"sqlite:///file:{quote(str(file))}?mode=ro&uri=true")

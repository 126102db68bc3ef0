"""What must be so before anything starts; each check refuses with one sentence that says what to do."""

import socket
import tempfile

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from shop.config import Config
from shop.db import PublicVersion, open_engine, reading
from shop.errors import SettingRefused

HOST = "127.0.0.1"


def refuse_taken_port(host: str, port: int) -> None:
    """Raise SettingRefused when something already listens there, or nobody may."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Port {port} on {host} cannot be used ({error.strerror}); set PORT to another one."
            raise SettingRefused(message) from error


def refuse_unwritable_folder(config: Config) -> None:
    """Raise SettingRefused when nothing can be written where the shop keeps its files."""
    try:
        config.var.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=config.var):
            return
    except OSError as error:
        message = (
            f"The folder {config.var} cannot be written ({error.strerror}); DATABASE_URL decides where it is."
        )
        raise SettingRefused(message) from error


def refuse_missing_tables(config: Config) -> None:
    """Raise SettingRefused when the database cannot be asked or has no tables."""
    engine = open_engine(config.database_url)
    try:
        with reading(engine) as session:
            session.scalars(select(PublicVersion.number)).one()
    except DBAPIError as error:
        message = f"The database is not ready ({first_line(error)}); run `python -m shop migrate` first."
        raise SettingRefused(message) from error
    finally:
        engine.dispose()


def first_line(error: DBAPIError) -> str:
    """Return what the database said, without the statement."""
    return str(error.orig).strip().splitlines()[0]

"""The number that moves when something on a public page has changed, and how to ask for it cheaply."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from shop.config import sqlite_path
from shop.db import PublicVersion, open_engine, reading

log = structlog.get_logger("web")

# A changed price shows in every process within a second.
POLL_SECONDS = 0.5
# A thousandth of a second: shorter than the way of any answer to its visitor.
MOMENT_SECONDS = 0.001
# A database that does not answer is covered for this long; then requests go to the app, which says 503.
COVERED_SECONDS = 5.0


class Versions(Protocol):
    """Something that knows the version of public pages."""

    def current(self) -> int | None:
        """Return the version now, or None when the database has not answered for a few seconds."""


class SqliteVersions:
    """Asks at every request: a counter in shared memory says whether any other connection has committed.

    Requests that come within the same ``moment`` (seconds), or while another one asks, share one answer: asking
    lets go of Python's lock, which under load takes longer than the answer itself.
    """

    def __init__(self, path: Path, *, moment: float = MOMENT_SECONDS) -> None:
        self.path = path
        self.moment = moment
        self.lock = threading.Lock()
        self.connection: sqlite3.Connection | None = None
        self.seen = -1
        self.number: int | None = None
        self.answered = 0.0

    def current(self) -> int | None:
        """Return the version as it was a moment ago, or up to five seconds ago while nobody can read the file."""
        age = time.monotonic() - self.answered
        if age < self.moment or not self.lock.acquire(blocking=age >= COVERED_SECONDS):
            return self.number
        try:
            return self._ask()
        except sqlite3.Error as error:
            log.warning("version not read", error=str(error))
            return self.number if time.monotonic() - self.answered < COVERED_SECONDS else None
        finally:
            self.lock.release()

    def _ask(self) -> int | None:
        if self.connection is None:
            # Never makes the file: an empty one would look like a shop without tables.
            self.connection = sqlite3.connect(
                f"file:{quote(str(self.path))}?mode=rw",
                uri=True,
                timeout=1,
                isolation_level=None,
                check_same_thread=False,
            )
        began = time.monotonic()
        (seen,) = self.connection.execute("PRAGMA data_version").fetchone()
        if seen != self.seen or self.number is None:
            row = self.connection.execute("SELECT number FROM public_version WHERE id = 1").fetchone()
            self.number = int(row[0]) if row else None
            self.seen = seen
        self.answered = began
        return self.number

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            if self.connection is not None:
                self.connection.close()
                self.connection = None


class PolledVersions:
    """Asks twice a second in a thread of its own, so that no request waits for a database that hangs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.lock = threading.Lock()
        self.asked = threading.Event()
        self.closed = threading.Event()
        self.thread: threading.Thread | None = None
        self.number: int | None = None
        self.answered = 0.0

    def current(self) -> int | None:
        """Return the version as it was at most half a second ago, or up to five while nobody answers."""
        if self.thread is None:
            self._start()
        return self.number if time.monotonic() - self.answered < COVERED_SECONDS else None

    def _start(self) -> None:
        # Started by the first request: threads do not survive the birth of a worker process.
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._poll, name="public-version", daemon=True)
                self.thread.start()
        self.asked.wait(POLL_SECONDS)

    def _poll(self) -> None:
        while not self.closed.is_set():
            began = time.monotonic()
            try:
                with reading(self.engine) as session:
                    self.number = session.scalar(select(PublicVersion.number))
                self.answered = began
            except SQLAlchemyError as error:
                log.warning("version not read", error=type(error).__name__)
            self.asked.set()
            self.closed.wait(POLL_SECONDS)

    def close(self) -> None:
        """End the thread and its connection."""
        self.closed.set()
        if self.thread is not None:
            self.thread.join()
        self.engine.dispose()


def watch(database_url: str) -> SqliteVersions | PolledVersions:
    """Return what knows the version of the database at ``database_url``."""
    path = sqlite_path(database_url)
    if path is not None:
        return SqliteVersions(path)
    engine = open_engine(database_url, pool_size=1)
    return PolledVersions(engine)

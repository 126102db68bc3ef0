"""Turns: processes that write the same file of SQLite stand in line for it.

Left alone they do not: SQLite asks ever more seldom the longer it waits, and a process that has just written asks
at once, so that it may write all it has before anybody else gets to. Here who is next holds the place, and nobody
passes it. Both places are locks of the system, which a process that dies gives up.
"""

import fcntl
import os
import random
import time
from pathlib import Path
from weakref import finalize

# The bytes of the file that stand for writing, and for being the next to write.
_WRITING, _NEXT = 0, 1
# How long a process rests before it asks again. Whoever is next asks alone, and may ask more often.
_REST_SECONDS = {_WRITING: 0.0003, _NEXT: 0.002}


class Turns:
    """The line before one file. A process takes a turn with one of its threads at a time."""

    def __init__(self, path: Path) -> None:
        """Open the file beside the database whose bytes are locked; nothing is ever written in it."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        finalize(self, os.close, self._file)

    def take(self, until: float) -> bool:
        """Wait until it is this process's turn; return False when ``until`` (monotonic seconds) has passed first."""
        if not self._lock(_NEXT, until):
            return False
        try:
            return self._lock(_WRITING, until)
        finally:
            self._unlock(_NEXT)

    def end(self) -> None:
        """Let the next process write."""
        self._unlock(_WRITING)

    def _lock(self, place: int, until: float) -> bool:
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except BlockingIOError:
                if time.monotonic() > until:
                    return False
            else:
                return True
            time.sleep(random.uniform(0.5, 1.5) * _REST_SECONDS[place])  # noqa: S311  nothing to guess

    def _unlock(self, place: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

"""Turns: the threads and processes that write the same file of SQLite stand in line for it.

Left alone they do not: SQLite asks ever more seldom the longer it waits, and a process that has just written asks
at once, so that it may write all it has before anybody else gets to. Here who is next holds the place, and nobody
passes it. Both places are locks of the system, which a process that dies gives up. Who has written rings a bell, a
pipe beside the file, which only the next one hears: asking again and again would take time from whoever writes.

A process whose threads wait keeps its turn for some of them: going from one process to the other and back for each
takes longer than what a thread writes.
"""

import fcntl
import os
import random
import time
from contextlib import suppress
from pathlib import Path
from select import POLLIN, poll
from threading import Condition
from weakref import finalize

# The bytes of the file that stand for writing, and for being the next to write.
_WRITING, _NEXT = 0, 1
# How long a process rests before it asks again to be the next.
_REST_SECONDS = 0.002
# How long the next one listens before it asks all the same: a process that died has not rung.
_LISTEN_SECONDS = 0.05
# More than a pipe holds.
_ALL_OF_IT = 1 << 20
# How many threads of a process may write while another process is next.
MOST_IN_A_ROW = 4


class Turns:
    """The line before one file, as one process sees it."""

    def __init__(self, path: Path) -> None:
        """Open the file whose bytes are locked, in which nothing is ever written, and the bell beside it.

        Where neither can be (the disk is full, nobody may write there), only this process's threads stand in line.
        """
        self._threads = Condition()
        self._waiting = self._in_a_row = 0
        self._busy = False
        self._processes: _Processes | None = None
        with suppress(OSError):
            self._processes = _Processes(path)

    def take(self, until: float) -> bool:
        """Wait until it is this thread's turn; return False when ``until`` (monotonic seconds) has passed first."""
        with self._threads:
            self._waiting += 1
            try:
                if not self._threads.wait_for(lambda: not self._busy, until - time.monotonic()):
                    return False
            finally:
                self._waiting -= 1
            self._busy = True
        taken = False
        try:
            taken = bool(self._in_a_row) or self._processes is None or self._processes.take(until)
        finally:
            if not taken:
                self._let_another_in()
        return taken

    def end(self) -> None:
        """Let the next one write: a thread of this process, or the next process."""
        try:
            with self._threads:
                keeps = self._waiting and self._in_a_row + 1 < MOST_IN_A_ROW
                self._in_a_row = self._in_a_row + 1 if keeps else 0
            if not keeps and self._processes is not None:
                self._processes.end()
        finally:
            self._let_another_in()

    def _let_another_in(self) -> None:
        with self._threads:
            self._busy = False
            self._threads.notify()


class _Processes:
    """The line of the processes, of which each has one thread in it at a time."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        finalize(self, os.close, self._file)
        bell = path.with_name(f"{path.name}-bell")
        with suppress(FileExistsError):
            os.mkfifo(bell, 0o600)
        self._bell = os.open(bell, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        finalize(self, os.close, self._bell)
        self._ears = poll()
        self._ears.register(self._bell, POLLIN)

    def take(self, until: float) -> bool:
        while not self._lock(_NEXT):
            if time.monotonic() > until:
                return False
            time.sleep(random.uniform(0.5, 1.5) * _REST_SECONDS)  # noqa: S311  nothing to guess
        try:
            while not self._lock(_WRITING):
                if time.monotonic() > until:
                    return False
                self._listen()
            return True
        finally:
            self._unlock(_NEXT)

    def end(self) -> None:
        self._unlock(_WRITING)
        with suppress(BlockingIOError):
            os.write(self._bell, b"!")

    def _listen(self) -> None:
        if self._ears.poll(_LISTEN_SECONDS * 1000):
            with suppress(BlockingIOError):
                os.read(self._bell, _ALL_OF_IT)

    def _lock(self, place: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except BlockingIOError:
            return False
        return True

    def _unlock(self, place: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

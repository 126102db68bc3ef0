"""The shop as real processes: started with settings, watched, and always ended."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from shop.config import ROOT

PATIENCE = 60.0


def free_port() -> int:
    """A port that nobody uses, and neither the next one: the payment page takes that.

    Below the range from which the system gives ports to clients, and chosen at random, so that tests that run
    at the same time do not take it from each other.
    """
    while True:
        port = secrets.choice(range(10_000, 30_000, 2))
        with socket.socket() as first, socket.socket() as second, suppress(OSError):
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 1))
            return port


def eventually(is_so: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Whether something becomes so before the time is up."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


class Program:
    """``python -m shop <words>`` with settings; what it prints goes to a file."""

    def __init__(self, folder: Path, *words: str, **settings: str) -> None:
        port = settings.setdefault("PORT", str(free_port()))
        self.port = int(port) if port.isdigit() else 0
        self.log = folder / f"{words[0]}-{port}.log"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ", "TMPDIR") if name in os.environ}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "shop", *words],
                cwd=ROOT,
                env=kept | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.seen = {self.process.pid}

    @property
    def said(self) -> str:
        """All it has printed so far."""
        return self.log.read_text()

    def get(self, path: str, port: int = 0) -> int:
        """The status of a GET, or 0 when nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{port or self.port}{path}", timeout=20) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except (URLError, OSError):
            return 0

    def wait_until_ready(self) -> None:
        """Wait until the shop answers."""
        assert eventually(lambda: self.get("/readyz") == 200 or self.process.poll() is not None), self.said
        assert self.process.poll() is None, self.said

    def family(self) -> set[int]:
        """The ids of the program and of every process it has started that still runs."""
        found = {self.process.pid}
        for _ in range(3):
            for pid in list(found):
                with suppress(OSError):
                    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
                    found |= {int(child) for child in text.split()}
        self.seen |= found
        return {pid for pid in self.seen if is_running(pid)}

    def named(self, word: str) -> int:
        """The id of the child that runs the command ``word``."""
        [pid] = [pid for pid in children_of(self.process.pid) if word in command_of(pid)]
        return pid

    def end(self) -> None:
        """End everything that is left, group by group: nobody is left to start another meanwhile."""
        family = self.family()
        for pid in family:
            with suppress(ProcessLookupError):
                os.killpg(os.getpgid(pid), signal.SIGKILL)
        self.process.wait()


def children_of(pid: int) -> list[int]:
    """The ids of the processes that ``pid`` has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> list[str]:
    """The words with which a process was started."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return []


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def is_listening(port: int) -> bool:
    """Whether a program listens on a port of this machine; nobody notices the question."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(int(row[1].rsplit(":", 1)[1], 16) == port and row[3] == "0A" for row in rows)

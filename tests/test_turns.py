"""Processes that write the same file of SQLite: nobody passes who waits, and a process that dies makes room."""

import subprocess
import sys
import time
from pathlib import Path

from shop.config import ROOT
from shop.turns import Turns
from tests.processes import eventually

ANOTHER = """
import sys, time
from pathlib import Path
from shop.turns import Turns
turns = Turns(Path(sys.argv[1]))
print("waits", flush=True)
print("writes", turns.take(time.monotonic() + 60), flush=True)
sys.stdin.read()
"""


def test_who_has_just_written_does_not_pass_who_waits_and_a_dead_writer_makes_room(tmp_path: Path) -> None:
    turns, path = Turns(tmp_path / "turns"), tmp_path / "turns"
    assert turns.take(time.monotonic())
    with subprocess.Popen(
        [sys.executable, "-c", ANOTHER, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as another:
        assert another.stdout is not None
        try:
            assert another.stdout.readline() == "waits\n"
            # Once it is next, nobody else can be.
            assert eventually(lambda: not is_free_to_wait(path))
            turns.end()
            assert not turns.take(time.monotonic() + 0.1)
            assert another.stdout.readline() == "writes True\n"
        finally:
            another.kill()
    assert turns.take(time.monotonic() + 60)


def is_free_to_wait(path: Path) -> bool:
    """Whether nobody is the next to write, as a third process sees it."""
    asks = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'ab'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 1)"
    return subprocess.run([sys.executable, "-c", asks, str(path)], stderr=subprocess.DEVNULL).returncode == 0

"""Who writes the same file of SQLite: nobody passes for long who waits, and a process that dies makes room."""

import errno
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shop.config import ROOT
from shop.turns import MOST_IN_A_ROW, Turns
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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "turns"


@contextmanager
def another_asks(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that asks for a turn, and keeps it once it has it."""
    with subprocess.Popen(
        [sys.executable, "-c", ANOTHER, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as another:
        try:
            assert said(another) == "waits\n"
            yield another
        finally:
            another.kill()


@contextmanager
def another_waits(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process, whose turn is the next: nobody else can be that."""
    with another_asks(path) as another:
        assert eventually(lambda: not is_free_to_wait(path))
        yield another


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_who_has_just_written_does_not_pass_who_waits_and_a_dead_writer_makes_room(path: Path) -> None:
    turns = Turns(path)
    assert turns.take(time.monotonic())
    with another_waits(path) as another:
        turns.end()
        assert not turns.take(time.monotonic() + 0.1)
        assert said(another) == "writes True\n"
    assert turns.take(time.monotonic() + 60)


def test_a_process_keeps_its_turn_for_a_few_of_its_threads_and_then_it_is_the_next_ones(path: Path) -> None:
    turns = Turns(path)
    wrote: list[str] = []

    def write() -> None:
        assert turns.take(time.monotonic() + 60)
        wrote.append(threading.current_thread().name)
        turns.end()

    threads = [threading.Thread(target=write) for _ in range(MOST_IN_A_ROW + 2)]
    assert turns.take(time.monotonic())
    with another_waits(path) as another:
        for thread in threads:
            thread.start()
        assert eventually(lambda: all(map(waits, threads)))
        turns.end()
        assert said(another) == "writes True\n"
        assert len(wrote) == MOST_IN_A_ROW - 1
    for thread in threads:
        thread.join(60)
    assert len(set(wrote)) == len(threads)


def test_threads_that_gave_up_hold_nothing(path: Path) -> None:
    turns = Turns(path)
    assert turns.take(time.monotonic())
    late = threading.Thread(target=lambda: turns.take(time.monotonic() + 0.05))
    late.start()
    late.join()
    turns.end()
    with another_asks(path) as another:
        assert said(another) == "writes True\n"


def test_who_trips_while_taking_a_turn_holds_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(path)

    def no_locks_left(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    with monkeypatch.context() as broken:
        broken.setattr("fcntl.lockf", no_locks_left)
        with pytest.raises(OSError, match="No locks"):
            turns.take(time.monotonic() + 1)
    assert turns.take(time.monotonic() + 60)


def test_where_no_file_can_be_threads_stand_in_line_all_the_same(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "missing" / "turns")
    assert turns.take(time.monotonic())
    assert not turns.take(time.monotonic() + 0.05)
    turns.end()
    assert turns.take(time.monotonic())


def waits(thread: threading.Thread) -> bool:
    """Whether a thread stands in line."""
    frame = sys._current_frames().get(thread.ident or 0)
    return any(call.name == "wait_for" for call in traceback.extract_stack(frame))


def is_free_to_wait(path: Path) -> bool:
    """Whether nobody is the next to write, as a third process sees it."""
    asks = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'ab'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 1)"
    return subprocess.run([sys.executable, "-c", asks, str(path)], stderr=subprocess.DEVNULL).returncode == 0

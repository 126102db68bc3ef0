"""Two things at the same moment, on purpose: what luck shows once in a thousand runs, these show every time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

# Long enough for what is free to run, short enough for what has to wait for a lock.
MOMENT_SECONDS = 1.0


@contextmanager
def meanwhile(engine: Engine, before: str, work: Callable[[], Any]) -> Iterator[None]:
    """Do ``work`` in another thread just before the block's first statement that begins with ``before``.

    The statement waits until the work is done, or for a moment if the work itself waits for a lock. At the end of
    the block the work has been done; a failure of it is raised.
    """
    mine, started = threading.get_ident(), threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001  it belongs to the test
            failures.append(failure)

    other = threading.Thread(target=run)

    def look(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if threading.get_ident() == mine and not started.is_set() and statement.startswith(before):
            started.set()
            other.start()
            other.join(MOMENT_SECONDS)

    event.listen(engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", look)
        if started.is_set():
            other.join()
    assert started.is_set(), f"no statement began with {before!r}"
    for failure in failures:
        raise failure

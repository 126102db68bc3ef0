"""A process that ends when the one that started it has gone, even if that one was killed without a word."""

import os
import signal
import threading
import time

LOOK_SECONDS = 0.25
GRACE_SECONDS = 3.0


def end_with(parent: int) -> None:
    """Watch the process ``parent``, which started this one; when it goes, stop politely, then for good."""
    threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    # A child whose parent has gone is given to another process: works on every system, needs no open pipe.
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)

"""Answers that take equally long whatever was found."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

# Far longer than looking somebody up and writing to them takes, too short for a person to notice.
STEADY_SECONDS = 0.1


@contextmanager
def steady(seconds: float = STEADY_SECONDS) -> Iterator[None]:
    """Let the block take ``seconds`` at least, so that no clock tells whether an address is known here.

    The block must hold no lock and no transaction at its end: others would wait for it.
    """
    until = time.monotonic() + seconds
    try:
        yield
    finally:
        time.sleep(max(0.0, until - time.monotonic()))

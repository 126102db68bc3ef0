"""Log lines: JSON, or for a person's eyes when one sits at the terminal; never a token or a password."""

import logging
import sys
from contextlib import suppress

import structlog
from structlog.typing import Processor


def configure(*, live: bool) -> None:
    """Set up the log of this process: one line per event on standard error, moments in UTC."""
    watched = sys.stderr.isatty() and not live
    shown: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if watched
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if watched else "iso", utc=not watched),
            *shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _Log(sys.stderr),
        cache_logger_on_first_use=True,
    )


class _Log(structlog.WriteLogger):
    """Writes lines, and goes on when a line cannot be written.

    The disk may be full, or whoever read the lines has gone: the shop sells on without them.
    """

    def msg(self, message: str) -> None:
        """Write one line."""
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg

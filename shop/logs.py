"""Log lines: JSON, or for a person's eyes when one sits at the terminal; never a token or a password."""

import logging
import sys

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
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )

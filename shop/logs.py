"""Log lines: JSON in live mode, for a person's eyes in demo mode; never a token or a password."""

import logging
import sys

import structlog
from structlog.typing import Processor


def configure(*, live: bool) -> None:
    """Set up the log of this process: one line per event on standard error, moments in UTC."""
    shown: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if live
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso" if live else "%H:%M:%S", utc=live),
            *shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )

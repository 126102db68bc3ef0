"""The only place that reads the clock. Views, the cli and the worker call it and pass the moment down."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    return datetime.now(UTC)

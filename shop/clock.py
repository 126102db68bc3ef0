"""The only place that reads the clock. Views, the cli and the worker call it and pass the moment down."""

from datetime import UTC, datetime

# Of these a day can be counted with: nothing of a shop lies further away, and a day more might leave the calendar.
YEARS = range(2000, 3000)


def now() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    return datetime.now(UTC)

"""What a letter in hand is, how often it is tried and how long it waits in between."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# What goes first: letters about orders, then those about accounts, then what a reader has just asked for, and the
# letters of a series last.
ORDER, SERVICE, ASKED_FOR, SERIES = 0, 1, 3, 5

# Twelve tries spread over almost two days: longer than a mail server is usually away.
MAX_TRIES = 12
FIRST_WAIT_SECONDS = 30.0
WAIT_FACTOR = 2.5
LONGEST_WAIT_SECONDS = 12 * 3600.0
# How long letters rest while the mail server cannot be reached at all.
REST_SECONDS = 45.0
# Beyond these, a moment in the outbox was written by a clock that was wrong.
FARTHEST_TRY = timedelta(days=1)
LONGEST_LEASE = timedelta(hours=1)
# What the sentence of a failure may take in its column.
ERROR_LENGTH = 400


@dataclass(frozen=True)
class Lane:
    """The letters from one priority to another. Each lane is sent by itself, so that a long one holds up no other."""

    first: int
    last: int


EVERYTHING = Lane(0, 9)
AT_ONCE = Lane(ORDER, ASKED_FOR)
BY_DAY = Lane(ASKED_FOR + 1, 9)


@dataclass(frozen=True)
class Letter:
    """A letter that one worker holds until ``locked_until``; ``tries`` counts this try too."""

    id: int
    template: str
    recipient: str
    blanks: Mapping[str, Any]
    message_id: str
    tries: int
    locked_until: datetime
    created_at: datetime


def message_id(dedupe_key: str) -> str:
    """Return the part of the Message-ID before the @: the same reason always has the same one.

    A letter that is sent twice (a worker died between the server's yes and its own note of it) can so be
    recognized as one by the mail systems on its way.
    """
    return hashlib.sha256(dedupe_key.encode()).hexdigest()[:40]


def rest(jitter: float) -> timedelta:
    """Return how long a letter rests while the mail server is away; ``jitter`` from 0 to 1 spreads it by a third."""
    return timedelta(seconds=REST_SECONDS * (2 / 3 + 2 / 3 * jitter))


def wait(tries: int, jitter: float) -> timedelta:
    """Return how long a letter rests after its failed try number ``tries`` (1 is the first).

    ``jitter`` from 0 to 1 spreads the wait by a fifth to both sides, so that a server that comes back is not
    met by all letters at once.
    """
    seconds = min(FIRST_WAIT_SECONDS * WAIT_FACTOR ** (min(tries, MAX_TRIES) - 1), LONGEST_WAIT_SECONDS)
    return timedelta(seconds=seconds * (0.8 + 0.4 * jitter))

"""How often something may be tried; counted in the database, so that every process counts together."""

import hashlib
from datetime import UTC, datetime, timedelta

from flask import request
from sqlalchemy import Engine, bindparam, text

from shop.db import Moment, writing
from shop.errors import Reason, Refused

# Windows longer ago than this are forgotten; the longest window in use is shorter.
KEPT = timedelta(days=2)

COUNT = text(
    "INSERT INTO throttles (key, window_at, tries) VALUES (:key, :window_at, 1) "
    "ON CONFLICT (key, window_at) DO UPDATE SET tries = throttles.tries + 1 RETURNING tries"
).bindparams(bindparam("window_at", type_=Moment()))
FORGET = text("DELETE FROM throttles WHERE window_at < :before").bindparams(
    bindparam("before", type_=Moment())
)


def allow(
    engine: Engine, subject_kind: str, subject: str, *, limit: int, seconds: int, now: datetime
) -> None:
    """Count one try of ``subject``; raise Refused(TOO_MANY_TRIES) when a window has more than ``limit``.

    A window is ``seconds`` long and starts at a multiple of that. ``subject_kind`` keeps an address that
    signs in apart from the same address that tries codes. Only a hash of the two is written down. The count
    is committed at once, whatever the caller does next.
    """
    window_at = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
    key = hashlib.sha256(f"{subject_kind}\0{subject}".encode()).hexdigest()
    with writing(engine) as session:
        tries = session.scalar(COUNT, {"key": key, "window_at": window_at})
        if tries == 1:
            session.execute(FORGET, {"before": now - KEPT})
    if tries > limit:
        wait = window_at + timedelta(seconds=seconds) - now
        raise Refused(Reason.TOO_MANY_TRIES, minutes=max(1, -(-int(wait.total_seconds()) // 60)))


def client_address() -> str:
    """Return the address the request came from, as the socket says; a header may say anything."""
    return request.remote_addr or ""

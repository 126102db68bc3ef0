"""How often something may be tried; counted in the database, so that every process counts together."""

import hashlib
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from flask import request
from sqlalchemy import Engine, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from shop.db import at_once
from shop.errors import Reason, Refused
from shop.statements import Statement
from shop.web.models import Throttle
from shop.web.tools import tools

# Windows longer ago than this are forgotten; the longest window in use is shorter.
KEPT = timedelta(days=2)

THROTTLES = Throttle.metadata.tables["throttles"]


def _counting(insert: sqlite.Insert | postgresql.Insert) -> ReturningInsert[int]:
    counted = insert.on_conflict_do_update(
        index_elements=[THROTTLES.c.key, THROTTLES.c.window_at], set_={"tries": THROTTLES.c.tries + 1}
    )
    return counted.returning(THROTTLES.c.tries)


COUNT = Statement(_counting(sqlite.insert(THROTTLES)), postgresql=_counting(postgresql.insert(THROTTLES)))
FORGET = Statement(delete(THROTTLES).where(THROTTLES.c.window_at < bindparam("before")))


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
    with at_once(engine) as connection:
        tries = COUNT.scalar(connection, {"key": key, "window_at": window_at, "tries": 1})
        if tries == 1:
            FORGET.run(connection, {"before": now - KEPT})
    if tries > limit:
        wait = window_at + timedelta(seconds=seconds) - now
        raise Refused(Reason.TOO_MANY_TRIES, minutes=max(1, -(-int(wait.total_seconds()) // 60)))


def client_address() -> str:
    """Return the network address the request came from: the whole of an IPv4 address, the /64 of an IPv6 one.

    The socket says it. Only a shop on https, which never speaks https itself, has a proxy in front: then the
    proxy, on this machine, says who asked it, as the last entry of X-Forwarded-For. Whatever stands before that,
    or comes from anywhere else, may be anybody's invention.
    """
    address = _address(request.remote_addr or "")
    if address is not None and address.is_loopback and tools().config.https:
        address = _address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()) or address
    if isinstance(address, IPv6Address):
        # One household has a whole /64 and could try from each of its addresses.
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return str(address or "")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None

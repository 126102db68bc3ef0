"""How often something may be tried; counted in the database, so that every process counts together."""

import hashlib
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from weakref import WeakKeyDictionary

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
# Where thousands of tries are allowed, a process tells the database of each hundredth of them, and not of each one.
SHARES = 100
# So many windows a process remembers; the count of one that it forgets is short by less than a share.
REMEMBERED = 10_000

THROTTLES = Throttle.metadata.tables["throttles"]


def _counting(insert: sqlite.Insert | postgresql.Insert) -> ReturningInsert[int]:
    counted = insert.on_conflict_do_update(
        index_elements=[THROTTLES.c.key, THROTTLES.c.window_at],
        set_={"tries": THROTTLES.c.tries + insert.excluded.tries},
    )
    return counted.returning(THROTTLES.c.tries)


COUNT = Statement(_counting(sqlite.insert(THROTTLES)), postgresql=_counting(postgresql.insert(THROTTLES)))
FORGET = Statement(delete(THROTTLES).where(THROTTLES.c.window_at < bindparam("before")))


@dataclass
class _Window:
    """What this process knows of one window: the tries that the database has counted, those on their way to it, and
    those it has not been told of.
    """

    at: datetime
    counted: int = 0
    on_their_way: int = 0
    untold: int = 0


_LOCK = threading.Lock()
_WINDOWS: WeakKeyDictionary[Engine, dict[str, _Window]] = WeakKeyDictionary()


def allow(
    engine: Engine, subject_kind: str, subject: str, *, limit: int, seconds: int, now: datetime
) -> None:
    """Count one try of ``subject``; raise Refused(TOO_MANY_TRIES) when a window has more than ``limit``.

    A window is ``seconds`` long and starts at a multiple of that. ``subject_kind`` keeps an address that
    signs in apart from the same address that tries codes. Only a hash of the two is written down. The count
    is committed at once, whatever the caller does next; of a limit of 200 or more each request under way may
    hold back up to a hundredth, so that as many more are allowed at worst.
    """
    window_at = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
    key = hashlib.sha256(f"{subject_kind}\0{subject}".encode()).hexdigest()
    share = limit // SHARES
    tries = (
        _count(engine, key, window_at, share=share, limit=limit, now=now)
        if share > 1
        else _tell(engine, key, window_at, 1, now=now)
    )
    if tries > limit:
        wait = window_at + timedelta(seconds=seconds) - now
        raise Refused(Reason.TOO_MANY_TRIES, minutes=max(1, -(-int(wait.total_seconds()) // 60)))


def _count(engine: Engine, key: str, window_at: datetime, *, share: int, limit: int, now: datetime) -> int:
    """Count one try in memory, and tell the database of ``share`` at once; return how many there are."""
    with _LOCK:
        windows = _WINDOWS.setdefault(engine, {})
        window = windows.get(key)
        if window is None or window.at != window_at:
            if len(windows) >= REMEMBERED:
                windows.clear()
            window = windows[key] = _Window(window_at)
        window.untold += 1
        known = window.counted + window.on_their_way + window.untold
        if window.counted and window.untold < share and known <= limit:
            return known
        telling, window.untold = window.untold, 0
        window.on_their_way += telling
    counted = 0
    try:
        counted = _tell(engine, key, window_at, telling, now=now)
    finally:
        with _LOCK:
            window.on_their_way -= telling
            window.counted = max(window.counted, counted)
    return counted


def _tell(engine: Engine, key: str, window_at: datetime, tries: int, *, now: datetime) -> int:
    with at_once(engine) as connection:
        counted = int(COUNT.scalar(connection, {"key": key, "window_at": window_at, "tries": tries}))
        if counted == tries:
            FORGET.run(connection, {"before": now - KEPT})
    return counted


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

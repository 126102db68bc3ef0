"""The background of the stand-in: deliver events, let sessions expire, let refunds come to their end."""

from __future__ import annotations

import http.client
import json
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from shop.payments.standin.account import Account
from shop.payments.standin.events import as_listed, signature

TIMEOUT_SECONDS: Final = 10
MOST_TRIES: Final = 20
_PAUSES: Final = (1, 2, 4, 8, 15, 30, 60)
_WORKERS: Final = 4
_TICK_SECONDS: Final = 0.5


def pause_after(tries: int) -> float:
    """Return the seconds until the next try after that many failed ones."""
    return float(_PAUSES[min(tries, len(_PAUSES)) - 1])


def post(url: str, body: bytes, header: str) -> str:
    """Send one event and return what came back: an HTTP status as text, or the kind of failure.

    Redirects are not followed: Stripe counts them as failures. No proxy of the machine is used.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": header,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    try:
        connection.request("POST", path, body=body, headers=headers)
        response = connection.getresponse()
        response.read(100_000)
        return str(response.status)
    except (OSError, ValueError, http.client.HTTPException) as failure:
        return type(failure).__name__
    finally:
        connection.close()


class Background:
    """The threads beside the web server. `tick` is called twice a second, inside a transaction."""

    def __init__(self, account: Account, tick: Callable[[Account], None]) -> None:
        self._account = account
        self._tick = tick
        self._stopping = threading.Event()
        self._work: queue.SimpleQueue[sqlite3.Row | None] = queue.SimpleQueue()
        self._busy_subjects: set[str] = set()
        self._busy_lock = threading.Lock()
        self._threads = [threading.Thread(target=self._dispatch, name="dispatch", daemon=True)]
        self._threads += [
            threading.Thread(target=self._deliver, name=f"delivery-{n}", daemon=True) for n in range(_WORKERS)
        ]

    def start(self) -> None:
        """Start the threads."""
        self._account.delivering = True
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop taking up work and wait a moment for what is under way; unfinished deliveries stay in the
        file.
        """
        self._stopping.set()
        self._account.delivering = False
        self._account.announce()
        for _ in range(_WORKERS):
            self._work.put(None)
        for thread in self._threads:
            thread.join(timeout=2)

    def _dispatch(self) -> None:
        next_tick = 0.0
        while not self._stopping.is_set():
            try:
                if time.monotonic() >= next_tick:
                    with self._account.store.transaction():
                        self._tick(self._account)
                    next_tick = time.monotonic() + _TICK_SECONDS
                with self._account.news:
                    if not self._hand_out() and not self._stopping.is_set():
                        self._account.news.wait(timeout=self._until_next())
            except sqlite3.Error:
                # A full disk or a locked file: nothing is lost, so try again when it may be over.
                self._stopping.wait(_TICK_SECONDS)

    def _until_next(self) -> float:
        with self._account.store.transaction() as store:
            row = store.execute(
                "SELECT min(next_at) AS next_at FROM deliveries WHERE state = 'waiting'"
            ).fetchone()
        if row["next_at"] is None:
            return _TICK_SECONDS
        seconds = float(row["next_at"]) - self._account.clock()
        return min(max(seconds, 0.05), _TICK_SECONDS)

    def _hand_out(self) -> int:
        """Give the workers every delivery that is due, one per payment at a time so that its events stay in
        order.
        """
        with self._account.store.transaction() as store:
            due = store.execute(
                "SELECT seq, event, endpoint, subject, tries FROM deliveries"
                " WHERE state = 'waiting' AND next_at <= ? ORDER BY rank LIMIT 200",
                (self._account.clock(),),
            ).fetchall()
        handed = 0
        with self._busy_lock:
            for row in due:
                if row["subject"] not in self._busy_subjects:
                    self._busy_subjects.add(row["subject"])
                    self._work.put(row)
                    handed += 1
        return handed

    def _deliver(self) -> None:
        while (row := self._work.get()) is not None and not self._stopping.is_set():
            try:
                self._deliver_one(row)
            except sqlite3.Error:
                # The delivery is still waiting in the file and will be handed out again.
                self._stopping.wait(_TICK_SECONDS)
            finally:
                with self._busy_lock:
                    self._busy_subjects.discard(row["subject"])
                self._account.announce()

    def _deliver_one(self, row: sqlite3.Row) -> None:
        account = self._account
        with account.store.transaction() as store:
            event = store.find("event", row["event"])
            endpoint = store.find("webhook_endpoint", row["endpoint"])
            if event is None or endpoint is None:
                return
            body = json.dumps(as_listed(account, event), indent=2).encode()
        # The real time, not the moved one: a receiver refuses signatures that look five minutes old.
        header = signature(body, endpoint.private["secret"], int(account.clock()))
        answer = post(endpoint.resource["url"], body, header)
        tries = row["tries"] + 1
        state = "failed" if tries >= MOST_TRIES else "waiting"
        if answer.startswith("2"):
            state = "delivered"
        with account.store.transaction() as store:
            store.execute(
                "UPDATE deliveries SET state = ?, tries = ?, next_at = ?, answer = ? WHERE seq = ?",
                (state, tries, account.clock() + pause_after(tries), answer, row["seq"]),
            )


def wait_for_answer(account: Account, event: str, seconds: float) -> None:
    """Wait until the event's due deliveries have had one answer each, at most that many seconds.

    Held, dropped and delayed deliveries are not waited for, and nothing is when no thread delivers.
    """
    deadline = time.monotonic() + seconds
    while account.delivering and time.monotonic() < deadline:
        with account.news:
            with account.store.transaction() as store:
                row = store.execute(
                    "SELECT count(*) AS missing FROM deliveries"
                    " WHERE event = ? AND state = 'waiting' AND tries = 0 AND next_at <= ?",
                    (event, account.clock() + 0.01),
                ).fetchone()
            if not row["missing"]:
                return
            account.news.wait(timeout=min(0.5, deadline - time.monotonic()))


def wait_until_quiet(account: Account, seconds: float) -> bool:
    """Wait until no delivery is due or under way, at most that many seconds; tell whether it came to that.

    A delivery that failed and waits for its next try counts as quiet.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with account.news:
            with account.store.transaction() as store:
                row = store.execute(
                    "SELECT count(*) AS due FROM deliveries WHERE state = 'waiting' AND next_at <= ?",
                    (account.clock(),),
                ).fetchone()
            if not row["due"]:
                return True
            account.news.wait(timeout=min(0.5, max(deadline - time.monotonic(), 0.01)))
    return False

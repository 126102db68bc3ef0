"""Events: what happened, written in the same transaction as the change, and the signature that proves the
sender.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from shop.payments.standin.account import Account
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record


@dataclass(frozen=True)
class Cause:
    """The API request behind a change: its id and its idempotency key; both None for a page."""

    request: str | None = None
    idempotency_key: str | None = None


def signature(body: bytes, secret: str, timestamp: int) -> str:
    """Return the value of the header Stripe-Signature for a body sent at that moment (seconds since 1970).

    Scheme v1: HMAC-SHA256 over `<timestamp>.<body>` (https://docs.stripe.com/webhooks#verify-manually).
    """
    signed = str(timestamp).encode() + b"." + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def emit(
    account: Account,
    name: str,
    resource: Resource,
    *,
    cause: Cause,
    before: dict[str, Any] | None = None,
) -> str:
    """Record an event about the resource as it is now, queue its deliveries, and return the event's id.

    `before` holds the former values of changed fields, which Stripe sends as `previous_attributes`.
    Inside a transaction.
    """
    contents: dict[str, Any] = {"object": copy.deepcopy(resource)}
    if before is not None:
        contents["previous_attributes"] = before
    event = build(
        "event",
        id=new_id("evt_1"),
        created=account.now(),
        data=contents,
        request={"id": cause.request, "idempotency_key": cause.idempotency_key},
        type=name,
    )
    account.store.save(Record(event, {"subject": subject_of(resource), "object": resource["id"]}))
    for endpoint in account.store.select("webhook_endpoint", oldest_first=True):
        wanted = endpoint.resource["enabled_events"]
        if "*" in wanted or name in wanted:
            queue(account, event["id"], endpoint.id, subject_of(resource))
    return str(event["id"])


def subject_of(resource: Resource) -> str:
    """Return what an event's deliveries are kept in order by: the payment, else the object itself."""
    return str(resource.get("payment_intent") or resource["id"])


def queue(account: Account, event: str, endpoint: str, subject: str, *, as_set: bool = True) -> None:
    """Queue one delivery; `as_set` heeds what the control page has set (hold, drop, delay ...)."""
    settings = account.webhooks
    state, copies, next_at = "waiting", 1, account.clock()
    if as_set:
        copies = 2 if settings["duplicate"] else 1
        next_at += settings["delay_seconds"]
        if settings["mode"] == "hold":
            state = "held"
        if settings["mode"] == "drop" or settings["drop_next"] > 0:
            state = "dropped"
        if settings["mode"] != "drop" and settings["drop_next"] > 0:
            account.set_webhooks({"drop_next": settings["drop_next"] - 1})
    for _ in range(copies):
        place = account.store.execute(
            "INSERT INTO deliveries (event, endpoint, subject, state, rank, next_at) VALUES (?, ?, ?, ?, "
            "0, ?)",
            (event, endpoint, subject, state, next_at),
        ).lastrowid
        assert place is not None  # noqa: S101 -- SQLite always names the row it inserted
        rank = -place if as_set and settings["order"] == "reversed" else place
        account.store.execute("UPDATE deliveries SET rank = ? WHERE seq = ?", (rank, place))


def resend(account: Account, event: str) -> int:
    """Queue the event again for every endpoint, whatever the settings say; return for how many. In a
    transaction.
    """
    record = account.store.get("event", event)
    endpoints = account.store.select("webhook_endpoint")
    for endpoint in endpoints:
        queue(account, event, endpoint.id, record.private["subject"], as_set=False)
    return len(endpoints)


def release(account: Account, *, reversed_order: bool) -> int:
    """Let the held deliveries go, newest first if told; return how many. Inside a transaction."""
    rank = "-seq" if reversed_order else "seq"
    return account.store.execute(
        f"UPDATE deliveries SET state = 'waiting', rank = {rank}, next_at = ?"  # noqa: S608
        " WHERE state = 'held'",
        (account.clock(),),
    ).rowcount


def as_listed(account: Account, record: Record) -> Resource:
    """Return the event with the number of its deliveries that have not arrived."""
    row = account.store.execute(
        "SELECT count(*) AS missing FROM deliveries WHERE event = ? AND state != 'delivered'", (record.id,)
    ).fetchone()
    return {**record.resource, "pending_webhooks": row["missing"]}

"""Faults on purpose: the next matching requests are refused, delayed or cut off, as the control page queued
it.
"""

from __future__ import annotations

import json
import socket
import time
from typing import Any, Final

from flask import Response, request

from shop.payments.standin.account import Account

STATUSES: Final = (500, 429, 409)
KINDS: Final = ("status", "cut_before", "cut_after", "delay")
_BODIES: Final[dict[int, dict[str, Any]]] = {
    500: {"message": "An unknown error occurred", "type": "api_error"},
    429: {
        "code": "rate_limit",
        "doc_url": "https://docs.stripe.com/error-codes#rate-limit",
        "message": "Request rate limit exceeded.",
        "type": "invalid_request_error",
    },
    409: {
        "code": "lock_timeout",
        "doc_url": "https://docs.stripe.com/error-codes#lock-timeout",
        "message": "This object cannot be accessed right now because another API request is accessing it.",
        "type": "invalid_request_error",
    },
}


def take(account: Account, asked: str) -> dict[str, Any] | None:
    """Return the first queued fault whose `match` begins what is asked ("POST /v1/refunds"), and use it up
    once.
    """
    if not account.faults:
        return None
    with account.store.transaction():
        for fault in account.faults:
            if asked.startswith(fault["match"]):
                left = [{**other, "times": other["times"] - (other is fault)} for other in account.faults]
                account.set_faults([other for other in left if other["times"] > 0])
                return fault
    return None


def before(fault: dict[str, Any] | None) -> Response | None:
    """Do what the fault does before the work: wait, answer with an error, cut off; None lets the request go
    on.
    """
    if fault is None:
        return None
    if fault["kind"] == "delay":
        time.sleep(fault["seconds"])
    if fault["kind"] == "cut_before":
        return cut()
    if fault["kind"] == "status":
        return error(fault["status"])
    return None


def error(status: int) -> Response:
    """Return Stripe's answer for a server error (500), too many requests (429) or a lock (409)."""
    return Response(json.dumps({"error": _BODIES[status]}), status=status, mimetype="application/json")


def cut() -> Response:
    """Close the connection under the request, so that the caller never learns what became of it."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502)

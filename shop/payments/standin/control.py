"""The control page, and the same actions as JSON: what in real life time, banks and people in the Dashboard
do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request

from shop.payments.standin import (
    delivery,
    disputes,
    faults,
)
from shop.payments.standin.account import Account
from shop.payments.standin.actions import CLOCK, FAULT, NOTHING, PAY, SECONDS, WEBHOOKS, Actions, Answer
from shop.payments.standin.amounts import written
from shop.payments.standin.errors import ApiError
from shop.payments.standin.expand import shown
from shop.payments.standin.pages_policy import see_other
from shop.payments.standin.parameters import Fields, OneOf, Url
from shop.payments.standin.past import PAST

_SHOWN: Final = 25


def blueprint(account: Account, tick: Callable[[Account], None]) -> Blueprint:
    """Return the blueprint of the control page and of /control."""
    pages = Blueprint("control", __name__)
    actions = Actions(account)

    def run(accepts: Fields, work: Callable[[dict[str, Any]], Answer]) -> Response:
        try:
            values = accepts.read(_given())
            with account.store.transaction():
                tick(account)
                answer = work(values)
        except ApiError as refused:
            return _refused(refused)
        account.announce()
        if _from_page():
            return see_other("/?" + urlencode({"done": answer.pop("done", "Done.")}))
        return jsonify({name: value for name, value in answer.items() if name != "done"})

    @pages.get("/")
    def page() -> str:
        with account.store.transaction():
            tick(account)
            return render_template(
                "control.html", **_everything(account), done=request.args.get("done", "")[:200]
            )

    @pages.get("/control/state")
    def state() -> Response:
        with account.store.transaction():
            tick(account)
            return jsonify(_state(account))

    @pages.post("/control/clock")
    def clock() -> Response:
        return run(CLOCK, actions.clock)

    @pages.post("/control/faults")
    def queue_fault() -> Response:
        return run(FAULT, actions.queue_fault)

    @pages.post("/control/faults/clear")
    def clear_faults() -> Response:
        return run(NOTHING, actions.clear_faults)

    @pages.post("/control/webhooks")
    def webhooks() -> Response:
        return run(WEBHOOKS, actions.webhooks)

    @pages.post("/control/webhooks/release")
    def release() -> Response:
        return run(Fields({"order": OneOf(("normal", "reversed"))}), actions.release)

    @pages.post("/control/webhooks/wait")
    def wait() -> Response:
        try:
            values = Fields({"seconds": SECONDS}).read(_given())
        except ApiError as refused:
            return _refused(refused)
        return jsonify({"quiet": delivery.wait_until_quiet(account, values.get("seconds", 10))})

    @pages.post("/control/account")
    def terms() -> Response:
        return run(Fields({"terms_of_service_url": Url()}), actions.terms)

    @pages.post("/control/reset")
    def reset() -> Response:
        return run(NOTHING, actions.reset)

    @pages.post("/control/past")
    def remember() -> Response:
        return run(PAST, actions.remember)

    @pages.post("/control/sessions/<identifier>/pay")
    def pay(identifier: str) -> Response:
        origin = request.host_url.rstrip("/")
        return run(PAY, lambda values: actions.pay(identifier, values, origin))

    @pages.post("/control/<kind>/<identifier>/<verb>")
    def act(kind: str, identifier: str, verb: str) -> Response:
        accepts, work = actions.named.get((kind, verb), (NOTHING, None))
        if work is None:
            return _refused(ApiError("There is no such control.", status=404))
        return run(accepts, lambda values: work(identifier, values))

    return pages


def _from_page() -> bool:
    return request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data")


def _refused(refused: ApiError) -> Response:
    if _from_page():
        return see_other("/?" + urlencode({"done": refused.message}))
    response = jsonify(refused.body())
    response.status_code = refused.status
    return response


def _given() -> dict[str, Any]:
    """Return the form's fields or the JSON body as texts, so that one set of rules reads both."""
    if _from_page():
        return {name: value for name, value in request.form.items() if value != ""}
    body = request.get_data(cache=False)
    try:
        given = json.loads(body or b"{}")
        json.dumps(given, ensure_ascii=False).encode()
        if isinstance(given, dict):
            return {str(name): _text(value) for name, value in given.items() if value is not None}
    except (ValueError, RecursionError) as failure:
        raise ApiError("The body is not JSON.") from failure
    raise ApiError("The body must be a JSON object.")


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.6f}"
    if isinstance(value, list):
        return {str(place): _text(member) for place, member in enumerate(value)}
    if isinstance(value, dict):
        return {name: _text(member) for name, member in value.items()}
    return value if isinstance(value, str) else str(value)[:40]


def _deliveries(account: Account, event: str) -> list[Answer]:
    rows = account.store.execute(
        "SELECT endpoint, state, tries, answer FROM deliveries WHERE event = ? ORDER BY seq", (event,)
    )
    return [dict(row) for row in rows]


def _state(account: Account) -> Answer:
    found = account.store.select("event", limit=200)
    counts = account.store.execute("SELECT state, count(*) AS many FROM deliveries GROUP BY state")
    return {
        "now": account.now(),
        "offset_seconds": account.offset,
        "webhooks": account.webhooks,
        "faults": account.faults,
        "terms_of_service_url": account.terms_url,
        "deliveries": {row["state"]: row["many"] for row in counts},
        "events": [
            {
                "id": event.id,
                "type": event.resource["type"],
                "object": event.private["object"],
                "deliveries": _deliveries(account, event.id),
            }
            for event in found
        ],
        **{
            f"{name}s": [shown(account, record) for record in account.store.select(kind, limit=100)]
            for name, kind in (
                ("session", "checkout.session"),
                ("payment_intent", "payment_intent"),
                ("charge", "charge"),
                ("refund", "refund"),
                ("dispute", "dispute"),
            )
        },
    }


def _everything(account: Account) -> Answer:
    def newest(kind: str) -> list[Any]:
        return [record.resource for record in account.store.select(kind, limit=_SHOWN)]

    return {
        "account": account,
        "now": datetime.fromtimestamp(account.now(), UTC),
        "sessions": newest("checkout.session"),
        "debits": [intent for intent in newest("payment_intent") if intent["status"] == "processing"],
        "charges": newest("charge"),
        "refunds": newest("refund"),
        "disputes": newest("dispute"),
        "open_disputes": disputes.OPEN,
        "events": [(event, _deliveries(account, event["id"])) for event in newest("event")],
        "money": written,
        "moment": lambda seconds: datetime.fromtimestamp(seconds, UTC).strftime("%d %b %H:%M:%S"),
        "fault_kinds": faults.KINDS,
        "fault_statuses": faults.STATUSES,
    }

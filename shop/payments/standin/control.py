"""The control page, and the same actions as JSON: what in real life time, banks and people in the Dashboard
do.
"""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request

from shop.payments.standin import (
    buyer_form,
    delivery,
    disputes,
    events,
    faults,
    hosted,
    paying,
    refunds,
    sessions,
)
from shop.payments.standin.account import Account
from shop.payments.standin.amounts import written
from shop.payments.standin.call import Call
from shop.payments.standin.errors import ApiError, no_such
from shop.payments.standin.events import Cause
from shop.payments.standin.expand import shown
from shop.payments.standin.pages_policy import see_other
from shop.payments.standin.parameters import Boolean, Fields, Integer, Number, OneOf, Text, Url
from shop.payments.standin.store import Record

_SECONDS: Final = Number(0, 3600)
_CLOCK: Final = Fields({"offset_seconds": Number(-(10**9), 10**9)}, required=("offset_seconds",))
_FAULT: Final = Fields(
    {
        "match": Text(200),
        "kind": OneOf(faults.KINDS),
        "status": Integer(400, 599),
        "times": Integer(0, 100_000),
        "seconds": _SECONDS,
        "store": Boolean(),
    },
    required=("kind",),
)
_WEBHOOKS: Final = Fields(
    {
        "mode": OneOf(("deliver", "hold", "drop")),
        "drop_next": Integer(0, 100_000),
        "delay_seconds": _SECONDS,
        "duplicate": Boolean(),
        "order": OneOf(("normal", "reversed")),
    }
)
_PAY: Final = Fields(
    {
        **{name: Text(1000) for name in (*buyer_form.FIELDS, "card")},
        "authentication": OneOf(("complete", "fail")),
    }
)
_REFUND: Final = Fields(
    {"amount": Integer(1), "reason": OneOf(("duplicate", "fraudulent", "requested_by_customer"))}
)
_NOTHING: Final = Fields({})
_SHOWN: Final = 25
Answer = dict[str, Any]


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
        return run(_CLOCK, actions.clock)

    @pages.post("/control/faults")
    def queue_fault() -> Response:
        return run(_FAULT, actions.queue_fault)

    @pages.post("/control/faults/clear")
    def clear_faults() -> Response:
        return run(_NOTHING, actions.clear_faults)

    @pages.post("/control/webhooks")
    def webhooks() -> Response:
        return run(_WEBHOOKS, actions.webhooks)

    @pages.post("/control/webhooks/release")
    def release() -> Response:
        return run(Fields({"order": OneOf(("normal", "reversed"))}), actions.release)

    @pages.post("/control/webhooks/wait")
    def wait() -> Response:
        try:
            values = Fields({"seconds": _SECONDS}).read(_given())
        except ApiError as refused:
            return _refused(refused)
        return jsonify({"quiet": delivery.wait_until_quiet(account, values.get("seconds", 10))})

    @pages.post("/control/account")
    def terms() -> Response:
        return run(Fields({"terms_of_service_url": Url()}), actions.terms)

    @pages.post("/control/reset")
    def reset() -> Response:
        return run(_NOTHING, actions.reset)

    @pages.post("/control/sessions/<identifier>/pay")
    def pay(identifier: str) -> Response:
        origin = request.host_url.rstrip("/")
        return run(_PAY, lambda values: actions.pay(identifier, values, origin))

    @pages.post("/control/<kind>/<identifier>/<verb>")
    def act(kind: str, identifier: str, verb: str) -> Response:
        accepts, work = actions.named.get((kind, verb), (_NOTHING, None))
        if work is None:
            return _refused(ApiError("There is no such control.", status=404))
        return run(accepts, lambda values: work(identifier, values))

    return pages


class Actions:
    """What the controls do. Each runs inside a transaction and returns what a program is told; `done` is for
    people.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self.named: dict[tuple[str, str], tuple[Fields, Callable[[str, dict[str, Any]], Answer]]] = {
            ("events", "resend"): (_NOTHING, self.resend),
            ("sessions", "expire"): (_NOTHING, self.expire),
            ("payments", "settle"): (_NOTHING, lambda identifier, _: self.settle(identifier, success=True)),
            ("payments", "fail"): (_NOTHING, lambda identifier, _: self.settle(identifier, success=False)),
            ("charges", "refund"): (_REFUND, self.refund),
            ("charges", "dispute"): (_NOTHING, self.dispute),
            ("refunds", "finish"): (_NOTHING, self.finish),
            ("disputes", "submit"): (_NOTHING, self.submit),
            ("disputes", "close"): (
                Fields({"status": OneOf(("won", "lost"))}, required=("status",)),
                self.close,
            ),
        }

    def _record(self, kind: str, identifier: str) -> Record:
        record = self._account.store.find(kind, identifier)
        if record is None:
            raise no_such(kind, identifier[:100], param="id")
        return record

    def clock(self, values: dict[str, Any]) -> Answer:
        """Set the offset of the clock."""
        self._account.move_clock(values["offset_seconds"])
        return {
            "offset_seconds": values["offset_seconds"],
            "now": self._account.now(),
            "done": "The clock is moved.",
        }

    def queue_fault(self, values: dict[str, Any]) -> Answer:
        """Add a fault to the queue; times 0 adds none."""
        fault = {"match": "", "status": 500, "times": 1, "seconds": 0.0, "store": False, **values}
        if fault["status"] not in faults.STATUSES:
            raise ApiError("A fault's status must be 500, 429 or 409.", param="status")
        if fault["times"]:
            self._account.set_faults([*self._account.faults, {**fault, "id": uuid.uuid4().hex[:8]}])
        return {"faults": self._account.faults, "done": "The fault is queued."}

    def clear_faults(self, values: dict[str, Any]) -> Answer:  # noqa: ARG002
        """Empty the queue of faults."""
        self._account.set_faults([])
        return {"faults": [], "done": "The faults are cleared."}

    def webhooks(self, values: dict[str, Any]) -> Answer:
        """Set how events are delivered; held ones stay held until they are released."""
        self._account.set_webhooks(values)
        return {"webhooks": self._account.webhooks, "done": "Deliveries are set."}

    def release(self, values: dict[str, Any]) -> Answer:
        """Let held deliveries go."""
        released = events.release(self._account, reversed_order=values.get("order") == "reversed")
        return {"released": released, "done": f"Released: {released}."}

    def terms(self, values: dict[str, Any]) -> Answer:
        """Set or remove the address of the terms of service."""
        self._account.set_terms_url(values.get("terms_of_service_url"))
        return {"terms_of_service_url": self._account.terms_url, "done": "The address is set."}

    def reset(self, values: dict[str, Any]) -> Answer:  # noqa: ARG002
        """Forget everything."""
        self._account.reset()
        return {"reset": True, "done": "Everything is forgotten."}

    def pay(self, identifier: str, values: dict[str, Any], origin: str) -> Answer:
        """Pay a session as a buyer would; missing fields are filled with a test buyer's."""
        record = self._record("checkout.session", identifier)
        session = record.resource
        if session["status"] != "open":
            message = f"This Checkout Session is {session['status']}."
            raise ApiError(message)
        form = buyer_form.sample(session, values)
        if "shipping_rate" in form:
            paying.choose_shipping(self._account, record, form["shipping_rate"])
        buyer, errors = buyer_form.read(form, session, self._account.now())
        if buyer is None:
            raise ApiError(" ".join(errors.values()), param=next(iter(errors)))
        record.private["origin"] = record.private["origin"] or origin
        outcome = paying.pay(self._account, record, buyer)
        if outcome.state == "authenticate":
            success = values.get("authentication", "complete") == "complete"
            outcome = paying.authenticate(self._account, record, success=success)
        return {
            "state": outcome.state,
            "message": outcome.message,
            "redirect_to": hosted.success_url(session) if outcome.state == "complete" else None,
            "session": session,
            "done": outcome.message or "The session is paid.",
        }

    def expire(self, identifier: str, values: dict[str, Any]) -> Answer:  # noqa: ARG002
        """Expire an open session."""
        session = sessions.expire(Call(self._account, "", path_id=identifier))
        return {"session": session, "done": "The session is expired."}

    def settle(self, identifier: str, *, success: bool) -> Answer:
        """End a bank debit."""
        record = self._record("payment_intent", identifier)
        if record.resource["status"] != "processing":
            message = f"This payment is {record.resource['status']}, not processing."
            raise ApiError(message)
        paying.settle_debit(self._account, record, success=success)
        return {"payment_intent": record.resource, "done": "The bank debit is over."}

    def refund(self, identifier: str, values: dict[str, Any]) -> Answer:
        """Refund a charge as somebody at the Dashboard would: no metadata, no key."""
        refund = refunds.refund(
            self._account,
            self._record("charge", identifier),
            amount=values.get("amount"),
            reason=values.get("reason"),
            metadata={},
            cause=Cause(),
        )
        return {"refund": refund, "done": "The charge is refunded."}

    def finish(self, identifier: str, values: dict[str, Any]) -> Answer:  # noqa: ARG002
        """Bring a refund to its end at once."""
        record = self._record("refund", identifier)
        refunds.finish(self._account, record)
        return {"refund": record.resource, "done": f"The refund is {record.resource['status']}."}

    def dispute(self, identifier: str, values: dict[str, Any]) -> Answer:  # noqa: ARG002
        """Dispute a charge as its cardholder would."""
        dispute = disputes.open_dispute(self._account, self._record("charge", identifier), cause=Cause())
        return {"dispute": dispute, "done": "The charge is disputed."}

    def submit(self, identifier: str, values: dict[str, Any]) -> Answer:  # noqa: ARG002
        """Answer a dispute with evidence."""
        dispute = disputes.submit(self._account, self._record("dispute", identifier))
        return {"dispute": dispute, "done": "The evidence is submitted."}

    def close(self, identifier: str, values: dict[str, Any]) -> Answer:
        """End a dispute."""
        dispute = disputes.close(self._account, self._record("dispute", identifier), values["status"])
        return {"dispute": dispute, "done": f"The dispute is {values['status']}."}

    def resend(self, identifier: str, values: dict[str, Any]) -> Answer:  # noqa: ARG002
        """Send an event again."""
        self._record("event", identifier)
        return {"deliveries": events.resend(self._account, identifier), "done": "The event is sent again."}


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
    except (ValueError, RecursionError) as failure:
        raise ApiError("The body is not JSON.") from failure
    if not isinstance(given, dict):
        raise ApiError("The body must be a JSON object.")
    return {str(name): _text(value) for name, value in given.items() if value is not None}


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.6f}"
    return value if isinstance(value, (str, dict)) else str(value)[:40]


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

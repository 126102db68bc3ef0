"""What the control page does: the clock, webhooks, faults, and what banks and people in the Dashboard do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from shop.payments.standin import (
    buyer_form,
    disputes,
    events,
    faults,
    hosted,
    past,
    paying,
    refunds,
    sessions,
)
from shop.payments.standin.account import Account
from shop.payments.standin.call import Call
from shop.payments.standin.errors import ApiError, no_such
from shop.payments.standin.events import Cause
from shop.payments.standin.parameters import Boolean, Fields, Integer, Number, OneOf, Text
from shop.payments.standin.store import Record

SECONDS: Final = Number(0, 3600)
CLOCK: Final = Fields({"offset_seconds": Number(-(10**9), 10**9)}, required=("offset_seconds",))
FAULT: Final = Fields(
    {
        "match": Text(200),
        "kind": OneOf(faults.KINDS),
        "status": Integer(400, 599),
        "times": Integer(0, 100_000),
        "seconds": SECONDS,
        "store": Boolean(),
    },
    required=("kind",),
)
WEBHOOKS: Final = Fields(
    {
        "mode": OneOf(("deliver", "hold", "drop")),
        "drop_next": Integer(0, 100_000),
        "delay_seconds": SECONDS,
        "duplicate": Boolean(),
        "order": OneOf(("normal", "reversed")),
    }
)
PAY: Final = Fields(
    {
        **{name: Text(1000) for name in (*buyer_form.FIELDS, "card")},
        "authentication": OneOf(("complete", "fail")),
    }
)
REFUND: Final = Fields(
    {"amount": Integer(1), "reason": OneOf(("duplicate", "fraudulent", "requested_by_customer"))}
)
NOTHING: Final = Fields({})
Answer = dict[str, Any]


class Actions:
    """What the controls do. Each runs inside a transaction and returns what a program is told; `done` is for
    people.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self.named: dict[tuple[str, str], tuple[Fields, Callable[[str, dict[str, Any]], Answer]]] = {
            ("events", "resend"): (NOTHING, self.resend),
            ("sessions", "expire"): (NOTHING, self.expire),
            ("payments", "settle"): (NOTHING, lambda identifier, _: self.settle(identifier, success=True)),
            ("payments", "fail"): (NOTHING, lambda identifier, _: self.settle(identifier, success=False)),
            ("charges", "refund"): (REFUND, self.refund),
            ("charges", "dispute"): (NOTHING, self.dispute),
            ("refunds", "finish"): (NOTHING, self.finish),
            ("disputes", "submit"): (NOTHING, self.submit),
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

    def remember(self, values: dict[str, Any]) -> Answer:
        """Add payments that were made before; those it knows stay as they are."""
        new = past.remember(self._account, values["payments"])
        return {"new": new, "done": f"Payments of before, new here: {new}."}

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

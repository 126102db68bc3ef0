"""What Stripe answers, read into the values that the shop knows. Plain dicts come in: nothing here needs its library."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from shop.payments.gateway import (
    DisputeSnapshot,
    Notification,
    NotificationRefused,
    PageSnapshot,
    PaymentSnapshot,
    RefundSnapshot,
)

# What an event may say that opens a page, pays something, or proves who somebody is.
SECRET = re.compile(r"secret|url$|fingerprint|token|network_transaction_id")
HIDDEN = "(not shown)"


def notification(event: Any) -> Notification:
    """Take ids and moment from an event; raises NotificationRefused when it is none."""
    told = event.get("data", {}) if isinstance(event, dict) else None
    subject = told.get("object") if isinstance(told, dict) else None
    if not isinstance(subject, dict) or not all(isinstance(event.get(name), str) for name in ("id", "type")):
        raise NotificationRefused("The body is not an event.")
    kind = subject.get("object")
    metadata = subject.get("metadata")
    payment = subject.get("id") if kind == "payment_intent" else subject.get("payment_intent")
    return Notification(
        id=_text(event["id"]),
        type=_text(event["type"])[:80],
        object_id=_text(subject.get("id")),
        created_at=moment(event.get("created")),
        livemode=event.get("livemode") is True,
        page_id=_text(subject.get("id")) if kind == "checkout.session" else "",
        payment_id=_text(payment.get("id") if isinstance(payment, dict) else payment),
        attempt_key=_text(metadata.get("attempt"))[:80] if isinstance(metadata, dict) else "",
    )


def without_secrets(value: Any) -> Any:
    """Return an answer, as deep as it is, with HIDDEN for what opens a page, pays something or proves who somebody is."""
    if isinstance(value, Mapping):
        return {
            name: HIDDEN if SECRET.search(name) and isinstance(part, str) else without_secrets(part)
            for name, part in value.items()
        }
    return [without_secrets(part) for part in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    # Null bytes and halves of surrogate pairs, which JSON can spell, fit into no database.
    return value.encode(errors="ignore").decode().replace("\0", "")[:255] if isinstance(value, str) else ""


def moment(seconds: Any) -> datetime:
    """Return a moment from seconds since 1970; 1970 for nonsense."""
    sensible = isinstance(seconds, int) and 0 <= seconds < 2**33
    return datetime.fromtimestamp(seconds if sensible else 0, UTC)


def page_snapshot(session: dict[str, Any], environment: str) -> PageSnapshot:
    """Read a Checkout Session; it is ``ours`` when it was made by the shop at ``environment``."""
    totals = session.get("total_details") or {}
    customer = session.get("customer_details") or {}
    collected = (session.get("collected_information") or {}).get("shipping_details") or {}
    metadata = session.get("metadata") or {}
    intent = session.get("payment_intent")
    return PageSnapshot(
        id=session["id"],
        status=session["status"],
        payment_status=session["payment_status"],
        mode=session["mode"],
        currency=(session.get("currency") or "").upper(),
        subtotal_amount=session.get("amount_subtotal") or 0,
        discount_amount=totals.get("amount_discount") or 0,
        shipping_amount=totals.get("amount_shipping") or 0,
        tax_amount=totals.get("amount_tax") or 0,
        total_amount=session.get("amount_total") or 0,
        livemode=session["livemode"],
        ours=metadata.get("environment") == environment,
        attempt_key=metadata.get("attempt", ""),
        email=customer.get("email") or session.get("customer_email") or "",
        name=collected.get("name") or customer.get("name") or "",
        phone=customer.get("phone") or "",
        address=collected.get("address"),
        payment=payment_snapshot(intent) if isinstance(intent, dict) else None,
    )


def payment_snapshot(
    intent: dict[str, Any],
    *,
    refunds: Sequence[RefundSnapshot] = (),
    disputes: Sequence[DisputeSnapshot] = (),
) -> PaymentSnapshot:
    """Read a PaymentIntent with its latest charge, and put its refunds and disputes to it."""
    charge = intent.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    method = charge.get("payment_method_details") or {}
    card = method.get("card") or {}
    state = _payment_state(intent["status"])
    return PaymentSnapshot(
        id=intent["id"],
        charge_id=charge.get("id"),
        state=state,
        amount=(intent.get("amount_received") if state == "succeeded" else intent.get("amount")) or 0,
        currency=(intent.get("currency") or "").upper(),
        livemode=intent["livemode"],
        method=method.get("type") or "",
        card_brand=card.get("brand") or "",
        card_last4=card.get("last4") or "",
        attempt_key=(intent.get("metadata") or {}).get("attempt", ""),
        refunds=refunds,
        disputes=disputes,
    )


def _payment_state(status: str) -> Literal["processing", "succeeded", "failed"]:
    if status == "succeeded":
        return "succeeded"
    return "failed" if status in ("canceled", "requires_payment_method") else "processing"


def refund_snapshot(refund: dict[str, Any]) -> RefundSnapshot:
    """Read a Refund."""
    return RefundSnapshot(
        id=refund["id"],
        amount=refund["amount"],
        currency=refund["currency"].upper(),
        state=refund["status"],
        key=(refund.get("metadata") or {}).get("refund", ""),
        failure=refund.get("failure_reason") or "",
        created_at=moment(refund["created"]),
    )


def dispute_snapshot(dispute: dict[str, Any]) -> DisputeSnapshot:
    """Read a Dispute."""
    due = (dispute.get("evidence_details") or {}).get("due_by")
    return DisputeSnapshot(
        id=dispute["id"],
        amount=dispute["amount"],
        currency=dispute["currency"].upper(),
        reason=dispute["reason"],
        status=dispute["status"],
        due_by_at=moment(due) if due else None,
        opened_at=moment(dispute["created"]),
    )

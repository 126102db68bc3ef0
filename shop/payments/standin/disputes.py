"""Disputes: a cardholder asks the bank for the money back (https://docs.stripe.com/disputes)."""

from __future__ import annotations

from typing import Final

from shop.payments.standin.account import Account
from shop.payments.standin.errors import ApiError
from shop.payments.standin.events import Cause, emit
from shop.payments.standin.parameters import words
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record

FEE: Final = 1500
_DUE_SECONDS: Final = 9 * 86400
_EVIDENCE: Final = words(
    "access_activity_log appeal billing_address cancellation_policy cancellation_policy_disclosure "
    "cancellation_rebuttal customer_communication customer_email_address customer_name "
    "customer_purchase_ip customer_signature duplicate_charge_documentation "
    "duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy "
    "refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
)
OPEN: Final = ("needs_response", "under_review")


def open_dispute(account: Account, charge: Record, *, cause: Cause) -> Resource:
    """Dispute what is left of a paid charge and take the money back. Inside a transaction.

    Raise ApiError for a charge that was not paid, that is refunded whole, or that is disputed already.
    """
    resource = charge.resource
    amount = resource["amount_captured"] - resource["amount_refunded"]
    if not resource["paid"] or amount <= 0 or resource["disputed"]:
        raise ApiError("Only a paid charge that is neither refunded nor disputed can be disputed.")
    identifier = new_id("du_1")
    dispute = build(
        "dispute",
        id=identifier,
        amount=amount,
        balance_transactions=[_movement(account, identifier, -amount, FEE, resource["currency"])],
        charge=charge.id,
        created=account.now(),
        currency=resource["currency"],
        evidence={**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        evidence_details={
            "due_by": account.now() + _DUE_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        payment_intent=resource["payment_intent"],
        payment_method_details={
            "card": {
                "brand": "visa",
                "case_type": "chargeback",
                "network": "visa",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        status="needs_response",
    )
    resource["disputed"] = True
    account.store.save(charge)
    account.store.save(Record(dispute))
    emit(account, "charge.dispute.created", dispute, cause=cause)
    emit(account, "charge.dispute.funds_withdrawn", dispute, cause=cause)
    return dispute


def _movement(account: Account, dispute: str, amount: int, fee: int, currency: str) -> Resource:
    movement = build(
        "balance_transaction",
        id=new_id("txn_1"),
        amount=amount,
        available_on=account.now(),
        created=account.now(),
        currency=currency,
        description=f"Chargeback for {dispute}" if amount < 0 else f"Chargeback reversal for {dispute}",
        fee=fee,
        fee_details=[
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Dispute fee",
                "type": "stripe_fee",
            }
        ],
        net=amount - fee,
        reporting_category="dispute" if amount < 0 else "dispute_reversal",
        source=dispute,
        status="available",
        type="adjustment",
    )
    account.store.save(Record(movement))
    return movement


def submit(account: Account, record: Record) -> Resource:
    """Answer the dispute with evidence, as the Dashboard would; it is then under review. Inside a
    transaction.
    """
    dispute = record.resource
    if dispute["status"] != "needs_response":
        message = f"This dispute is {dispute['status']}; evidence can no longer be submitted."
        raise ApiError(message)
    before = {"status": dispute["status"], "evidence_details": dict(dispute["evidence_details"])}
    dispute["status"] = "under_review"
    dispute["evidence_details"].update(has_evidence=True, submission_count=1, submission_method="manual")
    account.store.save(record)
    emit(account, "charge.dispute.updated", dispute, cause=Cause(), before=before)
    return dispute


def close(account: Account, record: Record, status: str) -> Resource:
    """End the dispute as `won` (the money comes back) or `lost`. Inside a transaction."""
    dispute = record.resource
    if dispute["status"] not in OPEN:
        message = f"This dispute is {dispute['status']} already."
        raise ApiError(message)
    dispute["status"] = status
    if status == "won":
        dispute["is_charge_refundable"] = True
        back = _movement(account, dispute["id"], dispute["amount"], -FEE, dispute["currency"])
        dispute["balance_transactions"].append(back)
    account.store.save(record)
    emit(account, "charge.dispute.closed", dispute, cause=Cause())
    if status == "won":
        emit(account, "charge.dispute.funds_reinstated", dispute, cause=Cause())
    return dispute

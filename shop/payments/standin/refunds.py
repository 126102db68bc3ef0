"""Refunds, asked for by the API or made "in the Dashboard", and what becomes of them later."""

from __future__ import annotations

from typing import Any, Final

from shop.payments.standin.account import Account
from shop.payments.standin.amounts import written
from shop.payments.standin.call import Call
from shop.payments.standin.cards import TEST_CARDS
from shop.payments.standin.errors import ApiError, missing_parameter, no_such
from shop.payments.standin.events import Cause, emit
from shop.payments.standin.parameters import merged_metadata
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record

LATER_SECONDS: Final = 10


def create(call: Call) -> Resource:
    """Refund a charge, named by itself or by its payment. Raise ApiError when there is nothing to refund."""
    params = call.params
    charge = _charge(call)
    return refund(
        call.account,
        charge,
        amount=params.get("amount"),
        reason=params.get("reason"),
        metadata=merged_metadata({}, params.get("metadata", {})),
        cause=call.cause,
    )


def _charge(call: Call) -> Record:
    params = call.params
    if "payment_intent" in params:
        intent = call.store.find("payment_intent", params["payment_intent"])
        if intent is None:
            raise no_such("payment_intent", params["payment_intent"], param="payment_intent")
        identifier = intent.resource["latest_charge"]
        if "charge" in params and params["charge"] != identifier:
            raise ApiError("The charge does not belong to the payment_intent.", param="charge")
        if identifier is None or intent.resource["status"] not in ("succeeded", "processing"):
            message = f"This PaymentIntent ({intent.id}) does not have a successful charge to refund."
            raise ApiError(message, param="payment_intent")
        return call.store.get("charge", identifier)
    if "charge" not in params:
        raise missing_parameter("payment_intent")
    charge = call.store.find("charge", params["charge"])
    if charge is None:
        raise no_such("charge", params["charge"], param="charge")
    return charge


def refund(
    account: Account,
    charge: Record,
    *,
    amount: int | None,
    reason: str | None,
    metadata: dict[str, str],
    cause: Cause,
) -> Resource:
    """Give back the amount of minor units, or all that is left. Inside a transaction; raise ApiError if it
    cannot be.
    """
    resource = charge.resource
    left = resource["amount_captured"] - resource["amount_refunded"]
    if amount is None:
        amount = left
    _check(account, charge, amount, left)
    card = TEST_CARDS.get(charge.private["card"] or "")
    pending = card is None or card.refunds == "pending"
    fails_later = card is not None and card.refunds == "failed"
    identifier = new_id("re_3")
    values: dict[str, Any] = {"pending_reason": "processing"} if pending else {}
    result = build(
        "refund",
        id=identifier,
        amount=amount,
        balance_transaction=_movement(account, identifier, -amount, resource["currency"]),
        charge=charge.id,
        created=account.now(),
        currency=resource["currency"],
        destination_details=_destination(to_card=card is not None),
        metadata=metadata,
        payment_intent=resource["payment_intent"],
        payment_method=resource["payment_method"],
        reason=reason,
        status="pending" if pending else "succeeded",
        **values,
    )
    due = account.now() + LATER_SECONDS if pending or fails_later else None
    account.store.save(Record(result, {"ends": "failed" if fails_later else "succeeded"}, due=due))
    before = {"amount_refunded": resource["amount_refunded"], "refunded": resource["refunded"]}
    _count(account, charge, amount)
    emit(account, "refund.created", result, cause=cause)
    emit(account, "charge.refunded", charge.resource, cause=cause, before=before)
    return result


def remember(account: Account, charge: Record, identifier: str, amount: int, created: int) -> None:
    """Add a refund that was made to a card long ago; nobody is notified. Inside a transaction."""
    resource = charge.resource
    known = build(
        "refund",
        id=identifier,
        amount=amount,
        balance_transaction=_movement(account, identifier, -amount, resource["currency"]),
        charge=charge.id,
        created=created,
        currency=resource["currency"],
        destination_details=_destination(to_card=True),
        payment_intent=resource["payment_intent"],
        payment_method=resource["payment_method"],
        status="succeeded",
    )
    account.store.save(Record(known, {"ends": "succeeded"}))
    _count(account, charge, amount)


def _check(account: Account, charge: Record, amount: int, left: int) -> None:
    resource = charge.resource
    if not resource["paid"]:
        message = f"Charge {charge.id} has not been paid and cannot be refunded."
        raise ApiError(message, code="charge_not_refundable", stored=True)
    disputed = account.store.select("dispute", {"charge = ?": charge.id})
    if any(not dispute.resource["is_charge_refundable"] for dispute in disputed):
        message = f"Charge {charge.id} has been charged back; cannot issue a refund."
        raise ApiError(message, code="charge_disputed", stored=True)
    if resource["refunded"] or left <= 0:
        message = f"Charge {charge.id} has already been refunded."
        raise ApiError(message, code="charge_already_refunded", stored=True)
    if amount > left:
        message = (
            f"Refund amount ({written(amount, resource['currency'])}) is greater than unrefunded amount "
            f"on charge "
            f"({written(left, resource['currency'])})"
        )
        raise ApiError(message, code="amount_too_large", param="amount", stored=True)


def _destination(*, to_card: bool) -> dict[str, Any]:
    if not to_card:
        return {
            "type": "us_bank_transfer",
            "us_bank_transfer": {"reference": None, "reference_status": "pending"},
        }
    return {
        "card": {
            "reference": None,
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        },
        "type": "card",
    }


def _movement(account: Account, refund_id: str, amount: int, currency: str) -> str:
    kind = "refund" if amount < 0 else "refund_failure"
    movement = build(
        "balance_transaction",
        id=new_id("txn_3"),
        amount=amount,
        available_on=account.now(),
        created=account.now(),
        currency=currency,
        net=amount,
        reporting_category=kind,
        source=refund_id,
        status="available",
        type=kind,
    )
    account.store.save(Record(movement))
    return str(movement["id"])


def _count(account: Account, charge: Record, amount: int) -> None:
    resource = charge.resource
    resource["amount_refunded"] += amount
    resource["refunded"] = resource["amount_refunded"] >= resource["amount_captured"]
    account.store.save(charge)


def finish(account: Account, record: Record) -> None:
    """Bring a refund to the end that its card foresees; a finished one stays. Inside a transaction."""
    if record.due is None:
        return
    resource, before = record.resource, {"status": record.resource["status"]}
    record.due = None
    resource["status"] = record.private["ends"]
    resource.pop("pending_reason", None)
    if resource["status"] == "failed":
        resource["failure_reason"] = "expired_or_canceled_card"
        movement = _movement(account, record.id, resource["amount"], resource["currency"])
        resource["failure_balance_transaction"] = movement
        _count(account, account.store.get("charge", resource["charge"]), -resource["amount"])
    account.store.save(record)
    if resource["status"] == "failed":
        emit(account, "refund.failed", resource, cause=Cause(), before=before)
    emit(account, "refund.updated", resource, cause=Cause(), before=before)
    emit(account, "charge.refund.updated", resource, cause=Cause(), before=before)

"""What happens when a buyer presses the pay button: the payment, its charge, and the session that they
complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from shop.payments.standin import coupons, disputes, sessions, totals
from shop.payments.standin.account import Account
from shop.payments.standin.amounts import processing_fee
from shop.payments.standin.buyer import (
    ADDRESS_FIELDS,
    Buyer,
    address_of,
    charge_details,
    payment_method,
    stored_buyer,
)
from shop.payments.standin.cards import TestCard
from shop.payments.standin.events import Cause, emit
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record

_PAGE: Final = Cause()


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: `complete`, `authenticate` or `declined`, then with a sentence and the field it
    is about.

    `event` is the event whose delivery a redirect may wait for.
    """

    state: str
    message: str = ""
    field: str = ""
    event: str = ""


def pay(account: Account, record: Record, buyer: Buyer) -> Outcome:
    """Try to pay the open session and record everything that Stripe would. Inside a transaction."""
    session = record.resource
    if _coupon_gone(account, session):
        return Outcome("declined", "This discount is no longer available.", "form")
    choose_shipping(account, record, buyer.shipping_rate)
    if session["amount_total"] == 0:
        event = _complete(account, record, buyer, "no_payment_required")
        return Outcome("complete", event=event)
    record.private.pop("authenticating", None)
    intent = _intent(account, record, buyer)
    intent.resource["next_action"] = None
    method = payment_method(account, intent, buyer)
    card = buyer.card
    if card and card.code:
        charge = _charge(account, intent, method, "failed", card)
        _refuse(account, intent, method, card.code, card.decline_code, card.message or "", charge)
        account.store.save(record)
        return Outcome("declined", card.message or "", card.field)
    if card and card.asks_to_authenticate:
        url = f"{record.private['origin']}/pay/{session['id']}/authenticate"
        redirect = {"return_url": f"{record.private['origin']}/pay/{session['id']}", "url": url}
        intent.resource["status"] = "requires_action"
        intent.resource["next_action"] = {"redirect_to_url": redirect, "type": "redirect_to_url"}
        intent.resource["payment_method"] = method["id"]
        account.store.save(intent)
        record.private["authenticating"] = buyer.stored()
        account.store.save(record)
        return Outcome("authenticate")
    return _finish(account, record, intent, method, buyer)


def authenticate(account: Account, record: Record, *, success: bool) -> Outcome:
    """End the authentication that the open session waits for. Inside a transaction."""
    buyer = stored_buyer(record.private.pop("authenticating"))
    intent = account.store.get("payment_intent", record.resource["payment_intent"])
    method = account.store.get("payment_method", intent.resource["payment_method"]).resource
    intent.resource["next_action"] = None
    if not success:
        message = (
            "We are unable to authenticate your payment method. "
            "Please choose a different payment method and try again."
        )
        _refuse(account, intent, method, "payment_intent_authentication_failure", None, message, None)
        account.store.save(record)
        return Outcome("declined", message, "card_number")
    return _finish(account, record, intent, method, buyer)


def choose_shipping(account: Account, record: Record, rate: str | None) -> None:
    """Make the offered shipping rate the chosen one and bring the sums up to date. Inside a transaction."""
    session = record.resource
    offered = {option["shipping_rate"] for option in session["shipping_options"]}
    if rate in offered and rate != session["shipping_cost"]["shipping_rate"]:
        chosen = account.store.get("shipping_rate", rate or "").resource
        totals.set_totals(session, record.private["items"], chosen)
        account.store.save(record)


def _coupon_gone(account: Account, session: Resource) -> bool:
    for discount in session["discounts"]:
        coupon = account.store.find("coupon", discount["coupon"])
        if coupon and coupons.why_not(account, coupon) == "used up":
            return True
    return False


def _intent(account: Account, record: Record, buyer: Buyer) -> Record:
    """Return the session's payment, made at the first attempt (API version 2022-08-01 and later)."""
    session, wanted = record.resource, record.private["intent"]
    if session["payment_intent"]:
        intent = account.store.get("payment_intent", session["payment_intent"])
    else:
        identifier = new_id("pi_3")
        resource = build(
            "payment_intent",
            id=identifier,
            amount=session["amount_total"],
            capture_method=wanted.get("capture_method", "automatic_async"),
            client_secret=f"{identifier}_secret_{new_id('')}",
            created=account.now(),
            currency=session["currency"],
            description=wanted.get("description"),
            metadata={name: value for name, value in wanted.get("metadata", {}).items() if value},
            payment_method_types=session["payment_method_types"],
            receipt_email=wanted.get("receipt_email"),
            statement_descriptor_suffix=wanted.get("statement_descriptor_suffix"),
            status="requires_payment_method",
        )
        intent = Record(resource, {"session": session["id"]})
        session["payment_intent"] = identifier
    intent.resource["amount"] = session["amount_total"]
    intent.resource["shipping"] = _shipping(session, buyer, wanted.get("shipping"))
    return intent


def _shipping(session: Resource, buyer: Buyer, wanted: dict[str, Any] | None) -> dict[str, Any] | None:
    blank = {"carrier": None, "tracking_number": None}
    if session["shipping_address_collection"]:
        return {**blank, "address": address_of(buyer), "name": buyer.name, "phone": buyer.phone}
    if wanted:
        address = {**dict.fromkeys(ADDRESS_FIELDS), **wanted["address"]}
        return {**blank, "phone": None, **wanted, "address": address}
    return None


def _charge(account: Account, intent: Record, method: Resource, status: str, card: TestCard | None) -> Record:
    resource = intent.resource
    failed = status == "failed"
    outcome = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if failed else "approved_by_network",
        "reason": card.decline_code if failed and card else None,
        "risk_level": "normal",
        "risk_score": 7,
        "seller_message": "The bank did not return any further details." if failed else "Payment complete.",
        "type": "issuer_declined" if failed else "authorized",
    }
    charge = build(
        "charge",
        id=new_id("ch_3" if method["type"] == "card" else "py_3"),
        amount=resource["amount"],
        amount_captured=resource["amount"] if status == "succeeded" else 0,
        billing_details=method["billing_details"],
        captured=not failed,
        created=account.now(),
        currency=resource["currency"],
        description=resource["description"],
        failure_code=card.code if failed and card else None,
        failure_message=card.message if failed and card else None,
        metadata=dict(resource["metadata"]),
        outcome=outcome,
        paid=status == "succeeded",
        payment_intent=resource["id"],
        payment_method=method["id"],
        payment_method_details=charge_details(method),
        receipt_email=resource["receipt_email"],
        shipping=resource["shipping"],
        statement_descriptor_suffix=resource["statement_descriptor_suffix"],
        status=status,
    )
    record = Record(charge, {"card": card.number if card else None})
    account.store.save(record)
    return record


def _refuse(
    account: Account,
    intent: Record,
    method: Resource,
    code: str,
    decline_code: str | None,
    message: str,
    charge: Record | None,
) -> None:
    error = {
        "code": code,
        "doc_url": f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}",
        "message": message,
        "payment_method": method,
        "type": "card_error" if decline_code else "invalid_request_error",
    }
    if decline_code:
        error["decline_code"] = decline_code
    if charge:
        error["charge"] = charge.id
        intent.resource["latest_charge"] = charge.id
    intent.resource.update(status="requires_payment_method", last_payment_error=error, payment_method=None)
    account.store.save(intent)
    emit(account, "payment_intent.payment_failed", intent.resource, cause=_PAGE)


def _finish(account: Account, record: Record, intent: Record, method: Resource, buyer: Buyer) -> Outcome:
    intent.resource["payment_method"] = method["id"]
    intent.resource["last_payment_error"] = None
    if buyer.card is None:
        charge = _charge(account, intent, method, "pending", None)
        intent.resource.update(status="processing", latest_charge=charge.id)
        account.store.save(intent)
        return Outcome("complete", event=_complete(account, record, buyer, "unpaid"))
    charge = _charge(account, intent, method, "succeeded", buyer.card)
    _capture(account, intent, charge)
    event = _complete(account, record, buyer, "paid")
    if buyer.card.disputed:
        disputes.open_dispute(account, charge, cause=_PAGE)
    return Outcome("complete", event=event)


def book(account: Account, charge: Record, *, at: int) -> None:
    """Book a charge's money, less the fee, at a moment, and mark it as paid. Inside a transaction."""
    resource = charge.resource
    amount, fee = resource["amount"], processing_fee(resource["amount"])
    balance = build(
        "balance_transaction",
        id=new_id("txn_3"),
        amount=amount,
        available_on=at + 2 * 86400,
        created=at,
        currency=resource["currency"],
        description=resource["description"],
        fee=fee,
        fee_details=[
            {
                "amount": fee,
                "application": None,
                "currency": resource["currency"],
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ],
        net=amount - fee,
        reporting_category="charge",
        source=charge.id,
        type="charge" if charge.id.startswith("ch_") else "payment",
    )
    account.store.save(Record(balance))
    resource.update(status="succeeded", paid=True, amount_captured=amount, balance_transaction=balance["id"])
    account.store.save(charge)


def _capture(account: Account, intent: Record, charge: Record) -> None:
    book(account, charge, at=account.now())
    amount = charge.resource["amount"]
    intent.resource.update(status="succeeded", amount_received=amount, latest_charge=charge.id)
    account.store.save(intent)
    emit(account, "charge.succeeded", charge.resource, cause=_PAGE)
    emit(account, "payment_intent.succeeded", intent.resource, cause=_PAGE)


def _complete(account: Account, record: Record, buyer: Buyer, payment_status: str) -> str:
    session = record.resource
    session.update(status="complete", payment_status=payment_status, url=None)
    session["customer_details"] = sessions.customer_details(
        email=buyer.email,
        name=buyer.name,
        individual_name=None,
        phone=buyer.phone,
        address=address_of(buyer),
    )
    shipping_details = None
    if session["shipping_address_collection"]:
        shipping_details = {"address": address_of(buyer), "name": buyer.name}
    session["collected_information"] = sessions.collected(shipping_details)
    if session["consent_collection"]:
        asked = buyer.promotions is not None
        session["consent"] = {
            "promotions": ("opt_in" if buyer.promotions else "opt_out") if asked else None,
            "terms_of_service": "accepted" if buyer.terms else None,
        }
    if session["automatic_tax"]["enabled"]:
        session["automatic_tax"]["status"] = "complete"
    for discount in session["discounts"]:
        coupons.redeem(account, discount["coupon"])
    record.due = None
    account.store.save(record)
    return emit(account, "checkout.session.completed", session, cause=_PAGE)


def settle_debit(account: Account, intent: Record, *, success: bool) -> None:
    """End a bank debit that is under way: the money came, or the bank said no. Inside a transaction."""
    record = account.store.get("checkout.session", intent.private["session"])
    charge = account.store.get("charge", intent.resource["latest_charge"])
    if success:
        _capture(account, intent, charge)
        record.resource["payment_status"] = "paid"
        account.store.save(record)
        emit(account, "checkout.session.async_payment_succeeded", record.resource, cause=_PAGE)
        return
    message = "The customer's bank account has insufficient funds to cover this payment."
    charge.resource.update(
        status="failed", failure_code="insufficient_funds", failure_message=message, captured=False
    )
    account.store.save(charge)
    method = account.store.get("payment_method", intent.resource["payment_method"]).resource
    _refuse(account, intent, method, "payment_intent_payment_attempt_failed", None, message, charge)
    emit(account, "checkout.session.async_payment_failed", record.resource, cause=_PAGE)

"""Checkout Sessions: create, update, expire, and the copy that a recovery link makes."""

from __future__ import annotations

import copy
from typing import Any, Final

from shop.payments.standin import coupons, totals
from shop.payments.standin.account import Account
from shop.payments.standin.call import Call
from shop.payments.standin.errors import ApiError, missing_parameter, no_such, not_modelled
from shop.payments.standin.events import Cause, emit
from shop.payments.standin.parameters import merged_metadata, words
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record

SHORTEST_SECONDS: Final = 30 * 60
LONGEST_SECONDS: Final = 24 * 60 * 60
RECOVERY_SECONDS: Final = 30 * 24 * 60 * 60
_DEBITS: Final = {"usd": "us_bank_account", "eur": "sepa_debit"}
_COPIED: Final = (
    "allow_promotion_codes",
    "allowed_payment_method_types",
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "excluded_payment_method_types",
    "integration_identifier",
    "locale",
    "origin_context",
    "phone_number_collection",
    "redirect_on_completion",
    "return_url",
    "shipping_address_collection",
    "submit_type",
    "success_url",
)


def create(call: Call) -> Resource:
    """Create an open session. Raise ApiError for every combination that Stripe refuses."""
    params = call.params
    _check_combinations(call)
    items = totals.line_items(call, params["line_items"])
    currency = totals.one_currency(items, params.get("currency"))
    rates = totals.shipping_rates(call, params.get("shipping_options", []), currency)
    coupon = _coupon(call, currency)
    totals.apply_discount(items, coupon)
    session = _build(call, currency)
    totals.set_totals(session, items, rates[0] if rates else None)
    totals.check_total(session["amount_total"], currency)
    if session["amount_total"] == 0:
        session["payment_status"] = "no_payment_required"
    session["shipping_options"] = _options(rates)
    private: dict[str, Any] = {
        "items": items,
        "intent": params.get("payment_intent_data", {}),
        "origin": call.origin,
        "discount": None,
    }
    if coupon:
        session["discounts"] = [{"coupon": coupon["id"], "promotion_code": None}]
        private["discount"] = _discount(call, coupon, session["id"])
    call.store.save(Record(session, private, due=session["expires_at"]))
    return session


def _check_combinations(call: Call) -> None:
    params = call.params
    if params.get("discounts") and "allow_promotion_codes" in params:
        message = "You may only specify one of these parameters: allow_promotion_codes, discounts."
        raise ApiError(message, param="allow_promotion_codes")
    if "customer" in params and "customer_email" in params:
        message = "You may only specify one of these parameters: customer, customer_email."
        raise ApiError(message, param="customer_email")
    if "allowed_payment_method_types" in params and "excluded_payment_method_types" in params:
        message = (
            "You may only specify one of these parameters: allowed_payment_method_types, "
            "excluded_payment_method_types."
        )
        raise ApiError(message, param="excluded_payment_method_types")
    if "customer" in params:
        raise no_such("customer", params["customer"], param="customer", status=400)
    _check_addresses(params)
    _check_expiry(params.get("expires_at"), call.now)
    if params.get("invoice_creation", {}).get("enabled"):
        raise not_modelled("invoice_creation[enabled]=true")
    if "statement_descriptor" in params.get("payment_intent_data", {}):
        message = (
            "The statement_descriptor parameter is not supported for cards; use statement_descriptor_suffix."
        )
        raise ApiError(message, param="payment_intent_data[statement_descriptor]")
    if (
        params.get("consent_collection", {}).get("terms_of_service") == "required"
        and not call.account.terms_url
    ):
        message = (
            "You cannot collect consent to your terms of service unless a URL is set in the Stripe "
            "Dashboard. "
            "Update your public business information first."
        )
        raise ApiError(message, param="consent_collection[terms_of_service]")
    if params.get("automatic_tax", {}).get("enabled"):
        _check_tax_behavior(params)


def _check_addresses(params: dict[str, Any]) -> None:
    mode = params.get("ui_mode", "hosted_page")
    if mode == "hosted_page":
        if "success_url" not in params:
            raise missing_parameter("success_url")
        if "return_url" in params:
            message = "`return_url` is not supported with `ui_mode: hosted_page`; use `success_url`."
            raise ApiError(message, param="return_url")
        return
    for name in ("success_url", "cancel_url"):
        if name in params and mode != "form":
            message = f"`{name}` is not supported with `ui_mode: {mode}`; use `return_url`."
            raise ApiError(message, param=name)
    if "return_url" not in params and params.get("redirect_on_completion", "always") != "never":
        raise missing_parameter("return_url")
    if mode == "elements" and "after_expiration" in params:
        raise ApiError(
            "`after_expiration` is not supported with `ui_mode: elements`.", param="after_expiration"
        )


def _check_expiry(expires_at: int | None, now: int) -> None:
    if expires_at is None:
        return
    if expires_at < now + SHORTEST_SECONDS:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise ApiError(message, param="expires_at")
    if expires_at > now + LONGEST_SECONDS:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise ApiError(message, param="expires_at")


def _check_tax_behavior(params: dict[str, Any]) -> None:
    for place, line in enumerate(params["line_items"]):
        if line.get("price_data", {}).get("tax_behavior", "unspecified") == "unspecified":
            message = "You cannot use `automatic_tax[enabled]` with a price that has no `tax_behavior`."
            raise ApiError(message, param=f"line_items[{place}][price_data][tax_behavior]")


def _coupon(call: Call, currency: str) -> Resource | None:
    for discount in call.params.get("discounts", []):
        if "coupon" in discount and "promotion_code" in discount:
            raise ApiError(
                "You may only specify one of these parameters: coupon, promotion_code.", param="discounts[0]"
            )
        if "promotion_code" in discount:
            raise no_such(
                "promotion code", discount["promotion_code"], param="discounts[0][promotion_code]", status=400
            )
        if "coupon" not in discount:
            raise missing_parameter("discounts[0][coupon]")
        return coupons.usable(call, discount["coupon"], currency, param="discounts[0][coupon]").resource
    return None


def _build(call: Call, currency: str) -> Resource:
    params = call.params
    identifier = new_id("cs_test_", 58)
    hosted = params.get("ui_mode", "hosted_page") == "hosted_page"
    taken = words(
        "adaptive_pricing allow_promotion_codes allowed_payment_method_types "
        "billing_address_collection cancel_url client_reference_id customer_email "
        "excluded_payment_method_types integration_identifier locale origin_context "
        "phone_number_collection redirect_on_completion return_url shipping_address_collection "
        "submit_type success_url ui_mode"
    )
    values = {name: params[name] for name in taken if name in params}
    values["metadata"] = merged_metadata({}, params.get("metadata", {}))
    values["custom_text"] = {
        name: params.get("custom_text", {}).get(name) or None
        for name in ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    }
    if "consent_collection" in params:
        values["consent_collection"] = {
            "payment_method_reuse_agreement": None,
            "promotions": None,
            "terms_of_service": None,
            **params["consent_collection"],
        }
    if params.get("automatic_tax", {}).get("enabled"):
        values["automatic_tax"] = {
            "enabled": True,
            "liability": {"type": "self"},
            "provider": "stripe",
            "status": "requires_location_inputs",
        }
    if "branding_settings" in params:
        values["branding_settings"] = _branding(params["branding_settings"])
    if "customer_email" in params:
        values["customer_details"] = customer_details(email=params["customer_email"])
    if "recovery" in params.get("after_expiration", {}):
        wanted = params["after_expiration"]["recovery"]
        recovery = {
            "allow_promotion_codes": False,
            "enabled": wanted["enabled"],
            "expires_at": None,
            "url": None,
        }
        recovery["allow_promotion_codes"] = wanted.get("allow_promotion_codes", False)
        values["after_expiration"] = {"recovery": recovery}
    return build(
        "checkout.session",
        id=identifier,
        amount_subtotal=0,
        amount_total=0,
        total_details={},
        client_secret=None if hosted else f"{identifier}_secret_{new_id('', 24)}",
        created=call.now,
        currency=currency,
        expires_at=params.get("expires_at", call.now + LONGEST_SECONDS),
        payment_method_types=_methods(params, currency),
        url=f"{call.origin}/pay/{identifier}" if hosted else None,
        **values,
    )


def _branding(wanted: dict[str, Any]) -> dict[str, Any]:
    default = {
        "background_color": "#ffffff",
        "border_style": "rounded",
        "button_color": "#A81F3D",
        "display_name": "Test shop",
        "font_family": "default",
        "icon": None,
        "logo": None,
    }
    return {**default, **wanted}


def _methods(params: dict[str, Any], currency: str) -> list[str]:
    offered = ["card"] + ([_DEBITS[currency]] if currency in _DEBITS else [])
    allowed = params.get("allowed_payment_method_types", offered)
    excluded = params.get("excluded_payment_method_types", [])
    left = [method for method in offered if method in allowed and method not in excluded]
    if not left:
        message = f"No payment method is left for a Checkout Session in {currency}."
        raise ApiError(message, param="excluded_payment_method_types")
    return left


def customer_details(**known: Any) -> dict[str, Any]:
    """Return the customer_details of a session, with null for what is not known."""
    details: dict[str, Any] = dict.fromkeys(
        ("address", "business_name", "email", "individual_name", "name", "phone")
    )
    return {**details, "tax_exempt": "none", "tax_ids": [], **known}


def _options(rates: list[Resource]) -> list[dict[str, Any]]:
    return [
        {"shipping_amount": rate["fixed_amount"]["amount"], "shipping_rate": rate["id"]} for rate in rates
    ]


def _discount(call: Call, coupon: Resource, session: str) -> Resource:
    source = {"coupon": coupon["id"], "type": "coupon"}
    return build("discount", id=new_id("di_1"), checkout_session=session, source=source, start=call.now)


def update(call: Call) -> Resource:
    """Change what may change of an open session; raise ApiError for an unknown or closed one."""
    record = call.store.find("checkout.session", call.path_id)
    if record is None:
        raise no_such("checkout.session", call.path_id, param="session")
    session, params = record.resource, call.params
    if session["status"] != "open" and params.keys() - {"metadata", "expand"}:
        message = f"This Checkout Session is {session['status']}; only its metadata can be updated."
        raise ApiError(message)
    if "metadata" in params:
        session["metadata"] = merged_metadata(session["metadata"], params["metadata"])
    if "payment_intent_data" in params:
        wanted = params["payment_intent_data"]
        intent = {**record.private["intent"], **wanted}
        intent["metadata"] = merged_metadata(
            record.private["intent"].get("metadata", {}), wanted.get("metadata", {})
        )
        record.private["intent"] = {name: value for name, value in intent.items() if value != ""}
    if "shipping_options" in params:
        rates = totals.shipping_rates(call, params["shipping_options"], session["currency"])
        session["shipping_options"] = _options(rates)
        totals.set_totals(session, record.private["items"], rates[0] if rates else None)
        totals.check_total(session["amount_total"], session["currency"])
    if "shipping_details" in params.get("collected_information", {}):
        details = params["collected_information"]["shipping_details"]
        blank = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
        details = {"address": {**blank, **details["address"]}, "name": details["name"]}
        session["collected_information"] = collected(details)
    call.store.save(record)
    return session


def collected(shipping_details: dict[str, Any] | None) -> dict[str, Any]:
    """Return the collected_information of a session."""
    return {"business_name": None, "individual_name": None, "shipping_details": shipping_details}


def expire(call: Call) -> Resource:
    """Expire an open session at once; raise ApiError for an unknown one or one that is not open."""
    record = call.store.find("checkout.session", call.path_id)
    if record is None:
        raise no_such("checkout.session", call.path_id, param="session")
    status = record.resource["status"]
    if status != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{status}`."
        )
        raise ApiError(message)
    return close(call.account, record, call.cause)


def close(account: Account, record: Record, cause: Cause) -> Resource:
    """Make an open session expired, cancel its payment and say so in an event. Inside a transaction."""
    session = record.resource
    session["status"] = "expired"
    session["url"] = None
    record.due = None
    recovery = (session["after_expiration"] or {}).get("recovery")
    if recovery and recovery["enabled"]:
        recovery["expires_at"] = account.now() + RECOVERY_SECONDS
        recovery["url"] = f"{record.private['origin']}/recover/{session['id']}"
    if session["payment_intent"]:
        intent = account.store.get("payment_intent", session["payment_intent"])
        intent.resource.update(status="canceled", canceled_at=account.now(), cancellation_reason="expired")
        intent.resource["next_action"] = None
        account.store.save(intent)
    account.store.save(record)
    emit(account, "checkout.session.expired", session, cause=cause)
    return session


def recover(call: Call) -> Resource | None:
    """Return an open copy of an expired session, as its recovery link makes one; None when there is no such
    link.
    """
    old = call.store.find("checkout.session", call.path_id)
    recovery = (old.resource["after_expiration"] or {}).get("recovery") if old else None
    if old is None or not recovery or not recovery["url"] or recovery["expires_at"] <= call.now:
        return None
    identifier = new_id("cs_test_", 58)
    session = copy.deepcopy(old.resource)
    fresh = build(
        "checkout.session",
        id=identifier,
        amount_subtotal=session["amount_subtotal"],
        amount_total=session["amount_total"],
        total_details=session["total_details"],
        created=call.now,
        currency=session["currency"],
        discounts=session["discounts"],
        expires_at=call.now + LONGEST_SECONDS,
        metadata=session["metadata"],
        payment_method_types=session["payment_method_types"],
        payment_status="unpaid" if session["amount_total"] else "no_payment_required",
        recovered_from=session["id"],
        shipping_cost=session["shipping_cost"],
        shipping_options=session["shipping_options"],
        url=f"{call.origin}/pay/{identifier}",
        **{name: session[name] for name in _COPIED},
    )
    call.store.save(Record(fresh, copy.deepcopy(old.private), due=fresh["expires_at"]))
    return fresh

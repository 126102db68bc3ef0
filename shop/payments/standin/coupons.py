"""Coupons: made once, counted when a session that uses one is completed
(https://docs.stripe.com/api/coupons).
"""

from __future__ import annotations

from shop.payments.standin.account import Account
from shop.payments.standin.call import Call
from shop.payments.standin.errors import ApiError, missing_parameter, no_such
from shop.payments.standin.parameters import merged_metadata
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record


def create(call: Call) -> Resource:
    """Create a coupon; its id may be the caller's own. Raise ApiError when the id is taken."""
    params = call.params
    if ("amount_off" in params) == ("percent_off" in params):
        raise ApiError("You must pass exactly one of percent_off or amount_off.", param="percent_off")
    if "amount_off" in params and "currency" not in params:
        raise missing_parameter("currency")
    if params.get("redeem_by", call.now + 1) <= call.now:
        raise ApiError("redeem_by must be in the future.", param="redeem_by")
    identifier = params.get("id") or new_id("", 8)
    if call.store.find("coupon", identifier):
        raise ApiError("Coupon already exists.", code="resource_already_exists", param="id")
    values = {name: value for name, value in params.items() if name not in ("id", "expand", "metadata")}
    if "percent_off" in params:
        values.pop("currency", None)
    values["metadata"] = merged_metadata({}, params.get("metadata", {}))
    coupon = build("coupon", id=identifier, created=call.now, **values)
    call.store.save(Record(coupon))
    return coupon


def delete(call: Call) -> Resource:
    """Delete a coupon; sessions that have it keep their discount. Raise ApiError for an unknown id."""
    if call.store.find("coupon", call.path_id) is None:
        raise no_such("coupon", call.path_id, param="coupon")
    call.store.delete(call.path_id)
    return {"id": call.path_id, "object": "coupon", "deleted": True}


def as_of_now(account: Account, record: Record) -> Resource:
    """Return the coupon with `valid` as it is at this moment."""
    return {**record.resource, "valid": why_not(account, record) is None}


def why_not(account: Account, record: Record) -> str | None:
    """Return why the coupon can no longer be used, or None when it can."""
    coupon = record.resource
    if coupon["redeem_by"] is not None and coupon["redeem_by"] <= account.now():
        return "expired"
    if coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]:
        return "used up"
    return None


def usable(call: Call, identifier: str, currency: str, *, param: str) -> Record:
    """Return the coupon for a session in that currency; raise ApiError when it does not exist or cannot be
    used.
    """
    record = call.store.find("coupon", identifier)
    if record is None:
        raise no_such("coupon", identifier, param=param, status=400)
    reason = why_not(call.account, record)
    if reason:
        message = f"Coupon {identifier} is {reason} and cannot be applied."
        raise ApiError(message, code="coupon_expired", param=param)
    if record.resource["currency"] not in (None, currency):
        own = record.resource["currency"]
        message = f"The coupon `{identifier}` is in {own}; the session is in {currency}."
        raise ApiError(message, param=param)
    return record


def redeem(account: Account, identifier: str) -> None:
    """Count one use of the coupon. Inside a transaction."""
    record = account.store.find("coupon", identifier)
    if record is None:
        return
    record.resource["times_redeemed"] += 1
    record.resource["valid"] = why_not(account, record) is None
    account.store.save(record)

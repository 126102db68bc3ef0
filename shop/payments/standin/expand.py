"""The `expand` parameter: which fields of which resource may be expanded, and the doing of it.

Paths are checked before a request is carried out, so that a wrong one changes nothing
(https://docs.stripe.com/expand).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from shop.payments.standin import coupons
from shop.payments.standin.account import Account
from shop.payments.standin.errors import ApiError
from shop.payments.standin.events import as_listed
from shop.payments.standin.resources import Resource, listing
from shop.payments.standin.store import Record

DEEPEST: Final = 4
# resource -> path of a field -> kind of what stands there. A kind that begins with @ is made, not looked up.
# "" is a kind of which the stand-in has none: the path is right, the field is always null.
_FIELDS: dict[str, dict[str, str]] = {
    "checkout.session": {
        "customer": "",
        "discounts.coupon": "coupon",
        "discounts.promotion_code": "",
        "invoice": "",
        "line_items": "@line_items",
        "payment_intent": "payment_intent",
        "payment_link": "",
        "setup_intent": "",
        "shipping_cost.shipping_rate": "shipping_rate",
        "shipping_options.shipping_rate": "shipping_rate",
        "subscription": "",
        "total_details.breakdown": "@breakdown",
    },
    "@line_items": {"data": "item"},
    "@breakdown": {},
    "item": {"price.product": "product"},
    "payment_intent": {
        "customer": "",
        "latest_charge": "charge",
        "on_behalf_of": "",
        "payment_method": "payment_method",
        "review": "",
    },
    "charge": {
        "application": "",
        "balance_transaction": "balance_transaction",
        "customer": "",
        "failure_balance_transaction": "",
        "payment_intent": "payment_intent",
        "refunds": "@refunds",
        "review": "",
    },
    "@refunds": {"data": "refund"},
    "refund": {
        "balance_transaction": "balance_transaction",
        "charge": "charge",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
        "payment_method": "payment_method",
    },
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "balance_transaction": {"source": "@source"},
    "@source": {},
    "payment_method": {"customer": ""},
    "product": {"default_price": "", "tax_code": ""},
    "shipping_rate": {"tax_code": ""},
}


def check(kind: str, paths: Iterable[str], *, is_list: bool) -> None:
    """Raise ApiError for a path that the resource (or, in a list, its members) does not have."""
    for path in paths:
        parts = path.split(".")
        if is_list:
            if parts[0] != "data" or len(parts) == 1:
                message = (
                    f"This property cannot be expanded ({path}). You may want to try expanding 'data.{path}'."
                )
                raise ApiError(message, param="expand")
            parts = parts[1:]
        if len(parts) > DEEPEST + parts.count("data"):
            message = f"You cannot expand more than {DEEPEST} levels of a property ({path})."
            raise ApiError(message, param="expand")
        _check_one(kind, parts, path)


def _check_one(kind: str, parts: list[str], path: str) -> None:
    while parts:
        step = _step(kind, parts)
        if step is None:
            message = f"This property cannot be expanded ({path})."
            raise ApiError(message, param="expand")
        kind, taken = step
        parts = parts[taken:]


def _step(kind: str, parts: list[str]) -> tuple[str, int] | None:
    fields = _FIELDS.get(kind, {})
    for taken in (2, 1):
        name = ".".join(parts[:taken])
        if len(parts) >= taken and name in fields:
            return fields[name], taken
    return None


def expanded(account: Account, resource: Resource, paths: Iterable[str]) -> Resource:
    """Return the resource with the fields of the (checked) paths expanded. Inside a transaction."""
    for path in paths:
        _expand(account, resource, resource["object"], path.split("."))
    return resource


def _expand(account: Account, resource: Resource, kind: str, parts: list[str]) -> None:
    if resource.get("object") == "list" and parts[0] == "data":
        for member in resource["data"]:
            if parts[1:]:
                _expand(account, member, member["object"], parts[1:])
        return
    step = _step(kind, parts)
    if step is None:
        return
    target, taken = step
    holders: list[Any] = [resource]
    for name in parts[: taken - 1]:
        holders = [found for holder in holders for found in _members(holder.get(name))]
    for holder in holders:
        name = parts[taken - 1]
        value = holder.get(name)
        if target.startswith("@") and (value is None or isinstance(value, str)):
            value = holder[name] = _made(account, resource, target)
        elif isinstance(value, str):
            value = holder[name] = look_up(account, target, value)
        if isinstance(value, dict) and parts[taken:]:
            _expand(account, value, value.get("object", target), parts[taken:])


def _members(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def look_up(account: Account, kind: str, identifier: str) -> Any:
    """Return the resource as it is now, or the bare id when it was deleted. Inside a transaction."""
    record = account.store.find(kind, identifier)
    return identifier if record is None else shown(account, record)


def shown(account: Account, record: Record) -> Resource:
    """Return a stored object as the API shows it at this moment. Inside a transaction."""
    if record.kind == "coupon":
        return coupons.as_of_now(account, record)
    if record.kind == "event":
        return as_listed(account, record)
    return record.resource


def _made(account: Account, resource: Resource, target: str) -> Any:
    if target == "@line_items":
        items = account.store.get("checkout.session", resource["id"]).private["items"]
        return listing(f"/v1/checkout/sessions/{resource['id']}/line_items", items)
    if target == "@breakdown":
        discount = account.store.get("checkout.session", resource["id"]).private["discount"]
        amount = resource["total_details"]["amount_discount"]
        return {"discounts": [{"amount": amount, "discount": discount}] if discount else [], "taxes": []}
    if target == "@refunds":
        found = account.store.select("refund", {"charge = ?": resource["id"]})
        return listing(f"/v1/charges/{resource['id']}/refunds", [record.resource for record in found])
    for kind in ("charge", "refund", "dispute"):
        record = account.store.find(kind, resource["source"])
        if record:
            return record.resource
    return resource["source"]

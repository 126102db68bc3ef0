"""Lists of the API: newest first, in pages of `limit` (https://docs.stripe.com/api/pagination)."""

from __future__ import annotations

from typing import Any, Final

from shop.payments.standin.call import Call
from shop.payments.standin.errors import ApiError, no_such
from shop.payments.standin.expand import shown
from shop.payments.standin.resources import Resource, listing

DEFAULT_LIMIT: Final = 10
EVENT_DAYS: Final = 30
_COMPARISONS: Final = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def list_all(call: Call, kind: str, conditions: dict[str, Any] | None = None) -> Resource:
    """Return one page of a kind's objects, with the conditions given and those that the parameters name."""
    where = {**(conditions or {}), **_dated(call.params)}
    for name in ("payment_intent", "charge", "status"):
        if name in call.params:
            where[f"{name} = ?"] = call.params[name]
    return _page(call, kind, where)


def _dated(params: dict[str, Any]) -> dict[str, Any]:
    return {f"created {_COMPARISONS[name]} ?": moment for name, moment in params.get("created", {}).items()}


def _page(call: Call, kind: str, where: dict[str, Any]) -> Resource:
    params, backwards = call.params, "ending_before" in call.params
    if backwards and "starting_after" in params:
        raise ApiError("You may only specify one of these parameters: ending_before, starting_after.")
    for name, comparison in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            place = call.store.place_of(kind, params[name])
            if place is None:
                raise no_such(kind, params[name], param=name, status=400)
            where[f"seq {comparison} ?"] = place
    limit = params.get("limit", DEFAULT_LIMIT)
    found = call.store.select(kind, where, oldest_first=backwards, limit=limit + 1)
    members = [shown(call.account, record) for record in found[:limit]]
    if backwards:
        members.reverse()
    return listing(call.path, members, has_more=len(found) > limit)


def list_sessions(call: Call) -> Resource:
    """Return one page of Checkout Sessions; they can be sought by the buyer's e-mail address, too."""
    where: dict[str, Any] = {}
    if "customer_details" in call.params:
        where["json_extract(resource, '$.customer_details.email') = ?"] = call.params["customer_details"][
            "email"
        ]
    return list_all(call, "checkout.session", where)


def list_events(call: Call) -> Resource:
    """Return one page of events of the last 30 days, by type and by whether they arrived."""
    params = call.params
    if "type" in params and "types" in params:
        raise ApiError("You may only specify one of these parameters: type, types.", param="types")
    where: dict[str, Any] = {"created >= ?": call.now - EVENT_DAYS * 86400}
    names = params.get("types", [params["type"]] if "type" in params else [])
    if names:
        tests = " OR ".join(_type_test(name) for name in names)
        where[f"({tests})"] = [name.rstrip("*") if name.endswith("*") else name for name in names]
    if "delivery_success" in params:
        missing = "EXISTS (SELECT 1 FROM deliveries WHERE event = objects.id AND state != 'delivered')"
        where[f"NOT {missing}" if params["delivery_success"] else missing] = []
    return list_all(call, "event", where)


def _type_test(name: str) -> str:
    field = "json_extract(resource, '$.type')"
    return f"instr({field}, ?) = 1" if name.endswith("*") else f"{field} = ?"


def list_line_items(call: Call) -> Resource:
    """Return one page of a session's items, in their own order."""
    record = call.store.find("checkout.session", call.path_id)
    if record is None:
        raise no_such("checkout.session", call.path_id, param="session")
    items = record.private["items"]
    places = {item["id"]: place for place, item in enumerate(items)}
    limit = call.params.get("limit", DEFAULT_LIMIT)
    for name in ("starting_after", "ending_before"):
        if name in call.params and call.params[name] not in places:
            raise no_such("item", call.params[name], param=name, status=400)
    if "ending_before" in call.params:
        end = places[call.params["ending_before"]]
        return listing(call.path, items[max(end - limit, 0) : end], has_more=end > limit)
    start = places[call.params["starting_after"]] + 1 if "starting_after" in call.params else 0
    return listing(call.path, items[start : start + limit], has_more=len(items) > start + limit)

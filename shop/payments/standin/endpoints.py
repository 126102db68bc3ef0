"""Webhook endpoints beside the shop's own: created by the API, each with a secret of its own."""

from __future__ import annotations

from shop.payments.standin.call import Call
from shop.payments.standin.errors import ApiError
from shop.payments.standin.parameters import merged_metadata
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record
from shop.payments.standin.tables import API_VERSION


def create(call: Call) -> Resource:
    """Create an endpoint and return it with its secret, which is never shown again."""
    params = call.params
    if params.get("api_version", API_VERSION) != API_VERSION:
        message = f"The local stand-in only sends events of the API version {API_VERSION}."
        raise ApiError(message, param="api_version")
    endpoint = build(
        "webhook_endpoint",
        id=new_id("we_1"),
        created=call.now,
        description=params.get("description") or None,
        enabled_events=params["enabled_events"],
        metadata=merged_metadata({}, params.get("metadata", {})),
        url=params["url"],
    )
    secret = new_id("whsec_", 32)
    call.store.save(Record(endpoint, {"secret": secret}))
    return {**endpoint, "secret": secret}

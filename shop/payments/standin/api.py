"""The API under /v1: who may call, which endpoint, which parameters, once per idempotency key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from shop.payments.standin import accepted, coupons, endpoints, expand, faults, lists, refunds, sessions
from shop.payments.standin.account import Account
from shop.payments.standin.call import Call
from shop.payments.standin.errors import ApiError, no_such, unrecognized_url
from shop.payments.standin.events import Cause
from shop.payments.standin.parameters import Fields, parsed
from shop.payments.standin.resources import Resource, new_id
from shop.payments.standin.tables import API_VERSION

KEY_SECONDS: Final = 24 * 60 * 60
_IDENTIFIER: Final = "(?P<id>[^/]{1,255})"


@dataclass(frozen=True)
class Endpoint:
    """One address of the API: what it takes, what it does and what it answers with."""

    method: str
    path: re.Pattern[str]
    accepts: Fields
    answers: str
    work: Callable[[Call], Resource]
    is_list: bool = False


def _endpoint(
    method: str,
    path: str,
    accepts: Fields,
    answers: str,
    work: Callable[[Call], Resource],
    *,
    is_list: bool = False,
) -> Endpoint:
    return Endpoint(method, re.compile(path.replace("<id>", _IDENTIFIER)), accepts, answers, work, is_list)


def _retrieve(kind: str, param: str) -> Callable[[Call], Resource]:
    def retrieve(call: Call) -> Resource:
        record = call.store.find(kind, call.path_id)
        if record is None:
            raise no_such(kind, call.path_id, param=param)
        return expand.shown(call.account, record)

    return retrieve


def _list(kind: str) -> Callable[[Call], Resource]:
    return lambda call: lists.list_all(call, kind)


_SESSIONS, _INTENTS = "/v1/checkout/sessions", "/v1/payment_intents"
_HOOKS = "/v1/webhook_endpoints"
ENDPOINTS: Final = (
    _endpoint("POST", "/v1/coupons", accepted.COUPON_CREATE, "coupon", coupons.create),
    _endpoint("GET", "/v1/coupons", accepted.COUPON_LIST, "coupon", _list("coupon"), is_list=True),
    _endpoint("GET", "/v1/coupons/<id>", accepted.EXPAND_ONLY, "coupon", _retrieve("coupon", "coupon")),
    _endpoint("DELETE", "/v1/coupons/<id>", accepted.NOTHING, "coupon", coupons.delete),
    _endpoint("POST", _SESSIONS, accepted.SESSION_CREATE, "checkout.session", sessions.create),
    _endpoint("GET", _SESSIONS, accepted.SESSION_LIST, "checkout.session", lists.list_sessions, is_list=True),
    _endpoint(
        "GET",
        f"{_SESSIONS}/<id>",
        accepted.EXPAND_ONLY,
        "checkout.session",
        _retrieve("checkout.session", "session"),
    ),
    _endpoint("POST", f"{_SESSIONS}/<id>", accepted.SESSION_UPDATE, "checkout.session", sessions.update),
    _endpoint("POST", f"{_SESSIONS}/<id>/expire", accepted.EXPAND_ONLY, "checkout.session", sessions.expire),
    _endpoint(
        "GET",
        f"{_SESSIONS}/<id>/line_items",
        accepted.PLAIN_LIST,
        "item",
        lists.list_line_items,
        is_list=True,
    ),
    _endpoint(
        "GET", _INTENTS, accepted.PAYMENT_INTENT_LIST, "payment_intent", _list("payment_intent"), is_list=True
    ),
    _endpoint(
        "GET",
        f"{_INTENTS}/<id>",
        accepted.EXPAND_ONLY,
        "payment_intent",
        _retrieve("payment_intent", "intent"),
    ),
    _endpoint("GET", "/v1/charges", accepted.CHARGE_LIST, "charge", _list("charge"), is_list=True),
    _endpoint("GET", "/v1/charges/<id>", accepted.EXPAND_ONLY, "charge", _retrieve("charge", "charge")),
    _endpoint("POST", "/v1/refunds", accepted.REFUND_CREATE, "refund", refunds.create),
    _endpoint("GET", "/v1/refunds", accepted.REFUND_LIST, "refund", _list("refund"), is_list=True),
    _endpoint("GET", "/v1/refunds/<id>", accepted.EXPAND_ONLY, "refund", _retrieve("refund", "refund")),
    _endpoint("GET", "/v1/disputes", accepted.DISPUTE_LIST, "dispute", _list("dispute"), is_list=True),
    _endpoint("GET", "/v1/disputes/<id>", accepted.EXPAND_ONLY, "dispute", _retrieve("dispute", "dispute")),
    _endpoint("GET", "/v1/events", accepted.EVENT_LIST, "event", lists.list_events, is_list=True),
    _endpoint("GET", "/v1/events/<id>", accepted.EXPAND_ONLY, "event", _retrieve("event", "id")),
    _endpoint("POST", _HOOKS, accepted.ENDPOINT_CREATE, "webhook_endpoint", endpoints.create),
    _endpoint(
        "GET", _HOOKS, accepted.PLAIN_LIST, "webhook_endpoint", _list("webhook_endpoint"), is_list=True
    ),
)


def blueprint(account: Account, tick: Callable[[Account], None]) -> Blueprint:
    """Return the blueprint of everything under /v1; `tick` does what is due before each request."""
    pages = Blueprint("api", __name__)

    @pages.route("/v1", defaults={"rest": ""}, methods=["GET", "POST", "DELETE", "PUT", "PATCH"])
    @pages.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE", "PUT", "PATCH"])
    def answer(rest: str) -> Response:  # noqa: ARG001 -- the path is read whole
        identifier = new_id("req_", 14)
        try:
            response = _answer(account, tick, identifier)
        except ApiError as refused:
            response = _json(refused.body(), refused.status)
        response.headers["Request-Id"] = identifier
        response.headers["Stripe-Version"] = API_VERSION
        if "Idempotency-Key" in request.headers:
            response.headers["Idempotency-Key"] = request.headers["Idempotency-Key"][:255]
        account.announce()
        return response

    return pages


def _json(body: Resource, status: int = 200) -> Response:
    return Response(json.dumps(body, indent=2), status=status, mimetype="application/json")


def _answer(account: Account, tick: Callable[[Account], None], identifier: str) -> Response:
    _check_caller(account)
    key = _idempotency_key()
    # Nothing begins before the request is here whole: half of one changes nothing, not even what goes wrong next.
    request.get_data()
    with account.key_in_use(key) as free:
        if not free:
            message = (
                "There is currently another in-progress request using this Idempotency Key (that "
                "probably means you "
                "submitted twice, and the other request is still going through)."
            )
            raise ApiError(message, status=409, code="idempotency_key_in_use", kind="idempotency_error")
        fault = faults.take(account, f"{request.method} {request.path}")
        stored = fault is not None and fault["kind"] == "status" and fault["store"]
        stopped = faults.before(fault)
        if stopped is not None and not stored:
            return stopped
        endpoint, path_id = _find_endpoint()
        _check_version()
        pairs = _pairs()
        values = endpoint.accepts.read(parsed(pairs))
        expand.check(endpoint.answers, values.get("expand", []), is_list=endpoint.is_list)
        call = Call(
            account, request.host_url.rstrip("/"), values, path_id, request.path, Cause(identifier, key)
        )
        response = _once(call, endpoint, key, pairs, tick, injected=stopped)
        if fault is not None and fault["kind"] == "cut_after":
            account.announce()
            return faults.cut()
        return response


def _check_caller(account: Account) -> None:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, ValueError):
            given = ""
    if kind.lower() not in ("bearer", "basic") or not given:
        message = (
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
        raise ApiError(message, status=401)
    if not hmac.compare_digest(given.encode(), account.accepted_key.encode()):
        message = f"Invalid API Key provided: {given[:8]}{'*' * 12}"
        raise ApiError(message, status=401)


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        return None
    if len(key) > 255:
        raise ApiError("Idempotency keys can be at most 255 characters long.", kind="idempotency_error")
    return key


def _find_endpoint() -> tuple[Endpoint, str]:
    for endpoint in ENDPOINTS:
        match = endpoint.path.fullmatch(request.path)
        if match and endpoint.method == request.method:
            return endpoint, match.groupdict().get("id", "")
    raise unrecognized_url(request.method, request.path[:200])


def _check_version() -> None:
    version = request.headers.get("Stripe-Version")
    if version != API_VERSION:
        given = f"{version[:40]!r} is not" if version else "No Stripe-Version was sent; it must be"
        message = f"{given} the pinned API version, {API_VERSION}."
        raise ApiError(message)


def _pairs() -> list[tuple[str, str]]:
    text = request.query_string.decode("utf-8", "replace")
    if request.method == "POST":
        body = request.get_data()
        if body and request.mimetype not in ("application/x-www-form-urlencoded", ""):
            message = (
                "Invalid request. Please send the parameters form-encoded "
                "(Content-Type: application/x-www-form-urlencoded)."
            )
            raise ApiError(message)
        text = "&".join(part for part in (text, body.decode("utf-8", "replace")) if part)
    return parse_qsl(text, keep_blank_values=True)


def _once(
    call: Call,
    endpoint: Endpoint,
    key: str | None,
    pairs: list[tuple[str, str]],
    tick: Callable[[Account], None],
    *,
    injected: Response | None,
) -> Response:
    """Carry the request out, or answer again what the same key was answered before."""
    fingerprint = hashlib.sha256(json.dumps(sorted(pairs)).encode()).hexdigest()
    try:
        with call.store.transaction():
            tick(call.account)
            replayed = _replayed(call, key, fingerprint) if key else None
            if replayed:
                return replayed
            if injected is None:
                body = expand.expanded(call.account, endpoint.work(call), _paths(call))
                response = _json(body)
            else:
                response = injected
            if key:
                _keep(call, key, fingerprint, response)
            return response
    except ApiError as refused:
        if key and refused.stored:
            with call.store.transaction():
                _keep(call, key, fingerprint, _json(refused.body(), refused.status))
        raise


def _paths(call: Call) -> list[Any]:
    return list(call.params.get("expand", []))


def _replayed(call: Call, key: str, fingerprint: str) -> Response | None:
    row = call.store.execute(
        "SELECT * FROM idempotency_keys WHERE key = ? AND created > ?", (key, call.now - KEY_SECONDS)
    ).fetchone()
    if row is None:
        return None
    if row["url"] != call.path:
        message = (
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{row['url']}'). Try using a key other than '{key}' if you meant to execute a different "
            f"request."
        )
        raise ApiError(message, kind="idempotency_error")
    if row["parameters"] != fingerprint:
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were first used "
            "with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )
        raise ApiError(message, kind="idempotency_error")
    response = Response(row["body"], status=row["status"], mimetype="application/json")
    response.headers["Idempotent-Replayed"] = "true"
    response.headers["Original-Request"] = row["request"]
    return response


def _keep(call: Call, key: str, fingerprint: str, response: Response) -> None:
    call.store.execute(
        "INSERT OR REPLACE INTO idempotency_keys (key, url, parameters, status, body, request, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            call.path,
            fingerprint,
            response.status_code,
            response.get_data(as_text=True),
            call.cause.request,
            call.now,
        ),
    )

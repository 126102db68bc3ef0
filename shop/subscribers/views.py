"""The way out: a page that only asks, and a POST that does it, by a person or by her mail program (RFC 8058)."""

import hmac

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from shop import clock
from shop.db import reading, writing
from shop.subscribers import actions, queries
from shop.subscribers.models import Reader
from shop.web.tools import tools

blueprint = Blueprint("subscribers", __name__)

KINDS = ("bounced", "complained")


@blueprint.get("/unsubscribe/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Ask whether to leave; opening this page changes nothing, whoever opens it."""
    with reading(tools().engine) as session:
        link = queries.link(session, token, "leave", now=clock.now())
        return _page(token, session.get(Reader, link.reader_id) if link else None)


@blueprint.post("/unsubscribe/<token>")
def leave(token: str) -> ResponseReturnValue:
    """Send no more letters. Needs no cookie and no page before it, and may come twice."""
    with writing(tools().engine) as session:
        link = queries.link(session, token, "leave", now=clock.now())
        reader = actions.lock(session, link.reader_id) if link else None
        if reader is not None:
            actions.leave(session, reader, "unsubscribed", now=clock.now())
        return _page(token, reader)


@blueprint.post("/webhooks/mail")
def heard() -> ResponseReturnValue:
    """Hear from the mail service that addresses bounced or complained: ``{"events": [{"type", "email", "detail"}]}``.

    Types other than ``bounced`` (for good) and ``complained`` are passed over. The secret comes as
    ``Authorization: Bearer``; without the setting nobody hears anything here.
    """
    secret = tools().config.mail_webhook_secret.encode()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not secret:
        abort(404)
    if not hmac.compare_digest(given, secret):
        return "The secret is not the one of MAIL_WEBHOOK_SECRET.\n", 401
    told = request.get_json(silent=True)
    events = told.get("events") if isinstance(told, dict) else None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        return 'Send {"events": [{"type": "bounced", "email": "...", "detail": "..."}]}.\n', 400
    for event in events:
        kind, email = event.get("type"), str(event.get("email", ""))[:400]
        if kind in KINDS and "@" in email:
            with writing(tools().engine) as session:
                actions.suppress(session, email, str(kind), str(event.get("detail", "")), now=clock.now())
    return "", 204


def _page(token: str, reader: Reader | None) -> Response:
    page = render_template(
        "subscribers/leave.html",
        token=token if reader else "",
        left=reader is not None and reader.state == "left",
        email=_shortened(reader.email) if reader else "",
    )
    return make_response(page, 200 if reader else 404)


def _shortened(email: str) -> str:
    """Return an address that its owner knows and nobody else can write to: m…@example.com."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"

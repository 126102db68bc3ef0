"""The way out: a page that only asks, and a POST that does it, by a person or by her mail program (RFC 8058)."""

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from shop import clock
from shop.db import reading, writing
from shop.subscribers import actions, queries
from shop.subscribers.models import Reader
from shop.web.tools import tools

blueprint = Blueprint("subscribers", __name__)


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

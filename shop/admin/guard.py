"""The one door of the back office: who may open which of its pages."""

from typing import cast

from flask import Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from shop import clock
from shop.db import reading
from shop.staff import queries as staff
from shop.staff.queries import Member
from shop.staff.rules import SESSION_LENGTH
from shop.web.tools import tools

COOKIE = "staff"
# Reachable without being signed in.
OPEN = frozenset(["admin.login", "admin.sign_in"])
# What also those may post who can only look.
HARMLESS = frozenset(["admin.sign_out"])


def check() -> ResponseReturnValue | None:
    """Let a member in, send others to the sign-in page, and refuse posts of those who may only look."""
    if request.endpoint in OPEN:
        return None
    with reading(tools().engine) as session:
        member = staff.signed_in(session, token(), now=clock.now())
    if member is None:
        onward = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(url_for("admin.login", next=onward or None), 303)
    g.member = member
    if request.method not in ("GET", "HEAD") and not member.may_change and request.endpoint not in HARMLESS:
        abort(403)
    return None


def member() -> Member:
    """Return who is signed in; only for pages behind ``check``."""
    return cast(Member, g.member)


def token() -> str:
    """Return the token of this browser's session, or an empty text."""
    return request.cookies.get(_cookie(), "")


def remember(response: Response, fresh_token: str) -> None:
    """Give the browser its session: for the back office only, out of reach for scripts and other sites."""
    response.set_cookie(
        _cookie(),
        fresh_token,
        max_age=int(SESSION_LENGTH.total_seconds()),
        path="/admin",
        secure=tools().config.https,
        httponly=True,
        samesite="Lax",
    )


def forget(response: Response) -> None:
    """Take the browser's session away."""
    response.delete_cookie(
        _cookie(), path="/admin", secure=tools().config.https, httponly=True, samesite="Lax"
    )


def _cookie() -> str:
    return tools().config.cookie(COOKIE, everywhere=False)


def keep_private(response: Response) -> Response:
    """No cache keeps a page of the back office, and no search engine lists it."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response

"""The one door of the back office: who may open which of its pages."""

from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar, cast

from flask import Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from shop import clock
from shop.db import reading
from shop.staff import queries as staff
from shop.staff.queries import Member
from shop.staff.rules import SESSION_LENGTH
from shop.web.tools import tools

COOKIE = "staff"
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class Role(IntEnum):
    """Who at least may open a page: each one may also what those before may."""

    ANYONE = 0
    READ_ONLY = 1
    STAFF = 2
    OWNER = 3


RANKS = {"read_only": Role.READ_ONLY, "staff": Role.STAFF, "owner": Role.OWNER}


def admits(role: Role) -> Callable[[View], View]:
    """Say who may open a view, below its route. A view that says nothing is open to nobody."""

    def mark(view: View) -> View:
        view.admits = role  # type: ignore[attr-defined]
        return view

    return mark


def admitted(endpoint: str) -> Role | None:
    """Return who may open an endpoint of the back office, as its view says."""
    return getattr(current_app.view_functions[endpoint], "admits", None)


def check() -> ResponseReturnValue | None:
    """Let in whom the view admits; send strangers to the sign-in page, and turn others away."""
    role = admitted(request.endpoint or "")
    if role is Role.ANYONE:
        return None
    with reading(tools().engine) as session:
        member = staff.signed_in(session, token(), now=clock.now())
    if member is None:
        onward = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(url_for("admin.login", next=onward or None), 303)
    g.member = member
    if role is None or RANKS[member.role] < role:
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

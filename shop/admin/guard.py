"""The one door of the back office: who may open which of its pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TypeVar, cast
from urllib.parse import urlsplit

from flask import Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from shop import clock
from shop.db import reading
from shop.staff import queries as staff
from shop.staff.queries import Member
from shop.staff.rules import SESSION_LENGTH
from shop.web import filters
from shop.web.headers import PASSKEYS, without_features
from shop.web.notices import say
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


@dataclass(frozen=True)
class Entry:
    """Who may open a view, and when."""

    role: Role
    # Also open while the second step of a sign-in, or setting one up, is still to be done.
    unfinished: bool = False
    # Asks who is longer away to prove once more who they are: for money, exports and roles.
    step_up: bool = False


def admits(role: Role, *, unfinished: bool = False, step_up: bool = False) -> Callable[[View], View]:
    """Say who may open a view, below its route. A view that says nothing is open to nobody."""

    def mark(view: View) -> View:
        view.entry = Entry(role, unfinished, step_up)  # type: ignore[attr-defined]
        return view

    return mark


def check() -> ResponseReturnValue | None:
    """Let in whom the view admits; send strangers to the sign-in page, and turn others away."""
    entry: Entry | None = getattr(current_app.view_functions[request.endpoint or ""], "entry", None)
    if entry is not None and entry.role is Role.ANYONE:
        return None
    now = clock.now()
    with reading(tools().engine) as session:
        member = staff.signed_in(session, token(), now=now)
    if member is None:
        return redirect(url_for("admin.login", next=_asked() or None), 303)
    g.member = member
    if entry is None:
        abort(403)
    return _turned_away(member, entry, now)


def _turned_away(member: Member, entry: Entry, now: datetime) -> ResponseReturnValue | None:
    if member.waits and not entry.unfinished:
        return redirect(url_for("admin.second_step", next=_asked() or None), 303)
    if tools().config.live and not member.has_second_factor and not entry.unfinished:
        say("warn", filters.phrase("flashes.second_step_needed"))
        return redirect(url_for("admin.account"), 303)
    if RANKS[member.role] < entry.role:
        abort(403)
    if entry.step_up and not member.confirmed(now):
        if request.method == "POST":
            say("warn", filters.phrase("flashes.confirm_first"))
        return redirect(url_for("admin.confirm", next=_asked() or _came_from() or None), 303)
    return None


def _asked() -> str:
    """Return the page that was asked for, to go on to it later; nothing for a post."""
    return request.full_path.rstrip("?") if request.method == "GET" else ""


def _came_from() -> str:
    """Return the page whose form was sent."""
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path + (f"?{page.query}" if page.query else "") if page.netloc == request.host else ""


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
    # Of all pages only these ask for passkeys.
    response.headers["Permissions-Policy"] = without_features(PASSKEYS)
    return response

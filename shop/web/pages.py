"""Which pages are the same for everybody, and how long they stay so."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Response, g, make_response
from flask.typing import ResponseReturnValue

# Tells the page cache (shop.web.front) that a response may be kept; it never leaves the house.
MARK = "Shop-Page"
# What the page cache tells the app beside a request: the public version that it came at.
VERSION = "shop.public_version"
# A browser asks again each time and is told "not modified"; a cache in between may answer for one second.
PUBLIC = "public, max-age=0, s-maxage=1, must-revalidate"
PRIVATE = "private, no-store"


def public_page(view: Callable[..., ResponseReturnValue]) -> Callable[..., Response]:
    """Mark a GET view whose page is the same for everybody, so that the page cache may answer for it.

    Such a view reads no cookie and sets none: the cache asks for the page with every cookie, query and
    header of the visitor taken away. Whatever it shows must be moved on by ``db.publish_change`` or by a
    changed file under content/; what changes at a known moment calls ``fresh_until``.
    """

    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Response:
        g.public_page = True
        response = make_response(view(*args, **kwargs))
        if response.status_code == 200:
            until: datetime | None = g.get("fresh_until")
            response.headers[MARK] = f"until={until.isoformat()}" if until else "public"
            response.headers["Cache-Control"] = PUBLIC
        return response

    marked.is_public_page = True  # type: ignore[attr-defined]
    return marked


def fresh_until(moment: datetime) -> None:
    """Say that the page being made is right only until ``moment`` (aware UTC); the earliest one counts."""
    g.fresh_until = min(moment, g.get("fresh_until", moment))


def is_public() -> bool:
    """Whether the page being made is the same for everybody."""
    return bool(g.get("public_page"))

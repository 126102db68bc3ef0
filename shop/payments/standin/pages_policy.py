"""What holds for every page of the stand-in: who may reach it, and what a browser may do with it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_OWN_PAGES: Final = frozenset({"same-origin", "none"})


def policy(way_back: str = "") -> str:
    """Return the Content-Security-Policy of a page whose form may lead to that address."""
    try:
        parts = urlsplit(way_back)
        origin = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        origin = ""
    form_action = "'self'"
    if re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+", origin, re.ASCII):
        form_action += f" {origin}"
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {form_action}"
    )


def see_other(address: str) -> Response:
    """Return a redirect after a post (303)."""
    return Response(status=303, headers={"Location": address})


def guard(app: Flask) -> None:
    """Refuse other hosts' names and other sites' posts; give every answer its headers."""

    @app.before_request
    def only_from_here() -> tuple[str, int] | None:
        try:
            host = urlsplit(f"//{request.host}").hostname
        except ValueError:
            host = None
        if host not in _LOOPBACK:
            return "The local stand-in answers on this machine only.", 403
        if request.method != "GET" and request.headers.get("Sec-Fetch-Site", "none") not in _OWN_PAGES:
            return "This was sent by a page of another site.", 403
        return None

    @app.after_request
    def with_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

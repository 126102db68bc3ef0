"""Addresses that have changed keep working: content/redirects.yaml says what took their place."""

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from shop.web.pages import PUBLIC
from shop.web.tools import tools


def install(app: Flask) -> None:
    """Send visitors of an old address on, for good (301)."""

    @app.before_request
    def send_on() -> AnyResponse | None:
        new = tools().content.redirects.get(request.path) if request.method in ("GET", "HEAD") else None
        if new is None:
            return None
        response: Response = redirect(new, 301)  # type: ignore[assignment]
        response.headers["Cache-Control"] = PUBLIC
        return response

"""Addresses that have changed keep working, and those of what is gone say so: content/redirects.yaml knows both."""

from urllib.parse import urlsplit

from flask import Flask, Response, redirect
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from shop.content.pages import GONE
from shop.web.error_pages import page
from shop.web.pages import PUBLIC
from shop.web.tools import this_request, tools


def lead_on(location: str, code: int = 302) -> AnyResponse:
    """Return an answer that leads on to ``location``, without the page that the library writes beside it."""
    return Response(status=code, headers={"Location": location})


def install(app: Flask) -> None:
    """Send visitors of an old address on, for good (301), and of one that is written oddly (``//cart``, 308).

    What was taken away for good is answered 410, with ways on: search engines forget it sooner than a 404.
    """
    app.redirect = lead_on  # type: ignore[method-assign]

    @app.before_request
    def send_on() -> AnyResponse | None:
        asked = this_request()
        way = asked.routing_exception
        if isinstance(way, RequestRedirect):
            return _straightened(way)
        new = tools().content.redirects.get(asked.path) if asked.method in ("GET", "HEAD") else None
        if new is None:
            return None
        if new == GONE:
            return page(410)
        response: Response = redirect(new, 301)  # type: ignore[assignment]
        response.headers["Cache-Control"] = PUBLIC
        return response


def _straightened(way: RequestRedirect) -> AnyResponse:
    # Its address is made with the Host header, which may name any other site: only the path is kept.
    asked = urlsplit(way.new_url)
    path = "/" + asked.path.lstrip("/")
    return redirect(f"{path}?{asked.query}" if asked.query else path, 308)

"""One log line per request, with an id that the response carries too."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, g

from shop.web.tools import this_request

log = structlog.get_logger("web")

ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def install(app: Flask) -> None:
    """Log every request that reaches a view. Pages answered by the page cache are not logged one by one."""
    app.before_request(begin)
    app.after_request(finish)


def begin() -> None:
    """Take the id a proxy gave, or make one."""
    given = this_request().headers.get("X-Request-Id", "")
    request_id = given if ID.fullmatch(given) else secrets.token_hex(16)
    g.began = (request_id, time.perf_counter())
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def finish(response: Response) -> Response:
    """Write the line. The route stands for the path: order links hold a token, searches hold words."""
    request_id, began = g.get("began", ("", 0.0))
    if request_id:
        response.headers["X-Request-Id"] = request_id
        asked = this_request()
        method, rule = asked.method, asked.url_rule
        log.info(
            "request",
            method=method if method.isalpha() else "?",
            route=rule.rule if rule else "none",
            status=response.status_code,
            milliseconds=round((time.perf_counter() - began) * 1000, 1),
        )
    return response

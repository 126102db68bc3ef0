"""One log line per request, with an id that the response carries too."""

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("web")

ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def install(app: Flask) -> None:
    """Log every request that reaches a view. Pages answered by the page cache are not logged one by one."""
    app.before_request(begin)
    app.after_request(finish)


def begin() -> None:
    """Take the id a proxy gave, or make one."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if ID.fullmatch(given) else uuid.uuid4().hex
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def finish(response: Response) -> Response:
    """Write the line. The route stands for the path: order links hold a token, searches hold words."""
    began = g.get("began")
    if began is not None:
        response.headers["X-Request-Id"] = g.request_id
        log.info(
            "request",
            method=request.method if request.method.isalpha() else "?",
            route=request.url_rule.rule if request.url_rule else "none",
            status=response.status_code,
            milliseconds=round((time.perf_counter() - began) * 1000, 1),
        )
    return response

"""What a visitor sees when something is refused, not found, or broken."""

import structlog
from flask import Flask, Response, make_response, render_template
from jinja2 import TemplateError
from sqlalchemy.exc import DataError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from shop.db import DATABASE_AWAY
from shop.errors import Reason, Refused
from shop.web.tools import tools

log = structlog.get_logger("web")

STATUS_OF = {
    Reason.ORDER_UNKNOWN: 404,
    Reason.ITEM_UNKNOWN: 404,
    Reason.CAMPAIGN_UNKNOWN: 404,
    Reason.LINK_UNKNOWN: 404,
    Reason.READER_UNKNOWN: 404,
    Reason.TOO_MANY_TRIES: 429,
    Reason.CROSS_SITE: 403,
    Reason.PAYMENT_UNAVAILABLE: 503,
}
RETRY_AFTER_SECONDS = 5
BARE = (
    "<!doctype html><html lang=en><title>{0}</title><h1>{0}</h1><p><a href=/>Back to the shop</a></p></html>"
)


def install(app: Flask) -> None:
    """Give every refusal and every failure a page."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(HTTPException, not_served)
    app.register_error_handler(DataError, unfit)
    for busy in (*DATABASE_AWAY, NoConnectionFree):
        app.register_error_handler(busy, unavailable)
    app.register_error_handler(Exception, broken)


def page(status: int, said: str = "") -> Response:
    """Return the error page of ``status``; ``said`` is its sentence when there is one of its own."""
    try:
        response = make_response(render_template("errors/error.html", status=status, sentence=said), status)
    except TemplateError:
        log.exception("error page failed")
        response = make_response(BARE.format(f"Something went wrong ({status})"), status)
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS if status == 503 else 60)
    return response


def refused(error: Refused) -> Response:
    """A refusal that no view caught: its sentence on a page."""
    return page(STATUS_OF.get(error.reason, 400), tools().content.refusal(error))


def not_served(error: HTTPException) -> Response:
    """404, 405, 413 and their like keep their headers (Allow); redirects pass unchanged."""
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    response = page(status)
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def unfit(error: Exception) -> Response:
    """A value that the database cannot hold, such as a number beyond its range: nothing we have has it."""
    log.warning("unfit value", error=type(error).__name__)
    return page(404)


def unavailable(error: Exception) -> Response:
    """The database is locked, restarting or full: say when to come back."""
    log.error("database unavailable", error=str(getattr(error, "orig", None) or type(error).__name__))
    return page(503)


def broken(error: Exception) -> Response:
    """A mistake of ours: the traceback goes to the log, the visitor gets a page."""
    log.error("failed", exc_info=error)
    return page(500)

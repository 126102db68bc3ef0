"""Requests that are turned away at the door: posts from other sites, text no database can hold."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Request
from werkzeug.exceptions import BadRequest

from shop.errors import Reason, Refused
from shop.web.tools import this_request

SAFE_METHODS = frozenset(["GET", "HEAD", "OPTIONS", "TRACE"])
# The payment service and the mail service post from elsewhere by their nature, and sign what they send. A mail program
# posts to the link to leave without a page before it (RFC 8058); the link itself says whose it is.
FROM_ELSEWHERE = frozenset(["checkout.webhook", "subscribers.leave", "subscribers.heard"])

MAX_BODY_BYTES = 1024 * 1024
# Forms of the shop are a few short fields; a webhook is read as bytes and may use the whole body limit.
MAX_FORM_BYTES = 64 * 1024
MAX_FORM_PARTS = 100
# Where the shop's people bring in a file.
WITH_FILES = frozenset(["admin.import_codes"])


def install(app: Flask, base_url: str) -> None:
    """Check every request before its view runs."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
    )

    @app.before_request
    def check() -> None:
        asked = this_request()
        if asked.endpoint not in FROM_ELSEWHERE:
            # The library has no limit of its own for plain forms.
            large = asked.endpoint in WITH_FILES
            asked.max_content_length = MAX_BODY_BYTES if large else MAX_FORM_BYTES
            if asked.method not in SAFE_METHODS:
                refuse_other_sites(asked, base_url)
                refuse_null_bytes(asked.form.values())
        refuse_null_bytes([asked.path])
        if asked.query_string:
            refuse_null_bytes(asked.args.values())


def refuse_other_sites(asked: Request, base_url: str) -> None:
    """Raise Refused(CROSS_SITE) for a post that another site made a browser send.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin; a program that says
    neither holds no visitor's cookies. (Same rule as Go's http.CrossOriginProtection.)
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Refused(Reason.CROSS_SITE)
        return
    origin = asked.headers.get("Origin")
    if origin is not None and host_of(origin) not in (asked.host, host_of(base_url)):
        raise Refused(Reason.CROSS_SITE)


def host_of(origin: str) -> str:
    """Return host and port of an origin, or nothing that matches when it is none."""
    try:
        return urlsplit(origin).netloc or "none"
    except ValueError:
        return "none"


def refuse_null_bytes(texts: Iterable[str]) -> None:
    """Raise BadRequest for a text with a null byte: PostgreSQL cannot hold one, and no person types one."""
    if any("\0" in text for text in texts):
        raise BadRequest

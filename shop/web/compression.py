"""Bodies as gzip and brotli, and which of them a browser asked for."""

import zlib
from collections.abc import Callable, Iterable
from typing import Any

import brotli  # type: ignore[import-untyped]

# Shorter bodies fit one packet as they are.
MIN_BYTES = 1024
COMPRESSED = ("text/", "application/json", "application/xml", "application/atom+xml")

Headers = list[tuple[str, str]]


def gzip_bytes(body: bytes, level: int) -> bytes:
    """Return ``body`` as gzip, without a moment in its header, so that equal bodies stay equal."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def brotli_bytes(body: bytes, quality: int) -> bytes:
    """Return text ``body`` as brotli."""
    return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality))


def wanted_encoding(accept_encoding: str) -> str:
    """Return ``br``, ``gzip`` or ``""``, the best that an Accept-Encoding header allows."""
    if "br" in accept_encoding and allows(accept_encoding, "br"):
        return "br"
    if "gzip" in accept_encoding and allows(accept_encoding, "gzip"):
        return "gzip"
    return ""


def allows(accept_encoding: str, encoding: str) -> bool:
    """Whether the header lists ``encoding`` with a quality above zero."""
    for part in accept_encoding.split(","):
        name, _, quality = part.partition(";")
        if name.strip() == encoding:
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


class Compressed:
    """A WSGI application around the app that compresses pages made for one visitor, quickly, not small.

    A page that streams, is not text or is short goes out as it is. (A page that repeats what another site
    chose next to a secret could leak the secret by its length; other sites cannot make a visitor's browser
    ask for a page with its cookies, which are SameSite, so there is nothing to measure.)
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass the request on, and its answer back in the encoding the visitor asked for."""
        answered: list[Any] = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> None:
            answered[:] = [status, headers, exc_info]

        chunks = self.app(environ, start)
        status, headers, exc_info = answered
        kinds = {name.lower(): value for name, value in headers}
        if (
            not kinds.get("content-type", "").startswith(COMPRESSED)
            or int(kinds.get("content-length", "0")) < MIN_BYTES
            or "content-encoding" in kinds
            or environ["REQUEST_METHOD"] == "HEAD"
        ):
            start_response(status, headers, exc_info)
            return chunks
        body = joined(chunks)
        headers = [header for header in headers if header[0].lower() not in ("content-length", "vary")]
        vary = [part for part in (kinds.get("vary"), "Accept-Encoding") if part]
        encoding = wanted_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if encoding:
            body = gzip_bytes(body, 1) if encoding == "gzip" else brotli_bytes(body, 1)
            headers.append(("Content-Encoding", encoding))
        headers += [("Content-Length", str(len(body))), ("Vary", ", ".join(vary))]
        start_response(status, headers, exc_info)
        return [body]


def joined(chunks: Iterable[bytes]) -> bytes:
    """Return the whole body of a WSGI answer, and close it as the protocol asks."""
    try:
        return b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()

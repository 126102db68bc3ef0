"""The page cache, in front of Flask: finished public pages answered from memory.

A page is kept under its path and is right while three things have not moved: the version in the database,
the version of the words, and the day in the shop's time zone (or an earlier moment that the page itself
named). The visitor's cookies, query and headers are taken away before a page is made, so that nothing
personal can get into it; a response that sets a cookie, fails, or is not marked by ``public_page`` is
never kept.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from shop.web.compression import MIN_BYTES, brotli_bytes, gzip_bytes, joined, wanted_encoding
from shop.web.pages import MARK, VERSION
from shop.web.versions import Versions

MAX_BYTES = 32 * 1024 * 1024
# What advertisements add to an address, and what says which article led here; only the chapter's form carries it on.
TRACKING = ("utm_", "gclid", "fbclid", "from")
CARRIES_ON = frozenset(["/free-chapter"])
# What a connection carries before the first answer comes back (RFC 6928), less the heads. A longer page costs its
# visitor one more way to and fro, so it is packed once more in the background, slowly; until then it goes out as it is.
FIRST_FLIGHT = 13_800
QUICK, SMALL = 5, 10
# How long a visitor waits for the page that another visitor's request is making.
FLIGHT_SECONDS = 10.0

Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
Version = tuple[int, str]

encoding_for = lru_cache(maxsize=512)(wanted_encoding)


@dataclass(frozen=True, slots=True)
class Page:
    """A finished page: its bytes in each encoding with their headers, and what it is right for."""

    version: Version
    until: float
    tag: str
    unchanged: Headers
    answers: dict[str, tuple[Headers, bytes]]
    size: int

    def answer(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        """Answer a GET or HEAD: 304 when the visitor has this page already."""
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and (self.tag in known or known == "*"):
            start_response("304 Not Modified", self.unchanged)
            return [b""]
        headers, body = self.answers[encoding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))]
        start_response("200 OK", headers)
        return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]


@dataclass(frozen=True, slots=True)
class Response:
    """What the app answered."""

    status: str
    headers: Headers
    body: bytes

    def value(self, name: str) -> str:
        """Return the value of a header, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class Front:
    """A WSGI application around the app; ``words`` is the version of the words, ``versions`` of the rest."""

    def __init__(
        self,
        app: Application,
        *,
        is_public: Callable[[str], bool],
        versions: Versions,
        words: Callable[[], str],
        base_url: str,
        time_zone: ZoneInfo,
        clock: Callable[[], float] = time.time,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.app = app
        self.is_public = is_public
        self.versions = versions
        self.words = words
        self.host = urlsplit(base_url).netloc
        self.time_zone = time_zone
        self.clock = clock
        self.max_bytes = max_bytes
        self.pages: OrderedDict[str, Page] = OrderedDict()
        self.bytes = 0
        self.lock = threading.Lock()
        self.flights: dict[str, threading.Event] = {}
        self.packer = ThreadPoolExecutor(1, "packs pages")

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or make the page once for everybody who waits, or pass on."""
        # Whatever is made now may use what was found at this version before (db.Kept).
        number = environ[VERSION] = self.versions.current()
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self.app(environ, start_response)
        path: str = environ["PATH_INFO"]
        query = environ.get("QUERY_STRING")
        known = self.pages.get(path)
        if (query and (path in CARRIES_ON or not only_tracking(query))) or (
            known is None and not self.is_public(path)
        ):
            return self.app(environ, start_response)
        if number is None:
            return self.app(environ, start_response)
        version = (number, self.words())
        if known is not None and self._right(known, version):
            self._used(path)
            return known.answer(environ, start_response)
        return self._made(path, version, environ, start_response)

    def _right(self, page: Page, version: Version) -> bool:
        return page.version == version and self.clock() < page.until

    def _used(self, path: str) -> None:
        try:
            self.pages.move_to_end(path)
        except KeyError:  # another thread has just made room
            return

    def _made(
        self, path: str, version: Version, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let one request make the page while the others wait for it."""
        with self.lock:
            page = self.pages.get(path)
            if page is not None and self._right(page, version):
                # Another request has made it since this one looked.
                return page.answer(environ, start_response)
            flight = self.flights.get(path)
            leads = flight is None
            if flight is None:
                flight = self.flights[path] = threading.Event()
        if not leads:
            flight.wait(FLIGHT_SECONDS)
            page = self.pages.get(path)
            if page is not None and self._right(page, version):
                return page.answer(environ, start_response)
            return self._answered(self._ask(environ), environ, start_response)
        try:
            made = self._ask(environ)
            page = self._page(made, version)
            if page is not None:
                self._keep(path, page)
        finally:
            with self.lock:
                del self.flights[path]
            flight.set()
        if page is not None:
            return page.answer(environ, start_response)
        return self._answered(made, environ, start_response)

    def _ask(self, environ: dict[str, Any]) -> Response:
        """Ask the app for the page as a visitor without cookies, query or wishes would."""
        plain = {key: value for key, value in environ.items() if not key.startswith("HTTP_")}
        plain.update(
            {
                "REQUEST_METHOD": "GET",
                "QUERY_STRING": "",
                "HTTP_HOST": self.host,
                "CONTENT_LENGTH": "0",
                "wsgi.input": BytesIO(),
            }
        )
        answered: dict[str, Any] = {}

        def start(status: str, headers: Headers, _exc_info: Any = None) -> None:
            answered.update(status=status, headers=headers)

        body = joined(self.app(plain, start))
        return Response(answered["status"], answered["headers"], body)

    def _answered(
        self, made: Response, environ: dict[str, Any], start_response: StartResponse
    ) -> list[bytes]:
        """Pass on an answer that nobody keeps: not found, moved, failed."""
        start_response(made.status, [header for header in made.headers if header[0] != MARK])
        return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [made.body]

    def _page(self, made: Response, version: Version) -> Page | None:
        """Return the page to keep, or None for a response that must not be kept."""
        mark = made.value(MARK)
        if not mark or not made.status.startswith("200 ") or made.value("Set-Cookie"):
            return None
        if "cookie" in made.value("Vary").lower():
            return None
        dropped = (MARK.lower(), "content-length", "content-encoding", "etag", "vary", "x-request-id")
        tag = f'"{hashlib.blake2b(made.body, digest_size=12).hexdigest()}"'
        common = [header for header in made.headers if header[0].lower() not in dropped]
        common += [("ETag", f"W/{tag}"), ("Vary", "Accept-Encoding")]
        bodies = {"": made.body, "gzip": made.body, "br": made.body}
        if len(made.body) >= MIN_BYTES:
            bodies.update({"gzip": gzip_bytes(made.body, 6), "br": brotli_bytes(made.body, QUICK)})
        answers = {
            encoding: (common + body_headers(encoding if body is not made.body else "", body), body)
            for encoding, body in bodies.items()
        }
        return Page(
            version=version,
            until=self._until(mark),
            tag=tag,
            unchanged=[header for header in common if header[0] != "Content-Type"],
            answers=answers,
            size=sum({id(body): len(body) for body in bodies.values()}.values()) + 2048,
        )

    def _until(self, mark: str) -> float:
        """Return when the page ends: the shop's next midnight, or the moment its mark names."""
        today = datetime.fromtimestamp(self.clock(), self.time_zone)
        midnight = datetime.combine(
            today.date() + timedelta(days=1), datetime.min.time(), tzinfo=self.time_zone
        )
        until = midnight.timestamp()
        if mark.startswith("until="):
            until = min(until, datetime.fromisoformat(mark.removeprefix("until=")).timestamp())
        return until

    def _keep(self, path: str, page: Page) -> None:
        with self.lock:
            old = self.pages.pop(path, None)
            self.bytes += page.size - (old.size if old else 0)
            self.pages[path] = page
            while self.bytes > self.max_bytes and self.pages:
                _, gone = self.pages.popitem(last=False)
                self.bytes -= gone.size
        if len(page.answers["br"][1]) > FIRST_FLIGHT:
            self.packer.submit(pack_smaller, page)


def pack_smaller(page: Page) -> None:
    """Give ``page`` a smaller body for those who take brotli."""
    headers, body = page.answers["br"]
    smaller = brotli_bytes(page.answers[""][1], SMALL)
    common = headers[: -len(body_headers("br", body))]
    page.answers["br"] = (common + body_headers("br", smaller), smaller)


def body_headers(encoding: str, body: bytes) -> Headers:
    """Return the headers that describe ``body``."""
    headers = [("Content-Length", str(len(body)))]
    return [*headers, ("Content-Encoding", encoding)] if encoding else headers


def only_tracking(query: str) -> bool:
    """Whether a query holds nothing that a page could read."""
    try:
        names = [name for name, _ in parse_qsl(query, keep_blank_values=True, max_num_fields=20)]
    except ValueError:
        return False
    return all(name.startswith(TRACKING) for name in names)

"""Counting how often articles are read and led on from: totals of a day, with no cookie and nobody's address.

It stands in front of the page cache, since that answers most readers, and counts in memory; a thread adds the counts to
the database every few seconds, in one transaction. A process that is killed loses the seconds since then, and a cache
between the shop and the reader hides a visit now and then: totals, not accounts.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from shop.articles import actions
from shop.articles.rules import SLOTS
from shop.db import writing
from shop.web.front import Application, Headers, StartResponse

log = structlog.get_logger("web")

FLUSH_SECONDS = 5.0
ARTICLE = re.compile(r"/learn/([a-z0-9-]{1,100})")
ORIGIN = re.compile(r"([a-z0-9-]{1,100})\.([a-z]{1,20})")
# What calls itself a program, or fetches a page that nobody may ever look at.
PROGRAM = re.compile(
    r"bot|crawl|spider|slurp|scan|preview|monitor|lighthouse|facebookexternalhit|curl|wget|python|java/|go-http|okhttp",
    re.IGNORECASE,
)
PREFETCH = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ", "HTTP_X_PURPOSE")

Place = tuple[str, str]


@lru_cache(maxsize=512)
def is_program(user_agent: str) -> bool:
    """Whether what sends this name is no browser; one that says nothing is none."""
    return not user_agent or PROGRAM.search(user_agent) is not None


class Visits:
    """A WSGI application around the page cache. ``articles`` gives the slugs there are, ``today`` the shop's day."""

    def __init__(
        self,
        app: Application,
        engine: Engine,
        *,
        articles: Callable[[], Collection[str]],
        today: Callable[[], date],
    ) -> None:
        self.app = app
        self.engine = engine
        self.articles = articles
        self.today = today
        self.lock = threading.Lock()
        self.counts: Counter[tuple[str, str, date]] = Counter()
        self.thread: threading.Thread | None = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Pass on, and count what was answered with a page."""
        places = self._places(environ)
        if not places:
            return self.app(environ, start_response)

        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            if status.startswith(("200", "304")):
                self._count(places)
            return (
                start_response(status, headers)
                if exc_info is None
                else start_response(status, headers, exc_info)
            )

        return self.app(environ, start)

    def flush(self) -> None:
        """Add what was counted to the database; when that is away, it is kept for the next time."""
        with self.lock:
            counts, self.counts = self.counts, Counter()
        if not counts:
            return
        try:
            with writing(self.engine) as session:
                actions.count_visits(session, counts)
        except SQLAlchemyError as error:
            log.warning("visits not written", error=type(error).__name__)
            with self.lock:
                self.counts.update(counts)

    def _places(self, environ: dict[str, Any]) -> list[Place]:
        """Return what a request is a visit of: an article, the place that led here, or nothing."""
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        match = ARTICLE.fullmatch(path)
        if (not match and "from=" not in query) or environ["REQUEST_METHOD"] != "GET":
            return []
        if any(name in environ for name in PREFETCH) or is_program(environ.get("HTTP_USER_AGENT", "")):
            return []
        places = [(match[1], "")] if match else []
        origin = ORIGIN.fullmatch(_from(query)) if "from=" in query else None
        if origin and origin[2] in SLOTS:
            places.append((origin[1], origin[2]))
        known = self.articles()
        return [place for place in places if place[0] in known]

    def _count(self, places: list[Place]) -> None:
        day = self.today()
        with self.lock:
            self.counts.update((slug, slot, day) for slug, slot in places)
            if self.thread is None:
                # Started by the first visit: threads do not survive the birth of a worker process.
                self.thread = threading.Thread(target=self._keep_flushing, name="visits", daemon=True)
                self.thread.start()

    def _keep_flushing(self) -> None:
        pause = threading.Event()
        while not pause.wait(FLUSH_SECONDS):
            self.flush()


def _from(query: str) -> str:
    try:
        return parse_qs(query, max_num_fields=20).get("from", [""])[0]
    except ValueError:
        return ""


def shop_day(now: Callable[[], datetime], zone: Any) -> Callable[[], date]:
    """Return what tells the day in the shop's time zone."""
    return lambda: now().astimezone(zone).date()

"""Changed words show without a restart; in demo mode, changed templates and static files do so too."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import structlog
from flask import Flask

from shop.content import WordsRefused, look, read_content
from shop.web.static_files import StaticFiles
from shop.web.tools import Tools

log = structlog.get_logger("web")

LOOK_SECONDS = 1.0


class Freshness:
    """Looks at the files at most once a second; ``version`` moves when one that pages are made of has.

    In live mode templates and static files change only with a restart, so only the words are looked at.
    """

    def __init__(self, app: Flask, statics: StaticFiles, templates: Path, *, live: bool) -> None:
        self.app = app
        self.statics = statics
        self.templates = templates
        self.live = live
        self.lock = threading.Lock()
        self.looked = time.monotonic()
        self.forgot = False
        self.words_seen: frozenset[tuple[str, int, int]] | None = self.tools.content.seen
        self.templates_seen = newest(templates)
        self.statics_seen = newest(statics.folder)
        self.number = self._number()

    @property
    def tools(self) -> Tools:
        """The app's tools; they are others when the words have changed."""
        tools: Tools = self.app.extensions["shop"]
        return tools

    def version(self) -> str:
        """Return the version of all words, templates and static files, read anew when they have changed."""
        self.look()
        return self.number

    def look(self) -> None:
        """Read anew what has changed."""
        if time.monotonic() - self.looked > LOOK_SECONDS and self.lock.acquire(blocking=False):
            try:
                self.looked = time.monotonic()
                if self.forgot:
                    # A template that was being compiled from old words when the others were forgotten came too late.
                    self._clear()
                    self.forgot = False
                self._look_at_words()
                if not self.live:
                    self._look_at_dress()
                self.number = self._number()
            finally:
                self.lock.release()

    def _number(self) -> str:
        return f"{self.tools.content.version} {self.templates_seen} {self.statics_seen}"

    def _look_at_words(self) -> None:
        """Read changed words; when something in them cannot be used, every page stays as it was."""
        folder = self.tools.content.folder
        try:
            seen = look(folder)
            if seen == self.words_seen:
                return
            self.words_seen = seen
            content = read_content(folder)
        except OSError as error:  # a file that is being written: look again
            self.words_seen = None
            log.warning("words kept as they were", error=str(error))
        except WordsRefused as error:
            log.error("words kept as they were", error=str(error))
        else:
            said = self.tools.content.phrases
            self.app.extensions["shop"] = replace(self.tools, content=content)
            if content.phrases != said:
                self._forget_templates()

    def _look_at_dress(self) -> None:
        seen = newest(self.templates)
        if seen != self.templates_seen:
            self._forget_templates()
            self.templates_seen = seen
        seen = newest(self.statics.folder)
        if seen != self.statics_seen:
            self.statics.read()
            self._forget_templates()
            self.statics_seen = seen

    def _forget_templates(self) -> None:
        # The environment looks at no file by itself: it would look at every one for every page. And sentences and
        # addresses are written into what it has compiled (web.loader).
        self._clear()
        self.forgot = True

    def _clear(self) -> None:
        if self.app.jinja_env.cache is not None:
            self.app.jinja_env.cache.clear()


def newest(folder: Path) -> tuple[int, int]:
    """Return how many files are below ``folder`` and when the last of them was changed."""
    moments = list(_moments(str(folder)))
    return len(moments), max(moments, default=0)


def _moments(folder: str) -> Iterator[int]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _moments(entry.path)
            elif entry.is_file():
                yield entry.stat().st_mtime_ns


def words_version(app: Flask, statics: StaticFiles, templates: Path, *, live: bool) -> Callable[[], str]:
    """Return what tells the version of everything pages are made of but the database."""
    freshness = Freshness(app, statics, templates, live=live)
    app.before_request(freshness.look)
    return freshness.version

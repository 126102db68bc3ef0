"""In demo mode, changed words, templates and static files show without a restart."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog
from flask import Flask

from shop.content import WordsRefused, fresh
from shop.web.static_files import StaticFiles
from shop.web.tools import Tools

log = structlog.get_logger("web")

LOOK_SECONDS = 1.0


class Freshness:
    """Looks at the files at most once a second; ``version`` moves when one that pages are made of has."""

    def __init__(self, app: Flask, statics: StaticFiles, templates: Path) -> None:
        self.app = app
        self.statics = statics
        self.templates = templates
        self.lock = threading.Lock()
        self.looked = time.monotonic()
        self.templates_seen = newest(templates)
        self.statics_seen = newest(statics.folder)

    def version(self) -> str:
        """Return the version of all words, templates and static files, read anew when they have changed."""
        if time.monotonic() - self.looked > LOOK_SECONDS and self.lock.acquire(blocking=False):
            try:
                self.looked = time.monotonic()
                self._look()
            finally:
                self.lock.release()
        tools: Tools = self.app.extensions["shop"]
        return f"{tools.content.version} {self.templates_seen} {self.statics_seen}"

    def _look(self) -> None:
        tools: Tools = self.app.extensions["shop"]
        try:
            content = fresh(tools.content)
        except (WordsRefused, OSError) as error:
            log.warning("words kept as they were", error=str(error))
        else:
            if content is not tools.content:
                self.app.extensions["shop"] = replace(tools, content=content)
        self.templates_seen = newest(self.templates)
        seen = newest(self.statics.folder)
        if seen != self.statics_seen:
            self.statics.read()
            self.statics_seen = seen


def newest(folder: Path) -> tuple[int, int]:
    """Return how many files are below ``folder`` and when the last of them was changed."""
    moments = [path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()]
    return len(moments), max(moments, default=0)


def words_version(app: Flask, statics: StaticFiles, templates: Path, *, live: bool) -> Callable[[], str]:
    """Return what tells the version of everything pages are made of but the database.

    In live mode files change only with a restart, so nothing is looked at.
    """
    if live:
        tools: Tools = app.extensions["shop"]
        return lambda: tools.content.version
    freshness = Freshness(app, statics, templates)
    app.before_request(lambda: freshness.version() and None)
    return freshness.version

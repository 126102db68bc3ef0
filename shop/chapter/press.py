"""Prints the chapter once for each version of what it is made of, and keeps the PDF on disk.

It is printed when somebody first asks for it: a start costs nothing, and a live shop whose words were changed
has the new PDF without a restart. Processes and threads that ask at the same time wait for one printing.
"""

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from shop.chapter.book import Book
from shop.config import ROOT
from shop.typesetter import FONTS, run

LAYOUT = ROOT / "templates" / "chapter" / "book.typ"
DRESS = ROOT / "templates" / "chapter" / "plates.css"


def version(words: Iterable[str], files: Iterable[Path]) -> str:
    """Return what tells one printing from another: ``words``, ``files``, the layout and the fonts."""
    digest = hashlib.sha256("\0".join([*words, _fonts()]).encode())
    for path in [LAYOUT, DRESS, *files]:
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:24]


@cache
def _fonts() -> str:
    """Return the fonts' fingerprint; they change only with the program."""
    digest = hashlib.sha256()
    for path in sorted(FONTS.glob("*.ttf")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def printed(edition: str, make: Callable[[], Book], kept: Path) -> bytes:
    """Return the PDF of ``edition`` (see ``version``) from the folder ``kept``, printing it when it is not there.

    ``make`` is called for a new edition only; the PDFs of other editions are then removed. Raises PressFailed.
    """
    target = kept / f"chapter-{edition}.pdf"
    try:
        return target.read_bytes()
    except FileNotFoundError:
        kept.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(kept / "press.lock"):
        if not target.exists():
            _print(make(), target)
            for other in kept.glob("chapter-*.pdf"):
                if other != target:
                    other.unlink(missing_ok=True)
        return target.read_bytes()


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """Wait until nobody else, in this process or another, is in here."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _print(book: Book, target: Path) -> None:
    with TemporaryDirectory(dir=target.parent, prefix="press-") as name:
        folder = Path(name)
        lay_out(book, folder)
        run(folder, LAYOUT.stem).replace(target)


def lay_out(book: Book, folder: Path) -> None:
    """Write everything the typesetter reads into ``folder``."""
    (folder / LAYOUT.name).write_bytes(LAYOUT.read_bytes())
    (folder / "matter.json").write_text(json.dumps(book.matter), encoding="utf-8")
    for name, svg in book.drawings.items():
        (folder / name).write_text(svg, encoding="utf-8")

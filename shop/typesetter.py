"""Turns a layout in a folder into a PDF: ``python -m shop.typesetter <folder> <fonts> <layout>``.

A program of its own, because the typesetter takes some 40 megabytes that every web process would then keep.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import typst

from shop.config import ROOT

# Tagged, with a language, a title and words for every picture: the typesetter refuses what is not.
STANDARD: Final = "ua-1"
LOOSE: Final = "--loose"
# The typesetter's words for a letter that it has no picture of.
UNDRAWN: Final = "could not be displayed with font"
# Cut by art/cut_book_fonts.py; noto-emoji.ttf, which people's own words need, is that of npm's
# @expo-google-fonts/noto-emoji 0.4.7 as it is.
FONTS = ROOT / "art" / "fonts"
SECONDS = 30.0


class PressFailed(Exception):
    """The typesetter could not make the PDF; the message is its own."""


def typeset(folder: Path, fonts: Path, layout: str, *, strict: bool = True) -> list[str]:
    """Write ``folder``/``layout``.pdf from ``folder``/``layout``.typ and what lies beside it; return the warnings.

    Only ``fonts`` are used, so that every machine sets the same pages. ``strict``: the PDF keeps STANDARD.
    Raises typst.TypstError.
    """
    _, warnings = typst.compile_with_warnings(
        folder / f"{layout}.typ",
        output=folder / f"{layout}.pdf",
        root=folder,
        font_paths=[fonts],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=STANDARD if strict else None,
    )
    return [warning.message for warning in warnings]


def run(folder: Path, layout: str, *, strict: bool = True) -> Path:
    """Typeset ``folder``/``layout``.typ in a process of its own; return where the PDF is. Raises PressFailed."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "shop.typesetter",
            str(folder),
            str(FONTS),
            layout,
            *([] if strict else [LOOSE]),
        ],
        cwd=ROOT,
        timeout=SECONDS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PressFailed(done.stderr)
    return folder / f"{layout}.pdf"


def pdf_of(layout: Path, matter: Mapping[str, Any]) -> bytes:
    """Return the PDF of a layout that reads all its words from matter.json, where nothing typed can be markup.

    What somebody typed may hold letters that no font here draws. The standard refuses those; paper shows empty boxes
    in their place, and whoever reads it looks at the screen, rather than that nothing is printed at all.
    """
    with TemporaryDirectory(prefix="press-") as name:
        folder = Path(name)
        (folder / layout.name).write_bytes(layout.read_bytes())
        (folder / "matter.json").write_text(json.dumps(matter), encoding="utf-8")
        try:
            return run(folder, layout.stem).read_bytes()
        except PressFailed as failed:
            if UNDRAWN not in str(failed):
                raise
            return run(folder, layout.stem, strict=False).read_bytes()


if __name__ == "__main__":
    sys.stderr.writelines(
        f"{warning}\n"
        for warning in typeset(
            Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], strict=LOOSE not in sys.argv
        )
    )

"""Turns the book in a folder into a PDF: ``python -m shop.chapter.typeset <folder> <fonts>``.

A program of its own, because the typesetter takes some 40 megabytes that every web process would then keep.
"""

import sys
from pathlib import Path
from typing import Final

import typst

# Tagged, with a language, a title and words for every picture: the typesetter refuses what is not.
STANDARD: Final = "ua-1"


def typeset(folder: Path, fonts: Path) -> list[str]:
    """Write ``folder``/chapter.pdf from ``folder``/book.typ and what lies beside it; return the warnings.

    Only ``fonts`` are used, so that every machine sets the same pages. Raises typst.TypstError.
    """
    _, warnings = typst.compile_with_warnings(
        folder / "book.typ",
        output=folder / "chapter.pdf",
        root=folder,
        font_paths=[fonts],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=STANDARD,
    )
    return [warning.message for warning in warnings]


if __name__ == "__main__":
    sys.stderr.writelines(f"{warning}\n" for warning in typeset(Path(sys.argv[1]), Path(sys.argv[2])))

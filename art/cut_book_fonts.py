"""Cut the fonts of the printed chapter: one small TrueType file for each style, as the typesetter wants them.

Run by hand, with fontTools and brotli in an environment of your own, on the variable fonts of the packages
@fontsource-variable/newsreader and @fontsource-variable/instrument-sans (5.3.0) of npm:

    python art/cut_book_fonts.py <newsreader-latin-opsz-normal.woff2> <newsreader-latin-opsz-italic.woff2> \\
        <instrument-sans-latin-wght-normal.woff2>

The web's own cuts (art/cut_fonts.py) have no roman Newsreader and one optical size; a book needs both. Both
families are under the SIL Open Font License 1.1 without a reserved name; the texts lie in static/fonts.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path(__file__).resolve().parent / "fonts"
# Letters of Latin-1, and the quotes, dashes and signs that the shop's words hold.
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—‘’“”•…−×→≥≤€™œŒ")]
FEATURES = ["kern", "liga", "onum", "lnum", "pnum", "tnum", "mark", "mkmk", "ccmp", "locl", "calt"]
REGULAR, BOLD, ITALIC = 0, 1, 2


def cut(source: Path, name: str, family: str, style: str, weight: int, axes: dict[str, float]) -> None:
    """Write ``source`` at the point ``axes`` as ``family`` in ``style`` (Regular, Italic or Semibold)."""
    font = instantiateVariableFont(TTFont(source), axes)
    _name(font, family, style, weight)
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.name_IDs = [1, 2, 3, 4, 6, 13, 14, 16, 17]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    font.flavor = None
    font.save(TARGET / name)
    print(name, (TARGET / name).stat().st_size)


def _name(font: TTFont, family: str, style: str, weight: int) -> None:
    """Call the cut what it is, so that the typesetter finds it by family, weight and slant."""
    names = font["name"]
    for record in list(names.names):
        if record.nameID in (1, 2, 3, 4, 6, 16, 17, 21, 22, 25):
            names.removeNames(nameID=record.nameID)
    full = f"{family} {style}"
    linked = "Bold" if style == "Semibold" else style
    words = {1: family, 2: linked, 3: full, 4: full, 6: full.replace(" ", ""), 16: family, 17: style}
    for number, text in words.items():
        names.setName(text, number, 3, 1, 0x409)
    italic = style == "Italic"
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = 1 if italic else 32 if linked == "Bold" else 64
    font["head"].macStyle = ITALIC if italic else BOLD if linked == "Bold" else REGULAR
    if "STAT" in font:
        del font["STAT"]


if __name__ == "__main__":
    roman, italic, sans = map(Path, sys.argv[1:4])
    TARGET.mkdir(exist_ok=True)
    cut(roman, "newsreader-text.ttf", "Newsreader Text", "Regular", 400, {"opsz": 14, "wght": 400})
    cut(roman, "newsreader-text-semibold.ttf", "Newsreader Text", "Semibold", 600, {"opsz": 14, "wght": 600})
    cut(italic, "newsreader-text-italic.ttf", "Newsreader Text", "Italic", 400, {"opsz": 14, "wght": 400})
    cut(roman, "newsreader-display.ttf", "Newsreader Display", "Regular", 400, {"opsz": 72, "wght": 400})
    cut(
        italic,
        "newsreader-display-italic.ttf",
        "Newsreader Display",
        "Italic",
        400,
        {"opsz": 72, "wght": 400},
    )
    cut(sans, "instrument-sans.ttf", "Instrument Sans", "Regular", 400, {"wght": 400})
    cut(sans, "instrument-sans-semibold.ttf", "Instrument Sans", "Semibold", 600, {"wght": 600})

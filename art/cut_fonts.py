"""Make the shop's fonts small: what American English needs of the variable fonts, and no more.

Run by hand, with fontTools and brotli in an environment of your own, on the packages
@fontsource-variable/instrument-sans and @fontsource-variable/newsreader (5.3.0) of npm:

    python art/cut_fonts.py <instrument-sans-latin-wght-normal.woff2> <newsreader-latin-opsz-italic.woff2> \
        <newsreader-latin-opsz-normal.woff2>

They are under the SIL Open Font License 1.1 without a reserved name; the license texts lie beside the fonts.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path(__file__).resolve().parent.parent / "static" / "fonts"
# Letters of Latin-1, and the quotes, dashes, signs and minus that the shop's words hold.
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—‘’“”•…−×→≥≤€™œŒ")]
FEATURES = ["kern", "liga", "tnum", "mark", "mkmk", "ccmp", "locl", "calt"]


def cut(source: Path, name: str, axes: dict[str, object]) -> None:
    """Write ``source`` with its axes pinned or narrowed to ``axes``, and only LETTERS."""
    font = instantiateVariableFont(TTFont(source), axes)
    options = Options()
    options.layout_features = FEATURES
    options.flavor = "woff2"
    options.hinting = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(TARGET / name)
    print(name, (TARGET / name).stat().st_size)


if __name__ == "__main__":
    cut(Path(sys.argv[1]), "instrument-sans.woff2", {"wght": (400, 600)})
    cut(Path(sys.argv[2]), "newsreader-italic.woff2", {"opsz": 72, "wght": 400})
    cut(Path(sys.argv[3]), "newsreader-text.woff2", {"opsz": 18, "wght": 400})

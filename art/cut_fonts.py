"""Make the shop's fonts small: what American English needs of the variable fonts, and no more.

Run by hand, with fontTools and brotli in an environment of your own, in a folder where npm has put
@fontsource-variable/instrument-sans and @fontsource-variable/newsreader (5.3.0), and to measure what stands in for
them @fontsource/arimo, @fontsource/gelasio and @fontsource/tinos (as wide as Arial, Georgia and Times New Roman):

    python art/cut_fonts.py <that folder>/node_modules

It writes static/fonts and prints the faces that keep a page's lines where they will be while a font is still on its
way; they stand in static/css/fonts.css. All are under the SIL Open Font License 1.1 without a reserved name; the
license texts of what is shipped lie beside the fonts.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "fonts"
# What English needs, and what a name or a street may need besides: its file is asked for when such a letter is there.
ENGLISH = [*range(0x20, 0x7F), *map(ord, "\u00a0©°·½×–—‘’“”•…−→≥≤™")]
ACCENTS = [letter for letter in [*range(0xA1, 0x100), ord("œ"), ord("Œ"), ord("€")] if letter not in ENGLISH]
FEATURES = ["kern", "liga", "tnum", "mark", "mkmk", "ccmp", "locl", "calt"]
# Pairs of these are kerned, by the values of one weight: kerning of every sign in every weight was half of the file.
KERNED = [*map(ord, " .,-–—’“”?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")]
FEATURES_OF_ENGLISH = ["kern", "liga", "tnum"]

SANS, SERIF = "@fontsource-variable/instrument-sans/files/", "@fontsource-variable/newsreader/files/"
CUTS: dict[str, tuple[str, dict[str, object]]] = {
    "instrument-sans": (f"{SANS}instrument-sans-latin-wght-normal.woff2", {"wght": (400, 600)}),
    "newsreader-italic": (f"{SERIF}newsreader-latin-opsz-italic.woff2", {"opsz": 72, "wght": 400}),
    "newsreader-text": (f"{SERIF}newsreader-latin-opsz-normal.woff2", {"opsz": 18, "wght": 400}),
    "newsreader-text-italic": (f"{SERIF}newsreader-latin-opsz-italic.woff2", {"opsz": 18, "wght": 400}),
}
# Our cut, and a free font as wide as the one that most machines have.
MATCHES = {
    "Instrument Sans as Arial": ("instrument-sans", "arimo", "normal"),
    "Newsreader Display as Georgia": ("newsreader-italic", "gelasio", "italic"),
    "Newsreader Display as Times": ("newsreader-italic", "tinos", "italic"),
    "Newsreader Text as Georgia": ("newsreader-text", "gelasio", "normal"),
    "Newsreader Text as Georgia, italic": ("newsreader-text-italic", "gelasio", "italic"),
    "Newsreader Text as Times": ("newsreader-text", "tinos", "normal"),
    "Newsreader Text as Times, italic": ("newsreader-text-italic", "tinos", "italic"),
}


def cut(source: Path, name: str, axes: dict[str, object]) -> None:
    """Write ``source`` with its axes pinned or narrowed to ``axes``: one file of English, and one of accents."""
    font = subset(source, axes, ENGLISH, FEATURES_OF_ENGLISH)
    font["GPOS"] = subset(source, pinned(axes), KERNED, ["kern"])["GPOS"]
    save(font, name)
    save(subset(source, axes, ACCENTS, FEATURES), f"{name}-accents")


def pinned(axes: dict[str, object]) -> dict[str, object]:
    """Return ``axes`` with the middle of each that may vary."""
    return {axis: sum(kept) / 2 if isinstance(kept, tuple) else kept for axis, kept in axes.items()}


def subset(source: Path, axes: dict[str, object], letters: list[int], features: list[str]) -> TTFont:
    """Return ``source`` with its axes pinned or narrowed to ``axes``, and only ``letters`` and ``features``."""
    font = instantiateVariableFont(TTFont(source), axes)
    options = Options()
    options.layout_features = features
    options.hinting = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    return font


def save(font: TTFont, name: str) -> None:
    """Write ``font`` to static/fonts."""
    font.flavor = "woff2"
    path = TARGET / f"{name}.woff2"
    font.save(path)
    print(name, path.stat().st_size)


def stand_in(ours: TTFont, theirs: TTFont, text: str) -> str:
    """Return the descriptors that give ``theirs`` the width of ``text`` and the line height of ``ours``."""
    size = _width(ours, text) / _width(theirs, text)
    head, unit = ours["hhea"], ours["head"].unitsPerEm
    ascent, descent = head.ascent / unit / size, -head.descent / unit / size
    return (
        f"size-adjust: {size:.1%}; ascent-override: {ascent:.1%}; descent-override: {descent:.1%}; "
        f"line-gap-override: {head.lineGap / unit / size:.0%};"
    )


def ranges(letters: list[int]) -> str:
    """Return ``letters`` as the value of unicode-range: U+20-7E,U+A0."""
    spans: list[list[int]] = []
    for letter in sorted(letters):
        if spans and letter == spans[-1][1] + 1:
            spans[-1][1] = letter
        else:
            spans.append([letter, letter])
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in spans)


def _width(font: TTFont, text: str) -> float:
    """The mean advance of the letters of ``text``, in ems."""
    letters, widths = font.getBestCmap(), font["hmtx"]
    known = [letters[ord(letter)] for letter in text if ord(letter) in letters]
    return sum(widths[name][0] for name in known) / len(known) / font["head"].unitsPerEm


def _words() -> str:
    """The words of the articles, which is what the fonts will set."""
    pages = sorted((ROOT / "content" / "articles").glob("*/*.md"))
    return " ".join(page.read_text(encoding="utf-8").split("---", 2)[2] for page in pages)


if __name__ == "__main__":
    packages = Path(sys.argv[1])
    for name, (file, axes) in CUTS.items():
        cut(packages / file, name, axes)
    for letters in (ENGLISH, ACCENTS):
        print("unicode-range:", ranges(letters))
    words = _words()
    for face, (name, other, style) in MATCHES.items():
        stands = TTFont(packages / f"@fontsource/{other}/files/{other}-latin-400-{style}.woff2")
        print(f"{face}: {stand_in(TTFont(TARGET / f'{name}.woff2'), stands, words)}")

"""The colors of static/css/tokens.css can be read, by light and by dark (WCAG 2.2, 1.4.3, 1.4.6 and 1.4.11)."""

import re

import pytest

from shop.config import ROOT

DARK = "@media screen and (prefers-color-scheme: dark)"
AAA, AA, CONTROL = 7.0, 4.5, 3.0
GROUNDS = ("paper", "surface", "fascia")

READABLE = [
    *((text, ground, AAA) for text in ("ink", "ink-2") for ground in GROUNDS),
    *(("ink", ground, AAA) for ground in ("blush", "ok-bg", "vein-bg", "warn-bg", "bad-bg", "mute-bg")),
    *(("ink-2", ground, AA) for ground in ("blush", "warn-bg", "bad-bg", "ok-bg", "vein-bg")),
    *(("ink-3", ground, AA) for ground in GROUNDS),
    *((text, ground, AA) for text in ("iliacus", "iliacus-hover", "psoas", "bad") for ground in GROUNDS),
    *(("psoas", ground, AA) for ground in ("blush", "fascia")),
    *((state, f"{state}-bg", AA) for state in ("ok", "warn", "bad", "mute", "vein")),
    *(("ok", ground, AA) for ground in GROUNDS),
    ("on-iliacus", "iliacus", AAA),
    ("on-iliacus", "iliacus-hover", AAA),
    ("plum", "coral", AAA),
    ("coral", "plum", AAA),
    ("plum", "on-plum", AAA),
    ("on-plum", "plum", AAA),
    ("on-plum-2", "plum", AAA),
    ("on-plum", "plum-2", AAA),
    ("on-plum-2", "plum-2", AA),
    ("surface", "ink", AAA),
    ("paper", "ink", AAA),
    ("surface", "bad", AA),
    *((line, ground, CONTROL) for line in ("control", "vein", "bad") for ground in GROUNDS),
]


def colors() -> dict[str, dict[str, str]]:
    """The colors by scheme; the dark ones are what differs from the light ones."""
    sheet = (ROOT / "static/css/tokens.css").read_text()
    light, _, dark = sheet.partition(DARK)
    read = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return {"light": read[0], "dark": read[0] | read[1]}


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.x between two colors like #2c1419."""

    def luminance(color: str) -> float:
        channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_colors_can_be_read(scheme: str) -> None:
    known = colors()[scheme]
    faint = {
        f"{front} on {ground}: {contrast(known[front], known[ground]):.2f}, needs {needed}"
        for front, ground, needed in READABLE
        if contrast(known[front], known[ground]) < needed
    }
    assert not faint


def test_black_on_white_is_21_to_1() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21


def test_the_dark_scheme_changes_what_words_and_pages_are_made_of() -> None:
    light, dark = colors().values()
    same = {name for name in light if light[name] == dark[name]}
    assert same - {name for name in light if name.endswith("-on-plum")} <= {
        "plum",
        "on-plum",
        "coral",
        "sheet",
    }


def test_style_sheets_hold_no_colors_of_their_own() -> None:
    """The drawings have theirs in plate.css; everything else is made of tokens."""
    own = {
        f"{sheet.name}: {found}"
        for sheet in (ROOT / "static/css").rglob("*.css")
        if sheet.name not in ("tokens.css", "plate.css")
        for found in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*[;}])", sheet.read_text())
    }
    assert not own

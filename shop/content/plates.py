"""The drawings of static/img/plates: read once, looked through, and put into pages with ids of their own."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

from markupsafe import Markup

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    *("svg", "title", "desc", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon"),
    *("text", "tspan"),
}
ATTRIBUTES = {
    *(
        "viewBox",
        "role",
        "aria-labelledby",
        "aria-hidden",
        "id",
        "class",
        "d",
        "points",
        "transform",
        "opacity",
    ),
    *("x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry", "width", "height"),
    *("font-size", "text-anchor"),
}
PROLOG = re.compile(r"\A\s*<\?xml[^>]*\?>\s*")
IDS = re.compile(r'\b(id|aria-labelledby)="([^"]*)"')


@dataclass(frozen=True)
class Plate:
    """A drawing: its title and description for those who do not see it, and whether its muscles can be chosen."""

    name: str
    title: str
    description: str
    width: int
    height: int
    svg: str

    @cached_property
    def has_choice(self) -> bool:
        """Whether psoas and iliacus are groups of their own, so that a reader may look at one alone."""
        return "plate-psoas" in self.svg and "plate-iliacus" in self.svg

    def inline(self, key: str, dress: str = "") -> Markup:
        """Return the drawing as HTML.

        ``key`` makes its ids its own on a page that holds several; ``dress`` is one more class of plate.css.
        """

        def renamed(found: re.Match[str]) -> str:
            return f'{found[1]}="{" ".join(f"{key}-{name}" for name in found[2].split())}"'

        drawn = IDS.sub(renamed, self.svg)
        if dress:
            drawn = drawn.replace('class="plate"', f'class="plate {dress}"', 1)
        return Markup(drawn)  # noqa: S704 - read_plate has looked through it


class PlateRefused(Exception):
    """A drawing cannot be put into a page; the message says why."""


class Plates:
    """The drawings of a folder by their names, each read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, tuple[int, Plate | None]] = {}

    def get(self, name: str) -> Plate | None:
        """Return the drawing ``name``, or None when it is not there or cannot be used; see ``check``."""
        path = self.folder / f"{name}.svg"
        try:
            changed = path.stat().st_mtime_ns
            if name not in self._read or self._read[name][0] != changed:
                self._read[name] = (changed, read_plate(path))
            return self._read[name][1]
        except (OSError, UnicodeDecodeError, PlateRefused):
            return None

    def check(self, name: str) -> str:
        """Return what is wrong with the drawing ``name``, or nothing."""
        path = self.folder / f"{name}.svg"
        try:
            read_plate(path)
        except FileNotFoundError:
            return f"there is no drawing {name} in static/img/plates"
        except (UnicodeDecodeError, PlateRefused) as error:
            return f"the drawing {name} cannot be used: {error}"
        return ""


def read_plate(path: Path) -> Plate:
    """Read a drawing. Raises PlateRefused for one that could bring style, script or foreign things into a page."""
    text = PROLOG.sub("", path.read_text(encoding="utf-8"))
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - our own file, and read once
    except ElementTree.ParseError as error:
        raise PlateRefused(f"it is not SVG: {error}") from error
    if "<!" in text:
        raise PlateRefused("it holds a comment or CDATA, which HTML reads in another way")
    if root.tag != f"{SVG}svg":
        raise PlateRefused("it is not SVG")
    for element in root.iter():
        tag = str(element.tag).removeprefix(SVG)
        if tag not in ELEMENTS:
            raise PlateRefused(f"it holds <{tag}>")
        for name in element.attrib:
            if name not in ATTRIBUTES:
                raise PlateRefused(f"a <{tag}> holds {name}=")
    title, description = (root.findtext(f"{SVG}{tag}", "").strip() for tag in ("title", "desc"))
    if not title or not description:
        raise PlateRefused("it needs <title> and <desc> for those who do not see it")
    box = root.get("viewBox", "").split()
    if len(box) != 4 or not all(part.isdecimal() for part in box):
        raise PlateRefused("it needs a viewBox of whole numbers")
    return Plate(path.stem, title, description, int(box[2]), int(box[3]), text.strip())

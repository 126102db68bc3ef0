"""The ink of the plates: curves through points, muscles as fields of fibres, labels with leaders, and the SVG.

Points are (x, y) in plate units, y downward; a plate is 640 units wide unless it says otherwise. Colors come from
classes alone (static/css/parts/plate.css), so a plate put into a page follows its light, dark or printed dress.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from random import Random

from art.plates.fitting import fitted

Point = tuple[float, float]
Line = Sequence[Point]

# Shapes are written in whole halves of a unit: integers stay short, and a fibre three units wide stays smooth. Lines in
# templates/chapter/plates.css are measured in the same.
FINENESS = 2
# So far, in units, a written curve may be from the drawn one; the edge of a fibre, which has no outline, farther.
CLOSENESS, FIBRE_CLOSENESS = 0.5, 0.9
# A label has 11 pixels when a plate of 640 units stands 280 pixels wide: a 320-pixel screen less its gutters.
LABEL_SHARE = 25 / 640


def mix(one: Point, other: Point, share: float) -> Point:
    """The point ``share`` of the way from one to the other."""
    return (one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share)


def turned(points: Line, degrees: float, about: Point) -> list[Point]:
    """The points turned about a point; positive degrees turn clockwise as seen on the plate."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (
            about[0] + (x - about[0]) * cosine - (y - about[1]) * sine,
            about[1] + (x - about[0]) * sine + (y - about[1]) * cosine,
        )
        for x, y in points
    ]


def mirrored(points: Line, axis: float) -> list[Point]:
    """The points on the other side of the vertical line at ``axis``."""
    return [(2 * axis - x, y) for x, y in points]


def whole(half: Line, axis: float = 0) -> list[Point]:
    """An outline from its half, which starts and ends on the vertical line at ``axis``."""
    return [*half, *mirrored(half[1:-1], axis)[::-1]]


def shifted(points: Line, right: float, down: float) -> list[Point]:
    """The points moved right and down."""
    return [(x + right, y + down) for x, y in points]


def _handles(before: Point, start: Point, end: Point, after: Point) -> tuple[Point, Point]:
    """The two handles of the centripetal Catmull-Rom piece from start to end: no loops where points lie uneven."""
    near, own, far = (max(math.dist(*pair), 1e-6) ** 0.5 for pair in pairwise((before, start, end, after)))

    def handle(back: Point, here: Point, there: Point, shorter: float) -> Point:
        scale = 3 * shorter * (shorter + own)
        weight = 2 * shorter**2 + 3 * shorter * own + own**2
        return (
            (shorter**2 * there[0] - own**2 * back[0] + weight * here[0]) / scale,
            (shorter**2 * there[1] - own**2 * back[1] + weight * here[1]) / scale,
        )

    return (
        handle(before, start, end, near) if before != start else mix(start, end, 1 / 3),
        handle(after, end, start, far) if after != end else mix(end, start, 1 / 3),
    )


def _pieces(points: Line, *, closed: bool) -> Iterator[tuple[Point, Point, Point, Point]]:
    """The cubic pieces of the smooth curve through the points: start, two handles, end."""
    count = len(points)
    for index in range(count if closed else count - 1):
        start, end = points[index], points[(index + 1) % count]
        before = points[index - 1] if closed or index else start
        after = points[(index + 2) % count] if closed or index + 2 < count else end
        yield (start, *_handles(before, start, end, after), end)


def _units(point: Point) -> tuple[int, int]:
    """A point in the units that are written."""
    return (round(point[0] * FINENESS), round(point[1] * FINENESS))


def _written(*points: Point) -> str:
    """Points as SVG writes them."""
    return " ".join(f"{x} {y}" for x, y in map(_units, points))


def _smooth(points: Line, *, closed: bool = False, closeness: float = CLOSENESS, loose: bool = False) -> str:
    """Path data of the smooth curve from its first point on, each piece told from where it starts: that is short."""
    told = []
    pieces = [tuple(complex(*point) for point in piece) for piece in _pieces(points, closed=closed)]
    for start, *rest in fitted(pieces, closeness, loose=loose):
        x, y = _units((start.real, start.imag))
        told.append(
            " ".join(f"{ahead - x} {below - y}" for ahead, below in (_units((p.real, p.imag)) for p in rest))
        )
    return "c" + " ".join(told).replace(" -", "-")


def curve(points: Line, *, closed: bool = False) -> str:
    """Path data of the smooth curve through the points."""
    return f"M{_written(points[0])}{_smooth(points, closed=closed)}{'z' if closed else ''}"


def straight(points: Line, *, closed: bool = False) -> str:
    """Path data of the straight lines through the points."""
    return "M" + "L".join(_written(point) for point in points) + ("Z" if closed else "")


def oval(center: Point, width: float, height: float = 0, degrees: float = 0) -> str:
    """Path data of an ellipse with these half axes, turned by degrees."""
    x, y = center
    height = height or width
    around = [
        (x + width * math.cos(a * math.pi / 4), y + height * math.sin(a * math.pi / 4)) for a in range(8)
    ]
    return curve(turned(around, degrees, center), closed=True)


def sampled(points: Line, count: int, *, closed: bool = False) -> list[Point]:
    """``count`` points on the smooth curve through the points, evenly spaced along it."""
    dense: list[Point] = []
    for start, one, two, end in _pieces(points, closed=closed):
        dense += [_on_piece(start, one, two, end, step / 16) for step in range(16)]
    dense.append(points[0] if closed else points[-1])
    lengths = [0.0]
    for one, two in pairwise(dense):
        lengths.append(lengths[-1] + math.dist(one, two))
    found, index = [], 0
    for step in range(count):
        wanted = lengths[-1] * step / max(count - 1, 1)
        while index < len(lengths) - 2 and lengths[index + 1] < wanted:
            index += 1
        span = lengths[index + 1] - lengths[index] or 1
        found.append(mix(dense[index], dense[index + 1], (wanted - lengths[index]) / span))
    return found


def _on_piece(start: Point, one: Point, two: Point, end: Point, share: float) -> Point:
    """The point of a cubic piece at ``share`` of its parameter."""
    first, middle, last = mix(start, one, share), mix(one, two, share), mix(two, end, share)
    return mix(mix(first, middle, share), mix(middle, last, share), share)


def strands(sections: Sequence[Line], count: int, *, wobble: float = 0, seed: str = "") -> list[list[Point]]:
    """``count`` lines threaded through cross sections of a muscle, each section a curve from one edge to the other.

    The first section is the origin, the last the insertion. ``wobble`` (units) keeps fibres from looking ruled.
    """
    chance = Random(seed)
    rows = [sampled(section, count) if len(section) > 1 else [section[0]] * count for section in sections]
    threads = []
    for index in range(count):
        slide = [chance.uniform(-wobble, wobble) for _ in rows]
        threads.append(
            [(row[index][0] + s, row[index][1] + s / 2) for row, s in zip(rows, slide, strict=True)]
        )
    return threads


def tapered(
    points: Line,
    widths: float | Sequence[float],
    *,
    ends: tuple[float, float] = (0.3, 0.3),
    closeness: float = CLOSENESS,
) -> str:
    """Path data of a filled stroke along the points: full in its middle, thin at both ends.

    ``widths``: one width (units), or one for each of as many even steps along the points. ``ends``: how much of the
    width is left at the first and the last point.
    """
    widths = [widths] * 7 if isinstance(widths, int | float) else widths
    spine = sampled(points, len(widths))
    left, right = [], []
    for index, (x, y) in enumerate(spine):
        across = _normal(spine, index)
        share = index / (len(spine) - 1)
        rest = ends[0] + (ends[1] - ends[0]) * share
        half = widths[index] / 2 * (rest + (1 - rest) * math.sin(math.pi * share) ** 0.6)
        left.append((x + across[0] * half, y + across[1] * half))
        right.append((x - across[0] * half, y - across[1] * half))
    there, back = (_smooth(edge, closeness=closeness, loose=True) for edge in (left, right[::-1]))
    return f"M{_written(left[0])}{there}L{_written(right[-1])}{back}z"


def _normal(points: Line, index: int) -> Point:
    """The direction across the line at one of its points, one unit long."""
    (x1, y1), (x2, y2) = points[max(index - 1, 0)], points[min(index + 1, len(points) - 1)]
    length = math.hypot(x2 - x1, y2 - y1) or 1
    return ((y1 - y2) / length, (x2 - x1) / length)


def _room(spines: Sequence[Line], index: int, limit: float, thinnest: float) -> list[float]:
    """How wide a fibre may be at each step so that its neighbors stay apart from it, at most ``limit``."""
    widths = []
    for step, (x, y) in enumerate(spines[index]):
        across = _normal(spines[index], step)
        beside = [spines[other][step] for other in (index - 1, index + 1) if 0 <= other < len(spines)]
        gaps = [abs((bx - x) * across[0] + (by - y) * across[1]) for bx, by in beside]
        widths.append(min(limit, max(thinnest, 0.84 * sum(gaps) / len(gaps)) if gaps else limit))
    return widths


@dataclass
class Plate:
    """One drawing: shapes in the order they are laid down, labels on top.

    ``name`` is the file's name; ``title`` and ``description`` are what a screen reader says; ``height`` and
    ``width`` are units; ``label_size`` is a label's height in units.
    """

    name: str
    title: str
    description: str
    height: int
    width: int = 640
    label_size: float = 0
    _shapes: list[str] = field(default_factory=list)
    _labels: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.label_size = self.label_size or self.width * LABEL_SHARE

    def shape(self, kind: str, *paths: str) -> None:
        """Lay down path data as one shape of the class ``plate-<kind>``; "bone bone-line" gives both classes."""
        classes = " ".join(f"plate-{one}" for one in kind.split())
        self._shapes.append(f'<path class="{classes}" d="{"".join(paths)}"/>')

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """What is laid down inside belongs to one group of the class ``plate-<kind>``."""
        classes = " ".join(f"plate-{one}" for one in kind.split())
        self._shapes.append(f'<g class="{classes}">')
        yield
        self._shapes.append("</g>")

    @contextmanager
    def mirrored(self, axis: float) -> Iterator[None]:
        """What is laid down inside is laid down once more, on the other side of the vertical line at ``axis``.

        Both sides have the same letters, so that a packed page carries them once.
        """
        before = len(self._shapes)
        yield
        half = self._shapes[before:]
        self._shapes += [f'<g transform="matrix(-1 0 0 1 {round(2 * axis * FINENESS)} 0)">', *half, "</g>"]

    @contextmanager
    def placed(self, origin: Point, scale: float) -> Iterator[None]:
        """What is laid down inside is drawn around (0, 0): it is put at ``origin``, so many times its size."""
        x, y = _units(origin)
        self._shapes.append(f'<g transform="translate({x} {y}) scale({scale:g})">')
        yield
        self._shapes.append("</g>")

    def outlined(self, kind: str, *paths: str) -> None:
        """Lay down overlapping shapes as one body: a line only around the whole (classes <kind>-line, <kind>)."""
        self.shape(f"{kind}-line", *paths)
        for path in paths:  # apart: where two shapes run against each other's way, one path would have a hole
            self.shape(kind, path)

    def muscle(
        self,
        sections: Sequence[Line],
        count: int,
        width: float,
        *,
        ends: tuple[float, float] = (0.45, 0.5),
        wobble: float = 0.7,
        steps: int = 7,
        thinnest: float = 1.1,
    ) -> None:
        """Lay down ``count`` fibres through the sections (origin first), in four cycling tints.

        A fibre is at most ``width`` wide, and as much narrower as it must be beside its neighbors, down to
        ``thinnest``. ``ends`` as in ``tapered``; ``steps`` along a fibre: more for a muscle that bends much.
        """
        threads = strands(sections, count, wobble=wobble, seed=f"{self.name}{len(self._shapes)}")
        spines = [sampled(thread, steps) for thread in threads]
        paths = [
            tapered(
                threads[index], _room(spines, index, width, thinnest), ends=ends, closeness=FIBRE_CLOSENESS
            )
            for index in range(count)
        ]
        for tint in range(min(4, count)):
            self.shape(f"muscle-{tint + 1}", *paths[tint::4])

    def ghost(self, sections: Sequence[Line], count: int) -> None:
        """Lay down the hairlines of a muscle that is there but not the subject."""
        self.shape("ghost", *(curve(thread) for thread in strands(sections, count)))

    def arrow(self, points: Line, *, kind: str = "accent", head: float = 9) -> None:
        """Lay down an arrow along the smooth curve through the points."""
        (x1, y1), (x2, y2) = sampled(points, 24)[-2:]
        length = math.hypot(x2 - x1, y2 - y1) or 1
        ahead = ((x2 - x1) / length, (y2 - y1) / length)
        tip = (x2 + ahead[0] * head, y2 + ahead[1] * head)
        wings = [
            (
                x2 - ahead[0] * head * 0.4 - side * ahead[1] * head * 0.75,
                y2 - ahead[1] * head * 0.4 + side * ahead[0] * head * 0.75,
            )
            for side in (1, -1)
        ]
        self.shape(f"{kind}-line", curve(points))
        self.shape(kind, straight([tip, wings[0], (x2, y2), wings[1]], closed=True))

    def label(
        self,
        text: str,
        at: Point,
        to: Point | list[Point] | None = None,
        *,
        latin: bool = False,
        anchor: str = "start",
        kind: str = "",
        start: Point | None = None,
    ) -> None:
        """Write ``text`` (lines parted by \\n) with its first baseline at ``at``, and a leader to the point(s) ``to``.

        ``anchor`` is start, middle or end. ``start`` is where the leader leaves the words, if not at their side.
        """
        for target in to if isinstance(to, list) else [to] if to else []:
            self._leader(start or self._side(text, at, anchor, target), target)
        classes = " ".join(["plate-label", *(["plate-label--latin"] if latin else []), *kind.split()])
        lines = "".join(
            escape(line) if index == 0 else f'<tspan x="{round(at[0])}" dy="1.12em">{escape(line)}</tspan>'
            for index, line in enumerate(text.split("\n"))
        )
        ending = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._labels.append(
            f'<text class="{classes}" x="{round(at[0])}" y="{round(at[1])}"{ending}>{lines}</text>'
        )

    def _side(self, text: str, at: Point, anchor: str, target: Point) -> Point:
        """Where a leader leaves a label: beside its first line, or above or below words in the middle."""
        size = self.label_size
        if anchor == "middle":
            below = target[1] > at[1]
            return (at[0], at[1] + size * (0.4 + 1.12 * text.count("\n")) if below else at[1] - size * 0.95)
        return (at[0] + (-7 if anchor == "start" else 7), at[1] - size * 0.3)

    def _leader(self, start: Point, target: Point) -> None:
        """A hairline from the words to a dot on what they name."""
        points = "L".join(f"{round(x)} {round(y)}" for x, y in (start, target))
        self._labels.append(
            f'<path class="plate-leader" d="M{points}"/>'
            f'<circle class="plate-dot" cx="{round(target[0])}" cy="{round(target[1])}" r="3"/>'
        )

    def mark(self, number: int, at: Point) -> None:
        """Write a number in a disc, for a list beside the drawing."""
        x, y = round(at[0]), round(at[1])
        self._labels.append(
            f'<circle class="plate-mark" cx="{x}" cy="{y}" r="{round(self.label_size * 0.62)}"/>'
            f'<text class="plate-label plate-label--mark" x="{x}" y="{y}" dy=".36em" text-anchor="middle">{number}</text>'
        )

    def svg(self) -> str:
        """The plate as one SVG element, to be put into a page as it is."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="plate" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-labelledby="{self.name}-title {self.name}-desc">\n'
            f'<title id="{self.name}-title">{escape(self.title)}</title>\n'
            f'<desc id="{self.name}-desc">{escape(self.description)}</desc>\n'
        )
        shapes = "\n".join(self._shapes)
        labels = "\n".join(self._labels)
        return (
            f'{head}<g transform="scale({1 / FINENESS:g})">\n{shapes}\n</g>\n'
            f'<g class="plate-labels" font-size="{self.label_size:g}">\n{labels}\n</g>\n</svg>\n'
        )

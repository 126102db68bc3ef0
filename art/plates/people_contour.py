"""One smooth contour around many simple shapes: drops between two circles, and polygons without dents.

The shapes are laid on a grid as distances from their edge; the contour is where the least distance is nothing. It is
then eased, so that where limbs meet there is a fold and no corner.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from art.plates.ink import Line, Point, mix

STEP = 2.5
# By so many units hulls overlap, so that no gap shows between two that share an edge.
SEAM = 0.25
FAR = 1e9
# How many steps the grid reaches beyond the plate.
RIM = 8


@dataclass(frozen=True)
class Cut:
    """A straight end: what lies beyond ``point`` in the direction ``away`` is left out."""

    point: Point
    away: Point

    def beyond(self, x: float, y: float) -> float:
        """How far a point lies beyond the cut."""
        return (x - self.point[0]) * self.away[0] + (y - self.point[1]) * self.away[1]


@dataclass(frozen=True)
class Drop:
    """The hull of two circles."""

    one: Point
    one_radius: float
    two: Point
    two_radius: float

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        (ax, ay), (bx, by), a, b = self.one, self.two, self.one_radius, self.two_radius
        return (min(ax - a, bx - b), min(ay - a, by - b), max(ax + a, bx + b), max(ay + a, by + b))

    def away(self, x: float, y: float) -> float:
        """The distance of a point from the edge, less than nothing inside."""
        px, py = x - self.one[0], y - self.one[1]
        bx, by = self.two[0] - self.one[0], self.two[1] - self.one[1]
        length, narrowing = bx * bx + by * by, self.one_radius - self.two_radius
        slope = length - narrowing * narrowing
        if slope <= 0:  # one circle holds the other
            larger = (px, py) if narrowing > 0 else (px - bx, py - by)
            return math.hypot(*larger) - max(self.one_radius, self.two_radius)
        along = px * bx + py * by
        across = (px * by - py * bx) ** 2 * length
        past = along - length
        bound = math.copysign(narrowing * narrowing * across, narrowing)
        if math.copysign(slope * past * past * length, past) > bound:
            return math.sqrt(across + past * past * length) / length - self.two_radius
        if math.copysign(slope * along * along * length, along) < bound:
            return math.sqrt(across + along * along * length) / length - self.one_radius
        return (math.sqrt(across * slope / length) + along * narrowing) / length - self.one_radius


@dataclass(frozen=True)
class Hull:
    """The polygon around the given points, without dents."""

    corners: tuple[Point, ...]

    @classmethod
    def around(cls, points: Line) -> "Hull":
        """The hull of any points."""
        ordered = sorted({(round(x, 3), round(y, 3)) for x, y in points})

        def half(run: Sequence[Point]) -> list[Point]:
            kept: list[Point] = []
            for point in run:
                while len(kept) > 1 and _turns(kept[-2], kept[-1], point) <= 0:
                    kept.pop()
                kept.append(point)
            return kept[:-1]

        return cls((*half(ordered), *half(ordered[::-1])))

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        xs, ys = zip(*self.corners, strict=True)
        return (min(xs), min(ys), max(xs), max(ys))

    @cached_property
    def _edges(self) -> list[tuple[float, float, float]]:
        """Of every edge: the direction out of the hull, and how far the edge lies that way."""
        found = []
        for (ax, ay), (bx, by) in pairwise((*self.corners, self.corners[0])):
            length = math.hypot(bx - ax, by - ay)
            if length > 1e-9:
                out = ((by - ay) / length, (ax - bx) / length)
                found.append((*out, ax * out[0] + ay * out[1] + SEAM))
        return found

    def away(self, x: float, y: float) -> float:
        """The distance of a point from the edge, less than nothing inside (near enough outside the corners)."""
        return max([across * x + down * y - reach for across, down, reach in self._edges], default=FAR)


def _turns(one: Point, two: Point, three: Point) -> float:
    """More than nothing if the way over the three points bends to one side, less if to the other."""
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])


@dataclass(frozen=True)
class Piece:
    """A shape and the straight ends it may have."""

    shape: Drop | Hull
    cuts: tuple[Cut, ...] = ()

    def away(self, x: float, y: float) -> float:
        """The distance of a point from the edge."""
        distance = self.shape.away(x, y)
        for cut in self.cuts:
            distance = max(distance, cut.beyond(x, y))
        return distance


Grid = list[list[float]]


def distances(pieces: Sequence[Piece], size: tuple[float, float]) -> Grid:
    """The distance from the edge of all pieces together, on a grid over a plate of this size and its surroundings."""
    far, rim = 2 * STEP, RIM * STEP
    columns, rows = int((size[0] + 2 * rim) / STEP) + 1, int((size[1] + 2 * rim) / STEP) + 1
    grid = [[far] * columns for _ in range(rows)]
    for piece in pieces:
        left, top, right, bottom = piece.shape.box()
        first, last = _span(left - far + rim, right + far + rim, columns)
        for row in range(*_span(top - far + rim, bottom + far + rim, rows)):
            line, y = grid[row], row * STEP - rim
            for column in range(first, last):
                if line[column] > -far:
                    line[column] = min(line[column], piece.away(column * STEP - rim, y))
    return grid


def _span(low: float, high: float, count: int) -> tuple[int, int]:
    """The lines of the grid from low to high, without the outermost, which stay empty."""
    return max(1, math.floor(low / STEP)), min(count - 1, math.ceil(high / STEP) + 1)


def together(grids: Sequence[Grid]) -> Grid:
    """The distance from the edge of everything."""
    if len(grids) == 1:
        return grids[0]
    return [list(map(min, *lines)) for lines in zip(*grids, strict=True)]


def contours(grid: Grid, *, ease: float = 3) -> list[list[Point]]:
    """The closed lines around what the grid holds; corners are rounded over ``ease`` units.

    What leaves the plate is cut off beyond its edge. Holes run the other way round.
    """
    rim = RIM * STEP
    found = [[(x * STEP - rim, y * STEP - rim) for x, y in loop] for loop in _loops(grid)]
    return [_eased(loop, ease) for loop in found if len(loop) > 10]


def deep_inside(loops: Sequence[Line], point: Point, depth: float) -> bool:
    """Whether a point lies inside closed lines, and at least ``depth`` units from them."""
    inside, (x, y) = False, point
    for loop in loops:
        for (ax, ay), (bx, by) in zip(loop, [*loop[1:], loop[0]], strict=True):
            if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                inside = not inside
    return inside and all(
        math.dist(point, nearest(one, two, point)) >= depth
        for loop in loops
        for one, two in zip(loop, [*loop[1:], loop[0]], strict=True)
    )


def nearest(one: Point, two: Point, point: Point) -> Point:
    """The point of the straight line from one to two that lies nearest to a point."""
    bx, by = two[0] - one[0], two[1] - one[1]
    length = bx * bx + by * by or 1
    return mix(one, two, min(max(((point[0] - one[0]) * bx + (point[1] - one[1]) * by) / length, 0), 1))


def _loops(grid: Sequence[Sequence[float]]) -> list[list[Point]]:
    """The closed lines of no distance, in grid steps, walked with the inside on one hand."""
    ways: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for row in range(len(grid) - 1):
        if min(grid[row]) < 0 or min(grid[row + 1]) < 0:
            above, below = ([value < 0 for value in grid[line]] for line in (row, row + 1))
            for column, corners in enumerate(zip(above, above[1:], below[1:], below, strict=False)):
                if any(corners) and not all(corners):
                    edges = ((column, row, 0), (column + 1, row, 1), (column, row + 1, 0), (column, row, 1))
                    enter = [k for k in range(4) if corners[k] and not corners[(k + 1) % 4]]
                    leave = [k for k in range(4) if not corners[k] and corners[(k + 1) % 4]]
                    if enter[0] > leave[0]:
                        leave = leave[::-1]
                    ways |= {edges[one]: edges[two] for one, two in zip(enter, leave, strict=True)}

    def spot(edge: tuple[int, int, int]) -> Point:
        column, row, upright = edge
        start, end = grid[row][column], grid[row + upright][column + 1 - upright]
        share = start / (start - end)
        return (column + (0 if upright else share), row + (share if upright else 0))

    found = []
    while ways:
        edge, after = ways.popitem()
        loop = [spot(edge)]
        while after != edge:
            loop.append(spot(after))
            after = ways.pop(after)
        found.append(loop)
    return sorted(found, key=lambda loop: (-len(loop), loop[0]))


def _eased(loop: list[Point], ease: float) -> list[Point]:
    """The loop with its corners rounded, told by as few points as carry it."""
    even = spaced([*loop, loop[0]], 1.6)[:-1]
    reach = max(1, round(ease / 1.6 * 1.5))
    weights = [math.exp(-((k / (reach / 1.5)) ** 2) / 2) for k in range(-reach, reach + 1)]
    total, count = sum(weights), len(even)
    smooth = [
        (
            sum(w * even[(i + k) % count][0] for k, w in zip(range(-reach, reach + 1), weights, strict=True))
            / total,
            sum(w * even[(i + k) % count][1] for k, w in zip(range(-reach, reach + 1), weights, strict=True))
            / total,
        )
        for i in range(count)
    ]
    far = max(range(count), key=lambda i: math.dist(smooth[i], smooth[0]))
    return [*carried(smooth[: far + 1])[:-1], *carried([*smooth[far:], smooth[0]])[:-1]]


def spaced(points: Line, gap: float) -> list[Point]:
    """Points on the straight lines through the points, ``gap`` units apart."""
    kept, left = [points[0]], gap
    for start, end in pairwise(points):
        length = math.dist(start, end)
        at = left
        while at <= length:
            kept.append(mix(start, end, at / length))
            at += gap
        left = at - length
    return [*kept, points[-1]]


def carried(points: Line, slack: float = 0.3, longest: int = 26) -> list[Point]:
    """As few of the points as leave the line within ``slack`` units of where it was."""
    if len(points) < 3:
        return list(points)
    (ax, ay), (bx, by) = points[0], points[-1]
    length = math.hypot(bx - ax, by - ay)
    if length < 1e-9:
        gaps = [math.dist(point, points[0]) for point in points]
    else:
        gaps = [abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length for x, y in points]
    farthest = max(range(len(points)), key=gaps.__getitem__)
    if gaps[farthest] <= slack:
        if len(points) <= longest:
            return [points[0], points[-1]]
        farthest = len(points) // 2
    return [
        *carried(points[: farthest + 1], slack, longest)[:-1],
        *carried(points[farthest:], slack, longest),
    ]

"""The Hip Hook: a flat base, a fin that ends in a narrow wedge, and a handle that stands clear of the floor.

Measures are centimeters: ``x`` along the handle, ``y`` up from the base; (0, 0) is where the base begins.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from art.plates.ink import Line, Plate, Point, curve, sampled, turned
from art.plates.people_contour import Drop, Hull, Piece, contours, distances
from art.plates.people_space import Vector, View, cross, plus, times, unit

_PROFILE: Line = (
    (0.6, 0.0), (3.5, 0.0), (7.0, 0.0), (10.4, 0.0), (13.0, 0.4), (16.6, 1.2), (21.0, 2.2), (25.4, 3.0),
    (27.6, 4.1), (28.2, 6.0), (26.9, 7.5),
    (24.0, 7.4), (19.4, 6.2), (15.4, 5.1), (12.2, 4.8), (9.8, 5.6), (8.2, 7.2), (7.7, 9.0), (8.4, 10.8),
    (9.6, 12.2), (9.7, 13.2), (8.6, 13.7),
    (5.4, 12.8), (2.4, 10.6), (0.4, 7.2), (-0.4, 3.6), (-0.4, 0.8),
)  # fmt: skip
_SLOT: Line = (
    (17.4, 3.4),
    (20.8, 4.2),
    (24.4, 5.0),
    (25.6, 5.7),
    (24.8, 6.2),
    (20.8, 5.4),
    (17.4, 4.6),
    (16.6, 3.8),
)
SIZE = 0.86
PROFILE: Line = [(x * SIZE, y * SIZE) for x, y in _PROFILE]
SLOT: Line = [(x * SIZE, y * SIZE) for x, y in _SLOT]
TIP: Point = (8.0, 11.6)
HEEL: Point = (9.0, 0.0)
GRIP: Point = (20.4, 4.9)
THICKNESS = 4.2
# Of the rounded edges, in units.
RIM = 1.4


@dataclass(frozen=True)
class Hook:
    """A Hip Hook in space: where the corner of its base is, which way the handle points and which way is up.

    ``pressed``: degrees by which the handle is pressed down; the tool then turns about the edge of its base.
    """

    corner: Vector
    handle: Vector
    up: Vector = (0, 1, 0)
    pressed: float = 0

    def at(self, point: Point, aside: float = 0) -> Vector:
        """A point of the profile, so far from its middle plane."""
        ((x, y),) = turned([point], -self.pressed, HEEL) if self.pressed else (point,)
        along, up = unit(self.handle), unit(self.up)
        return plus(self.corner, times(along, x), times(up, y), times(cross(along, up), aside))

    @classmethod
    def with_tip(cls, tip: Vector, handle: Vector, up: Vector = (0, 1, 0), pressed: float = 0) -> "Hook":
        """The Hook whose tip is at this place."""
        there = cls((0, 0, 0), handle, up, pressed).at(TIP)
        return cls(plus(tip, times(there, -1)), handle, up, pressed)

    def silhouette(self, plate: Plate, view: View) -> list[Point]:
        """The line around it, as the eye sees it."""
        pieces, half = [], THICKNESS / 2
        for one, two in pairwise(sampled(PROFILE, 64, closed=True)):
            corners = [view.at(self.at(point, aside)) for point in (one, two) for aside in (half, -half)]
            pieces.append(Piece(Hull.around(corners)))
            pieces += [Piece(Drop(corners[k], RIM, corners[k + 2], RIM)) for k in (0, 1)]
        outer, *_ = contours(distances(pieces, (plate.width, plate.height)), ease=2)
        return outer

    def draw(self, plate: Plate, view: View) -> None:
        """Lay the Hook on the plate: its sides, its near face, and the slot of the handle."""
        facing = max((THICKNESS / 2, -THICKNESS / 2), key=lambda aside: view.nearness(self.at((0, 0), aside)))
        plate.shape("tool-side", curve(self.silhouette(plate, view), closed=True))
        plate.shape("tool", curve([view.at(self.at(point, facing)) for point in PROFILE], closed=True))
        plate.shape("tool-side", curve([view.at(self.at(point, facing)) for point in SLOT], closed=True))

    def draw_ghost(self, plate: Plate, view: View, kind: str = "accent-line dashed") -> None:
        """Lay down the line around it alone: where it is hidden, was, or will be."""
        plate.shape(kind, curve(self.silhouette(plate, view), closed=True))

    def draw_hidden_fin(self, plate: Plate, view: View) -> None:
        """Lay down the outline of the fin alone, for when the body covers it."""
        fin = [point for point in PROFILE if point[1] > 4.2 and point[0] < 9]
        start = max(range(len(fin)), key=lambda k: math.dist(fin[k - 1], fin[k]))
        plate.shape("tool-ghost", curve([view.at(self.at(point)) for point in (*fin[start:], *fin[:start])]))

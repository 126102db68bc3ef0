"""The body around the skeleton of ``skeleton_front``, whole and from the front: plain outlines, in centimeters.

The upper skeleton and ``Bent``, a standing body whose trunk leans and curves, are here too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from art.plates.ink import Line, Plate, Point, curve, whole
from art.plates.skeleton_front import HIP_CENTER, Front

HEAD: Line = (
    (0, 85), (4.4, 84), (7.0, 80.6), (7.7, 76.0), (8.4, 75.0), (8.3, 72.0), (7.3, 70.6), (6.7, 67.2),
    (4.7, 63.6), (2.0, 61.6), (0, 61.3),
)  # fmt: skip
TRUNK: Line = (
    (0, 65.0), (5.0, 64.6), (5.4, 60.5), (6.0, 57.8), (8.6, 55.6), (13.5, 53.6), (17.6, 51.6), (18.6, 47.0),
    (16.6, 41.0), (15.6, 34.0), (14.4, 26.0), (13.8, 20.0), (14.4, 13.0), (16.2, 6.0), (17.4, 0.0),
    (14.0, -5.0), (4.0, -7.6), (0, -8.0),
)  # fmt: skip
ARM: Line = (
    (15.0, 52.8), (19.2, 51.2), (21.8, 47.6), (22.6, 41.0), (22.9, 33.0), (23.4, 26.0), (24.8, 20.0),
    (25.8, 12.0), (26.1, 4.0), (26.2, -1.0), (27.4, -6.0), (27.6, -12.0), (26.6, -18.0), (25.4, -19.0),
    (24.2, -16.0), (23.6, -12.0), (22.6, -9.0), (23.0, -5.0), (23.2, -1.0), (21.8, 8.0), (20.2, 18.0),
    (19.0, 26.0), (17.6, 36.0), (16.2, 44.0), (13.0, 47.0),
)  # fmt: skip
LEG: Line = (
    (10.0, 6.0), (16.2, 6.0), (17.4, 0.0), (17.8, -6.0), (17.4, -16.0), (16.2, -28.0), (15.0, -37.0),
    (14.6, -43.0), (14.9, -49.0), (15.0, -55.0), (14.0, -64.0), (12.5, -74.0), (12.0, -80.0), (12.6, -84.0),
    (14.2, -86.6), (14.4, -88.0), (11.6, -88.6), (8.0, -88.4), (7.0, -87.0), (7.2, -83.0), (6.9, -79.0),
    (6.4, -70.0), (5.2, -60.0), (4.9, -53.0), (5.6, -46.0), (5.4, -41.0), (4.0, -32.0), (2.0, -20.0),
    (0.7, -9.0), (0, -4.0), (3.0, 4.0),
)  # fmt: skip
# Middle and half width of the bodies above T12.
UPPER_SPINE: Sequence[tuple[float, float]] = (
    (36.1, 1.95), (39.1, 1.85), (41.9, 1.75), (44.5, 1.7), (47.0, 1.65), (49.4, 1.6), (51.7, 1.55),
    (53.9, 1.5), (56.0, 1.5), (58.0, 1.5), (59.9, 1.5), (61.7, 1.45), (63.4, 1.4), (65.0, 1.35),
)  # fmt: skip
COLLARBONE: Line = (
    (1.4, 54.2), (5.0, 54.0), (9.0, 54.8), (13.0, 54.2), (16.4, 52.6), (16.6, 51.9), (12.8, 52.9),
    (9.0, 53.5), (5.0, 52.6), (1.4, 52.4),
)  # fmt: skip


@dataclass(frozen=True)
class Bent(Front):
    """A body whose middle line bends: ``way`` gives its sideways shift (centimeters, viewer's right) at heights.

    ``stretch`` makes what is above the hip joint taller or shorter: a hip bone that tips back or forward.
    """

    way: Sequence[tuple[float, float]] = ((-90.0, 0.0), (90.0, 0.0))
    stretch: float = 1

    def at(self, point: Point, side: int = 1) -> Point:
        """A point in plate units, after the bend."""
        x, y = side * point[0], HIP_CENTER[1] + (point[1] - HIP_CENTER[1]) * self.stretch
        slope = (self._shift(y + 3) - self._shift(y - 3)) / 6
        return super().at((x + self._shift(y), y - x * slope))

    def _shift(self, height: float) -> float:
        """The middle line's shift at a height: a smooth step between the given ones."""
        for (low, before), (high, after) in zip(self.way, self.way[1:], strict=False):
            if low <= height <= high:
                share = (height - low) / (high - low)
                return before + (after - before) * share * share * (3 - 2 * share)
        return self.way[-1][1] if height > self.way[-1][0] else self.way[0][1]


def draw_body(plate: Plate, front: Front) -> None:
    """The whole body's outline."""
    shapes = [
        whole(TRUNK),
        whole(HEAD),
        *([(side * x, y) for x, y in limb] for limb in (ARM, LEG) for side in (1, -1)),
    ]
    plate.outlined("skin", *(curve(front.line(shape), closed=True) for shape in shapes))


def draw_upper_spine(plate: Plate, front: Front) -> None:
    """The vertebrae from T11 to the skull, and the collarbones."""
    for side in (1, -1):
        plate.shape("bone bone-line", curve(front.line(COLLARBONE, side), closed=True))
    bodies = [front.outline(whole(_body(*level))) for level in UPPER_SPINE]
    plate.shape("bone bone-line", *bodies)


def _body(middle: float, half: float) -> list[Point]:
    """The right half of a vertebral body's outline."""
    top, bottom = middle + half * 0.62, middle - half * 0.62
    return [(0, top), (half * 0.9, top), (half * 0.86, middle), (half, bottom), (0, bottom)]

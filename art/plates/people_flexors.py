"""The hip flexors inside the body of ``people_body``: where iliacus and psoas run, and the hip bone's edge, in space.

Measures are centimeters from the middle between the hip joints: to the side, up, forward. The left side is given.
"""

from collections.abc import Sequence

from art.plates.ink import Plate, curve
from art.plates.people_body import SIDES, Pose
from art.plates.people_space import Vector, View, between, minus, plus, spun, unit

Row = Sequence[Vector]
FRONT_SPINE: Vector = (12.6, 7.4, 6.4)
# Just inside the front of the hip bone: where to press.
HOLLOW: Vector = (9.6, 7.2, 6.4)
CREST: Row = (
    FRONT_SPINE,
    (13.9, 9.8, 4.8),
    (14.0, 11.8, 1.6),
    (12.2, 13.4, -1.8),
    (9.4, 13.8, -5.0),
    (6.2, 12.4, -7.4),
)
HIP_BONE_FRONT: Row = (
    (12.2, 6.2, 6.4),
    (11.3, 4.2, 5.2),
    (10.6, 2.4, 4.4),
    (8.4, 2.2, 5.2),
    (5.4, 0.8, 5.8),
    (2.2, -0.8, 6.2),
)
ILIACUS: Sequence[Row] = (
    (
        (12.0, 7.6, 5.6),
        (13.0, 9.6, 4.0),
        (12.8, 11.4, 1.2),
        (11.0, 12.6, -2.0),
        (8.4, 12.8, -4.6),
        (5.6, 11.4, -6.2),
    ),
    ((11.4, 6.2, 5.2), (11.2, 7.6, 3.6), (9.8, 8.4, 1.2), (8.0, 8.2, -0.8)),
    ((10.6, 3.2, 4.8), (9.6, 3.2, 4.6), (8.4, 3.0, 4.2)),
    ((10.6, -1.0, 3.6), (9.8, -1.0, 3.8), (9.2, -1.0, 3.4)),
    ((10.8, -6.8, -1.0), (10.4, -6.4, -1.6), (10.0, -6.0, -2.0)),
)
PSOAS: Sequence[Row] = (
    ((2.2, 29.0, -1.6), (2.4, 25.0, -0.4), (2.6, 20.6, 0.4), (2.8, 16.6, 0.4), (3.0, 13.0, -0.6)),
    ((4.4, 22.0, 0.6), (4.4, 18.6, 1.2), (4.2, 15.4, 1.2), (4.2, 12.6, 0.6)),
    ((7.6, 10.0, 3.6), (6.8, 9.6, 3.8), (6.0, 9.0, 3.4), (5.4, 8.2, 2.8)),
    ((9.2, 3.0, 5.2), (8.4, 2.6, 5.2), (7.4, 2.2, 5.0)),
    ((9.8, -1.2, 3.8), (9.2, -1.4, 3.8), (8.6, -1.6, 3.4)),
    ((10.6, -6.4, -1.4), (10.2, -6.2, -1.8), (9.8, -6.0, -2.2)),
)


def placed(pose: Pose, side: str, point: Vector) -> Vector:
    """A point inside the pelvis; what lies above it follows the loin, what lies below the thigh."""
    x, y, z = point
    sign = SIDES[side]
    if y > 14:
        return pose.spine(y).at(sign * x, 0, z)
    inside = pose.pelvis.at(sign * x, y, z)
    if y > 0:
        return inside
    hip = pose.hip(side)
    straight = pose.pelvis.way(0, -1, 0)
    thigh = unit(minus(pose.knee(side), hip))
    from_hip = minus(inside, hip)
    turned = plus(hip, _carried(from_hip, straight, thigh, pose.pelvis.left))
    return between(inside, turned, min(-y / 4, 1))


def _carried(vector: Vector, before: Vector, after: Vector, axis: Vector) -> Vector:
    """The vector after a turn about the axis that brings the direction ``before`` nearest to ``after``."""
    best = max(
        range(-40, 130, 2),
        key=lambda degrees: sum(a * b for a, b in zip(spun(before, axis, -degrees), after, strict=True)),
    )
    return spun(vector, axis, -best)


def draw_flexors(
    plate: Plate, pose: Pose, view: View, side: str, *, counts: tuple[int, int] = (16, 14)
) -> None:
    """The iliacus and the psoas of one side, seen through the body, within the hairline of the hip bone."""

    def rows(muscle: Sequence[Row]) -> list[list[tuple[float, float]]]:
        return [[view.at(placed(pose, side, point)) for point in row] for row in muscle]

    edge = [view.at(placed(pose, side, point)) for point in (*CREST[::-1], *HIP_BONE_FRONT)]
    plate.shape("bone-line", curve(edge))
    width = 0.95 * view.scale
    with plate.group("iliacus"):
        plate.muscle(rows(ILIACUS), counts[0], width)
    with plate.group("psoas"):
        plate.muscle(rows(PSOAS), counts[1], width)

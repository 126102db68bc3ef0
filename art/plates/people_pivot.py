"""The pivot: a slice across the hips of somebody who lies face down on the Hip Hook, seen from the feet."""

from collections.abc import Sequence
from dataclasses import replace

from art.plates.ink import Line, Plate, Point, curve, straight
from art.plates.people_body import Arm
from art.plates.people_figure import Layer, draw_person
from art.plates.people_hook import GRIP, Hook
from art.plates.people_poses import prone
from art.plates.people_space import Vector, View, plus

# Centimeters from the middle between the hip joints: to the side, and forward.
WING: Line = (
    (12.4, 6.6), (13.4, 6.4), (14.0, 4.4), (13.8, 1.8), (12.6, -1.6), (10.4, -5.2), (7.6, -8.4),
    (5.6, -9.2), (5.0, -8.0), (5.0, -6.2),
    (6.6, -5.4), (9.0, -2.6), (11.2, 0.8), (12.2, 3.8),
)  # fmt: skip
SACRUM: Line = ((0, -3.6), (3.0, -4.0), (4.9, -5.6), (4.8, -8.2), (2.8, -10.2), (0, -10.8))
ILIACUS: Sequence[Line] = (
    ((12.1, 6.0), (10.4, 5.6)), ((11.8, 3.6), (9.2, 3.2)), ((10.4, 0.6), (7.6, 1.0)), ((8.0, -2.8), (6.2, -1.4)),
    ((5.8, -5.0), (5.2, -4.2)),
)  # fmt: skip
PSOAS: Sequence[Line] = (
    ((8.8, 4.4), (8.4, 3.6)), ((7.8, 5.0), (6.8, 2.4)), ((6.4, 5.2), (5.6, 2.2)), ((5.0, 4.8), (4.6, 2.6)),
    ((4.2, 4.0), (4.1, 3.4)),
)  # fmt: skip
# The skin around the slice, and the dent that the tip makes in it.
SKIN: Line = (
    (14.8, 7.0), (16.2, 4.4), (16.9, 0.6), (16.4, -4.0), (13.8, -8.4), (8.6, -11.0), (3.0, -11.0),
    (0, -10.6), (-3.0, -11.0), (-8.6, -11.0),
    (-13.8, -8.4), (-16.4, -4.0), (-16.9, 0.6), (-16.2, 4.6), (-13.6, 8.2), (-9.0, 9.8), (-3.0, 10.0),
    (3.0, 9.6), (7.0, 8.6),
)  # fmt: skip
DENT: Line = ((8.8, 7.6), (9.8, 6.3), (11.0, 5.7), (12.0, 6.2), (12.8, 7.4), (13.6, 7.9))
HIP_HEIGHT = 17.8
PRESSED = 12


def draw() -> tuple[Plate, ...]:
    """The one."""
    plate = Plate(
        "step-pivot",
        "Pivot: press the handle down, the tip turns to the bone",
        "A slice across the hips of the person who lies face down, seen from the feet: skin, hip bones, sacrum, "
        "and on both sides psoas and iliacus. A hand presses the handle of the Hip Hook down. The tool turns "
        "about the edge of its base, and its tip swings from the psoas toward the bone and squeezes the iliacus "
        "against it. A dashed line shows the tool before.",
        height=420,
    )
    view = View((0, 13.0, 5), (310, 196), 11.2, turn=90)
    before = Hook.with_tip(_world((8.6, 6.2)), (0, 0, 1))
    before = Hook((0, 0, before.corner[2]), before.handle)
    hook = replace(before, pressed=PRESSED)
    pose = prone()
    pose = replace(pose, arms={**pose.arms, "left": _hand(hook)})
    floor = ((0, 40), (0, -40), (-2, -40), (-2, 40))
    plate.shape("mat-side", straight([view.at((0, y, z)) for y, z in floor], closed=True))
    draw_person(plate, pose, view, [Layer(("arm left",), far=True)])
    _draw_slice(plate, view)
    draw_person(plate, pose, view, [hook, Layer(("hand left",))])
    before.draw_ghost(plate, view)
    plate.arrow(view.line([(0, 21, 24), (0, 13, 24)]))
    plate.label("press gently", (20, 44))
    plate.label("a slice, seen from the feet", (626, 404), anchor="end", kind="plate-label--quiet")
    plate.label(
        "iliacus", (626, 284), view.at(_world((-11.4, 2.6))), latin=True, anchor="end", start=(580, 262)
    )
    plate.label("psoas", (626, 326), view.at(_world((-6.4, 3.6))), latin=True, anchor="end", start=(556, 314))
    return (plate,)


def _hand(hook: Hook) -> Arm:
    """The left hand on the handle, coming from the side."""
    return Arm(plus(hook.at(GRIP), (-1, 3.4, 8.6)), (0, 0.3, 1), (0.12, -0.16, -1), (0, -1, 0.1), 10)


def _world(place: Point) -> Vector:
    """Where a point of the slice is in space."""
    return (0, HIP_HEIGHT - place[1], place[0])


def _draw_slice(plate: Plate, view: View) -> None:
    """The slice: skin, bones, muscles of both sides."""

    def line(points: Line, side: int = 1) -> list[Point]:
        return [view.at(_world((side * x, z))) for x, z in points]

    plate.shape("skin skin-line", curve(line([*SKIN, *DENT]), closed=True))
    plate.shape("bone bone-line", curve(line([*SACRUM, *((-x, z) for x, z in SACRUM[-2:0:-1])]), closed=True))
    for side in (1, -1):
        plate.shape("bone bone-line", curve(line(WING, side), closed=True))
        with plate.group("iliacus"):
            plate.muscle([line(row, side) for row in ILIACUS], 7, 6)
        with plate.group("psoas"):
            plate.muscle([line(row, side) for row in PSOAS], 7, 6)

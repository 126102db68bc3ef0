"""At the desk: seat height, posture, the sorer side, and the break."""

import math

from art.plates.ink import Plate, Point, curve, oval, straight, turned
from art.plates.people_body import SIDES, Arm, Bend, Leg, Pose
from art.plates.people_contour import contours, distances
from art.plates.people_figure import arm, draw_person, layers, piece
from art.plates.people_flexors import draw_flexors
from art.plates.people_poses import DOWN, sitting
from art.plates.people_seats import chair, chair_cushion, desk, flat, floor
from art.plates.people_space import NEAR, RIGHT, Frame, Vector, View

HEIGHT = 480
HIP: Vector = (0, 53.0, 0)
SEAT = 43.0
TABLE = 72.0


def draw() -> tuple[Plate, ...]:
    """All four."""
    return _height(), _posture(), _foot(), _break()


def _sitter(right: Leg | None = None) -> Pose:
    """Upright on the chair, both feet flat unless the right leg is given, hands at the keyboard."""
    legs = {side: Leg((42.5, 8, -sign * 9), (1, 1, 0), RIGHT) for side, sign in SIDES.items()}
    arms = {
        side: Arm((36.5, 75.5, -sign * 11), (-0.6, -1, -sign * 0.4), (1, -0.04, 0), DOWN, 10)
        for side, sign in SIDES.items()
    }
    legs["right"] = right or legs["right"]
    return sitting(HIP, legs, arms, 2, (Bend(forward=4), Bend(forward=-2), Bend(forward=2)))


def _draw_at_desk(plate: Plate, view: View, pose: Pose) -> None:
    floor(plate, view)
    chair(plate, view, SEAT)
    draw_person(plate, pose, view)
    chair_cushion(plate, view, SEAT + 1)
    desk(plate, view, TABLE)


def _posture() -> Plate:
    plate = Plate(
        "desk-posture",
        "At the desk: shoulders above the hips",
        "A person sits at a desk, seen from the side. A dashed upright line runs from the shoulder through the "
        "hip: one stands above the other. The neck is neutral, the breastbone lifted, the low back only slightly "
        "curved, and both feet rest on the floor.",
        height=HEIGHT,
    )
    view = View((24, 66, 0), (332, 246), 3.24)
    pose = _sitter()
    _draw_at_desk(plate, view, pose)
    plate.shape("accent-line dashed", straight(flat(view, [(-0.6, 103), (-0.6, 44)])))
    plate.label("shoulders\nabove hips", (20, 70), view.at((-0.6, 101, 0)), start=(134, 84))
    plate.label("slight\ncurve", (20, 250), view.at((-8.4, 71, 0)), start=(92, 244))
    plate.label("breastbone up", (330, 128), view.at((10.8, 92, 0)), start=(322, 132))
    return plate


def _height() -> Plate:
    plate = Plate(
        "desk-height",
        "Seat height: hips a little higher than knees",
        "The seated person from the side, closer. Two dashed level lines mark the hip joint and the knee: the "
        "hip lies a little higher. Both feet rest flat on the floor.",
        height=HEIGHT,
    )
    view = View((20, 40, 0), (300, 250), 5.4)
    pose = _sitter()
    _draw_at_desk(plate, view, pose)
    hip, knee = view.at(pose.hip("right")), view.at(pose.knee("right"))
    for x, y in (hip, knee):
        plate.shape("accent-line dashed", straight([(x, y), (600, y)]))
        plate.shape("accent", oval((x, y), 6))
    plate.label("hip", (600, hip[1] - 10), anchor="end")
    plate.label("knee", (600, knee[1] + 30), anchor="end")
    return plate


def _foot() -> Plate:
    plate = Plate(
        "desk-foot",
        "The foot of the sorer side goes back under the chair",
        "The seated person from the side. The legs are not crossed. On the near side, where the hip flexor is "
        "drawn in, the foot is tucked back under the chair, as an arrow shows; the other foot stays flat in front.",
        height=HEIGHT,
    )
    view = View((20, 40, 0), (300, 250), 5.4)
    pose = _sitter(Leg((8, 13.6, 9), (1, 0.6, 0), (0.9, -0.44, 0)))
    _draw_at_desk(plate, view, pose)
    draw_flexors(plate, pose, view, "right")
    plate.arrow(view.line([(46, 16, 9), (36, 18, 9), (27, 15, 9)]))
    plate.label("sorer\nside", (20, 60), view.at((4, 60, 9)), start=(86, 64))
    return plate


def _break() -> Plate:
    plate = Plate(
        "desk-break",
        "Every 30 minutes: stand up and sway",
        "A person stands and sways hips and spine to one side; a dashed outline shows the same sway to the other "
        "side. A clock face beside has half its round filled: every 30 minutes.",
        height=HEIGHT,
    )
    view = View((0, 90, 0), (400, 254), 2.4)
    other = _swaying(-1)
    pieces = [piece(stretch, view) for stretch in other.stretches()]
    for loop in contours(distances(pieces, (plate.width, plate.height))):
        plate.shape("accent-line dashed", curve(loop, closed=True))
    pose = _swaying(1)
    arms = [arm(pose, view, side) for side in SIDES]
    order = [layer for layer in layers(pose, view) if not layer.parts[0].startswith("arm")]
    draw_person(plate, pose, view, [*order, *arms])
    plate.arrow([(480, 66), (400, 34), (320, 66)])
    _draw_clock(plate, (128, 180))
    plate.label("every\n30 minutes", (128, 290), anchor="middle")
    return plate


def _draw_clock(plate: Plate, middle: Point) -> None:
    """A clock face, its first half hour filled."""
    x, y = middle
    plate.shape("bone bone-line", oval(middle, 70))
    half = [(x + 62 * math.sin(a), y - 62 * math.cos(a)) for a in (math.pi * k / 12 for k in range(13))]
    plate.shape("accent", straight([*half, middle], closed=True))
    ticks = [turned([(x, y - 66), (x, y - 60)], 30 * hour, middle) for hour in range(12)]
    plate.shape("bone-line", *(straight(tick) for tick in ticks))


def _swaying(way: int) -> Pose:
    """Standing, the hips to one side and the spine bent over them."""
    legs = {side: Leg((sign * 11, 8, 0), NEAR, (sign * 0.2, 0, 1)) for side, sign in SIDES.items()}
    arms = {
        side: Arm(
            (sign * 25 + 9 * way, 85.4 - 4 * way * sign, 4), (sign * 0.6, 0, -1), (0, -1, 0.1), (-sign, 0, 0)
        )
        for side, sign in SIDES.items()
    }
    pelvis = Frame((-5 * way, 89.2, 0)).bent(left=-3 * way)
    return Pose(pelvis, legs, arms, Bend(left=14 * way), Bend(left=9 * way), Bend(left=-4 * way))

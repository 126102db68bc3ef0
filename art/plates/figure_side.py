"""The body around the skeleton of ``skeleton_side``: head, trunk, limbs and feet as plain outlines.

Each function gives path data of one closed shape in plate units; laid down together with ``Plate.outlined`` they
melt into one body with one line around it. Measures are centimeters, as in ``skeleton_side``.
"""

from art.plates.ink import Line, Point, curve, turned
from art.plates.skeleton_side import KNEE, Side, skin_of_trunk

FRONT = {
    "L3": 10.8, "L1": 11.9, "T11": 14.4, "T9": 15.6, "T7": 14.7, "T5": 12.5, "T3": 9.7, "T1": 7.4, "C6": 5.5,
    "C4": 5.0, "C2": 4.2,
}  # fmt: skip
BACK = {
    "L5": 7.9, "L4": 7.0, "L3": 6.6, "L1": 6.3, "T11": 6.2, "T9": 6.0, "T6": 5.8, "T3": 5.4, "T1": 5.0,
    "C7": 4.9, "C6": 5.0, "C4": 5.8, "C2": 6.6,
}  # fmt: skip
BELLY: Line = ((2.0, -9.0), (7.4, -5.5), (8.7, -1.5), (9.5, 3.0), (9.9, 7.5), (10.0, 11.5))
SEAT: Line = (
    (-9.7, 9.8), (-11.4, 6.2), (-12.4, 2.4), (-12.5, -1.2), (-11.4, -4.8), (-9.6, -7.6), (-8.4, -10.0),
    (-4.0, -12.0),
)  # fmt: skip
# Pressed flat by a chair.
FLAT_SEAT: Line = (
    (-9.9, 9.8), (-11.6, 6.2), (-12.6, 2.4), (-12.4, -2.0), (-10.8, -6.4), (-7.0, -9.2), (0, -10.0),
    (5.0, -8.0),
)  # fmt: skip
THIGH_FRONT = (
    (-4.0, 5.8), (0.0, 7.6), (6.0, 8.6), (14.0, 8.6), (24.0, 7.5), (33.0, 6.1), (38.0, 5.7), (41.0, 6.0),
    (44.0, 5.6), (47.0, 4.4),
)  # fmt: skip
THIGH_BACK = (
    (-4.0, 7.0), (0.0, 8.4), (6.0, 9.0), (14.0, 8.4), (24.0, 7.2), (33.0, 5.9), (39.0, 5.2), (43.0, 5.0),
    (47.0, 4.4),
)  # fmt: skip
SHIN_FRONT = (
    (-4.0, 3.6), (-1.0, 5.2), (2.0, 5.5), (6.0, 5.0), (12.0, 4.8), (20.0, 4.4), (30.0, 3.7), (37.0, 3.2),
    (41.0, 2.6),
)  # fmt: skip
SHIN_BACK = (
    (-4.0, 3.6), (0.0, 5.0), (5.0, 6.0), (11.0, 7.3), (18.0, 6.8), (26.0, 5.0), (33.0, 3.8), (38.0, 3.5),
    (42.0, 3.4),
)  # fmt: skip
FOOT: Line = (
    (-3.5, -79.0), (-3.9, -83.0), (-5.0, -87.0), (-5.4, -90.0), (-4.2, -92.0), (1.0, -91.8), (5.0, -91.2),
    (9.0, -91.4), (13.0, -92.0), (17.6, -92.0), (19.4, -91.0), (18.6, -89.4), (14.4, -88.0), (9.4, -86.0),
    (6.0, -83.6), (4.0, -80.6), (3.1, -77.0), (-2.0, -76.0),
)  # fmt: skip
HEAD: Line = (
    (-5.6, -4.4), (-6.4, -1.0), (-8.2, 3.6), (-9.2, 8.6), (-8.6, 14.0), (-5.4, 18.4), (0.2, 20.2),
    (5.4, 18.9), (8.6, 15.4), (9.5, 12.2), (9.2, 10.2), (10.2, 8.2), (11.2, 6.4), (11.0, 5.5), (9.9, 5.0),
    (10.1, 3.9), (9.7, 3.0), (9.9, 2.0), (9.4, 1.0), (9.6, -0.4), (8.8, -1.9), (7.0, -2.6), (5.2, -3.0),
    (4.4, -4.4), (4.2, -6.6), (-2.0, -7.0),
)  # fmt: skip
UPPER_ARM = (
    (-5.0, 3.0), (-3.0, 4.6), (1.0, 5.0), (7.0, 4.6), (16.0, 4.2), (24.0, 3.7), (29.0, 3.6), (32.0, 2.8),
)  # fmt: skip
FOREARM = ((-3.0, 2.8), (0.0, 3.7), (6.0, 4.1), (13.0, 3.4), (21.0, 2.5), (26.0, 2.5))
HAND: Line = (
    (-3, 2.1), (1, 2.5), (5, 3.2), (9, 3.2), (13, 2.4), (17, 1.5), (18.6, 0.6), (18, -0.4), (12, -1.2),
    (7, -2.2), (2, -2.6), (-3, -2.1),
)  # fmt: skip


def trunk(side: Side, *, seat: Line = SEAT) -> str:
    """The trunk from the neck to the crotch; it follows the spine and the pelvis."""
    front, back = skin_of_trunk(side, FRONT, BACK)
    belly, seat = side.pelvis(BELLY), side.pelvis(seat)
    return curve(side.line([*belly, *front, *back[::-1], *seat]), closed=True)


def head(side: Side, nod: float = 0) -> str:
    """The head upon the neck; ``nod`` in degrees forward."""
    top = side.spine()[-1]
    placed = [(x + top.middle[0], y + top.middle[1]) for x, y in HEAD]
    return curve(side.line(turned(placed, -nod, top.middle)), closed=True)


def thigh(side: Side, flexion: float) -> str:
    """A thigh, bent forward at the hip by degrees."""
    outline = [*((x, -y) for y, x in THIGH_FRONT), *((-x, -y) for y, x in reversed(THIGH_BACK))]
    return curve(side.line(side.thigh(outline, flexion)), closed=True)


def shin(side: Side, flexion: float, knee: float) -> str:
    """A lower leg without its foot."""
    outline = [
        *((x, KNEE[1] - y) for y, x in SHIN_FRONT),
        *((-x, KNEE[1] - y) for y, x in reversed(SHIN_BACK)),
    ]
    return curve(side.line(side.shin(outline, flexion, knee)), closed=True)


def foot(side: Side, flexion: float, knee: float, ankle: float = 0) -> str:
    """A foot; ``ankle`` in degrees, toes up."""
    return curve(side.line(side.shin(turned(FOOT, ankle, (0, -84.0)), flexion, knee)), closed=True)


def leg(side: Side, flexion: float, knee: float, ankle: float = 0) -> tuple[str, str, str]:
    """Thigh, lower leg and foot."""
    return thigh(side, flexion), shin(side, flexion, knee), foot(side, flexion, knee, ankle)


def shoulder(side: Side) -> Point:
    """The middle of the shoulder joint, in centimeters."""
    (bone,) = (bone for bone in side.spine() if bone.name == "T3")
    return bone.at(4.6, -0.5)


def arm(
    side: Side, lift: float, elbow: float, *, wrist: float = 0, at: Point | None = None
) -> tuple[str, str, str]:
    """Upper arm, forearm and hand: lifted forward and bent at the elbow by degrees."""
    start = at or shoulder(side)
    upper = [*((x, -y) for y, x in UPPER_ARM), *((-x, -y) for y, x in reversed(UPPER_ARM))]
    fore = [*((x, -29.0 - y) for y, x in FOREARM), *((-x, -29.0 - y) for y, x in reversed(FOREARM))]
    hand = [(y, -55.0 - x) for x, y in HAND]
    hand = turned(turned(hand, wrist, (0, -55.0)), elbow, (0, -29.0))
    fore = turned(fore, elbow, (0, -29.0))
    shapes = []
    for shape in (upper, fore, hand):
        placed = [(x + start[0], y + start[1]) for x, y in turned(shape, lift, (0, 0))]
        shapes.append(curve(side.line(placed), closed=True))
    return shapes[0], shapes[1], shapes[2]

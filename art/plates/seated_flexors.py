"""The hip flexors of somebody who sits."""

from art.plates import figure_side as figure
from art.plates.ink import Plate, curve, straight
from art.plates.skeleton_side import SITTING, Side

FLEXION = 86


def draw() -> tuple[Plate, ...]:
    """A seated person from the side, neck to feet."""
    plate = Plate(
        "seated-flexors",
        "The hip flexors of a person who sits",
        "A person on a chair from the side, with spine, pelvis, thigh bone and iliopsoas drawn in. The "
        "thigh is level, so the lesser trochanter lies close in front of the pelvis: psoas and iliacus "
        "are held short across the bent hip.",
        height=700,
    )
    side = Side((190, 346), 6.5, tilt=-14, lean=SITTING)
    _draw_chair(plate)
    with plate.group("far"):
        plate.outlined("skin", *figure.arm(side, 14, 42, wrist=26))
    plate.outlined("skin", figure.trunk(side, seat=figure.FLAT_SEAT), *figure.leg(side, FLEXION, FLEXION))
    side.draw_sacrum(plate)
    side.draw_spine(plate, "C6")
    side.draw_hip_bone(plate)
    side.draw_femur(plate, FLEXION)
    with plate.group("iliacus"):
        plate.muscle(side.iliacus(FLEXION), 18, 5)
    with plate.group("psoas"):
        plate.muscle(side.psoas(FLEXION), 20, 5)
    plate.label("psoas", (432, 74), side.psoas(FLEXION)[1][1], latin=True)
    plate.label("iliacus", (432, 146), side.iliacus(FLEXION)[1][1], latin=True)
    plate.label("short across\nthe bent hip", (240, 532), side.at((6.0, -0.6)), anchor="middle")
    return (plate,)


def _draw_chair(plate: Plate) -> None:
    """A plain chair and the floor."""
    plate.shape("thing", straight(((-4, 683), (644, 683), (644, 704), (-4, 704)), closed=True))
    rear, front = (
        ((128, 428), (142, 428), (118, 683), (104, 683)),
        ((352, 428), (366, 428), (378, 683), (364, 683)),
    )
    plate.shape("thing", straight(rear, closed=True), straight(front, closed=True))
    back = ((96, 420), (78, 300), (66, 150), (72, 140), (82, 146), (92, 290), (110, 416))
    plate.shape("thing", curve(back, closed=True))
    cushion = ((96, 412), (240, 408), (380, 408), (392, 420), (380, 431), (240, 431), (100, 431), (92, 421))
    plate.shape("thing", curve(cushion, closed=True))

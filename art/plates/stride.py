"""The iliopsoas of both legs in a running stride."""

from art.plates import figure_side as figure
from art.plates.ink import Plate
from art.plates.skeleton_side import STANDING, Side

# Thigh, knee and ankle of the leg in front and of the one behind.
FRONT_LEG = (58, 66, 6)
REAR_LEG = (-22, 34, -26)


def draw() -> tuple[Plate, ...]:
    """A runner from the side."""
    plate = Plate(
        "stride",
        "One stride: short in front, long behind",
        "A runner from the side with spine, pelvis, both thigh bones and both iliopsoas drawn in. In the "
        "leg that swings forward the muscle is short; in the leg that pushes off behind it is drawn out "
        "long.",
        height=770,
    )
    side = Side((326, 408), 4.75, tilt=6, lean=STANDING | {"L5": 33, "L4": 19}, turn=6)
    with plate.group("far"):
        plate.outlined("skin", *figure.arm(side, -44, 84))
        plate.outlined("skin", *figure.leg(side, *FRONT_LEG))
    plate.outlined("skin", figure.trunk(side), figure.head(side), *figure.leg(side, *REAR_LEG))
    side.draw_sacrum(plate)
    side.draw_spine(plate, "C3")
    side.draw_femur(plate, FRONT_LEG[0])
    side.draw_hip_bone(plate)
    side.draw_femur(plate, REAR_LEG[0])
    for flexion in (FRONT_LEG[0], REAR_LEG[0]):
        with plate.group("iliacus"):
            plate.muscle(side.iliacus(flexion), 16, 5)
        with plate.group("psoas"):
            plate.muscle(side.psoas(flexion), 16, 5)
    plate.outlined("skin", *figure.arm(side, 30, 92))
    front, rear = (side.psoas(leg[0])[5] for leg in (FRONT_LEG, REAR_LEG))
    plate.label("front leg:\nshort", (506, 410), front[0])
    plate.label("rear leg:\nlong", (160, 396), rear[1], anchor="end")
    return (plate,)

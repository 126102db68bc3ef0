"""The hip flexors of somebody who drives."""

from art.plates import figure_side as figure
from art.plates.ink import Line, Plate, curve, straight
from art.plates.skeleton_side import SITTING, Side

# The thighs of the leg on the pedal and of the other, their knees, and the foot's angle.
PEDAL_LEG = (79, 60, 2)
OTHER_LEG = (77, 70, 0)
BACKREST: Line = (
    (-12.8, -3.0), (-11.8, 8.0), (-10.0, 20.0), (-10.6, 34.0), (-11.6, 44.0), (-11.0, 54.0), (-13.6, 58.0),
    (-18.0, 56.0), (-20.0, 44.0), (-19.0, 24.0), (-20.5, 4.0), (-21.0, -10.0), (-16.0, -14.0),
)  # fmt: skip
HEADREST: Line = (
    (-10.4, 64.0), (-9.2, 70.0), (-9.6, 77.0), (-12.0, 79.0), (-15.0, 77.0), (-15.6, 66.0), (-13.0, 62.0),
)  # fmt: skip
# In units: these stand still when the driver leans.
CUSHION: Line = (
    (120, 468), (210, 458), (300, 442), (356, 430), (374, 438), (362, 466), (270, 496), (140, 510),
    (108, 494),
)  # fmt: skip
COLUMN: Line = ((446, 226), (640, 300), (640, 326), (440, 240))
WHEEL: Line = ((474, 176), (470, 196), (452, 240), (430, 280), (420, 292), (422, 276), (440, 232), (462, 188))
PEDAL: Line = ((592, 494), (602, 490), (624, 544), (612, 549))


def draw() -> tuple[Plate, ...]:
    """A person behind the wheel from the side."""
    plate = Plate(
        "driver-flexors",
        "The hip flexors of a person who drives",
        "A person in a car seat from the side, hands on the wheel, one foot on a pedal, with spine, "
        "pelvis, thigh bone and iliopsoas drawn in. The hip is bent, so psoas and iliacus are short; in "
        "the pedal leg they also lift the foot from one pedal to the other.",
        height=640,
    )
    side = Side((204, 410), 4.7, tilt=-12, lean=SITTING | {"T4": 18, "T1": 32, "C5": 26, "C2": 20}, turn=-17)
    for part in (side.line(HEADREST), side.line(BACKREST), CUSHION):
        plate.shape("thing", curve(part, closed=True))
    plate.shape("thing", straight(((-4, 616), (644, 616), (644, 644), (-4, 644)), closed=True))
    plate.shape("thing", straight(PEDAL, closed=True), straight(COLUMN, closed=True))
    with plate.group("far"):
        plate.outlined("skin", *figure.leg(side, *OTHER_LEG))
    plate.outlined(
        "skin",
        figure.trunk(side, seat=figure.FLAT_SEAT),
        figure.head(side, nod=16),
        *figure.leg(side, *PEDAL_LEG),
    )
    side.draw_sacrum(plate)
    side.draw_spine(plate, "C3")
    side.draw_hip_bone(plate)
    side.draw_femur(plate, PEDAL_LEG[0])
    with plate.group("iliacus"):
        plate.muscle(side.iliacus(PEDAL_LEG[0]), 16, 4)
    with plate.group("psoas"):
        plate.muscle(side.psoas(PEDAL_LEG[0]), 18, 4)
    plate.shape("thing", curve(WHEEL, closed=True))
    plate.outlined("skin", *figure.arm(side, 50, 34))
    plate.label("psoas", (262, 306), side.psoas(PEDAL_LEG[0])[1][2], latin=True)
    plate.label("iliacus", (262, 346), side.iliacus(PEDAL_LEG[0])[1][1], latin=True)
    plate.label("pedal leg", (520, 420), side.at((30, 0)))
    return (plate,)

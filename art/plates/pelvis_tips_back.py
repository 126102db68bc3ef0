"""What the last step asks of the muscles behind the hip: they tip the pelvis back."""

from collections.abc import Sequence

from art.plates import figure_side as figure
from art.plates.ink import Line, Plate, curve, straight
from art.plates.skeleton_side import HIP_BONE, SITTING, Side

FLEXION = 94
KNEE = 92
# Of the pelvis; of the thigh; of the shin (the sections of a muscle cross from one to the next).
GLUTE_ORIGIN: Line = ((-8.0, 11.8), (-9.6, 9.0), (-9.9, 5.0), (-9.0, 1.2), (-7.4, -1.4))
GLUTE_END: Line = ((-0.4, -6.0), (-0.5, -9.0), (-0.7, -13.0))
SEAT_BONE: Line = ((-3.9, -6.8), (-2.2, -8.1))
HAMSTRING: Sequence[Line] = (
    ((-2.8, -14.0), (-6.4, -13.0)),
    ((-3.4, -24.0), (-7.2, -24.0)),
    ((-3.6, -36.0), (-5.4, -37.0)),
)  # fmt: skip
HAMSTRING_END: Line = ((-2.8, -47.0), (-2.9, -49.5))


def draw() -> tuple[Plate, ...]:
    """Somebody lying face up with one thigh raised, from the side."""
    plate = Plate(
        "pelvis-tips-back",
        "Glutes and hamstrings tip the pelvis back",
        "A person lying face up, from the side, one thigh raised. The gluteal muscle behind the hip and "
        "the hamstrings behind the thigh press the thigh toward the hands. They pull the back of the "
        "pelvis down and the front of the pelvis tips back toward the ribs; the low back settles toward "
        "the floor.",
        height=520,
    )
    side = Side((338, 372), 7, tilt=-12, lean=SITTING, turn=-90)
    before = Side((338, 372), 7, tilt=4, turn=-90)
    plate.shape("thing", straight(((-4, 468), (644, 468), (644, 480), (-4, 480)), closed=True))
    plate.outlined("skin", figure.trunk(side), *figure.leg(side, FLEXION, KNEE))
    side.draw_sacrum(plate)
    side.draw_spine(plate, "T3")
    side.draw_hip_bone(plate)
    side.draw_femur(plate, FLEXION)
    plate.shape("accent-line dashed", curve(before.line(before.pelvis(HIP_BONE)), closed=True))
    _draw_muscles(plate, side)
    plate.arrow([(300, 262), (266, 278), (240, 306), (231, 330)])
    plate.label("pelvis\ntips back", (150, 196), anchor="middle", kind="plate-accent-words")
    plate.label("hamstrings", (470, 250), (366, 236))
    plate.label("gluteus\nmaximus", (486, 372), (392, 392), latin=True)
    return (plate,)


def _draw_muscles(plate: Plate, side: Side) -> None:
    """The hamstrings and, over them, the gluteus maximus."""
    hamstring = [side.pelvis(SEAT_BONE), *(side.thigh(row, FLEXION) for row in HAMSTRING)]
    with plate.group("kin"):
        plate.muscle([side.line(row) for row in [*hamstring, side.shin(HAMSTRING_END, FLEXION, KNEE)]], 12, 5)
    with plate.group("flexor"):
        rows = [
            side.pelvis(GLUTE_ORIGIN),
            ((-5.0, 3.4), (-7.4, -0.6), (-7.0, -5.6), (-3.4, -9.4)),
            side.thigh(GLUTE_END, FLEXION),
        ]
        plate.muscle([side.line(row) for row in rows], 16, 6)

"""The sheet of fascia that runs like a C from the diaphragm down the psoas to the pelvic floor."""

from art.plates import figure_side as figure
from art.plates.ink import Plate, curve, tapered
from art.plates.skeleton_side import Side

# The cut edge of the diaphragm, from the tip of the breastbone over the dome and down before the spine; its side.
DOME = (
    ((11.9, 34.6), (11.3, 33.6)),
    ((10.5, 38.0), (9.7, 36.9)),
    ((6.2, 40.2), (6.0, 38.9)),
    ((2.2, 39.4), (2.8, 38.0)),
    ((0.1, 36.2), (1.3, 35.6)),
    ((0.3, 32.5), (1.7, 32.2)),
    ((1.4, 28.4), (2.6, 28.2)),
    ((2.3, 24.0), (3.0, 23.6)),
    ((2.5, 20.8), (2.6, 20.2)),
)  # fmt: skip
DOME_SIDE = (
    ((10.4, 37.6), (8.4, 38.8), (6.0, 39.4), (3.4, 38.8), (1.6, 37.4), (0.9, 35.0)),
    ((11.2, 35.2), (9.0, 34.8), (6.0, 34.6), (3.0, 34.0), (0.8, 33.0), (0.2, 31.6)),
    ((11.4, 33.4), (9.4, 31.4), (6.4, 29.6), (3.2, 28.6), (0.6, 28.2), (-0.6, 28.4)),
)  # fmt: skip
RIBS = (
    ((-3.6, 43.0), (-6.0, 41.4), (-4.0, 38.0), (3.0, 34.6), (10.0, 33.4)),
    ((-3.4, 40.6), (-6.0, 38.8), (-4.4, 35.4), (1.6, 31.6), (7.4, 30.6)),
    ((-3.0, 38.0), (-5.8, 36.2), (-4.4, 32.8), (0.4, 29.4), (4.6, 28.6)),
    ((-2.4, 35.4), (-5.2, 33.8), (-4.2, 30.4), (-0.4, 27.6), (2.2, 27.2)),
)  # fmt: skip
# The medial arcuate ligament: from the body of L1 over the top of the psoas to its transverse process.
ARCH = ((2.1, 26.2), (1.8, 27.6), (0.6, 28.4), (-0.7, 27.7), (-1.2, 26.0))
SHEET = (
    (5.0, -1.2), (1.5, -4.0), (-2.6, -4.7), (-5.6, -2.8), (-6.2, 1.2), (-4.2, 4.8), (-1.6, 8.0), (0.9, 10.8),
    (2.8, 14.5), (3.6, 19.5), (3.6, 24.0), (3.0, 29.0), (2.4, 33.5), (3.4, 36.8), (6.2, 37.9), (8.9, 36.0),
    (10.6, 33.2),
)  # fmt: skip


def draw() -> tuple[Plate, ...]:
    """The trunk from the side, chest to hip."""
    plate = Plate(
        "fascia-diaphragm",
        "One sheet from the diaphragm to the pelvic floor",
        "The trunk from the side. The diaphragm arches under the ribs and comes down in front of the "
        "upper lumbar spine, where an arch of its edge, the medial arcuate ligament, spans the top of the"
        " psoas. The psoas runs on down to the pelvis, where the iliacus joins it, and the pelvic floor "
        "spans the bottom from the pubic bone to the tailbone. A line follows the fascia that joins them:"
        " along the floor, up the back of the belly, and curling forward under the ribs, like the letter "
        "C.",
        height=800,
    )
    side = Side((300, 610), 13.2)
    plate.outlined("skin", figure.trunk(side), figure.thigh(side, 0))
    side.draw_sacrum(plate)
    side.draw_spine(plate, "T5")
    side.draw_hip_bone(plate)
    side.draw_femur(plate)
    plate.shape("ghost", *(curve(side.line(rib)) for rib in RIBS))
    floor = [
        side.pelvis([(5.0, -1.6), (4.8, -3.2)]),
        side.pelvis([(2.0, -4.2), (2.0, -5.6)]),
        side.pelvis([(-2.0, -4.8), (-2.2, -6.2)]),
        side.pelvis([(-5.0, -3.4), (-5.4, -4.4)]),
        side.pelvis([(-7.0, -1.0), (-6.6, -2.0)]),
    ]
    with plate.group("kin"):
        plate.muscle([side.line(row) for row in DOME_SIDE], 20, 6, steps=5)
        plate.muscle([side.line(row) for row in DOME], 9, 6, steps=15)
        plate.muscle([side.line(row) for row in floor], 9, 6, steps=9)
    with plate.group("iliacus"):
        plate.muscle(side.iliacus(), 17, 7)
    with plate.group("psoas"):
        plate.muscle(side.psoas(), 18, 7)
    plate.shape("accent", tapered(side.line(ARCH), [5, 6, 7, 7, 7, 6, 5]))
    plate.shape("accent-line thick", curve(side.line(SHEET)))
    plate.label("diaphragm", (486, 84), side.at((9.9, 36.2)))
    plate.label("medial arcuate\nligament", (452, 196), side.at(ARCH[1]), kind="plate-label--bare")
    plate.label("one sheet\nof fascia", (486, 322), side.at((3.6, 22.0)), kind="plate-accent-words")
    plate.label("psoas", (486, 430), side.at((3.6, 14.0)), latin=True)
    plate.label("iliacus", (486, 500), side.at((2.6, 9.4)), latin=True)
    plate.label("pelvic floor", (462, 706), side.at((3.0, -4.4)))
    return (plate,)

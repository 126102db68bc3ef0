"""The front page's drawing: the two muscles as fields of fibres, running off the page above and below."""

from art.plates.ink import Plate
from art.plates.skeleton_front import ILIACUS, LESSER_TROCHANTER, PSOAS, PSOAS_DEEP, Front


def draw() -> tuple[Plate, ...]:
    """Spine, pelvis and thighs from the front; psoas and iliacus on the viewer's right, ghost lines on the left."""
    plate = Plate(
        "taut-and-slack",
        "The psoas and the iliacus",
        "Lower spine, pelvis and thigh bones from the front. Two muscles are drawn as fields of fibres: the "
        "psoas runs from the side of the lower spine down through the pelvis, the iliacus lines the bowl of "
        "the hip bone like a fan. Both draw together and end at the lesser trochanter, on the inner side of "
        "the thigh bone.",
        height=860,
    )
    front = Front(middle=298, symphysis=604, scale=18.9)
    front.draw_pelvis(plate)
    plate.ghost(front.sections(PSOAS, -1), 11)
    plate.ghost(front.sections(ILIACUS, -1), 13)
    with plate.group("iliacus"):
        plate.muscle(front.sections(ILIACUS), 34, 7, steps=7)
    with plate.group("psoas"):
        plate.muscle(front.sections(PSOAS_DEEP), 11, 8)
        plate.muscle(front.sections(PSOAS), 22, 8)
    plate.label("psoas", (454, 102), front.at((4.2, 23.2)), latin=True)
    plate.label("iliacus", (520, 226), front.at((11.0, 12.8)), latin=True, start=(556, 240))
    plate.label(
        "lesser trochanter",
        (388, 812),
        front.at(LESSER_TROCHANTER),
        latin=True,
        anchor="middle",
        start=(430, 790),
    )
    return (plate,)

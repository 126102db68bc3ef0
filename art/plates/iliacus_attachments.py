"""Where the iliacus begins and ends."""

from art.plates.ink import Plate
from art.plates.skeleton_front import ILIACUS, LESSER_TROCHANTER, PSOAS, Front


def draw() -> tuple[Plate, ...]:
    """The iliacus from the front, on the viewer's right, the psoas as ghost lines; the bare bone on the other side."""
    plate = Plate(
        "iliacus-attachments",
        "The iliacus: where it starts and where it ends",
        "The pelvis and thigh bones from the front. The iliacus starts like a fan on the inner face of "
        "the hip bone: in the iliac fossa, along the inner lip of the iliac crest and on the edge of the "
        "sacrum. Its fibres draw together, cross the pubic bone in front of the hip joint, and end at the"
        " lesser trochanter on the inner side of the thigh bone and on the bone just below.",
        height=700,
    )
    front = Front(middle=320, symphysis=432, scale=18.6)
    front.draw_pelvis(plate)
    with plate.group("iliacus"):
        plate.muscle(front.sections(ILIACUS), 38, 8, steps=8)
    plate.ghost(front.sections(PSOAS), 10)
    plate.label("iliacus", (530, 62), front.at((9.6, 12.4)), latin=True, anchor="middle", start=(526, 76))
    plate.label("iliac crest", (90, 62), front.at((-9.4, 15.5)), anchor="middle", start=(112, 76))
    plate.label("iliac\nfossa", front.at((-10.0, 11.6)), anchor="middle", kind="plate-label--on-bone")
    plate.label("sacrum", front.at((0, 7.1)), anchor="middle", kind="plate-label--on-bone")
    plate.label("hip joint", (196, 648), front.at((-9.7, 0.4)), anchor="middle")
    plate.label(
        "lesser\ntrochanter", (376, 634), front.at(LESSER_TROCHANTER), anchor="middle", start=(428, 612)
    )
    return (plate,)

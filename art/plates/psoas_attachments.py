"""Where the psoas begins and ends."""

from art.plates.ink import Plate
from art.plates.skeleton_front import ILIACUS, LESSER_TROCHANTER, PSOAS, PSOAS_DEEP, VERTEBRAE, Front


def draw() -> tuple[Plate, ...]:
    """The psoas from the front, on the viewer's right, with the iliacus beside it; the other side in ghost lines."""
    plate = Plate(
        "psoas-attachments",
        "The psoas: where it starts and where it ends",
        "The lower spine, pelvis and thigh bones from the front. The psoas starts at the sides of the "
        "bodies and discs of the vertebrae from T12 to L5 and at the transverse processes of L1 to L5. It"
        " runs down and outward along the rim of the pelvis, crosses the pubic bone in front of the hip "
        "joint, and ends at the lesser trochanter on the inner side of the thigh bone, together with the "
        "iliacus, which lies on its outer side.",
        height=790,
    )
    front = Front(middle=296, symphysis=572, scale=15.6)
    front.draw_pelvis(plate)
    plate.ghost(front.sections(PSOAS, -1), 12)
    plate.ghost(front.sections(ILIACUS, -1), 12)
    with plate.group("iliacus"):
        plate.muscle(front.sections(ILIACUS), 26, 7)
    with plate.group("psoas"):
        plate.muscle(front.sections(PSOAS_DEEP), 13, 7)
        plate.muscle(front.sections(PSOAS), 24, 7)
    for name, (_, middle, _, _) in VERTEBRAE.items():
        x, y = front.at((0, middle))
        plate.label(name, (x, y + 9), anchor="middle", kind="plate-label--on-bone")
    plate.label("psoas major", (438, 158), front.at((3.9, 23.2)), latin=True)
    plate.label("iliacus", (520, 258), front.at((11.0, 12.6)), latin=True, start=(556, 270))
    plate.label("disc", (112, 66), front.at((-2.2, 30.95)), anchor="end")
    plate.label("transverse\nprocess", (146, 158), front.at((-4.8, 22.3)), anchor="end")
    plate.label(
        "lesser\ntrochanter", (296, 738), front.at(LESSER_TROCHANTER), anchor="middle", start=(354, 722)
    )
    return (plate,)

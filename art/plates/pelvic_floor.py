"""The pelvic floor and its neighbors, the iliacus and the psoas."""

from art.plates.ink import Plate
from art.plates.skeleton_front import ILIACUS, PSOAS, Front

# A hammock: from the side wall, ischial spine to the back of the pubic bone, down to the middle.
FLOOR = (
    ((4.95, 3.1), (5.6, 1.6), (5.4, -0.2), (4.4, -1.8), (3.0, -2.9), (1.5, -3.7)),
    ((2.8, 1.6), (3.2, 0.3), (3.0, -1.1), (2.4, -2.4), (1.6, -3.3), (0.9, -3.9)),
    ((0.35, 1.1), (0.2, -0.1), (0.2, -1.4), (0.2, -2.6), (0.2, -3.5), (0.25, -4.1)),
)  # fmt: skip


def draw() -> tuple[Plate, ...]:
    """The pelvis from the front, the floor between its halves, the iliopsoas on both sides."""
    plate = Plate(
        "pelvic-floor",
        "The pelvic floor and its neighbors",
        "The pelvis from the front. The muscles of the pelvic floor hang like a hammock between the pubic"
        " bone in front, the side walls of the pelvis and the tailbone behind. Above them, on both sides,"
        " lie the iliacus, in the bowl of the hip bone, and the psoas, along its rim; connective tissue "
        "joins these neighbors.",
        height=700,
    )
    front = Front(middle=320, symphysis=430, scale=18.6)
    front.draw_pelvis(plate)
    with plate.group("kin"), plate.mirrored(front.middle):
        plate.muscle(front.sections(FLOOR), 20, 8, ends=(0.4, 0.8), steps=5)
    with plate.mirrored(front.middle):
        front.draw_veil(plate, 1)
    front.draw_symphysis(plate)
    with plate.mirrored(front.middle):
        with plate.group("iliacus"):
            plate.muscle(front.sections(ILIACUS), 22, 7)
        with plate.group("psoas"):
            plate.muscle(front.sections(PSOAS[1:]), 16, 7, steps=6)
    plate.label("psoas", (520, 62), front.at((4.4, 17.8)), latin=True)
    plate.label("iliacus", (78, 62), front.at((-10.2, 12.4)), latin=True, anchor="middle", start=(88, 76))
    plate.label("sacrum", front.at((0, 9.2)), anchor="middle", kind="plate-label--on-bone")
    plate.label("pelvic floor", (320, 640), [front.at((-2.0, -2.6)), front.at((2.0, -2.6))], anchor="middle")
    return (plate,)

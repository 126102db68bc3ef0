"""What lies on and beside the iliopsoas: organs, vessels, nerve."""

from collections.abc import Sequence

from art.plates.ink import Line, Plate, curve, tapered
from art.plates.skeleton_front import ILIACUS, PSOAS, PSOAS_DEEP, Front

KIDNEY: Line = (
    (3.7, 31.2), (4.6, 32.5), (6.4, 32.6), (8.0, 31.0), (9.1, 28.4), (9.4, 25.6), (8.8, 23.0), (7.4, 21.7),
    (6.0, 21.9), (5.3, 23.2), (5.4, 24.8), (5.9, 26.0), (5.7, 27.4), (4.8, 28.2), (3.9, 29.4),
)  # fmt: skip
URETER: Line = (
    (5.6, 26.7), (4.7, 25.2), (4.4, 22.0), (4.3, 18.0), (4.4, 14.0), (4.8, 10.4), (5.5, 7.4), (5.2, 4.6),
    (3.6, 2.8), (2.2, 2.0),
)  # fmt: skip
BLADDER: Line = ((0, 3.9), (1.8, 3.8), (3.0, 2.8), (3.2, 1.3), (2.4, -0.4), (0.8, -1.6), (0, -1.8))
AORTA: Line = ((0.7, 42), (0.7, 34.0), (0.6, 26.0), (0.5, 19.0))
ILIAC_ARTERY: Line = (
    (0.5, 19.6), (2.0, 16.6), (4.2, 12.6), (6.2, 8.4), (7.6, 4.6), (8.2, 1.4), (8.2, -3.0), (7.9, -9.0),
    (7.6, -20.0),
)  # fmt: skip
CAVA: Line = ((-1.8, 42), (-1.8, 34.0), (-1.7, 26.0), (-1.5, 16.6))
ILIAC_VEIN: Line = (
    (-1.5, 17.2), (0.6, 15.0), (3.2, 11.6), (5.2, 7.6), (6.5, 4.0), (7.0, 1.2), (7.1, -3.0), (7.0, -9.0),
    (6.8, -20.0),
)  # fmt: skip
ILIAC_VEIN_FAR: Line = (
    (-1.5, 17.6), (-2.4, 14.8), (-3.8, 11.4), (-5.3, 7.6), (-6.5, 4.0), (-7.0, 1.2), (-7.1, -3.0),
    (-7.0, -9.0), (-6.8, -20.0),
)  # fmt: skip
NERVE: Line = ((6.0, 14.6), (7.4, 11.0), (8.6, 7.4), (9.3, 4.4), (9.6, 1.0), (9.7, -4.0))
LIGAMENT: Line = ((12.8, 8.1), (9.6, 5.4), (6.0, 2.6), (2.5, 0.8))
RISING_BOWEL: Line = ((-8.8, 6.6), (-9.7, 10.2), (-10.4, 13.6), (-10.8, 17.0), (-10.8, 20.6))
FALLING_BOWEL: Line = (
    (10.9, 20.6), (11.1, 16.4), (10.9, 12.6), (9.8, 9.4), (7.8, 7.4), (5.6, 7.8), (3.4, 8.2), (1.4, 7.4),
    (0.4, 5.6), (0.2, 3.4),
)  # fmt: skip


def draw() -> tuple[Plate, ...]:
    """The back of the belly from the front."""
    plate = Plate(
        "organs-near-iliopsoas",
        "What lies beside the psoas and the iliacus",
        "The back of the belly from the front, stomach and small bowel taken away. The psoas runs down "
        "both sides of the spine, the iliacus lines the bowl of the pelvis. A kidney lies against the "
        "upper part of each psoas, and its ureter runs down the front of the muscle to the bladder. The "
        "large bowel lies on the iliacus on both sides. The aorta and the great vein run between the two "
        "psoas muscles and send a branch along each. In the groin, from outside to inside, lie the "
        "femoral nerve, artery and vein, in front of the muscle where it leaves the belly.",
        height=800,
    )
    front = Front(middle=320, symphysis=540, scale=14)
    front.draw_pelvis(plate)
    with plate.mirrored(front.middle):
        with plate.group("iliacus"):
            plate.muscle(front.sections(ILIACUS), 20, 7)
        with plate.group("psoas"):
            plate.muscle(front.sections(PSOAS_DEEP), 9, 6)
            plate.muscle(front.sections(PSOAS), 14, 7)
    _draw_vessels(plate, front)
    for side, drop in ((1, 0.0), (-1, 1.4)):  # the right kidney lies lower, under the liver
        ureter = [(x, y - drop * max(0.0, (y - 16) / 12)) for x, y in URETER]
        plate.shape("organ", _tube(front, ureter, (0.9, 0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5), side))
        plate.shape("organ", curve(front.line([(x, y - drop) for x, y in KIDNEY], side), closed=True))
    plate.shape("organ", _tube(front, RISING_BOWEL, (0.6, 4.2, 4.7, 4.0, 4.7, 4.0, 4.6, 4.0)))
    plate.shape(
        "organ",
        _tube(front, FALLING_BOWEL, (2.8, 3.3, 2.8, 3.3, 2.8, 3.2, 2.7, 3.1, 2.6, 3.0, 2.6, 3.0, 2.6, 2.6)),
    )
    bladder = [*BLADDER, *((-x, y) for x, y in reversed(BLADDER[1:-1]))]
    plate.shape("organ", curve(front.line(bladder), closed=True))
    plate.label("kidney", (132, 92), front.at((-8.6, 28.6)), anchor="end")
    plate.label("large\nbowel", (92, 232), front.at((-11.6, 18.0)), anchor="end")
    plate.label("psoas", (600, 92), front.at((3.4, 27.4)), latin=True, anchor="end", start=(540, 104))
    plate.label("ureter", (628, 236), front.at((4.3, 22.4)), anchor="end", start=(546, 230))
    plate.label("iliacus", (98, 404), front.at((-12.3, 10.4)), latin=True, anchor="end")
    plate.label("bladder", (320, 668), front.at((0, 1.0)), anchor="middle")
    plate.label("femoral\nnerve", (98, 676), front.at((-9.6, -1.8), 1), anchor="end")
    plate.label("femoral\nartery", (542, 676), front.at((8.1, -5.0)))
    plate.label("femoral\nvein", (320, 728), front.at((7.0, -9.4)), anchor="middle", start=(368, 722))
    return (plate,)


def _draw_vessels(plate: Plate, front: Front) -> None:
    """The great vein on the body's right, the aorta on its left, their branches to both legs, and the nerves."""
    narrowing = (1.4, 1.3, 1.2, 1.1, 1.0, 0.9, 0.8)
    veins = [_tube(front, vein, narrowing) for vein in (ILIAC_VEIN, ILIAC_VEIN_FAR)]
    plate.outlined("vein", *veins, _tube(front, CAVA, (2.2, 2.2, 2.2, 2.1)))
    left = ((-ILIAC_ARTERY[0][0], ILIAC_ARTERY[0][1]), *ILIAC_ARTERY[1:])
    arteries = [_tube(front, ILIAC_ARTERY, narrowing), _tube(front, left, narrowing, -1)]
    plate.outlined("artery", *arteries, _tube(front, AORTA, (1.8, 1.8, 1.8, 1.8, 1.8, 1.7, 1.2)))
    plate.outlined("nerve", *(_tube(front, NERVE, (0.2, 0.6, 0.6, 0.6, 0.5), side) for side in (1, -1)))
    plate.shape("bone-line", *(curve(front.line(LIGAMENT, side)) for side in (1, -1)))


def _tube(front: Front, way: Line, widths: Sequence[float], side: int = 1) -> str:
    """Path data of a tube along a way, so many centimeters wide at even steps."""
    return tapered(front.line(way, side), [width * front.scale for width in widths], ends=(1, 1))

"""All eleven muscles that bend the hip: those near the surface on one side, the deep ones on the other."""

from art.plates.ink import Plate, curve
from art.plates.skeleton_front import ILIACUS, PSOAS, PSOAS_DEEP, Front

GLUTEUS_MEDIUS = (
    ((11.6, 15.6), (13.6, 14.0), (14.5, 12.0), (14.2, 10.0)),
    ((16.2, 8.4), (16.0, 7.4), (15.6, 6.4), (15.0, 5.6)),
    ((15.9, 1.4), (15.6, 1.6), (15.2, 1.9), (14.8, 2.2)),
)  # fmt: skip
TENSOR = (
    ((13.0, 8.4), (13.7, 9.4), (14.3, 11.2)),
    ((13.8, 3.4), (14.8, 3.3), (15.9, 3.2)),
    ((14.9, -4.0), (15.8, -4.0), (16.7, -4.0)),
    ((15.3, -9.5), (16.4, -9.5)),
)  # fmt: skip
BAND = (
    (15.2, -8.5), (15.0, -20), (14.4, -32), (13.6, -41), (12.6, -46.4), (13.5, -46.4), (14.6, -41),
    (15.4, -32), (16.2, -20), (16.5, -8.5),
)  # fmt: skip
RECTUS = (
    ((10.5, 5.7), (11.5, 5.2)),
    ((10.1, -4.0), (13.4, -4.0)),
    ((9.4, -15.0), (14.1, -14.0)),
    ((9.2, -27.0), (13.0, -27.0)),
    ((9.4, -37.6), (11.6, -37.6)),
)  # fmt: skip
SARTORIUS = (
    ((12.5, 8.1), (13.2, 8.3)),
    ((11.4, 2.2), (13.4, 2.6)),
    ((9.4, -6.4), (12.2, -5.4)),
    ((6.5, -18.4), (8.9, -17.0)),
    ((4.9, -30.0), (7.1, -29.6)),
    ((4.7, -40.0), (6.2, -40.0)),
    ((7.0, -47.2), (7.6, -46.2)),
)  # fmt: skip
GRACILIS = (
    ((0.7, -3.6), (1.6, -4.7)),
    ((1.9, -12.0), (4.2, -12.0)),
    ((3.4, -26.0), (5.2, -26.0)),
    ((4.4, -39.0), (5.2, -39.0)),
    ((6.8, -48.0), (7.3, -47.4)),
)  # fmt: skip
PECTINEUS = (
    ((2.8, 0.6), (4.2, 1.3), (5.6, 2.2)),
    ((6.2, -2.6), (7.8, -1.8), (8.8, -1.0)),
    ((11.0, -9.6), (11.1, -8.4), (11.1, -7.2)),
)  # fmt: skip
BREVIS = (
    ((1.2, -2.8), (1.8, -2.2), (2.4, -1.8)),
    ((4.6, -7.4), (5.6, -6.4), (6.4, -5.4)),
    ((11.0, -16.4), (11.1, -13.2), (11.2, -10.0)),
)  # fmt: skip
LONGUS = (
    ((0.9, -0.6), (2.0, -0.2)),
    ((3.6, -8.4), (6.0, -6.2)),
    ((7.2, -16.0), (9.0, -13.6)),
    ((10.2, -25.0), (10.8, -18.0)),
)  # fmt: skip
MAGNUS = (
    ((2.2, -4.7), (3.6, -5.7), (5.0, -6.9), (6.6, -7.5)),
    ((3.6, -15.0), (5.6, -14.4), (7.4, -13.0), (8.6, -11.2)),
    ((5.4, -29.0), (7.4, -25.0), (9.2, -20.0), (10.4, -13.6)),
    ((6.6, -38.4), (9.1, -32.0), (10.3, -22.0), (11.0, -12.0)),
)  # fmt: skip


def draw() -> tuple[Plate, ...]:
    """Pelvis, thighs and knees from the front."""
    plate = Plate(
        "hip-flexors",
        "The eleven muscles that bend the hip",
        "Lower spine, pelvis and thighs from the front. On the left side of the picture the muscles near "
        "the surface: the front part of the gluteus medius, the tensor fasciae latae with its band down "
        "the outer thigh, the sartorius crossing from outside to inside, the rectus femoris down the "
        "front, and the gracilis on the inside. On the right the deeper ones: psoas and iliacus from the "
        "spine and the bowl of the hip bone to the inner thigh bone, and, from the pubic bone to the "
        "thigh bone, pectineus, adductor brevis, adductor longus and adductor magnus.",
        height=840,
    )
    front = Front(middle=320, symphysis=340, scale=9.0)
    front.draw_pelvis(plate, complete_legs=True)
    _near(plate, front)
    _deep(plate, front)
    for text, y, target in (
        ("gluteus\nmedius", 176, (15.6, 9.0)),
        ("tensor\nfasciae latae", 286, (15.4, -1.0)),
        ("sartorius", 404, (9.4, -10.0)),
        ("rectus\nfemoris", 500, (12.6, -22.0)),
        ("gracilis", 632, (4.6, -30.0)),
    ):
        x, height = front.at(target, -1)
        plate.label(text, (154, y), (x, height), latin=True, anchor="end")
    for text, y, target in (
        ("psoas", 92, (3.8, 23.0)),
        ("iliacus", 178, (11.6, 12.4)),
        ("pectineus", 268, (6.6, -1.6)),
        ("adductor\nbrevis", 388, (9.6, -11.2)),
        ("adductor\nlongus", 496, (6.4, -11.6)),
        ("adductor\nmagnus", 604, (7.2, -28.0)),
    ):
        plate.label(text, (500, y), front.at(target), latin=True)
    return (plate,)


def _near(plate: Plate, front: Front) -> None:
    """The muscles near the surface, on the viewer's left."""
    plate.ghost(front.sections(PSOAS, -1), 7)
    plate.ghost(front.sections(ILIACUS, -1), 8)
    plate.shape("band", curve(front.line(BAND, -1), closed=True))
    with plate.group("kin"):
        plate.muscle(front.sections(GLUTEUS_MEDIUS, -1), 10, 4)
        plate.muscle(front.sections(GRACILIS, -1), 6, 4)
    with plate.group("flexor"):
        plate.muscle(front.sections(RECTUS, -1), 11, 5)
    with plate.group("kin"):
        plate.muscle(front.sections(SARTORIUS, -1), 7, 4, steps=9)
    with plate.group("flexor"):
        plate.muscle(front.sections(TENSOR, -1), 8, 4)


def _deep(plate: Plate, front: Front) -> None:
    """The deep muscles, on the viewer's right."""
    with plate.group("quiet"):
        plate.muscle(front.sections(MAGNUS), 16, 5, steps=5)
    with plate.group("kin"):
        plate.muscle(front.sections(BREVIS), 8, 5, steps=5)
    with plate.group("flexor"):
        plate.muscle(front.sections(LONGUS), 8, 5, steps=5)
    with plate.group("kin"):
        plate.muscle(front.sections(PECTINEUS), 8, 5, steps=5)
    with plate.group("iliacus"):
        plate.muscle(front.sections(ILIACUS), 20, 4)
    with plate.group("psoas"):
        plate.muscle(front.sections(PSOAS_DEEP), 6, 4, steps=5)
        plate.muscle(front.sections(PSOAS), 15, 4)

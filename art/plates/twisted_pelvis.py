"""A level pelvis, and one that a short iliopsoas has turned."""

from dataclasses import replace

from art.plates.figure_front import Bent, draw_body, draw_upper_spine
from art.plates.ink import Plate, straight
from art.plates.skeleton_front import FRONT_SPINE, ILIACUS, PSOAS, Front

SCALE = 3.9
SYMPHYSIS = 372
SHOULDERS = ((-22.0, 51.6), (22.0, 51.6))
BESIDE_THE_HIP = (FRONT_SPINE[0] + 6, FRONT_SPINE[1])
TWIST = (
    (-90.0, 0.0), (-44.0, 1.0), (-8.0, 0.0), (6.0, -0.4), (30.0, 3.8), (58.0, 0.4), (72.0, -1.2),
    (90.0, -1.4),
)  # fmt: skip


def draw() -> tuple[Plate, ...]:
    """Two people from the front, head to foot."""
    plate = Plate(
        "twisted-pelvis",
        "A level pelvis and a twisted one",
        "Two standing people from the front with spine, pelvis, legs and iliopsoas drawn in. On the left "
        "pelvis and shoulders are level and the spine is straight. On the right the iliopsoas of one side"
        " is short: that hip bone tips forward and lower, the spine bends to the side above it, and the "
        "shoulders tilt the other way.",
        height=780,
    )
    level = Bent(165, SYMPHYSIS, SCALE)
    twisted = Bent(475, SYMPHYSIS, SCALE, way=TWIST)
    _draw_level_person(plate, level)
    _draw_twisted_person(plate, twisted, (replace(twisted, stretch=1.05), replace(twisted, stretch=0.9)))
    plate.label("level", (165, 758), anchor="middle")
    plate.label("twisted", (475, 758), anchor="middle")
    plate.label("shoulders tilt", (320, 66), twisted.at((-15.5, 54.0)), anchor="middle")
    plate.label("back\nbends", (352, 246), twisted.at((-1.8, 29.0)), anchor="end")
    plate.label("hip flexor\nheld short", (320, 520), twisted.at((-9.0, 2.5)), anchor="middle")
    return (plate,)


def _draw_level_person(plate: Plate, body: Front) -> None:
    """Outline, skeleton, iliopsoas: one half twice."""
    draw_body(plate, body)
    with plate.mirrored(body.middle):
        body.draw_femur(plate, 1, complete=True)
    draw_upper_spine(plate, body)
    body.draw_spine(plate)
    with plate.mirrored(body.middle):
        body.draw_hip_bone(plate, 1)
    body.draw_symphysis(plate)
    with plate.mirrored(body.middle):
        _draw_iliopsoas(plate, body, body, 1)
    _draw_levels(plate, body, (body, body))


def _draw_twisted_person(plate: Plate, body: Front, halves: tuple[Front, Front]) -> None:
    """The same with two different halves of the pelvis."""
    draw_body(plate, body)
    for side in (1, -1):
        body.draw_femur(plate, side, complete=True)
    draw_upper_spine(plate, body)
    body.draw_spine(plate)
    for side, half in zip((1, -1), halves, strict=True):
        half.draw_hip_bone(plate, side)
    body.draw_symphysis(plate)
    for side, half in zip((1, -1), halves, strict=True):
        _draw_iliopsoas(plate, body, half, side)
    _draw_levels(plate, body, halves)


def _draw_iliopsoas(plate: Plate, body: Front, half: Front, side: int) -> None:
    """The muscles of one side, between the body's spine and that half of the pelvis."""
    with plate.group("iliacus"):
        plate.muscle(half.sections(ILIACUS, side), 9, 3, steps=5)
    with plate.group("psoas"):
        plate.muscle(body.sections(PSOAS, side), 8, 3, steps=5)


def _draw_levels(plate: Plate, body: Front, halves: tuple[Front, Front]) -> None:
    """The lines through the shoulders and through the hips."""
    left, right = halves[1].at(BESIDE_THE_HIP, -1), halves[0].at(BESIDE_THE_HIP)
    plate.shape("accent-line dashed", straight(body.line(SHOULDERS)), straight([left, right]))

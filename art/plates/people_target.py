"""Where the tip goes, and where it never goes: feeling for the hollow, and the fold crossed out."""

from art.plates.ink import Line, Plate, Point, curve, oval, tapered
from art.plates.people_body import SIDES, Arm
from art.plates.people_figure import Layer, arm, draw_person
from art.plates.people_poses import standing
from art.plates.people_space import View
from art.plates.skeleton_front import FRONT_SPINE, HIP_CENTER, ILIACUS, Front

# Centimeters from the top of the pubic symphysis, as in ``skeleton_front``.
HOLLOW: Point = (10.3, 8.6)
FOLD: Line = ((15.4, 5.0), (12.6, 2.6), (9.4, -0.4), (6.2, -3.6), (4.2, -6.0))
ARTERY: Line = ((5.4, 10.0), (7.0, 5.4), (8.0, 1.6), (8.0, -3.0), (7.7, -9.0), (7.4, -16.0))
VEIN: Line = ((4.2, 9.6), (5.8, 5.0), (6.8, 1.2), (6.8, -3.0), (6.6, -9.0), (6.4, -16.0))
NERVE: Line = ((8.0, 10.0), (8.8, 6.0), (9.4, 2.0), (9.5, -2.0), (9.9, -7.0))
BODY = (Layer(("trunk", "neck", "leg left", "leg right")),)


def draw() -> tuple[Plate, ...]:
    """Both."""
    return _find(), _never()


def _front(view: View) -> Front:
    """The skeleton within the body of ``people_body``, seen from the front."""
    middle, hips = view.at((0, 90, 0))
    return Front(middle, hips + HIP_CENTER[1] * view.scale, view.scale)


def _find() -> Plate:
    plate = Plate(
        "step-find",
        "Find the spot: just inside the front of the hip bone",
        "The hips of a person from the front, the pelvis drawn in. Both hands lie on the front of the hip bones, "
        "and the fingertips slide just inside them, into the soft hollow where iliacus and psoas run.",
        height=400,
    )
    view = View((0, 98, 0), (320, 200), 10.4)
    sides = {
        side: Arm((sign * 28.0, 102.8, 11), (sign, 0.3, -0.5), (-sign * 0.92, -0.36, -0.1), (0, 0, -1), 6)
        for side, sign in SIDES.items()
    }
    pose = standing(sides)
    draw_person(plate, pose, view, BODY)
    front = _front(view)
    with plate.mirrored(front.middle):
        front.draw_veil(plate, 1)
        with plate.group("iliacus"):
            plate.muscle(front.sections(ILIACUS), 20, 7)
    draw_person(plate, pose, view, [arm(pose, view, side) for side in SIDES])
    for side in (1, -1):
        _ring(plate, front.at(HOLLOW, side))
    plate.label(
        "just inside\nthe bone", (320, 40), [front.at(HOLLOW, side) for side in (1, -1)], anchor="middle"
    )
    return plate


def _ring(plate: Plate, at: Point) -> None:
    """The mark of the right place."""
    plate.shape("accent-line thick", oval(at, 17))
    plate.shape("accent", oval(at, 6))


def _crossed(plate: Plate, at: Point) -> None:
    """The mark of the wrong place."""
    x, y = at
    plate.shape("ground", oval(at, 19))
    strokes = [((x - 8, y - 8), (x + 8, y + 8)), ((x + 8, y - 8), (x - 8, y + 8))]
    plate.shape("warn-line thick", oval(at, 19), *(curve(one) for one in strokes))


def _never() -> Plate:
    plate = Plate(
        "where-not-to-press",
        "Press in the hollow, never in the fold",
        "The hips of a person from the front, the hip bones drawn in. A ring on each side marks the right place: the "
        "soft hollow just inside the front of the hip bone. A crossed-out band below it marks the fold where leg "
        "meets hip, where the femoral artery, vein and nerve pass: never press there.",
        height=460,
    )
    view = View((0, 91, 0), (320, 230), 10.2)
    draw_person(plate, standing(), view, BODY)
    front = _front(view)
    for side in (1, -1):
        front.draw_veil(plate, side)
        for kind, course, width in (("vein", VEIN, 9), ("artery", ARTERY, 8), ("nerve", NERVE, 5)):
            plate.shape(kind, tapered(front.line(course, side), width, ends=(0.8, 0.6)))
    for side in (1, -1):
        plate.shape("warn-line thick", curve(front.line(FOLD, side)))
        _crossed(plate, front.at(FOLD[2], side))
        _ring(plate, front.at(HOLLOW, side))
    plate.label("press:\nthe hollow", (16, 48), front.at(HOLLOW, -1), start=(120, 84))
    plate.label("front of the\nhip bone", (624, 48), front.at(FRONT_SPINE), anchor="end", start=(572, 84))
    plate.label("never:\nthe fold", (624, 396), front.at(FOLD[-2]), anchor="end", start=(540, 376))
    plate.label("nerve,\nvessels", (16, 396), front.at((9.9, -6.4), -1), start=(100, 376))
    return plate

"""The realignment exercise in four drawings: lie, hold, press, rest."""

from collections.abc import Sequence

from art.plates.ink import Plate, Point
from art.plates.people_body import Arm, Leg, Pose
from art.plates.people_figure import arm, draw_person, layers
from art.plates.people_flexors import draw_flexors, placed
from art.plates.people_poses import supine
from art.plates.people_space import RIGHT, Vector, View, between, minus, plus, times, unit
from art.plates.people_things import Mat

HEIGHT = 360
SEAT_BONE: Sequence[Vector] = ((5.4, -5.6, -2.4), (6.4, -7.0, -4.4))
GLUTE: Sequence[Sequence[Vector]] = (
    ((4.0, 9.4, -8.4), (3.4, 5.4, -10.0), (2.6, 1.4, -9.8)),
    ((7.4, 5.4, -9.4), (7.4, 0.8, -10.8), (6.6, -3.2, -10.0)),
)
# Of the thigh: share of its length, and how far behind the bone the two edges of the muscle lie.
HAMSTRING = ((0.16, 1.8, 6.2), (0.34, 2.2, 7.2), (0.6, 2.6, 6.8), (0.84, 2.6, 5.4), (0.97, 3.0, 4.6))
GLUTE_END = ((0.06, 5.2), (0.14, 3.0), (0.22, 1.2))


def draw() -> tuple[Plate, ...]:
    """All four."""
    return _lie(), _hold(), _press(), _rest()


def _view() -> View:
    return View((-4, 26, 0), (322, 190), 3.5, above=8)


def _holding() -> Pose:
    """Face up, the right thigh upright in both hands."""
    right = Leg((31, 48, 9), (-0.5, 1, 0), (0.35, 1, 0))
    arms = {
        "right": Arm((-7.6, 39.0, 17.5), (-0.2, -0.4, 1), (0.8, 0.12, -0.65), (-0.6, 0, -0.8), 26),
        "left": Arm((-7.6, 37.0, -0.5), (-0.2, -0.4, -1), (0.8, 0.1, 0.6), (-0.6, 0, 0.8), 26),
    }
    return supine(right, arms)


def _draw_holding(plate: Plate, ink: tuple[str, str] | None = None) -> View:
    """The person with one thigh in both hands; ``ink``: of the hamstring and the glute behind it."""
    view, pose = _view(), _holding()
    Mat(near=34, far=-34).draw(plate, view)
    draw_person(plate, pose, view, [layer for layer in layers(pose, view) if "arm right" not in layer.parts])
    if ink:
        _draw_back(plate, pose, view, ink)
    draw_person(plate, pose, view, [arm(pose, view, "right")])
    return view


def _draw_back(plate: Plate, pose: Pose, view: View, ink: tuple[str, str]) -> None:
    """The hamstring and the glute of the raised leg."""
    hip, knee = pose.hip("right"), pose.knee("right")
    along = unit(minus(knee, hip))
    back = unit(plus(RIGHT, times(along, -along[0])))

    def thigh(share: float, depth: float) -> Point:
        return view.at(plus(between(hip, knee, share), times(back, depth)))

    hamstring = [[view.at(placed(pose, "right", point)) for point in SEAT_BONE]]
    hamstring += [[thigh(share, low), thigh(share, high)] for share, low, high in HAMSTRING]
    with plate.group(ink[0]):
        plate.muscle(hamstring, 9, 0.9 * view.scale)
    glute = [[view.at(placed(pose, "right", point)) for point in row] for row in GLUTE]
    with plate.group(ink[1]):
        plate.muscle([*glute, [thigh(*end) for end in GLUTE_END]], 9, 1.2 * view.scale)


def _lie() -> Plate:
    plate = Plate(
        "realign-lie",
        "Lie face up",
        "A person lies face up on a mat, both legs long, the arms beside the body. The hip flexor of one side is "
        "drawn in: the tight side, which has just been released and is the only one to be worked on.",
        height=HEIGHT,
    )
    view, pose = _view(), supine()
    Mat(near=34, far=-34).draw(plate, view)
    draw_person(plate, pose, view)
    draw_flexors(plate, pose, view, "right")
    plate.label(
        "the tight side only", (320, 110), view.at(placed(pose, "right", (10, 8, 4))), anchor="middle"
    )
    return plate


def _hold() -> Plate:
    plate = Plate(
        "realign-hold",
        "Clasp both hands behind the knee",
        "The person lies face up and has raised one thigh. Both hands are clasped behind that knee and carry the "
        "leg; head and shoulders stay on the floor, and the other leg lies long.",
        height=HEIGHT,
    )
    view = _draw_holding(plate)
    plate.label("hands behind\nthe knee", (456, 176), view.at((2.6, 40.4, 9)), start=(448, 168))
    return plate


def _press() -> Plate:
    plate = Plate(
        "realign-press",
        "Press the thigh into the hands, nothing moves",
        "The person presses the raised thigh toward the floor, into the clasped hands, and the hands hold "
        "against it: two arrows of the same length point at each other. The glute and the "
        "hamstring behind the thigh are drawn in, at work.",
        height=HEIGHT,
    )
    view = _draw_holding(plate, ("kin", "flexor"))
    plate.arrow(view.line([(-34, 57, 9), (-19, 57, 9)]))
    plate.arrow(view.line([(29, 37, 9), (14, 37, 9)]))
    plate.label("press: 2 seconds", (24, 60))
    plate.label("hands hold", (452, 164))
    return plate


def _rest() -> Plate:
    plate = Plate(
        "realign-rest",
        "Rest, with the hands where they are",
        "The same position, but the person has let go of the push. The leg rests in the hands, and the muscles "
        "behind the thigh are pale: nothing is at work.",
        height=HEIGHT,
    )
    _draw_holding(plate, ("quiet", "quiet"))
    plate.label("rest: 2 seconds", (24, 60))
    return plate

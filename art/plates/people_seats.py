"""What people sit on and at, from the side: a desk with its chair, and the seat of a car with wheel and pedals.

Measures are centimeters in the middle plane of the body: forward (to the viewer's right), and up from the floor.
"""

from art.plates.ink import Line, Plate, Point, curve, shifted, straight, turned
from art.plates.people_space import View

# From the top of the chair's cushion.
CHAIR_ARM: Line = ((-10, -6), (-22, -5), (-24.5, 2), (-23, 22), (-20.6, 22), (-21.6, 3), (-19, -2), (-8, -3))
CHAIR_BACK: Line = (
    (-15.5, 6), (-14.4, 16), (-15.2, 30), (-17.4, 46), (-19.4, 47), (-20.6, 44), (-19.4, 28), (-18.6, 14),
    (-18.8, 6), (-17, 4),
)  # fmt: skip
CHAIR_CUSHION: Line = (
    (-21, -4), (-20, 0.4), (-6, -0.2), (12, 0), (25, -1), (28.5, -4), (25, -6.6), (-18, -6.6),
)  # fmt: skip
CASTOR: Line = ((2.6, 2.6), (0, 5.2), (-2.6, 2.6), (0, 0))
# From the desk's top.
KEYBOARD: Line = ((43, 0), (60, 0), (60, 1.6), (43, 1))
STAND: Line = (
    (78, 0), (90, 0), (90, 1.2), (86, 1.2), (85, 16), (83, 16), (82.4, 1.2), (78, 1.2),
)  # fmt: skip
SCREEN: Line = ((79.6, 10), (82, 9.6), (84.4, 44), (82, 44.4))
# From where cushion and backrest of a car seat meet.
CUSHION: Line = (
    (-19, -6), (-17, 1.6), (-6, -1.4), (8, -1.0), (20, 1.6), (29, 3.4), (33.6, 1.0), (32, -4.6), (22, -8.2),
    (0, -11.4), (-14, -11.4),
)  # fmt: skip
BACKREST: Line = (
    (-15.4, -4.0), (-14.4, 8.0), (-13.2, 20.0), (-13.6, 34.0), (-15.0, 46.0), (-15.4, 54.0), (-17.6, 58.6),
    (-22.4, 58.0), (-25.0, 50.0), (-24.6, 30.0), (-24.6, 8.0), (-24.8, -8.0), (-20.0, -11.0),
)  # fmt: skip
HEADREST: Line = (
    (-14.4, 63.0), (-13.2, 70.0), (-13.8, 77.0), (-16.4, 79.0), (-19.6, 77.0), (-20.4, 65.0), (-17.6, 61.4),
)  # fmt: skip
# From the middle of the wheel, of the pedal's pad.
COLUMN: Line = ((2, 2), (30, 3.4), (30, -3.4), (2, -2))
RIM: Line = (
    (1.6, 0), (1.4, 17), (0, 18.4), (-1.4, 17), (-1.6, 0), (-1.4, -17), (0, -18.4), (1.4, -17),
)  # fmt: skip
PAD: Line = ((-1.6, -7), (1.6, -7), (1.6, 7), (-1.6, 7))
PEDAL_ARM: Line = ((0, -1), (2.6, -1), (18, 26), (15, 27))


def flat(view: View, points: Line) -> list[Point]:
    """Points of the middle plane on the plate."""
    return [view.at((x, y, 0)) for x, y in points]


def _lay(plate: Plate, view: View, points: Line, *, sharp: bool = False) -> None:
    """Lay down a thing with round or sharp corners."""
    placed = flat(view, points)
    plate.shape("thing", straight(placed, closed=True) if sharp else curve(placed, closed=True))


def _box(left: float, bottom: float, right: float, top: float) -> Line:
    """The four corners of a box."""
    return ((left, bottom), (right, bottom), (right, top), (left, top))


def floor(plate: Plate, view: View) -> None:
    """A strip of floor across the plate."""
    (_, top) = view.at((0, 0, 0))
    strip = ((-4, top), (plate.width + 4, top), (plate.width + 4, top + 9), (-4, top + 9))
    plate.shape("thing", straight(strip, closed=True))


def chair(plate: Plate, view: View, seat: float) -> None:
    """An office chair but for its cushion, whose top is ``seat`` above the floor."""
    for foot in (-24, 24):
        _lay(plate, view, ((-2, 9), (2, 9), (foot + 2, 3.4), (foot - 2, 3.4)), sharp=True)
        _lay(plate, view, shifted(CASTOR, foot, 0))
    _lay(plate, view, _box(-2, 8, 2, seat - 6), sharp=True)
    _lay(plate, view, shifted(CHAIR_ARM, 0, seat))
    _lay(plate, view, shifted(CHAIR_BACK, 0, seat))


def chair_cushion(plate: Plate, view: View, seat: float) -> None:
    """The cushion of the office chair, which comes after whoever sinks into it."""
    _lay(plate, view, shifted(CHAIR_CUSHION, 0, seat))


def desk(plate: Plate, view: View, height: float) -> None:
    """A desk with a screen and a keyboard."""
    _lay(plate, view, _box(84, 0, 88, height - 3), sharp=True)
    _lay(plate, view, _box(38, height - 3, 94, height), sharp=True)
    for shape in (KEYBOARD, STAND, SCREEN):
        _lay(plate, view, shifted(shape, 0, height), sharp=True)


def car_seat(plate: Plate, view: View, place: Point, lean: float) -> None:
    """A car seat but for its cushion.

    ``place`` is where cushion and backrest meet; ``lean`` is how far the backrest leans back, in degrees.
    """
    x, y = place
    _lay(plate, view, ((x - 14, 0), (x + 26, 0), (x + 20, y - 8), (x - 12, y - 8)), sharp=True)
    for shape in (HEADREST, BACKREST):
        _lay(plate, view, shifted(turned(shape, lean, (0, 0)), x, y))


def car_cushion(plate: Plate, view: View, place: Point, tip: float) -> None:
    """The cushion of a car seat, which comes after whoever sinks into it; ``tip``: how far its front is lowered."""
    _lay(plate, view, shifted(turned(CUSHION, -tip, (0, 0)), *place))


def wheel(plate: Plate, view: View, middle: Point, lean: float) -> None:
    """A steering wheel seen from its edge, and its column; ``lean``: how far its top leans away, in degrees."""
    _lay(plate, view, shifted(turned(COLUMN, -lean, (0, 0)), *middle), sharp=True)
    _lay(plate, view, shifted(turned(RIM, -lean, (0, 0)), *middle))


def pedal(plate: Plate, view: View, place: Point, lean: float) -> None:
    """A pedal whose pad is at ``place``, turned by ``lean`` degrees from upright, and the arm it hangs from."""
    _lay(plate, view, shifted(PEDAL_ARM, *place), sharp=True)
    _lay(plate, view, shifted(turned(PAD, lean, (0, 0)), *place), sharp=True)

"""Behind the wheel: the whole posture, the height of the seat, the distance to the pedals, the wheel."""

from art.plates.ink import Plate, curve, oval, straight
from art.plates.people_body import SIDES, Arm, Bend, Leg, Pose
from art.plates.people_figure import Layer, draw_person
from art.plates.people_poses import sitting
from art.plates.people_seats import car_cushion, car_seat, floor, pedal, wheel
from art.plates.people_space import Vector, View, between, minus, plus, times, unit

HIP: Vector = (0, 50.0, 0)
PLACE = (4.5, 40.6)
WHEEL = (43.0, 84.0)
PAD = (74.6, 12.2)
HEIGHT = 440


def draw() -> tuple[Plate, ...]:
    """All four."""
    return _seat(), _height(), _pedals(), _wheel()


def _driver() -> Pose:
    """Hips all the way back, both hands on the wheel, the right foot on the pedal."""
    legs = {
        "right": Leg((59.2, 10.6, 9), (0.4, 1, 0), (0.82, 0.57, 0)),
        "left": Leg((53, 8, -9), (0.4, 1, 0), (1, 0, 0)),
    }
    arms = {
        side: Arm(
            (35.0, 81.0, -sign * 17), (-0.2, -1, -sign * 0.5), (0.8, 0.5, sign * 0.1), (0.5, -0.8, 0), 34
        )
        for side, sign in SIDES.items()
    }
    return sitting(HIP, legs, arms, 16, (Bend(forward=4), Bend(forward=2), Bend(forward=8)))


def _draw_driver(plate: Plate, view: View) -> Pose:
    pose = _driver()
    floor(plate, view)
    car_seat(plate, view, PLACE, 15)
    pedal(plate, view, PAD, -54)
    draw_person(plate, pose, view)
    car_cushion(plate, view, PLACE, 3)
    wheel(plate, view, WHEEL, 24)
    draw_person(plate, pose, view, [Layer(("hand right",))])
    return pose


def _seat() -> Plate:
    plate = Plate(
        "car-seat",
        "Behind the wheel: where you are heading",
        "A person in a car seat from the side. The hips are all the way back and a little higher than the knees, "
        "the back rests against the backrest, both hands are on the wheel, and the foot on the pedal "
        "leaves the knee bent.",
        height=480,
    )
    view = View((22, 70, 0), (330, 250), 3.2)
    _draw_driver(plate, view)
    plate.label("both hands\non the wheel", (452, 110), view.at((42, 86, 17)), start=(480, 146))
    plate.label("hips all\nthe way back", (20, 404), view.at((-9, 46, 9)), start=(130, 382))
    return plate


def _height() -> Plate:
    plate = Plate(
        "car-seat-height",
        "Seat height: hips above the knees",
        "The driver's hips and legs from the side. Two dashed level lines show that the hip joint lies a little "
        "higher than the knee. An arrow lifts the seat. The angle at the knee is a little more than a right angle.",
        height=HEIGHT,
    )
    view = View((28, 40, 0), (316, 236), 4.8)
    pose = _draw_driver(plate, view)
    hip, knee = view.at(pose.hip("right")), view.at(pose.knee("right"))
    for x, y in (hip, knee):
        plate.shape("accent-line dashed", straight([(x, y), (620, y)]))
        plate.shape("accent", oval((x, y), 6))
    plate.label("hip", (620, hip[1] - 10), anchor="end")
    plate.label("knee", (620, knee[1] + 30), anchor="end")
    plate.arrow(view.line([(-28, 16, 0), (-28, 30, 0)]))
    return plate


def _pedals() -> Plate:
    plate = Plate(
        "car-seat-pedals",
        "Distance: the brake goes down, the knee stays bent",
        "The driver's legs from the side. The foot has pressed the brake pedal all the way down, and the knee is "
        "still bent. A double arrow along the floor shows how the seat slides.",
        height=HEIGHT,
    )
    view = View((28, 40, 0), (316, 236), 4.8)
    pose = _draw_driver(plate, view)
    knee, hip, ankle = pose.knee("right"), pose.hip("right"), pose.legs["right"].ankle
    arc = [
        plus(knee, times(unit(between(minus(hip, knee), minus(ankle, knee), k / 6)), 12)) for k in range(7)
    ]
    plate.shape("accent-line thick", curve(view.line(arc)))
    plate.arrow(view.line([(66, 27, 9), (73, 22.6, 9)]))
    plate.label("still bent", (620, 150), view.at(plus(knee, (2, -2, 0))), anchor="end", start=(500, 158))
    plate.arrow(view.line([(0, 6, 0), (24, 6, 0)]))
    plate.arrow(view.line([(0, 6, 0), (-24, 6, 0)]))
    return plate


def _wheel() -> Plate:
    plate = Plate(
        "car-seat-wheel",
        "The wheel faces the chest, 25 cm (10 in) away",
        "The driver's chest, arms and wheel from the side. A double arrow from the breastbone to the middle of "
        "the wheel is marked: at least 25 cm, which is 10 inches. The wheel faces the chest.",
        height=HEIGHT,
    )
    view = View((18, 92, 0), (320, 230), 5.0)
    pose = _draw_driver(plate, view)
    chest = pose.spine(38).at(0, 0, 10.6)
    middle = (WHEEL[0] - 1.6, WHEEL[1] + 0.8, 0)
    plate.arrow(view.line([between(chest, middle, 0.5), between(chest, middle, 0.95)]))
    plate.arrow(view.line([between(chest, middle, 0.5), between(chest, middle, 0.05)]))
    plate.label("at least\n25 cm (10 in)", (400, 60), view.at(between(chest, middle, 0.5)), start=(392, 64))
    return plate

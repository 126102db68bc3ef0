"""The skeleton from the side, in any posture: spine, hip bone, thigh bone, and the iliopsoas that joins them.

Measures are centimeters of a middling adult, from the middle of the hip joint, x forward and y upward, standing.
``Side`` holds a posture (how the pelvis tips, how the spine curves, how far each hip bends) and brings measures to
plate units. The iliopsoas is drawn as if the hip bone could be looked through.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from art.plates.ink import Line, Plate, Point, curve, mix, oval, turned

HIP_BONE: Line = (
    (5.7, 8.5), (5.0, 7.6), (4.4, 6.6), (4.1, 5.7), (4.45, 4.9), (4.3, 4.1), (3.7, 3.3), (3.9, 2.6),
    (4.6, 1.7), (5.5, 0.6), (6.2, -0.4), (6.3, -1.2), (5.8, -2.3), (5.2, -3.6), (4.2, -4.8), (2.6, -5.8),
    (1.0, -6.9), (-0.4, -7.9), (-1.8, -8.3), (-3.2, -7.9), (-4.2, -6.6), (-4.3, -5.0), (-3.8, -3.7),
    (-3.4, -2.7), (-3.9, -1.7), (-5.3, -0.9), (-5.5, -0.4), (-4.6, 0.5), (-4.0, 1.9), (-4.1, 3.6),
    (-5.0, 5.0), (-6.6, 5.7), (-8.3, 5.8), (-8.9, 6.6), (-9.0, 7.8), (-9.5, 9.0), (-9.2, 10.3), (-7.8, 12.0),
    (-5.6, 13.7), (-3.0, 14.7), (-0.2, 14.8), (2.4, 13.9), (4.4, 12.1), (5.6, 10.2), (6.0, 9.2),
)  # fmt: skip
OBTURATOR_FORAMEN: Line = (
    (3.6, -1.9), (4.4, -2.6), (4.2, -3.8), (2.8, -4.9), (1.0, -5.6), (-0.6, -5.9), (-1.2, -4.9),
    (-0.4, -3.8), (1.2, -3.2),
)  # fmt: skip
CREST_LIP: Line = (
    (4.8, 9.0), (4.4, 10.4), (3.2, 12.0), (1.4, 13.0), (-0.8, 13.4), (-3.2, 13.2), (-5.4, 12.2),
    (-7.2, 10.6),
)  # fmt: skip
GLUTEAL_LINE: Line = ((3.4, 8.6), (1.6, 9.6), (-1.0, 9.2), (-3.2, 7.4), (-4.4, 5.4))
SACRUM: Line = (
    (-0.9, 9.6), (-2.3, 7.7), (-4.3, 6.0), (-6.2, 4.2), (-7.3, 2.4), (-7.7, 0.8), (-8.5, 0.7), (-9.3, 2.6),
    (-9.8, 5.0), (-9.6, 7.0), (-8.6, 9.2), (-6.8, 10.8), (-5.0, 11.7), (-3.6, 11.9), (-2.3, 10.75),
)  # fmt: skip
TAILBONE: Line = (
    (-7.8, 0.55), (-7.6, -0.5), (-7.0, -1.6), (-6.4, -2.1), (-6.5, -1.5), (-7.3, -0.7), (-8.4, 0.5),
)  # fmt: skip
SYMPHYSIS: Line = ((6.2, -0.5), (6.3, -1.2), (5.8, -2.3), (5.2, -3.5), (4.9, -3.0), (5.2, -1.6), (5.7, -0.5))
FEMUR: Line = (
    (-0.6, 1.0), (0.3, 0.2), (0.75, -1.4), (0.95, -3.4), (1.2, -6.0), (1.7, -11.0), (2.3, -19.0),
    (2.4, -27.0), (2.2, -33.0), (2.6, -37.0), (3.2, -39.4), (3.3, -41.4), (2.2, -43.0), (0.2, -43.6),
    (-1.8, -43.5), (-3.4, -42.4), (-3.6, -40.4), (-2.6, -38.2), (-1.3, -35.6), (-0.7, -30.0), (-0.5, -22.0),
    (-0.8, -14.0), (-1.3, -9.4), (-1.6, -7.7), (-2.2, -7.0), (-2.5, -6.3), (-2.3, -5.7), (-1.9, -5.1),
    (-2.0, -3.8), (-2.7, -2.4), (-3.1, -0.9), (-2.9, 0.4), (-2.2, 1.2), (-1.3, 1.3),
)  # fmt: skip
FEMUR_HEAD = 2.35
TIBIA: Line = (
    (2.4, -44.4), (3.0, -46.0), (2.4, -48.5), (1.9, -54.0), (1.5, -64.0), (1.0, -76.0), (1.2, -82.0),
    (1.0, -84.0), (-1.2, -84.3), (-1.6, -82.0), (-1.1, -76.0), (-1.1, -64.0), (-1.4, -54.0), (-2.2, -48.5),
    (-3.0, -45.6), (-2.6, -44.3), (0, -44.0),
)  # fmt: skip
KNEECAP: Line = ((3.9, -40.6), (5.0, -39.4), (5.5, -40.8), (5.2, -42.6), (4.2, -43.4), (3.8, -42.0))
KNEE: Point = (0, -43.0)
SACRAL_PLATE: Point = (-2.25, 10.75)
LESSER_TROCHANTER: Point = (-2.0, -6.4)
PUBIC_RIM: tuple[Point, Point] = ((5.2, 3.9), (3.6, 2.6))
FOSSA: Line = ((5.3, 8.9), (4.9, 10.6), (3.4, 12.3), (1.4, 13.3), (-0.8, 13.6), (-2.8, 13.2), (-4.4, 11.8))
FOSSA_LOW: Line = ((5.0, 6.6), (4.0, 7.6), (2.4, 7.6), (0.8, 6.6))

# Up from the sacrum: name, height of the body with its disc, depth of the body, how far it leans forward (degrees)
# in easy standing. The angles of a posture are given for some levels and reckoned in between.
LEVELS: tuple[tuple[str, float, float], ...] = (
    ('L5', 3.7, 3.5), ('L4', 3.7, 3.5), ('L3', 3.7, 3.4), ('L2', 3.6, 3.3), ('L1', 3.5, 3.2),
    ('T12', 3.2, 3.0), ('T11', 2.9, 2.9), ('T10', 2.7, 2.8), ('T9', 2.6, 2.7), ('T8', 2.5, 2.6),
    ('T7', 2.4, 2.6), ('T6', 2.3, 2.5), ('T5', 2.3, 2.4), ('T4', 2.2, 2.3), ('T3', 2.1, 2.2),
    ('T2', 2.0, 2.1), ('T1', 1.9, 2.0), ('C7', 1.8, 1.9), ('C6', 1.7, 1.8), ('C5', 1.7, 1.7),
    ('C4', 1.7, 1.7), ('C3', 1.7, 1.6), ('C2', 2.2, 1.6),
)  # fmt: skip
STANDING = {
    "L5": 29.0, "L4": 15.0, "L3": 4.0, "L2": -5.0, "L1": -11.0, "T12": -14.0, "T10": -15.0, "T7": -4.0,
    "T4": 12.0, "T1": 25.0, "C5": 12.0, "C2": 2.0,
}  # fmt: skip
SITTING = {
    "L5": 17.0, "L4": 8.0, "L3": 1.0, "L2": -4.0, "L1": -7.0, "T12": -8.0, "T10": -9.0, "T7": 0.0,
    "T4": 13.0, "T1": 24.0, "C5": 12.0, "C2": 2.0,
}  # fmt: skip


@dataclass(frozen=True)
class Vertebra:
    """One vertebra of a posture: the middle of its body, its lean forward in degrees, its height and depth."""

    name: str
    middle: Point
    lean: float
    height: float
    depth: float

    def at(self, forward: float, up: float) -> Point:
        """A point given in the vertebra's own directions."""
        lean = math.radians(self.lean)
        return (
            self.middle[0] + forward * math.cos(lean) + up * math.sin(lean),
            self.middle[1] - forward * math.sin(lean) + up * math.cos(lean),
        )


@dataclass
class Side:
    """A posture on a plate.

    ``hip`` in units, ``scale`` in units a centimeter, ``facing`` 1 for the viewer's right. ``tilt``: degrees the
    pelvis tips forward of easy standing. ``lean``: degrees by which each named vertebra leans forward. ``turn``:
    degrees clockwise by which everything lies, -90 for lying face up with the head to the viewer's left.
    """

    hip: Point
    scale: float
    facing: int = 1
    tilt: float = 0
    lean: dict[str, float] = field(default_factory=lambda: dict(STANDING))
    turn: float = 0

    def at(self, point: Point) -> Point:
        """A point of the standing frame in plate units."""
        (found,) = turned([(point[0] * self.facing * self.scale, -point[1] * self.scale)], self.turn, (0, 0))
        return (self.hip[0] + found[0], self.hip[1] + found[1])

    def line(self, points: Line) -> list[Point]:
        """Points of the standing frame in plate units."""
        return [self.at(point) for point in points]

    def pelvis(self, points: Line) -> list[Point]:
        """Points of the pelvis, tipped, still in centimeters."""
        return turned(points, -self.tilt, (0, 0))

    def thigh(self, points: Line, flexion: float) -> list[Point]:
        """Points of the thigh, bent forward at the hip by degrees, still in centimeters."""
        return turned(points, flexion, (0, 0))

    def spine(self) -> list[Vertebra]:
        """The vertebrae from L5 up."""
        (base,) = self.pelvis([SACRAL_PLATE])
        names = [name for name, _, _ in LEVELS]
        known = sorted((names.index(name), degrees) for name, degrees in self.lean.items())
        found, (x, y) = [], base
        for index, (name, height, depth) in enumerate(LEVELS):
            degrees = _between(known, index)
            up = (math.sin(math.radians(degrees)), math.cos(math.radians(degrees)))
            found.append(
                Vertebra(name, (x + up[0] * height * 0.57, y + up[1] * height * 0.57), degrees, height, depth)
            )
            x, y = x + up[0] * height, y + up[1] * height
        return found

    def draw_spine(self, plate: Plate, top: str = "T10") -> None:
        """The vertebrae from L5 up to ``top``: bodies, discs, and the spines behind."""
        bones = self.spine()
        bones = bones[: [bone.name for bone in bones].index(top) + 1]
        (lowest,) = self.pelvis([SACRAL_PLATE])
        floors = [lowest, *(bone.at(0, bone.height * 0.43) for bone in bones)]
        plate.shape("bone bone-line", *(self._outline(bone, _arch(bone)) for bone in bones))
        for bone, floor in zip(bones, floors, strict=False):
            between = replace(bone, middle=mix(floor, bone.at(0, -bone.height * 0.43), 0.5))
            plate.shape("disc", self._outline(between, _pad(bone)))
        plate.shape("bone bone-line", *(self._outline(bone, _body(bone)) for bone in bones))

    def _outline(self, bone: Vertebra, points: Line) -> str:
        """Path data of a closed outline given in a vertebra's own directions."""
        return curve(self.line([bone.at(*point) for point in points]), closed=True)

    def draw_sacrum(self, plate: Plate) -> None:
        """The sacrum and the tailbone."""
        for shape in (SACRUM, TAILBONE):
            plate.shape("bone bone-line", curve(self.line(self.pelvis(shape)), closed=True))

    def draw_hip_bone(self, plate: Plate) -> None:
        """The hip bone from outside, with its socket and the obturator foramen."""
        plate.shape("bone bone-line", curve(self.line(self.pelvis(HIP_BONE)), closed=True))
        plate.shape("hole", curve(self.line(self.pelvis(OBTURATOR_FORAMEN)), closed=True))
        plate.shape("bone-line", curve(self.line(self.pelvis(CREST_LIP))), oval(self.hip, 2.95 * self.scale))

    def draw_femur(self, plate: Plate, flexion: float = 0, *, head: bool = True) -> None:
        """A thigh bone, bent forward at the hip by degrees."""
        if head:
            plate.shape("bone bone-line", oval(self.hip, FEMUR_HEAD * self.scale))
        plate.shape("bone bone-line", curve(self.line(self.thigh(FEMUR, flexion)), closed=True))

    def shin(self, points: Line, flexion: float, knee: float) -> list[Point]:
        """Points of the shin: the knee bent by degrees, then the hip."""
        return self.thigh(turned(points, -knee, KNEE), flexion)

    def psoas(self, flexion: float = 0, *, top: str = "T12") -> list[list[Point]]:
        """The cross sections of the psoas in this posture, in plate units: front edge first."""
        bones = {bone.name: bone for bone in self.spine()}
        names = ["T12", "L1", "L2", "L3", "L4", "L5"][["T12", "L1"].index(top) :]
        origin = [bones[name].at(0.35, -0.7 if name == "T12" else 0.2) for name in names]
        belly = [bones["L4"].at(3.9, -0.6), bones["L5"].at(3.0, 0.2), bones["L5"].at(1.9, -1.7)]
        high = [
            bones["L2"].at(2.2, 0),
            bones["L3"].at(1.8, -0.6),
            bones["L4"].at(1.2, -0.8),
            bones["L5"].at(0.7, -0.8),
        ]
        return [self.line(section) for section in (origin, high, belly, *self._over_the_rim(flexion))]

    def iliacus(self, flexion: float = 0) -> list[list[Point]]:
        """The cross sections of the iliacus in this posture, in plate units: front edge first."""
        rim, *rest = self._over_the_rim(flexion)
        return [self.line(section) for section in (self.pelvis(FOSSA), self.pelvis(FOSSA_LOW), rim, *rest)]

    def _over_the_rim(self, flexion: float) -> list[list[Point]]:
        """The common way of both: over the pubic bone, round the front of the joint, to the lesser trochanter."""
        rim = self.pelvis(PUBIC_RIM)
        (end,) = self.thigh([LESSER_TROCHANTER], flexion)
        low, high = self.thigh([(-1.7, -7.6), (-2.1, -5.8)], flexion)
        sections = [rim]
        for share, clear in ((0.36, (4.3, 3.0)), (0.68, (3.9, 2.9))):
            sections.append(
                [_clear(mix(edge, end, share), radius) for edge, radius in zip(rim, clear, strict=True)]
            )
        return [*sections, [low, high]]


def _body(bone: Vertebra) -> list[Point]:
    """The outline of a vertebra's body, in its own directions."""
    half, high = bone.depth / 2, bone.height * 0.39
    front = [(half * 0.4, high), (half, high), (half * 0.86, 0.0), (half, -high), (half * 0.4, -high)]
    return [*front, *((-forward, up) for forward, up in reversed(front))]


def _pad(bone: Vertebra) -> list[Point]:
    """The outline of the disc under a vertebra."""
    half, high = bone.depth / 2, bone.height * 0.08
    return [(half, high), (half * 1.06, 0), (half, -high), (-half, -high), (-half * 1.06, 0), (-half, high)]


def _arch(bone: Vertebra) -> list[Point]:
    """The outline of a vertebra's arch and spine: level in the low back, sloping down in the chest."""
    rear, high = -bone.depth / 2, bone.height * 0.39
    low = bone.height * (-0.5 if bone.name[0] == "T" else -0.12)
    reach = rear - {"L": 4.2, "T": 3.4, "C": 2.6}[bone.name[0]]
    above = [(rear + 0.3, high * 0.8), (rear - 1.0, high * 0.85), (rear - 1.9, high * 0.35)]
    tip = [(reach, low + high * 0.45), (reach - 0.35, low), (reach, low - high * 0.75)]
    below = [(rear - 2.2, low * 0.5 - high * 0.8), (rear - 1.2, -high * 0.35), (rear + 0.3, high * 0.1)]
    return [*above, *tip, *below]


def _clear(point: Point, radius: float) -> Point:
    """The point, pushed out from the joint's middle to at least ``radius``."""
    distance = math.hypot(*point) or 1
    return (point[0] * radius / distance, point[1] * radius / distance) if distance < radius else point


def _between(known: Sequence[tuple[int, float]], index: int) -> float:
    """The value at ``index`` on the straight lines between known values."""
    before = max((pair for pair in known if pair[0] <= index), default=known[0])
    after = min((pair for pair in known if pair[0] >= index), default=known[-1])
    if before[0] == after[0]:
        return before[1]
    return before[1] + (after[1] - before[1]) * (index - before[0]) / (after[0] - before[0])


def skin_of_trunk(
    side: Side, front: dict[str, float], back: dict[str, float]
) -> tuple[list[Point], list[Point]]:
    """The front and the back line of the trunk, upward, in centimeters: so far before and behind each vertebra."""
    bones = side.spine()
    index = {bone.name: place for place, bone in enumerate(bones)}

    def edge(distances: dict[str, float], sign: int) -> list[Point]:
        known = sorted((index[name], value) for name, value in distances.items())
        last = known[-1][0]
        places = [place for place in range(known[0][0], last + 1) if place % 2 == 0 or place == last]
        return [bones[place].at(sign * _between(known, place), 0) for place in places]

    return edge(front, 1), edge(back, -1)

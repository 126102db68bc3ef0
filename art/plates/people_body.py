"""A grown person in plain clothes, seven and a half heads high, in any pose: joints, and how wide the body is there.

Every drawing of people uses this one body. A ``Pose`` says where the pelvis is, how the trunk bends, and where wrists
and ankles are; knees and elbows follow. Measures are centimeters, from the middle between the two hip joints.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from art.plates.people_space import Frame, Vector, between, cross, dot, minus, plus, times, unit

THIGH, SHIN, UPPER_ARM, FOREARM = 43.0, 39.0, 29.5, 25.5
HIP_JOINT: Vector = (8.6, 0, 0)
SHOULDER_HEIGHT, NECK_HEIGHT, HEAD_HEIGHT = 49.0, 56.0, 61.5
SHOULDER: Vector = (17.4, 0, -1.6)
# Of the trunk: height, half its breadth, how far it reaches forward and back.
TRUNK: Sequence[tuple[float, float, float, float]] = (
    (-9.0, 9.0, 4.0, 6.0), (-6.0, 15.0, 7.6, 9.4), (-2.0, 16.8, 8.9, 11.0), (2.0, 17.1, 9.5, 11.3),
    (6.0, 16.7, 10.0, 10.7), (11.0, 15.8, 10.2, 9.4),
    (17.0, 15.0, 10.1, 8.5), (23.0, 14.8, 10.1, 8.4), (29.0, 15.1, 10.3, 8.9), (35.0, 15.7, 10.6, 9.7),
    (41.0, 16.2, 10.3, 10.4), (46.0, 16.0, 8.8, 10.6),
    (50.0, 13.6, 6.6, 10.0), (53.0, 9.4, 4.4, 9.0), (55.6, 6.6, 3.4, 7.8),
)  # fmt: skip
WAIST = 3
# Of the limbs: share of the bone's length, how far forward of the bone, half the width.
THIGH_ROUND = (
    (0.0, -0.4, 8.6), (0.14, 0.0, 8.9), (0.34, 0.2, 8.5), (0.56, 0.4, 7.6), (0.78, 0.4, 6.7), (0.92, 0.4, 6.2),
    (1.0, 0.4, 6.0),
)  # fmt: skip
SHIN_ROUND = (
    (0.0, 0.5, 5.3), (0.12, -0.2, 5.3), (0.28, -1.2, 6.0), (0.44, -1.1, 5.7), (0.66, -0.3, 4.5),
    (0.86, 0.0, 3.6), (1.0, -0.3, 3.4),
)  # fmt: skip
UPPER_ARM_ROUND = ((0.0, 0.0, 5.4), (0.16, 0.0, 5.2), (0.45, 0.2, 4.5), (0.8, 0.0, 3.8), (1.0, 0.0, 3.5))
TROUSER_ROUND = ((0.0, 0.4, 6.0), (0.3, -0.5, 6.2), (0.6, -0.4, 5.7), (0.93, 0.0, 5.0), (1.1, 0.0, 4.9))
FOREARM_ROUND = ((0.0, 0.0, 3.5), (0.2, 0.2, 3.9), (0.5, 0.1, 3.4), (0.85, 0.0, 2.5), (1.0, 0.0, 2.4))
# Of the head: height above its pivot, half its breadth, how far it reaches forward and back.
HEAD: Sequence[tuple[float, float, float, float]] = (
    (-2.8, 3.4, 7.0, 0.6), (-1.4, 5.0, 8.4, 1.4), (0.6, 6.0, 9.0, 3.6), (3.0, 6.7, 9.2, 7.2),
    (5.5, 7.1, 9.4, 8.5), (8.5, 7.4, 9.1, 9.1),
    (11.5, 7.5, 9.2, 9.2), (14.5, 7.2, 8.8, 8.6), (17.2, 5.9, 7.2, 6.6), (19.6, 3.0, 3.8, 2.8),
)  # fmt: skip
CROWN = (20.6, 0.4, 0.6, 0.4)
# How far forward of the head's middle, and how high the hair begins there.
HAIRLINE = (
    (-11.0, 0.8),
    (-5.0, 1.2),
    (-2.6, 4.0),
    (0.0, 7.4),
    (1.6, 9.6),
    (4.0, 11.4),
    (7.0, 13.4),
    (11.0, 15.2),
)
HAIR_DEPTH = 0.9
EAR = (7.2, 6.4, -1.0, 1.6)
NOSE = ((0.0, 8.6, 9.1, 0.7), (0.0, 6.0, 10.3, 1.0))
CHIN = ((0.0, -1.0, 7.3, 2.0), (0.0, 2.4, 8.5, 1.3))
SIDES = {"left": 1, "right": -1}


@dataclass(frozen=True)
class Ball:
    """A ball of the body."""

    middle: Vector
    radius: float


@dataclass(frozen=True)
class Slice:
    """A flat round of the body: its frame, half its breadth, how far it reaches forward and back."""

    frame: Frame
    breadth: float
    forward: float
    back: float

    def around(self, count: int = 20) -> list[Vector]:
        """Points around its edge."""
        found = []
        for step in range(count):
            x, z = math.cos(2 * math.pi * step / count), math.sin(2 * math.pi * step / count)
            x, z = (math.copysign(abs(one) ** 0.86, one) for one in (x, z))
            found.append(self.frame.at(x * self.breadth, 0, z * (self.forward if z > 0 else self.back)))
        return found


@dataclass(frozen=True)
class Stretch:
    """A stretch of the body between two balls or two slices.

    ``part`` is trunk, neck, head, or arm, hand, leg with a side ("arm left"); ``wear`` is skin, shirt or trousers.
    ``hem``: the garment ends here, at this point and across this direction.
    """

    part: str
    wear: str
    ends: tuple[Ball, Ball] | tuple[Slice, Slice]
    hem: tuple[Vector, Vector] | None = None


@dataclass(frozen=True)
class Leg:
    """Where the ankle is, which way the knee points, and which way the toes do."""

    ankle: Vector
    knee: Vector
    toes: Vector


@dataclass(frozen=True)
class Arm:
    """Where the wrist is, which way the elbow points, which way the hand points and the palm looks.

    ``curl`` in degrees: how far the fingers bend toward the palm at each of two joints.
    """

    wrist: Vector
    elbow: Vector
    hand: Vector
    palm: Vector
    curl: float = 12


@dataclass(frozen=True)
class Bend:
    """How a part of the trunk bends: forward, to the left, and turned to the left, in degrees."""

    forward: float = 0
    left: float = 0
    twist: float = 0


@dataclass(frozen=True)
class Pose:
    """One way to hold the body; ``legs`` and ``arms`` by side, "left" and "right"."""

    pelvis: Frame
    legs: Mapping[str, Leg]
    arms: Mapping[str, Arm]
    loin: Bend = Bend()
    chest: Bend = Bend()
    neck: Bend = Bend()
    _spine: dict[float, Frame] = field(default_factory=dict, compare=False)

    def spine(self, height: float) -> Frame:
        """The frame of the trunk at a height above the hip joints: it bends at the loin and at the chest."""
        if height <= 2:
            return self.pelvis.moved(self.pelvis.at(0, height, 0))
        if height not in self._spine:
            steps = max(1, math.ceil((height - 2) / 1.5))
            origin, frame = self.pelvis.at(0, 2, 0), self.pelvis
            for step in range(steps):
                frame = self._bent(2 + (height - 2) * (step + 0.5) / steps)
                origin = plus(origin, times(frame.up, (height - 2) / steps))
            self._spine[height] = self._bent(height).moved(origin)
        return self._spine[height]

    def _bent(self, height: float) -> Frame:
        """The directions of the trunk at a height."""
        loin, chest = _eased(height, 2, 26), _eased(height, 24, 48)
        frame = self.pelvis.bent(
            *(loin * one for one in (self.loin.forward, self.loin.left, self.loin.twist))
        )
        return frame.bent(*(chest * one for one in (self.chest.forward, self.chest.left, self.chest.twist)))

    def head(self) -> Frame:
        """The frame of the head, at its pivot on the neck."""
        low = self.spine(NECK_HEIGHT)
        bend = self.neck
        half = low.bent(bend.forward / 2, bend.left / 2, bend.twist / 2)
        origin = plus(low.at(0, 0, -2.2), times(half.up, HEAD_HEIGHT - NECK_HEIGHT), times(half.forward, 1.4))
        return low.bent(bend.forward, bend.left, bend.twist).moved(origin)

    def hip(self, side: str) -> Vector:
        """A hip joint."""
        return self.pelvis.at(SIDES[side] * HIP_JOINT[0], 0, 0)

    def shoulder(self, side: str) -> Vector:
        """A shoulder joint; it follows a raised arm a little."""
        frame = self.spine(SHOULDER_HEIGHT)
        rest = frame.at(SIDES[side] * SHOULDER[0], SHOULDER[1], SHOULDER[2])
        reach = unit(minus(self.arms[side].wrist, rest))
        return plus(rest, times(reach, 1.6), times(frame.up, 1.2 * max(0, dot(reach, frame.up))))

    def knee(self, side: str) -> Vector:
        """A knee."""
        leg = self.legs[side]
        return _middle(self.hip(side), leg.ankle, THIGH, SHIN, leg.knee)

    def elbow(self, side: str) -> Vector:
        """An elbow."""
        arm = self.arms[side]
        return _middle(self.shoulder(side), arm.wrist, UPPER_ARM, FOREARM, arm.elbow)

    def stretches(self) -> Iterator[Stretch]:
        """The whole body, stretch by stretch."""
        yield from self._trunk()
        yield from self._head()
        for side in SIDES:
            yield from self._leg(side)
            yield from self._arm(side)

    def _trunk(self) -> Iterator[Stretch]:
        slices = [Slice(self.spine(height), *rest) for height, *rest in TRUNK]
        neck = self.spine(54)
        collar = (neck.at(0, 0, -1.0), unit(plus(neck.up, times(neck.forward, 0.45))))
        for index, pair in enumerate(pairwise(slices)):
            if index >= WAIST:
                yield Stretch("trunk", "shirt", pair, collar)
            if index <= WAIST:
                yield Stretch("trunk", "trousers", pair)
        for side, sign in SIDES.items():
            yield Stretch(
                "trunk",
                "trousers",
                (
                    Ball(self.pelvis.at(sign * 7.4, -4.6, -4.4), 7.8),
                    Ball(self.pelvis.at(sign * 8.2, 1.0, -3.4), 7.6),
                ),
            )
            root = self.spine(52)
            yield Stretch(
                "trunk",
                "shirt",
                (Ball(root.at(sign * 5.0, 0.4, -3.0), 4.6), Ball(self.shoulder(side), 5.9)),
                collar,
            )
            chest = self.spine(43)
            yield Stretch(
                "trunk", "shirt", (Ball(chest.at(sign * 9.6, 0, 0), 7.4), Ball(self.shoulder(side), 5.6))
            )

    def _head(self) -> Iterator[Stretch]:
        head, low = self.head(), self.spine(54)
        yield Stretch("neck", "skin", (Ball(low.at(0, 0, -2.4), 5.9), Ball(head.at(0, 0.5, -1.4), 5.5)))
        slices = [Slice(head.moved(head.at(0, height, 0)), *rest) for height, *rest in HEAD]
        for pair in pairwise(slices):
            yield Stretch("head", "skin", pair)
        for feature in (NOSE, CHIN):
            one, two = (Ball(head.at(*place), radius) for *place, radius in feature)
            yield Stretch("head", "skin", (one, two))
        for sign in SIDES.values():
            x, *rest, radius = EAR
            ear = Ball(head.at(sign * x, *rest), radius)
            yield Stretch("head", "skin", (ear, Ball(plus(ear.middle, times(head.up, 2.4)), radius)))

    def hair(self) -> Iterator[tuple[Vector, Vector, Vector, Vector]]:
        """The hair, as small faces that wind to the left as seen from outside."""
        head, count, steps = self.head(), 40, 6
        strands = []
        for turn in range(count + 1):
            angle = 2 * math.pi * turn / count
            root = next(y for y in (step / 4 for step in range(81)) if y >= _hairline(_scalp(angle, y)[1]))
            heights = [root + (20.4 - root) * step / steps for step in range(steps + 1)]
            hair = [head.at(x, y + max(0, y - 14) * 0.12, z) for y in heights for x, z in [_scalp(angle, y)]]
            strands.append([*hair, head.at(0, 21.4, 0.4)])
        for one, other in pairwise(strands):
            for low, high in pairwise(range(steps + 2)):
                yield one[low], one[high], other[high], other[low]

    def _leg(self, side: str) -> Iterator[Stretch]:
        hip, knee, leg = self.hip(side), self.knee(side), self.legs[side]
        front = _square(leg.knee, minus(leg.ankle, hip), self.pelvis.forward)
        part = f"leg {side}"
        for pair in _rounds(hip, knee, front, THIGH_ROUND):
            yield Stretch(part, "trousers", pair)
        ahead = _square(leg.knee, minus(leg.ankle, knee), front)
        hem = (between(knee, leg.ankle, 0.93), unit(minus(leg.ankle, knee)))
        for pair in _rounds(knee, leg.ankle, ahead, SHIN_ROUND):
            yield Stretch(part, "skin", pair)
        for pair in _rounds(knee, leg.ankle, ahead, TROUSER_ROUND):
            yield Stretch(part, "trousers", pair, hem)
        yield from self._foot(side, ahead, unit(minus(leg.ankle, knee)))

    def _foot(self, side: str, front: Vector, down: Vector) -> Iterator[Stretch]:
        leg = self.legs[side]
        toes = unit(leg.toes)
        sole = unit(cross(cross(front, down), toes))
        across = cross(toes, sole)

        def spot(along: float, below: float, out: float = 0) -> Vector:
            return plus(leg.ankle, times(toes, along), times(sole, below), times(across, out))

        part = f"leg {side}"
        for out in (-1.3, 1.3):
            heel, arch = Ball(spot(-2.4, 4.1, out * 0.6), 3.0), Ball(spot(6.5, 4.3, out * 0.8), 2.8)
            ball, tip = Ball(spot(12.5, 5.4, out * 1.2), 2.0), Ball(spot(17.0, 5.9, out), 1.4)
            above = (Ball(spot(-0.4, -1.0), 3.3), Ball(spot(0, -1.0), 3.3))
            for pair in ((heel, arch), (arch, ball), (ball, tip), (above[0], heel), (above[1], arch)):
                yield Stretch(part, "skin", pair)

    def _arm(self, side: str) -> Iterator[Stretch]:
        shoulder, elbow, arm = self.shoulder(side), self.elbow(side), self.arms[side]
        front = _square(self.pelvis.forward, minus(elbow, shoulder), self.pelvis.up)
        part = f"arm {side}"
        hem = (between(shoulder, elbow, 0.62), unit(minus(elbow, shoulder)))
        for pair in _rounds(shoulder, elbow, front, UPPER_ARM_ROUND):
            yield Stretch(part, "skin", pair)
            loose = tuple(Ball(ball.middle, ball.radius + 0.8) for ball in pair)
            yield Stretch(part, "shirt", (loose[0], loose[1]), hem)
        for pair in _rounds(elbow, arm.wrist, front, FOREARM_ROUND):
            yield Stretch(part, "skin", pair)
        yield from self._hand(side)

    def _hand(self, side: str) -> Iterator[Stretch]:
        part = f"hand {side}"
        for stops in self.fingers(side):
            for pair in pairwise(stops):
                yield Stretch(part, "skin", pair)

    def palm(self, side: str) -> Vector:
        """Which way the palm looks."""
        arm = self.arms[side]
        return _square(arm.palm, unit(arm.hand), arm.elbow)

    def fingers(self, side: str) -> list[list[Ball]]:
        """The four fingers from the wrist to their tips, little finger first, and the thumb."""
        arm, palm = self.arms[side], self.palm(side)
        ahead = unit(arm.hand)
        across = times(cross(palm, ahead), SIDES[side])  # toward the thumb
        knuckles = plus(arm.wrist, times(ahead, 8.6))
        middle = plus(knuckles, times(_swung(ahead, palm, arm.curl), 4.6))
        end = plus(middle, times(_swung(ahead, palm, 2.2 * arm.curl), 4.4))
        found = []
        for out in (-2.4, -0.8, 0.8, 2.4):
            aside, length = times(across, out), 1 - 0.06 * abs(out)
            joint, tip = between(knuckles, middle, length), between(middle, end, length)
            found.append(
                [
                    Ball(plus(arm.wrist, times(aside, 0.55)), 2.0),
                    Ball(plus(knuckles, aside), 1.45),
                    Ball(plus(joint, aside), 1.2),
                    Ball(plus(tip, times(aside, 0.9)), 0.95),
                ]
            )
        root = plus(arm.wrist, times(ahead, 2.2), times(across, 1.6), times(palm, 0.6))
        thumb = plus(arm.wrist, times(ahead, 6.0), times(across, 4.2), times(palm, 1.6 + arm.curl / 30))
        point = plus(thumb, times(ahead, 3.0), times(across, 0.3), times(palm, arm.curl / 24))
        return [*found, [Ball(root, 1.8), Ball(thumb, 1.3), Ball(point, 1.0)]]


def _scalp(angle: float, height: float) -> tuple[float, float]:
    """A point of the hair's outside, to the left and forward, at an angle from the left and a height."""
    (low, *narrow), (high, *wide) = next(pair for pair in pairwise((*HEAD, CROWN)) if height <= pair[1][0])
    share = max((height - low) / (high - low), 0)
    breadth, front, back = (a + (b - a) * share + HAIR_DEPTH for a, b in zip(narrow, wide, strict=True))
    x, z = (math.copysign(abs(one) ** 0.86, one) for one in (math.cos(angle), math.sin(angle)))
    return x * breadth, z * (front - 0.5 if z > 0 else back)


def _hairline(forward: float) -> float:
    """How high the hair begins, so far forward."""
    for (back, low), (front, high) in pairwise(HAIRLINE):
        if forward <= front:
            return low + (high - low) * (forward - back) / (front - back)
    return HAIRLINE[-1][1]


def _eased(height: float, low: float, high: float) -> float:
    """How much of a bend has been made at a height: nothing below ``low``, all above ``high``."""
    share = min(max((height - low) / (high - low), 0), 1)
    return share * share * (3 - 2 * share)


def _square(wanted: Vector, axis: Vector, otherwise: Vector) -> Vector:
    """The direction upright on the axis that comes nearest to the wanted one."""
    along = unit(axis)
    found = minus(wanted, times(along, dot(wanted, along)))
    if math.hypot(*found) < 1e-6:
        found = minus(otherwise, times(along, dot(otherwise, along)))
    return unit(found)


def _swung(ahead: Vector, palm: Vector, degrees: float) -> Vector:
    """The direction ahead, bent toward the palm."""
    angle = math.radians(degrees)
    return plus(times(ahead, math.cos(angle)), times(palm, math.sin(angle)))


def _middle(root: Vector, end: Vector, upper: float, lower: float, way: Vector) -> Vector:
    """The joint between two bones that reach from root to end (or as far as they can), bent the given way."""
    axis = minus(end, root)
    span = min(math.hypot(*axis), (upper + lower) * 0.9995)
    along = (upper * upper - lower * lower + span * span) / (2 * span)
    out = math.sqrt(max(upper * upper - along * along, 0))
    return plus(root, times(unit(axis), along), times(_square(way, axis, (0.3, 0.2, 1)), out))


def _rounds(
    start: Vector, end: Vector, front: Vector, rounds: Sequence[tuple[float, float, float]]
) -> Iterator[tuple[Ball, Ball]]:
    """The balls of a limb in pairs."""
    balls = [
        Ball(plus(between(start, end, share), times(front, forward)), radius)
        for share, forward, radius in rounds
    ]
    yield from pairwise(balls)

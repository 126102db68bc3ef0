"""Space for the drawings of people: vectors, frames and the eye that looks at them.

Measures are centimeters. In the world x runs to the viewer's right, y up and z toward the viewer.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from art.plates.ink import Point

Vector = tuple[float, float, float]
RIGHT: Vector = (1, 0, 0)
UP: Vector = (0, 1, 0)
NEAR: Vector = (0, 0, 1)


def plus(one: Vector, *others: Vector) -> Vector:
    """The sum of the vectors."""
    return (
        one[0] + sum(other[0] for other in others),
        one[1] + sum(other[1] for other in others),
        one[2] + sum(other[2] for other in others),
    )


def times(vector: Vector, factor: float) -> Vector:
    """The vector, longer or shorter."""
    return (vector[0] * factor, vector[1] * factor, vector[2] * factor)


def minus(one: Vector, other: Vector) -> Vector:
    """The way from the other to the one."""
    return (one[0] - other[0], one[1] - other[1], one[2] - other[2])


def dot(one: Vector, other: Vector) -> float:
    """How far the one runs along the other."""
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def cross(one: Vector, other: Vector) -> Vector:
    """The vector upright on both."""
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def unit(vector: Vector) -> Vector:
    """The direction alone, one centimeter long."""
    return times(vector, 1 / (math.hypot(*vector) or 1))


def between(one: Vector, other: Vector, share: float) -> Vector:
    """The point ``share`` of the way from one to the other."""
    return plus(times(one, 1 - share), times(other, share))


def spun(vector: Vector, axis: Vector, degrees: float) -> Vector:
    """The vector turned about an axis by the right-hand rule."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return plus(
        times(vector, cosine),
        times(cross(axis, vector), sine),
        times(axis, dot(axis, vector) * (1 - cosine)),
    )


@dataclass(frozen=True)
class Frame:
    """A place and its directions: ``up`` toward the head, ``forward`` out of the chest, ``left`` to the left hand."""

    origin: Vector
    up: Vector = UP
    forward: Vector = NEAR

    @cached_property
    def left(self) -> Vector:
        """The third direction."""
        return cross(self.up, self.forward)

    def at(self, left: float, up: float, forward: float) -> Vector:
        """A point given in the frame's own directions."""
        return plus(self.origin, times(self.left, left), times(self.up, up), times(self.forward, forward))

    def way(self, left: float, up: float, forward: float) -> Vector:
        """A direction given in the frame's own directions."""
        return minus(self.at(left, up, forward), self.origin)

    def moved(self, origin: Vector) -> Self:
        """The same directions at another place."""
        return type(self)(origin, self.up, self.forward)

    def bent(self, forward: float = 0, left: float = 0, twist: float = 0) -> Self:
        """Bowed forward, leaned to the left, then turned to the left, each in degrees."""
        up, front = self.up, self.forward
        up, front = (spun(one, self.left, forward) for one in (up, front))
        axis = front
        up = spun(up, axis, -left)
        return type(self)(self.origin, unit(up), unit(spun(front, up, twist)))


@dataclass(frozen=True)
class View:
    """An eye far away. ``aim`` is the point of the world that lies at ``middle`` of the plate.

    ``scale`` in units a centimeter; ``turn`` walks the eye to the right around the aim, ``above`` lifts it, in degrees.
    """

    aim: Vector
    middle: Point
    scale: float
    turn: float = 0
    above: float = 0

    @cached_property
    def across(self) -> Vector:
        """What runs to the right on the plate."""
        return spun(RIGHT, UP, self.turn)

    @cached_property
    def toward(self) -> Vector:
        """The way to the eye."""
        return spun(spun(NEAR, UP, self.turn), self.across, -self.above)

    @cached_property
    def upward(self) -> Vector:
        """What runs upward on the plate."""
        return cross(self.toward, self.across)

    def at(self, point: Vector) -> Point:
        """The point in plate units."""
        away = minus(point, self.aim)
        return (
            self.middle[0] + dot(away, self.across) * self.scale,
            self.middle[1] - dot(away, self.upward) * self.scale,
        )

    def line(self, points: list[Vector]) -> list[Point]:
        """The points in plate units."""
        return [self.at(point) for point in points]

    def nearness(self, point: Vector) -> float:
        """How near a point is to the eye, against the others."""
        return dot(point, self.toward)

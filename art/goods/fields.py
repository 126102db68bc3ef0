"""Solids as fields: a number for every place, below zero inside. Rounded edges and even walls come out exactly.

Measures are centimeters. A field of the side view is a grid over x and z; a solid adds the y axis to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from skimage.measure import marching_cubes

Grid = NDArray[np.float32]
Point = tuple[float, float]


@dataclass(frozen=True)
class Part:
    """One mesh of one material: corners in centimeters, faces of equally many corners, the way each corner faces
    (none: the faces are flat), and where it is on the printed picture, from 0 to 1."""

    material: str
    corners: NDArray[np.float32]
    faces: NDArray[np.int32]
    normals: NDArray[np.float32] | None = None
    places: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Box:
    """The room in which a solid is looked for, and how finely."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    step: float

    def axes(self) -> tuple[Grid, Grid, Grid]:
        """Three axes that broadcast against one another."""
        x, y, z = (
            np.arange(low, high + self.step, self.step, dtype=np.float32)
            for low, high in zip(self.low, self.high, strict=True)
        )
        return x[:, None, None], y[None, :, None], z[None, None, :]


def bezier(start: Point, one: Point, two: Point, end: Point, count: int = 400) -> Grid:
    """A cubic from start, without its end."""
    t = np.linspace(0, 1, count, endpoint=False)[:, None]
    a, b, c, d = (np.array(point) for point in (start, one, two, end))
    return np.asarray((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)


def outline(path: Sequence[Sequence[Point]]) -> Grid:
    """A closed line from pieces: one point is a straight way to it, three are a cubic. The first is the start."""
    start = here = path[0][0]
    lines = []
    for piece in path[1:]:
        if len(piece) == 1:
            thirds = [
                (here[0] + (piece[0][0] - here[0]) * k / 3, here[1] + (piece[0][1] - here[1]) * k / 3)
                for k in (1, 2)
            ]
            lines.append(bezier(here, thirds[0], thirds[1], piece[0]))
        else:
            lines.append(bezier(here, *piece))
        here = piece[-1]
    if here != start:
        raise ValueError("the line does not come back to its start")
    return np.concatenate(lines)


def from_line(line: Grid, x: Grid, z: Grid, *, closed: bool = True) -> Grid:
    """How far every place of the side view is from a line; below zero to its left, which is inside when it is closed."""
    places = np.stack(np.broadcast_arrays(x, z), -1).reshape(-1, 2).astype(float)
    _, nearest = cKDTree(line).query(places, workers=1)
    best = np.full(len(places), np.inf)
    sign = np.ones(len(places))
    count = len(line)
    for one, two in ((nearest - 1, nearest), (nearest, nearest + 1)):
        one, two = (one % count, two % count) if closed else (one.clip(0, count - 1), two.clip(0, count - 1))
        start, way = line[one], line[two] - line[one]
        length = np.maximum((way**2).sum(1), 1e-12)
        along = (((places - start) * way).sum(1) / length).clip(0, 1)
        off = places - start - along[:, None] * way
        distance = np.sqrt((off**2).sum(1))
        side = way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0]
        closer = distance < best
        sign = np.where(closer, np.where(side > 0, -1.0, 1.0), sign)
        best = np.minimum(best, distance)
    return (best * sign).reshape(np.broadcast(x, z).shape).astype(np.float32)


def both(one: Grid, two: Grid, radius: Grid | float) -> Grid:
    """What is inside of both, with the edge between them rounded."""
    off = np.hypot(np.maximum(one + radius, 0), np.maximum(two + radius, 0))
    return np.asarray(np.minimum(np.maximum(one, two) + radius, 0) + off - radius)


def either(one: Grid, two: Grid, radius: Grid | float) -> Grid:
    """What is inside of one or the other, with a hollow of this radius where they meet."""
    return -both(-one, -two, radius)


def step_between(value: Grid, low: float, high: float) -> Grid:
    """From 0 at low to 1 at high, smoothly."""
    t = ((value - low) / (high - low)).clip(0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def part(material: str, box: Box, field: Callable[[Grid, Grid, Grid], Grid]) -> Part:
    """The surface of a solid as a mesh."""
    x, y, z = box.axes()
    values = np.broadcast_to(field(x, y, z), (x.size, y.size, z.size))
    corners, faces, normals, _ = marching_cubes(
        np.array(values, dtype=np.float32), 0.0, spacing=(box.step,) * 3
    )
    return Part(
        material, (corners + np.array(box.low)).astype(np.float32), faces[:, ::-1].astype(np.int32), normals
    )

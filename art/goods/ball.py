"""The Hip Release Ball: firm, ten centimeters, with a fine even grip of flat pips that follow a golden spiral."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from art.goods.fields import Part, step_between

RADIUS = 5.0
PIPS = 860
PIP_SIZE = 0.25
PIP_HEIGHT = 0.07


def parts(step: float = 0.06) -> tuple[Part, ...]:
    """The ball on the floor, in centimeters. ``step``: the grain of the mesh."""
    ways, faces = _sphere(max(8, round(RADIUS * math.pi / 2 / step)))
    corners = ways * _height(ways)[:, None]
    normals = _normals(corners, faces, ways)
    return (Part("ball", corners + np.array((0, 0, RADIUS + PIP_HEIGHT / 2)), faces, normals),)


def _height(ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the surface is from the middle, in these directions."""
    k = np.arange(PIPS) + 0.5
    polar, around = np.arccos(1 - 2 * k / PIPS), math.pi * (1 + 5**0.5) * k
    pips = np.stack([np.cos(around) * np.sin(polar), np.cos(polar), np.sin(around) * np.sin(polar)], 1)
    gap = cKDTree(pips).query(ways, workers=1)[0] * RADIUS
    return np.asarray(RADIUS + PIP_HEIGHT * step_between(-gap, -PIP_SIZE, -PIP_SIZE * 0.45))


def _sphere(count: int) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """A cube blown up: directions of its corners, and its squares."""
    line = np.tan(np.linspace(-math.pi / 4, math.pi / 4, count + 1))
    u, v = np.meshgrid(line, line, indexing="ij")
    one = np.ones_like(u)
    sides = ((u, v, one), (v, u, -one), (one, u, v), (-one, v, u), (v, one, u), (u, -one, v))
    corners = np.concatenate([np.stack(side, -1).reshape(-1, 3) for side in sides])
    row = np.arange(count)[:, None] * (count + 1) + np.arange(count)[None, :]
    square = np.stack([row, row + count + 1, row + count + 2, row + 1], -1).reshape(-1, 4)
    faces = np.concatenate([square + k * (count + 1) ** 2 for k in range(6)])
    return corners / np.linalg.norm(corners, axis=1, keepdims=True), faces.astype(np.int32)


def _normals(
    corners: NDArray[np.float64], faces: NDArray[np.int32], ways: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The way each corner faces: that of its squares, and at the seams of the cube that of the neighbors too."""
    across = np.cross(
        corners[faces[:, 2]] - corners[faces[:, 0]], corners[faces[:, 3]] - corners[faces[:, 1]]
    )
    _, same = np.unique(np.round(ways, 6), axis=0, return_inverse=True)
    total = np.zeros((same.max() + 1, 3))
    for k in range(4):
        np.add.at(total, same.ravel()[faces[:, k]], across)
    normals = total[same.ravel()]
    return (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)

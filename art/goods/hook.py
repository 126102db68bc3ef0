"""The Hip Hook: a flat base, a fin that ends in a narrow wedge, and a handle that stands clear of the floor.

``x`` runs along the handle, ``z`` up from the floor, ``y`` across. The side view is one line; the fin's sides and the
wedge come from a thickness that shrinks toward the nose; the slot of the handle is the same line, moved in by the wall.
"""

import numpy as np

from art.goods.fields import Box, Grid, Part, bezier, both, either, from_line, outline, part, step_between

SIDE = outline((
    ((0.9, 0.0),),
    ((11.0, 0.0),),
    ((13.0, 0.0), (14.4, 0.55), (16.2, 1.1)),
    ((22.6, 3.05),),
    ((25.2, 3.85), (26.9, 4.9), (26.7, 6.6)),
    ((26.5, 8.3), (24.7, 8.78), (22.8, 8.2)),
    ((16.4, 6.25),),
    ((13.0, 5.2), (10.4, 5.9), (9.8, 8.2)),
    ((9.4, 9.7), (10.5, 10.9), (11.9, 12.0)),
    ((12.4, 12.4), (12.2, 12.97), (11.5, 12.92)),
    ((8.4, 12.7), (4.8, 11.2), (2.8, 7.4)),
    ((1.5, 4.9), (0.7, 2.9), (0.2, 1.2)),
    ((0.0, 0.45), (0.3, 0.0), (0.9, 0.0)),
))  # fmt: skip
NOSE = (11.9, 12.55)
WALL = 1.6
FOOT_TOP = 0.9
SOLE_TOP = 0.36
SEAM = 0.022


def parts(step: float = 0.06) -> tuple[Part, ...]:
    """Body, tip and sole, in centimeters, standing on the floor. ``step``: the grain of the mesh."""
    fine = step * 0.6
    return (
        part("body", Box((-0.6, -4.3, 0.2), (27.2, 4.3, 13.4), step), _body),
        part("tip", Box((7.0, -1.8, 8.0), (12.9, 1.8, 13.4), fine), _tip),
        part("sole", Box((-0.6, -4.3, -0.2), (12.0, 4.3, 0.7), step), _sole),
    )


def _body(x: Grid, y: Grid, z: Grid) -> Grid:
    whole = _whole(x, y, z)
    return both(both(whole, SEAM + _beyond_seam(x, z), 0.06), SOLE_TOP + SEAM - z, 0.06)


def _tip(x: Grid, y: Grid, z: Grid) -> Grid:
    return both(_whole(x, y, z, proud=0.02), SEAM - _beyond_seam(x, z), 0.07)


def _sole(x: Grid, y: Grid, z: Grid) -> Grid:
    return both(both(_whole(x, y, z, proud=0.03), z - SOLE_TOP + SEAM, 0.06), -z, 0.12)


def _beyond_seam(x: Grid, z: Grid) -> Grid:
    """Above zero on the tip's side of the parting line."""
    away = np.hypot(x - (NOSE[0] + 3.6), z - (NOSE[1] + 2.4))
    return np.asarray(7.1 - away)


def _whole(x: Grid, y: Grid, z: Grid, proud: float = 0.0) -> Grid:
    """All of it in one piece."""
    side = both(from_line(SIDE, x, z), -_slot(x, z), 0.0) - proud
    thick = _thickness(x, z) + proud
    slab = both(side, np.abs(y) - thick, _edge(x, z))
    return either(slab, _foot(x, y, z) - proud, 1.25)


def _slot(x: Grid, z: Grid) -> Grid:
    """The opening of the handle: its outer line moved in by the wall, and ended by a line toward the fin."""
    return both(from_line(SIDE, x, z) + WALL, 15.9 - x + 0.28 * (z - 4), 1.0)


def _thickness(x: Grid, z: Grid) -> Grid:
    """Half of it: even along the handle, a wedge toward the nose, less in the grooves of the fin."""
    away = np.hypot(x - NOSE[0], z - NOSE[1])
    wedge = 0.60 + 0.155 * away
    return np.asarray(1.6 - np.log1p(np.exp((1.6 - wedge) * 8)) / 8 - _grooves(x, z))


def _edge(x: Grid, z: Grid) -> Grid:
    """The radius of the long edges: full at the grip, crisp at the tip."""
    away = np.hypot(x - NOSE[0], z - NOSE[1])
    return np.asarray(0.28 + 0.24 * step_between(away, 1, 7) + 0.24 * step_between(x, 12, 17))


def _grooves(x: Grid, z: Grid) -> Grid:
    """Fibers along the fin, from the base to the seam, deepest in their middle."""
    depth = np.zeros(np.broadcast(x, z).shape, dtype=np.float32)
    for k in range(6):
        t = k / 5
        foot = (3.3 + 5.6 * t, 2.7 + 0.25 * t)
        end = (7.35 + 1.15 * t, 11.35 - 1.5 * t)
        line = bezier(foot, (foot[0] + 0.5 - 0.2 * t, 5.4), (end[0] - 2.0 + 1.1 * t, end[1] - 2.0), end, 300)
        gap = np.abs(from_line(line, x, z, closed=False))
        along = step_between(z, foot[1] - 0.1, foot[1] + 1.5) * step_between(
            -z, -end[1] - 0.05, -end[1] + 1.0
        )
        depth = np.maximum(depth, 0.11 * along * np.exp(-((gap / 0.11) ** 2)))
    return depth


def _foot(x: Grid, y: Grid, z: Grid) -> Grid:
    """The base: a plate with round corners."""
    corner = 2.6
    across = np.abs(y) - (3.75 - corner)
    along = np.abs(x - 5.65) - (5.75 - corner)
    plan = (
        np.hypot(np.maximum(across, 0), np.maximum(along, 0))
        + np.minimum(np.maximum(across, along), 0)
        - corner
    )
    return both(both(plan, z - FOOT_TOP + 0.07 * np.maximum(np.abs(y) - 1.6, 0), 0.16), -z, 0.0)

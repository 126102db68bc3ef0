"""Things made of sheets: the paperback, the e-book on its reader, the printed sheet, the carton. Centimeters."""

import math

import numpy as np
from numpy.typing import NDArray

from art.goods.fields import Box, Grid, Part, both, part
from art.goods.prints import HEIGHT, SPINE, WIDTH

CARD = 0.045
BOARD = 0.28
Rows = NDArray[np.float64]


def book(_step: float) -> tuple[Part, ...]:
    """A paperback that stands upright: its front toward -y, its spine at x = 0, cut flush."""
    line = _around_the_block()
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    along = along / along[-1]
    inner = _beside(line, -CARD)
    half = SPINE / 2 - 2 * CARD
    edges = [
        _strip(line, inner, 0.0), _strip(line, inner, HEIGHT),
        _wall(np.array([line[0], inner[0]])), _wall(np.array([line[-1], inner[-1]])),
    ]  # fmt: skip
    block = (0.06, WIDTH - 0.03, -half - 0.02, half)
    return (
        _wall(line, "cover", along),
        _wall(inner[::-1], "paper"),
        *(Part("paper", edge.corners, edge.faces) for edge in edges),
        *_slab("pages", (block[0], block[2], 0.01), (block[1], block[3], HEIGHT - 0.01)),
    )


def reader(step: float) -> tuple[Part, ...]:
    """An e-book reader that lies on its back, the front of the book on its screen."""
    return _reader(step, "screen")


def open_reader(step: float) -> tuple[Part, ...]:
    """The same, open on the first page."""
    return _reader(step, "page")


def _reader(step: float, shown: str) -> tuple[Part, ...]:
    size = np.array((6.9, 9.6, 0.4))

    def body(x: Grid, y: Grid, z: Grid) -> Grid:
        along, across = np.abs(x) - size[0] + 1.0, np.abs(y) - size[1] + 1.0
        plan = (
            np.hypot(np.maximum(along, 0), np.maximum(across, 0))
            + np.minimum(np.maximum(along, across), 0)
            - 1.0
        )
        return both(plan, np.abs(z - size[2]) - size[2], 0.3)

    shell = part("metal", Box((-7.2, -9.9, -0.2), (7.2, 9.9, 1.0), max(step, 0.06)), body)
    wide, high = 5.95, 5.95 * HEIGHT / WIDTH
    top = 2 * size[2] + 0.004
    flat = np.array([(-wide, -high, top), (wide, -high, top), (wide, high, top), (-wide, high, top)])
    whole = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32)
    return (shell, Part(shown, flat, np.array([[0, 1, 2, 3]], dtype=np.int32), None, whole))


def leaflet(_step: float) -> tuple[Part, ...]:
    """A printed sheet of 14.8 by 21 cm that lies not quite flat."""
    return (_sheet("leaflet", 21.0),)


def notes(_step: float) -> tuple[Part, ...]:
    """Half of such a sheet, without the Hook's steps."""
    return (_sheet("notes", 10.5),)


def carton(wide: float, deep: float, high: float) -> tuple[Part, ...]:
    """An open box of board with a dark lining, its four flaps folded out; the middle of its floor is the origin."""
    x, y = wide / 2, deep / 2
    found = list(_slab("board", (-x, -y, 0), (x, y, BOARD)))
    found += _slab("lining", (-x, -y, BOARD), (x, y, BOARD + 0.03))
    flap = min(wide, deep) / 2
    for turn, reach, width, fold in (
        (0, y, wide, 152),
        (90, x, deep, 118),
        (180, y, wide, 44),
        (270, x, deep, 118),
    ):
        wall = [
            *_slab("board", (-width / 2, -reach, 0), (width / 2, -reach + BOARD, high)),
            *_slab(
                "lining",
                (-width / 2 + 0.02, -reach + BOARD, BOARD),
                (width / 2 - 0.02, -reach + BOARD + 0.03, high),
            ),
        ]
        lid = [
            *_slab("board", (-width / 2 + 0.15, 0, 0), (width / 2 - 0.15, BOARD, flap)),
            *_slab("lining", (-width / 2 + 0.17, BOARD, 0.05), (width / 2 - 0.17, BOARD + 0.03, flap - 0.05)),
        ]
        lid = [_moved(_turned(each, 0, fold), (0, -reach, high)) for each in lid]
        found += [_turned(each, 2, turn) for each in (*wall, *lid)]
    return tuple(found)


def _around_the_block() -> Rows:
    """The cover from above, from the front's edge over the spine to the back's; the front stands off a little."""
    half, corner = SPINE / 2, 0.16
    across = np.linspace(WIDTH, 0.75, 60)
    front = np.stack([across, -half - 0.30 * ((across - 0.75) / WIDTH) ** 2.2], 1)
    hinge = np.array([(0.62, -half + 0.02), (0.5, -half)])
    turns = np.linspace(-math.pi / 2, -math.pi, 12)
    one = np.stack([corner + corner * np.cos(turns), -half + corner + corner * np.sin(turns)], 1)
    two = one[::-1] * (1, -1)
    back = np.stack([np.linspace(0.5, WIDTH, 30), np.full(30, half)], 1)
    return np.concatenate([front, hinge, one, two, back])


def _beside(line: Rows, gap: float) -> Rows:
    way = np.gradient(line, axis=0)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    return np.asarray(line + gap * np.stack([way[:, 1], -way[:, 0]], 1) * -1)


def _wall(line: Rows, material: str = "paper", along: NDArray[np.float64] | None = None) -> Part:
    """A line seen from above, drawn up to the height of the book; printed from its end when ``along`` is given."""
    count = len(line)
    low = np.column_stack([line, np.zeros(count)])
    corners = np.concatenate([low, low + np.array((0, 0, HEIGHT))])
    k = np.arange(count - 1)
    faces = np.stack([k, k + count, k + count + 1, k + 1], 1).astype(np.int32)
    way = np.gradient(line, axis=0)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    normals = np.column_stack([-way[:, 1], way[:, 0], np.zeros(count)])
    places = None
    if along is not None:
        places = np.concatenate([np.column_stack([1 - along, np.full(count, top)]) for top in (0.0, 1.0)])
    return Part(material, corners, faces, np.tile(normals, (2, 1)).astype(np.float32), places)


def _strip(one: Rows, two: Rows, z: float) -> Part:
    """What joins two lines at one height: the cut edge of the card."""
    count = len(one)
    corners = np.concatenate([np.column_stack([line, np.full(count, z)]) for line in (one, two)])
    k = np.arange(count - 1)
    return Part("paper", corners, np.stack([k, k + 1, k + count + 1, k + count], 1).astype(np.int32))


def _sheet(material: str, long: float) -> Part:
    u, v = np.meshgrid(np.linspace(0, 1, 40), np.linspace(0, 1, 40), indexing="ij")
    rise = 0.04 + 0.9 * np.abs(v - 0.5) ** 2.4 + 0.25 * (u - 0.5) ** 2
    corners = np.stack([(u - 0.5) * 14.8, (v - 0.5) * long, rise], -1).reshape(-1, 3)
    row = (np.arange(39)[:, None] * 40 + np.arange(39)[None, :]).reshape(-1)
    faces = np.stack([row, row + 40, row + 41, row + 1], 1).astype(np.int32)
    normals = np.tile(np.array((0, 0, 1), dtype=np.float32), (1600, 1))
    return Part(material, corners, faces, normals, np.stack([u, v], -1).reshape(-1, 2).astype(np.float32))


def _slab(
    material: str, low: tuple[float, float, float], high: tuple[float, float, float]
) -> tuple[Part, ...]:
    pick = np.array([(k & 1, k >> 1 & 1, k >> 2) for k in range(8)])
    corners = np.where(pick == 1, np.array(high), np.array(low)).astype(float)
    faces = np.array(
        [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)], dtype=np.int32
    )
    return (Part(material, corners, faces),)


def _turned(thing: Part, axis: int, degrees: float) -> Part:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([(1, 0, 0), (0, c, -s), (0, s, c)] if axis == 0 else [(c, -s, 0), (s, c, 0), (0, 0, 1)])
    return Part(thing.material, thing.corners @ turn.T, thing.faces, None, thing.places)


def _moved(thing: Part, by: tuple[float, float, float]) -> Part:
    return Part(thing.material, thing.corners + np.array(by), thing.faces, None, thing.places)

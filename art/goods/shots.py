"""Every picture: which goods stand where, and from where they are seen. Units of ten centimeters, degrees."""

from dataclasses import dataclass

from art.goods.studio import Eye, Place

SIZE = (1000, 800)
TURNS = 24
TURN_SIZE = (560, 448)


@dataclass(frozen=True)
class Thing:
    """One of the goods in the scene, and how it is turned about x, y and z."""

    good: str
    at: Place = (0, 0, 0)
    turn: Place = (0, 0, 0)


@dataclass(frozen=True)
class Shot:
    """One picture. ``cut``: it is also given without ground. ``sizes``: centimeters to be written beside it, of a view
    without depth whose things stand about the middle."""

    name: str
    things: tuple[Thing, ...]
    eye: Eye
    cut: bool = False
    sizes: tuple[float, float] | None = None
    size: tuple[int, int] = SIZE


def _hook(turn: float) -> tuple[Thing, ...]:
    return (Thing("hook", turn=(0, 0, turn)),)


def _book(at: Place = (0, 0, 0), turn: float = 0) -> Thing:
    return Thing("book", at, (0, 0, turn))


def _lying(good: str, at: Place, turn: float) -> Thing:
    """A book on its back, its front up."""
    return Thing(good, at, (-90, 0, turn))


SHOTS = (
    Shot("hook", _hook(-24), Eye((0.5, -7.6, 2.9), (0.1, 0, 0.53), 88), cut=True),
    Shot("ball", (Thing("ball", turn=(0, 0, 30)),), Eye((0, -6, 2.2), (0.1, 0, 0.46), 104), cut=True),
    Shot("book", (_book(turn=24),), Eye((0.2, -9, 2.4), (0.1, 0, 1.1), 92), cut=True),
    Shot(
        "program",
        (
            Thing("hook", (-0.25, -0.5, 0), (0, 0, -18)),
            _book((-0.1, 1.15, 0), 14),
            Thing("ball", (1.5, 0.35, 0)),
        ),
        Eye((0.3, -10, 3.1), (0.12, 0, 0.86), 82),
        cut=True,
    ),
    Shot("ebook", (Thing("reader", turn=(0, 0, -24)),), Eye((0.2, -5.0, 6.2), (0.04, 0, 0.0), 96), cut=True),
    Shot(
        "hook-box",
        (
            Thing("carton-hook", (0.1, 1.9, 0), (0, 0, 14)),
            Thing("hook", (-0.6, -0.7, 0), (0, 0, -14)),
            Thing("leaflet", (1.75, -0.75, 0), (0, 0, -16)),
        ),
        Eye((0.3, -10.6, 5.6), (0.22, 0.55, 0.62), 70),
    ),
    Shot("hook-end", _hook(62), Eye((0, -7.6, 1.9), (0.04, 0, 0.55), 108)),
    Shot("hook-scale", _hook(0), Eye((0, -9, 0.62), (0, 0, 0.42), flat=3.4), sizes=(27, 13)),
    Shot("hook-detail", _hook(-14), Eye((1.5, -4.2, 2.2), (-0.22, 0, 0.96), 124)),
    Shot("hook-top", _hook(-8), Eye((0, -3.2, 8.4), (0.1, 0, 0.3), 92)),
    Shot(
        "ball-scale",
        (Thing("ball", turn=(0, 0, 30)),),
        Eye((0, -9, 0.5), (0, 0, 0.36), flat=1.9),
        sizes=(10, 10),
    ),
    Shot("ball-detail", (Thing("ball", turn=(0, 0, 30)),), Eye((-0.5, -3.2, 1.5), (-0.06, -0.3, 0.62), 172)),
    Shot(
        "ball-box",
        (
            Thing("carton-small", (0.5, 0.9, 0), (0, 0, 20)),
            Thing("ball", (-0.75, -0.35, 0), (0, 0, 30)),
            Thing("notes", (1.1, -0.9, 0), (0, 0, -18)),
        ),
        Eye((0.3, -8.6, 4.6), (0.2, 0.2, 0.62), 74),
    ),
    Shot("book-scale", (_book(),), Eye((0, -12, 1.1), (0.12, 0, 0.92), flat=3.9), sizes=(16, 23)),
    Shot(
        "book-detail",
        (_lying("book-lying", (0, 0, 0.1), 32),),
        Eye((3.4, -3.6, 1.5), (0.52, -0.42, 0.12), 110),
    ),
    Shot(
        "book-back",
        (_book((-0.75, 0.25, 0), 150), _lying("book-lying", (0.8, -0.5, 0.1), -20)),
        Eye((0.2, -10.4, 4.6), (0.02, 0, 0.86), 76),
    ),
    Shot(
        "book-box",
        (
            Thing("carton-book", (0.25, 1.75, 0), (0, 0, 14)),
            _lying("book-lying", (-0.35, -0.95, 0.1), 18),
        ),
        Eye((0.3, -10.8, 6.0), (0.05, 0.3, 0.6), 70),
    ),
    Shot("ebook-page", (Thing("reader-open", turn=(0, 0, 14)),), Eye((-0.5, -5.4, 5.4), (0.0, 0, 0.0), 96)),
    Shot("ebook-detail", (Thing("reader", turn=(0, 0, -24)),), Eye((1.2, -3.4, 2.2), (0.05, -0.1, 0.05), 90)),
    Shot(
        "hook-book",
        (Thing("hook", (0.1, -0.45, 0), (0, 0, -20)), _book((-0.25, 1.1, 0), 16)),
        Eye((0.3, -10, 3.1), (0.12, 0, 0.86), 82),
        cut=True,
    ),
    Shot(
        "gentle",
        (_book((-0.3, 0.35, 0), 20), Thing("ball", (0.78, -0.5, 0), (0, 0, 30))),
        Eye((0.3, -9.4, 2.9), (0.16, 0, 0.98), 84),
        cut=True,
    ),
    Shot(
        "program-box",
        (
            Thing("carton-set", (0.0, 2.6, 0), (0, 0, 12)),
            Thing("hook", (-0.9, -0.55, 0), (0, 0, -14)),
            _lying("book-lying", (1.45, -0.15, 0.1), 16),
            Thing("ball", (0.55, -1.55, 0), (0, 0, 30)),
            Thing("leaflet", (2.15, -1.9, 0), (0, 0, -22)),
        ),
        Eye((0.4, -12.4, 7.0), (0.45, 0.45, 0.8), 64),
    ),
    Shot(
        "hook-book-box",
        (
            Thing("carton-set", (0.0, 2.6, 0), (0, 0, 12)),
            Thing("hook", (-0.8, -0.7, 0), (0, 0, -14)),
            _lying("book-lying", (1.55, -0.1, 0.1), 16),
            Thing("leaflet", (1.9, -1.95, 0), (0, 0, -22)),
        ),
        Eye((0.4, -12.4, 7.0), (0.45, 0.45, 0.8), 64),
    ),
    Shot(
        "gentle-box",
        (
            Thing("carton-book", (0.1, 2.1, 0), (0, 0, 14)),
            _lying("book-lying", (-0.75, -0.85, 0.1), 14),
            Thing("ball", (0.75, -0.35, 0), (0, 0, 30)),
            Thing("notes", (1.35, -1.5, 0), (0, 0, -20)),
        ),
        Eye((0.3, -11.4, 6.6), (0.25, 0.4, 0.66), 68),
    ),
)

# All around, counterclockwise seen from above. It begins on the side that the first picture does not show.
TURNTABLE = Shot("hook-turn", _hook(156), Eye((0, -7.6, 2.6), (0, 0, 0.56), 84), size=TURN_SIZE)

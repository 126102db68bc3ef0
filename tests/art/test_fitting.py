"""Fewer pieces for the same curve, and halves that are written once."""

import re
from itertools import pairwise

import pytest

from art.plates.fitting import Cubic, fitted
from art.plates.ink import Plate, straight


def curve_through(*points: complex) -> list[Cubic]:
    """The pieces of a smooth open curve through the points, the directions those of the neighbors."""
    ways = [(after - before) / 6 for before, after in zip(points, points[2:], strict=False)]
    ways = [(points[1] - points[0]) / 3, *ways, (points[-1] - points[-2]) / 3]
    return [
        (one, one + out, two - back, two)
        for (one, two), (out, back) in zip(pairwise(points), pairwise(ways), strict=True)
    ]


def walked(pieces: list[Cubic], steps: int) -> list[complex]:
    """Points along the pieces."""
    return [
        (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
        for a, b, c, d in pieces
        for t in (step / steps for step in range(steps + 1))
    ]


def apart(one: list[Cubic], other: list[Cubic]) -> float:
    """How far the first curve goes from the second, at most."""
    there = walked(other, 240)
    return max(min(abs(point - other) for other in there) for point in walked(one, 12))


WAVE = curve_through(*(complex(x, y) for x, y in enumerate((0, 30, 42, 40, 30, 12, -8, -20, -24, -18), 0)))
WAVE = [tuple(complex(point.real * 20, point.imag) for point in piece) for piece in WAVE]  # type: ignore[misc]


@pytest.mark.parametrize("loose", [False, True])
@pytest.mark.parametrize("tolerance", [0.2, 1.0])
def test_a_fitted_curve_keeps_to_the_drawn_one_with_fewer_pieces(tolerance: float, loose: bool) -> None:
    fewer = list(fitted(WAVE, tolerance, loose=loose))
    assert len(fewer) < len(WAVE)
    assert (fewer[0][0], fewer[-1][3]) == (WAVE[0][0], WAVE[-1][3])
    assert all(before[3] == after[0] for before, after in pairwise(fewer))
    assert max(apart(fewer, WAVE), apart(WAVE, fewer)) < 1.6 * tolerance


def test_a_fitted_curve_has_no_corners_where_the_drawn_one_has_none() -> None:
    for before, after in pairwise(list(fitted(WAVE, 0.2))):
        coming, leaving = before[3] - before[2], after[1] - after[0]
        assert abs(coming / abs(coming) - leaving / abs(leaving)) < 1e-6


def test_a_closer_fit_has_no_fewer_pieces_and_what_does_not_fit_stays() -> None:
    counts = [len(list(fitted(WAVE, tolerance))) for tolerance in (0, 0.1, 0.5, 3)]
    assert counts == sorted(counts, reverse=True)
    assert list(fitted(WAVE, 0)) == WAVE
    assert list(fitted([], 1)) == []
    point = (1 + 1j,) * 4
    assert list(fitted([point, point], 1)) == [point, point]


def test_both_sides_of_a_mirrored_shape_are_the_same_letters() -> None:
    plate = Plate("a", "A", "A drawing.", height=100)
    with plate.placed((320, 50), 0.5), plate.mirrored(0):
        plate.shape("bone", straight([(10, 0), (40, 20), (10, 30)], closed=True))
    text = plate.svg()
    assert re.findall(r' d="([^"]+)"', text) == ["M20 0L80 40L20 60Z"] * 2
    assert '<g transform="translate(640 100) scale(0.5)">' in text
    assert text.count("matrix(-1 0 0 1 0 0)") == 1
    assert text.count("<g") == text.count("</g>")

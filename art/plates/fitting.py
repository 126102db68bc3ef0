"""Fewer pieces for the same curve: neighboring cubic pieces become one where one keeps close enough to them all.

P. J. Schneider, An algorithm for automatically fitting digitized curves, Graphics Gems, 1990: both ends and their
directions stay, the lengths of the two handles are the least squares. Points are complex numbers here.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

Cubic = tuple[complex, complex, complex, complex]
# Directions along which a handle may be moved: one, or two for a handle that may go anywhere.
Ways = tuple[complex, ...]
FREELY: Ways = (1 + 0j, 1j)

# So many pieces at most become one, and so often are the points matched anew before a fit is given up.
LONGEST = 12
ROUNDS = 3
PATIENCE = 1
SAMPLES = 4


def fitted(pieces: Sequence[Cubic], tolerance: float, *, loose: bool = False) -> Iterator[Cubic]:
    """Give as few of ``pieces`` (each begins where the last one ends) as stay within ``tolerance`` of them.

    ``loose``: the curve may leave its first point and reach its last one in another direction.
    """
    seen = [[_on(piece, step / SAMPLES) for step in range(1, SAMPLES + 1)] for piece in pieces]
    at, last = 0, len(pieces) - 1
    while at <= last:
        kept, after = pieces[at], at + 1
        leaving = () if loose and not at else _ahead(pieces[at])
        for end in range(at + 1, min(last + 1, at + LONGEST)):
            points = [pieces[at][0], *(point for some in seen[at : end + 1] for point in some)]
            joined = _joined(
                points,
                leaving or FREELY,
                FREELY if loose and end == last else _ahead(pieces[end][::-1]),
                tolerance,
            )
            if joined is not None:
                kept, after = joined, end + 1
            elif end - after >= PATIENCE:
                break
        yield kept
        at = after


def _on(piece: Cubic, share: float) -> complex:
    start, one, two, end = piece
    rest = 1 - share
    return rest**3 * start + 3 * rest**2 * share * one + 3 * rest * share**2 * two + share**3 * end


def _ahead(piece: Sequence[complex]) -> Ways:
    """The direction in which a piece leaves its start, one unit long; any for a piece that is a point."""
    ways = [point - piece[0] for point in piece[1:] if abs(point - piece[0]) > 1e-6]
    return (ways[0] / abs(ways[0]),) if ways else FREELY


def _joined(points: Sequence[complex], leaving: Ways, coming: Ways, tolerance: float) -> Cubic | None:
    """One cubic from the first to the last point that keeps to them all, or nothing."""
    lengths = [0.0, *accumulate(abs(two - one) for one, two in pairwise(points))]
    if not lengths[-1]:
        return None
    shares = [length / lengths[-1] for length in lengths]
    for _ in range(ROUNDS):
        cubic = _least_squares(points, shares, leaving, coming)
        if cubic is None:
            return None
        far = max(abs(_on(cubic, share) - point) for share, point in zip(shares, points, strict=True))
        if far <= tolerance:
            return cubic
        if far > 6 * tolerance:
            return None
        shares = [_nearer(cubic, share, point) for share, point in zip(shares, points, strict=True)]
    return None


def _least_squares(
    points: Sequence[complex], shares: Sequence[float], leaving: Ways, coming: Ways
) -> Cubic | None:
    """The cubic with these ends whose handles, along these ways, bring it closest to the points."""
    start, end = points[0], points[-1]
    ways = [*((way, True) for way in leaving), *((way, False) for way in coming)]
    rows = [[0.0] * (len(ways) + 1) for _ in ways]
    for share, point in zip(shares, points, strict=True):
        rest = 1 - share
        one, two = 3 * rest**2 * share, 3 * rest * share**2
        gap = point - (start * (rest**3 + one) + end * (share**3 + two))
        pulls = [way * (one if near else two) for way, near in ways]
        for row, pull in zip(rows, pulls, strict=True):
            for column, other in enumerate((*pulls, gap)):
                row[column] += _dot(pull, other)
    lengths = _solved(rows)
    if lengths is None or (len(leaving) == 1 and lengths[0] <= 0) or (len(coming) == 1 and lengths[-1] <= 0):
        return None
    moved = [way * length for (way, _), length in zip(ways, lengths, strict=True)]
    count = len(leaving)
    return (start, start + sum(moved[:count]), end + sum(moved[count:]), end)


def _solved(rows: list[list[float]]) -> list[float] | None:
    """The unknowns of linear equations, each row its factors and its sum; nothing when there are many answers."""
    for at, row in enumerate(rows):
        if abs(row[at]) < 1e-9:
            return None
        for other in rows[at + 1 :]:
            share = other[at] / row[at]
            for column in range(at, len(row)):
                other[column] -= share * row[column]
    found: list[float] = []
    for at in range(len(rows) - 1, -1, -1):
        known = sum(factor * value for factor, value in zip(rows[at][at + 1 : -1], found, strict=True))
        found.insert(0, (rows[at][-1] - known) / rows[at][at])
    return found


def _nearer(cubic: Cubic, share: float, point: complex) -> float:
    """A share of the cubic that lies nearer to the point, by one step of Newton's."""
    start, one, two, end = cubic
    rest = 1 - share
    away = _on(cubic, share) - point
    first = 3 * (rest**2 * (one - start) + 2 * rest * share * (two - one) + share**2 * (end - two))
    second = 6 * (rest * (two - 2 * one + start) + share * (end - 2 * two + one))
    slope = _dot(first, first) + _dot(away, second)
    return min(1.0, max(0.0, share - _dot(away, first) / slope)) if slope else share


def _dot(one: complex, two: complex) -> float:
    return one.real * two.real + one.imag * two.imag

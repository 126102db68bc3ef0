"""The arithmetic of the charts that templates draw (templates/parts/charts.html)."""

from collections.abc import Sequence

# The box of a sparkline, with room for the line's own width.
WIDTH = 100
HEIGHT = 32
MARGIN = 2


def sparkline(values: Sequence[float]) -> str:
    """Return the path of a line through ``values``, oldest first, in a box of 100 by 32; 0 is its foot.

    Nothing or one value is a level line.
    """
    series = list(values) or [0]
    if len(series) == 1:
        series = series * 2
    most = max(max(series), 0) or 1
    least = min(min(series), 0)
    step = WIDTH / (len(series) - 1)
    points = [
        f"{index * step:.4g} {HEIGHT - MARGIN - (value - least) / (most - least) * (HEIGHT - 2 * MARGIN):.4g}"
        for index, value in enumerate(series)
    ]
    return "M" + "L".join(points)


def share_of(value: float, most: float) -> str:
    """Return ``value`` in hundredths of ``most``, at least a sliver for what is not 0, as SVG writes numbers."""
    if value <= 0 or most <= 0:
        return "0"
    return f"{min(max(value / most * 100, 1), 100):.4g}"

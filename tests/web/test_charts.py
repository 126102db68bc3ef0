"""The arithmetic of the charts."""

import pytest

from shop.web.charts import share_of, sparkline


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ([], "M0 30L100 30"),
        ([5], "M0 2L100 2"),
        ([0, 0, 0], "M0 30L50 30L100 30"),
        ([1, 2], "M0 16L100 2"),
        ([-1, 1], "M0 30L100 2"),
    ],
)
def test_a_sparkline_runs_from_the_oldest_left_to_the_newest_right(values: list[int], path: str) -> None:
    assert sparkline(values) == path


@pytest.mark.parametrize(
    ("value", "most", "share"), [(0, 0, "0"), (0, 9, "0"), (1, 1000, "1"), (50, 200, "25"), (9, 9, "100")]
)
def test_a_bar_is_as_long_as_its_share_and_never_vanishes(value: int, most: int, share: str) -> None:
    assert share_of(value, most) == share

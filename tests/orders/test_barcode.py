"""An order's number as bars."""

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from shop.orders.barcode import WIDTHS, bars


def test_the_example_of_the_standard_has_its_check_in_set_b() -> None:
    # "PJJ123C" has the check 54 when it begins in set A (103), so one more in set B (104).
    drawn = "".join(map(str, bars("PJJ123C")))
    symbols = [drawn[at : at + 6] for at in range(0, len(drawn) - 7, 6)]
    assert [WIDTHS.index(symbol) for symbol in symbols] == [104, 48, 42, 42, 17, 18, 19, 35, 55]
    assert drawn.endswith(WIDTHS[106])


@given(any_.integers(1, 2**31 - 1))
def test_a_number_is_as_wide_as_its_digits_and_ends_with_a_bar(number: int) -> None:
    drawn = bars(str(number))
    assert sum(drawn) == 11 * (len(str(number)) + 2) + 13
    assert len(drawn) % 2 == 1


@pytest.mark.parametrize("text", ["", "\n", "é"])
def test_what_the_code_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="this code does not"):
        bars(text)

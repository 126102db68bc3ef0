"""A steady pace: how long an answer takes tells nothing."""

import time

import pytest

from shop.web.pace import steady


def test_what_is_quick_takes_as_long_as_what_is_slow() -> None:
    began = time.monotonic()
    with steady(0.05):
        pass
    assert time.monotonic() - began >= 0.05


def test_what_is_refused_takes_as_long_as_what_is_not() -> None:
    began = time.monotonic()
    with pytest.raises(KeyError), steady(0.05):
        raise KeyError
    assert time.monotonic() - began >= 0.05


def test_what_takes_longer_by_itself_waits_no_more() -> None:
    began = time.monotonic()
    with steady(0):
        pass
    assert time.monotonic() - began < 0.05

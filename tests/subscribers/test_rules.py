"""When letters may leave, and what is kept of where somebody was."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.subscribers.rules import coarse_network, days_later, is_open, next_day, next_opening

ZONE = ZoneInfo("America/New_York")
SECONDS = st.integers(0, 2 * 365 * 86_400)
MOMENTS = SECONDS.map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))


@given(MOMENTS)
def test_a_letter_leaves_at_the_first_moment_of_an_open_hour(moment: datetime) -> None:
    opening = next_opening(moment, 9, 18, ZONE)
    assert is_open(opening, 9, 18, ZONE)
    assert moment <= opening < moment + timedelta(hours=16, minutes=1)
    assert opening == moment or opening.astimezone(ZONE).hour == 9


@given(MOMENTS, st.integers(1, 30))
def test_days_are_days_of_the_shop_and_not_24_hours(moment: datetime, days: int) -> None:
    later = days_later(moment, days, 9, 18, ZONE)
    gone = (later.astimezone(ZONE).date() - moment.astimezone(ZONE).date()).days
    assert gone in (days, days + 1)
    assert is_open(later, 9, 18, ZONE)
    assert later > moment


@given(MOMENTS)
def test_the_next_day_is_another_day(moment: datetime) -> None:
    following = next_day(moment, 9, ZONE)
    assert (following.astimezone(ZONE).date() - moment.astimezone(ZONE).date()).days == 1
    assert following.astimezone(ZONE).hour == 9


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2::/64", "2001:db8:1::/48"), ("", ""), ("nonsense", "")],
)
def test_what_is_kept_of_a_network_names_no_household(address: str, network: str) -> None:
    assert coarse_network(address) == network

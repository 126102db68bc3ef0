"""What shipping costs and when it arrives."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shop.shipping.rules import Rate, arrival, charge, distance_to_free

NEW_YORK = ZoneInfo("America/New_York")
HOME = Rate("United States", "standard", "Standard", 695, "USD", 7500, (1, 2), (2, 5))
ABROAD = Rate("Canada", "standard", "Standard", 1900, "USD", None, (1, 2), (6, 12))


@pytest.mark.parametrize(
    ("goods", "cost", "missing"),
    [(0, 695, 7500), (2900, 695, 4600), (7499, 695, 1), (7500, 0, None), (20000, 0, None)],
)
def test_shipping_is_free_from_the_threshold_on(goods: int, cost: int, missing: int | None) -> None:
    assert charge(HOME, goods) == cost
    assert distance_to_free(HOME, goods) == missing


def test_a_rate_without_a_threshold_is_never_free() -> None:
    assert charge(ABROAD, 1_000_000) == 1900
    assert distance_to_free(ABROAD, 1_000_000) is None


@pytest.mark.parametrize(
    ("placed_at", "days"),
    [
        # Monday noon: three to seven business days.
        (datetime(2026, 11, 23, 17, tzinfo=UTC), (date(2026, 11, 26), date(2026, 12, 2))),
        # Friday: the weekend does not count.
        (datetime(2026, 11, 27, 17, tzinfo=UTC), (date(2026, 12, 2), date(2026, 12, 8))),
        # Saturday and Sunday are as if Friday.
        (datetime(2026, 11, 28, 17, tzinfo=UTC), (date(2026, 12, 2), date(2026, 12, 8))),
        (datetime(2026, 11, 29, 17, tzinfo=UTC), (date(2026, 12, 2), date(2026, 12, 8))),
    ],
)
def test_a_parcel_arrives_after_handling_and_transit_in_business_days(
    placed_at: datetime, days: tuple[date, date]
) -> None:
    assert arrival(HOME, placed_at, NEW_YORK) == days


def test_the_day_of_the_order_is_the_shops_day() -> None:
    # Three in the morning of Tuesday in UTC is still Monday evening in New York.
    late = datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert arrival(HOME, late, NEW_YORK)[0] == date(2026, 11, 26)
    assert arrival(HOME, late, ZoneInfo("UTC"))[0] == date(2026, 11, 27)

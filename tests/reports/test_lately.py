"""The last weeks at a glance: day by day, and counted anew only now and then."""

from datetime import date, timedelta

from shop.db import reading, writing
from shop.reports.lately import COUNTED_ANEW, DAYS, Day, by_day, lately
from tests.orders.made import a_paid_order, an_order
from tests.queries import counted
from tests.welcome.conftest import MORNING, Room, room

__all__ = ["room"]

SIT = "hip-pain-from-sitting"
TODAY = date(2026, 11, 27)


def test_days_that_are_over_have_their_orders_and_readers(room: Room) -> None:
    room.becomes_reader("maya@example.com", source=SIT)
    with writing(room.engine) as session:
        a_paid_order(session, 1, placed_at=MORNING, total_amount=15000, shipping_amount=100)
        a_paid_order(session, 2, placed_at=MORNING + timedelta(hours=1))
        a_paid_order(session, 3, placed_at=MORNING - timedelta(days=2))
        a_paid_order(session, 4, placed_at=MORNING - timedelta(days=3))
        an_order(session, 5, placed_at=MORNING)
    with reading(room.engine) as session, counted(room.engine) as statements:
        days = by_day(session, last_on=TODAY, days=3, zone=room.desk.zone)
    assert len(statements) == 2
    assert days == [
        Day(TODAY - timedelta(days=2), 1, 14900, 0),
        Day(TODAY - timedelta(days=1), 0, 0, 0),
        Day(TODAY, 2, 29900, 1),
    ]
    assert [day.order_value for day in days] == [14900, 0, 14950]


def test_the_last_weeks_are_counted_anew_after_ten_minutes_and_on_the_next_day(room: Room) -> None:
    zone, now = room.desk.zone, MORNING + timedelta(days=1)

    def asked(later: timedelta) -> tuple[int, int]:
        with reading(room.engine) as session, counted(room.engine) as statements:
            found = lately(session, [SIT], now=now + later, zone=zone)
        assert len(found.days) == DAYS
        return sum(day.orders for day in found.days), len(statements)

    assert asked(timedelta()) == (0, 5)
    with writing(room.engine) as session:
        a_paid_order(session, 1, placed_at=MORNING)
    assert asked(COUNTED_ANEW - timedelta(seconds=1)) == (0, 0)
    assert asked(COUNTED_ANEW) == (1, 5)
    assert asked(timedelta(days=1)) == (1, 5)
    # A clock that was set back makes nothing older than it is.
    assert asked(timedelta()) == (1, 5)

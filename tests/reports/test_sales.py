"""The shop's numbers: what was sold and given back in a span of days, and week by week."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from shop.db import reading, writing
from shop.reports.sales import by_week, sales
from shop.seed import seed
from tests.orders.made import a_paid_order, a_payment, a_refund, an_order

ZONE = ZoneInfo("America/New_York")
LAST = date(2026, 11, 27)


def on(days_before: int, hour: int = 12) -> datetime:
    """A moment of the shop's own time."""
    return datetime(2026, 11, 27, hour, tzinfo=ZONE) - timedelta(days=days_before)


def test_days_count_whole_in_the_shops_own_time_and_money_that_went_back_on_its_own_day(
    engine: Engine,
) -> None:
    seed(engine, live=False, now=on(30))
    with writing(engine) as session:
        a_paid_order(session, 1, placed_at=on(20))
        first = a_paid_order(session, 2, placed_at=on(0, 23), total_amount=14400, discount_amount=500)
        a_paid_order(session, 3, placed_at=on(6, 0), email_normalized="b@example.com")
        an_order(session, 4, placed_at=on(1))
        a_refund(session, a_payment(session, first, provider_id="pi_x"), 3000, created_at=on(1))
        a_refund(
            session, a_payment(session, first, provider_id="pi_y"), 700, state="failed", created_at=on(1)
        )
        # A second payment was never counted as sold, and its way back takes nothing from it.
        twice = a_payment(session, first, provider_id="pi_z")
        a_refund(session, twice, 14400, source="automatic", created_at=on(1))
    with reading(engine) as session:
        week = sales(session, from_on=LAST - timedelta(days=6), to_on=LAST, zone=ZONE)
        before = sales(session, from_on=LAST - timedelta(days=13), to_on=LAST - timedelta(days=7), zone=ZONE)
        weeks = by_week(session, from_on=LAST - timedelta(days=20), to_on=LAST, zone=ZONE)
    assert (week.orders, week.revenue, week.discount, week.refunded) == (2, 29300, 500, 3000)
    assert (week.again, week.order_value) == (1, 14650)
    assert (before.orders, before.revenue, before.order_value) == (0, 0, 0)
    assert [(each.orders, each.revenue, each.refunded) for each in weeks] == [
        (1, 14900, 0),
        (0, 0, 0),
        (2, 29300, 3000),
    ]
    assert weeks[-1].ends_on == LAST

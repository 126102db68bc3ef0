"""What shipping costs and when a parcel arrives."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5


@dataclass(frozen=True)
class Rate:
    """A way of shipping to one zone.

    zone_name, name: the zone and the way as people read them. method: its short name in forms and orders.
    amount: the charge in minor units of currency. free_from_amount: goods total (minor units) from which it is
    free, or None; counted after discounts, or before them where counts_before_discounts. handling_days,
    transit_days: least and most business days in the shop and on the road.
    """

    zone_name: str
    method: str
    name: str
    amount: int
    currency: str
    free_from_amount: int | None
    handling_days: tuple[int, int]
    transit_days: tuple[int, int]
    counts_before_discounts: bool = False

    def counted(self, subtotal_amount: int, goods_amount: int) -> int:
        """Return which of the goods' totals, before and after discounts, decides whether it is free."""
        return subtotal_amount if self.counts_before_discounts else goods_amount


def charge(rate: Rate, goods_total_amount: int) -> int:
    """Return what shipping costs for goods of ``goods_total_amount``, as ``rate.counted`` says (minor units)."""
    if rate.free_from_amount is not None and goods_total_amount >= rate.free_from_amount:
        return 0
    return rate.amount


def distance_to_free(rate: Rate, goods_total_amount: int) -> int | None:
    """Return how much is missing for free shipping (minor units); None when it is free or never will be."""
    if rate.free_from_amount is None or charge(rate, goods_total_amount) == 0:
        return None
    return rate.free_from_amount - goods_total_amount


def arrival(rate: Rate, placed_at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last day on which a parcel ordered at ``placed_at`` (aware) should arrive.

    Days are those of ``zone``, the shop's. Handling and transit are counted in business days, Monday to
    Friday; the day of the order does not count.
    """
    ordered_on = placed_at.astimezone(zone).date()
    return (
        _after_business_days(ordered_on, rate.handling_days[0] + rate.transit_days[0]),
        _after_business_days(ordered_on, rate.handling_days[1] + rate.transit_days[1]),
    )


def _after_business_days(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            count -= 1
    return day

"""Reports: the shop's numbers over a span of days, against as many days before, and week by week."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from flask.typing import ResponseReturnValue

from shop.admin import narrowing
from shop.admin.desk import blueprint, page, record
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.money import display, plain
from shop.reports.sales import Sales, by_week, sales
from shop.web.sheets import sheet
from shop.web.tools import tools

COLUMNS = ["week_from", "week_until", "orders", "currency", "revenue", "went_back"]


@dataclass(frozen=True)
class Number:
    """A number in words, that of the days before, and where its rows are (a query of the orders, or nothing)."""

    name: str
    now: str
    before: str
    rows: str = ""


@blueprint.get("/admin/reports")
@admits(Role.READ_ONLY)
def reports() -> str:
    """Show the numbers of a period."""
    from_on, to_on = narrowing.period(request.args)
    zone = tools().config.time_zone
    length = to_on - from_on + timedelta(days=1)
    with reading(tools().engine) as session:
        now = sales(session, from_on=from_on, to_on=to_on, zone=zone)
        before = sales(session, from_on=from_on - length, to_on=to_on - length, zone=zone)
        weeks = by_week(session, from_on=from_on, to_on=to_on, zone=zone)
    return page(
        "admin/reports.html",
        "reports",
        numbers=_numbers(now, before, f"from_on={from_on}&to_on={to_on}"),
        currency=now.currency,
        weeks=weeks,
        days=length.days,
        from_on=from_on,
        to_on=to_on,
    )


@blueprint.post("/admin/reports/export")
@admits(Role.STAFF, step_up=True)
def export_weeks() -> ResponseReturnValue:
    """Return the weeks as a sheet."""
    from_on, to_on = narrowing.period(request.args)
    zone = tools().config.time_zone
    with writing(tools().engine) as session:
        record(session, "exported", "weeks", after={"from": str(from_on), "to": str(to_on)})
        weeks = by_week(session, from_on=from_on, to_on=to_on, zone=zone)
        currency = sales(session, from_on=from_on, to_on=to_on, zone=zone).currency
    return sheet(
        "weeks",
        COLUMNS,
        [
            [
                *(week.begins_on, week.ends_on, week.orders, currency),
                *(plain(amount, currency) for amount in (week.revenue, week.refunded)),
            ]
            for week in weeks
        ],
    )


def _numbers(now: Sales, before: Sales, days: str) -> list[Number]:
    def money(amount: Callable[[Sales], int]) -> tuple[str, str]:
        return display(amount(now), now.currency), display(amount(before), now.currency)

    def share(part: Callable[[Sales], int], whole: Callable[[Sales], int]) -> tuple[str, str]:
        now_, before_ = (f"{part(each) * 100 / (whole(each) or 1):.1f}%" for each in (now, before))
        return now_, before_

    rows = f"view=all&{days}"
    return [
        Number("Revenue", *money(lambda each: each.revenue), rows),
        Number("Orders", str(now.orders), str(before.orders), rows),
        Number("Order value", *money(lambda each: each.order_value)),
        Number("Went back", *money(lambda each: each.refunded), f"view=refunded&{days}"),
        Number("Went back of revenue", *share(lambda each: each.refunded, lambda each: each.revenue)),
        Number("Discounts given", *money(lambda each: each.discount)),
        Number("Bought again", *share(lambda each: each.again, lambda each: each.orders)),
        Number("Confirmed readers", str(now.confirmed_readers), str(before.confirmed_readers)),
    ]

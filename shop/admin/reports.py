"""Reports: money per article, on the page and as a sheet."""

from datetime import date, timedelta
from decimal import Decimal

from flask import request
from flask.typing import ResponseReturnValue

from shop import clock
from shop.admin.desk import blueprint, page, record
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.money import plain
from shop.reports.articles import ArticleMoney, per_article
from shop.web.sheets import sheet
from shop.web.tools import tools

DAYS = 90
COLUMNS = [
    *("article", "reads", "led_on", "sign_ups", "confirmed", "opened", "buyers", "orders", "currency"),
    *("paid", "refunded", "net", "discount_cost", "median_days_to_buy"),
]


@blueprint.get("/admin/reports")
@admits(Role.READ_ONLY)
def reports() -> str:
    """Show what each article brought in a period."""
    from_on, to_on = _period()
    return page(
        "admin/reports.html",
        "reports",
        rows=_rows(from_on, to_on),
        articles=tools().content.articles,
        from_on=from_on,
        to_on=to_on,
    )


@blueprint.post("/admin/reports/articles.csv")
@admits(Role.STAFF, step_up=True)
def article_sheet() -> ResponseReturnValue:
    """Return the same as a sheet."""
    from_on, to_on = _period()
    with writing(tools().engine) as session:
        record(session, "exported", "money per article", after={"from": str(from_on), "to": str(to_on)})
    return sheet("money-per-article", COLUMNS, (_cells(row) for row in _rows(from_on, to_on)))


def _rows(from_on: date, to_on: date) -> list[ArticleMoney]:
    with reading(tools().engine) as session:
        return per_article(
            session, tools().content.articles, from_on=from_on, to_on=to_on, zone=tools().config.time_zone
        )


def _cells(row: ArticleMoney) -> tuple[object, ...]:
    amounts = (
        Decimal(plain(amount, row.currency)) for amount in (row.revenue, row.refunded, row.net, row.discount)
    )
    return (
        *(row.slug or "elsewhere", row.reads, row.clicked, row.sign_ups, row.confirmed, row.opened),
        *(row.buyers, row.orders, row.currency, *amounts),
        "" if row.days_to_buy is None else row.days_to_buy,
    )


def _period() -> tuple[date, date]:
    """Return the days asked for, the last 90 by default; nonsense asks for those."""
    today = clock.now().astimezone(tools().config.time_zone).date()
    to_on = _day("to", today)
    return min(_day("from", to_on - timedelta(days=DAYS)), to_on), to_on


def _day(name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise

"""Articles: the funnel of each one with its money, as a list, a page for each, and a sheet."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue

from shop import clock
from shop.admin import narrowing, sorting
from shop.admin.desk import blueprint, page, record
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.money import plain
from shop.reports import articles as reports
from shop.reports.articles import ArticleMoney
from shop.web.sheets import sheet
from shop.web.tools import tools

# Which columns can be sorted by, and whether the largest comes first.
COLUMNS = {"title": False} | dict.fromkeys(
    ("reads", "clicked", "sign_ups", "confirmed", "buyers", "revenue", "refunded", "net", "discount", "days"),
    True,
)
CELLS = [
    *("article", "reads", "led_on", "sign_ups", "confirmed", "opened", "buyers", "orders", "currency"),
    *("paid", "refunded", "net", "discount_cost", "median_days_to_buy"),
]
# Medical advice is looked at again once a year.
STALE_AFTER = timedelta(days=365)
WEEKS = 13
ORDERS_SHOWN = 20


@blueprint.get("/admin/articles")
@admits(Role.READ_ONLY)
def articles() -> str:
    """Show what each article brought in a period."""
    from_on, to_on = narrowing.period(request.args)
    order = sorting.asked(
        request.args, COLUMNS, otherwise="-net", kept={"from": str(from_on), "to": str(to_on)}
    )
    return page(
        "admin/articles.html",
        "articles",
        rows=order.arrange(_rows(from_on, to_on), _value),
        articles=tools().content.articles,
        stale_before=clock.now().date() - STALE_AFTER,
        sorting=order,
        from_on=from_on,
        to_on=to_on,
    )


@blueprint.get("/admin/articles/<slug>")
@admits(Role.READ_ONLY)
def article(slug: str) -> str:
    """Show one article: its funnel step by step, its weeks, and what its readers ordered."""
    words = tools().content.articles.get(slug)
    if words is None:
        abort(404)
    from_on, to_on = narrowing.period(request.args)
    zone = tools().config.time_zone
    with reading(tools().engine) as session:
        rows = reports.per_article(session, [slug], from_on=from_on, to_on=to_on, zone=zone)
        return page(
            "admin/article.html",
            "articles",
            article=words,
            row=next(row for row in rows if row.slug == slug),
            weeks=reports.reads_by_week(session, slug, last_on=to_on, weeks=WEEKS),
            orders=reports.orders_from(
                session, slug, from_on=from_on, to_on=to_on, zone=zone, limit=ORDERS_SHOWN
            ),
            linked_from=[
                other
                for other in tools().content.articles.values()
                if slug in other.related and other.slug != slug
            ],
            stale_before=clock.now().date() - STALE_AFTER,
            from_on=from_on,
            to_on=to_on,
        )


@blueprint.post("/admin/articles/export")
@admits(Role.STAFF, step_up=True)
def export_articles() -> ResponseReturnValue:
    """Return the list as a sheet."""
    from_on, to_on = narrowing.period(request.args)
    with writing(tools().engine) as session:
        record(session, "exported", "money per article", after={"from": str(from_on), "to": str(to_on)})
    return sheet("money-per-article", CELLS, (_cells(row) for row in _rows(from_on, to_on)))


def _rows(from_on: Any, to_on: Any) -> list[ArticleMoney]:
    with reading(tools().engine) as session:
        return reports.per_article(
            session, tools().content.articles, from_on=from_on, to_on=to_on, zone=tools().config.time_zone
        )


def _value(row: ArticleMoney, key: str) -> Any:
    if key == "title":
        return tools().content.articles[row.slug].title.casefold() if row.slug else None
    if key == "days":
        return row.days_to_buy
    return getattr(row, key)


def _cells(row: ArticleMoney) -> tuple[object, ...]:
    amounts = (
        Decimal(plain(amount, row.currency)) for amount in (row.revenue, row.refunded, row.net, row.discount)
    )
    return (
        *(row.slug or "elsewhere", row.reads, row.clicked, row.sign_ups, row.confirmed, row.opened),
        *(row.buyers, row.orders, row.currency, *amounts),
        "" if row.days_to_buy is None else row.days_to_buy,
    )

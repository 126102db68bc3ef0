"""What needs a person today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shop import clock
from shop.admin import queries
from shop.admin.desk import blueprint, page
from shop.admin.guard import Role, admits
from shop.admin.queries import Today
from shop.db import reading
from shop.reports.articles import ELSEWHERE
from shop.reports.lately import lately
from shop.web.tools import tools

# The way from an article to an order; each step has a scale of its own, since each is a tenth of the one before.
STEPS = ("reads", "sign_ups", "confirmed", "buyers", "net")


@dataclass(frozen=True)
class Waiting:
    """One kind of thing that may wait for a person: how many, where they are, in words, and what hurries."""

    count: int
    address: str
    words: str
    more: str = ""


@blueprint.get("/admin")
@admits(Role.READ_ONLY)
def today() -> str:
    """Show what needs a person."""
    now = clock.now()
    zone, words = tools().config.time_zone, tools().content.articles
    with reading(tools().engine) as session:
        found = queries.today(session, now=now, zone=zone)
        before = lately(session, words, now=now, zone=zone)
    kinds = list(_kinds(found, now))
    # Counted up to ten minutes ago: an article may have been taken away since.
    articles = [
        row
        for row in before.articles
        if (row.reads or row.sign_ups) and (row.slug in words or row.slug == ELSEWHERE)
    ]
    return page(
        "admin/today.html",
        "today",
        today=found,
        waiting=[kind for kind in kinds if kind.count],
        clear=[kind.words for kind in kinds if not kind.count],
        # In the order of the figures.
        lines=[
            [getattr(day, name) for day in before.days]
            for name in ("revenue", "orders", "order_value", "confirmed")
        ],
        lately=before,
        articles=articles,
        most={step: max((getattr(row, step) for row in articles), default=0) for step in STEPS},
        titles={slug: article.title for slug, article in words.items()},
    )


def _kinds(today: Today, now: datetime) -> Iterator[Waiting]:
    yield Waiting(today.to_ship, "/admin/orders?view=to_ship", "to ship", _age(today.oldest_to_ship_at, now))
    yield Waiting(
        today.flagged,
        "/admin/orders?view=attention",
        "needs attention" if today.flagged == 1 else "need attention",
        "flagged or on hold",
    )
    due = min((dispute.due_by_at for dispute in today.disputes if dispute.due_by_at), default=None)
    yield Waiting(len(today.disputes), "#disputes", _counted(len(today.disputes), "dispute"), _left(due, now))
    yield Waiting(len(today.unmatched), "#unmatched", _counted(len(today.unmatched), "unmatched payment"))
    yield Waiting(
        today.failed_letters, "/admin/outbox?view=failed", _counted(today.failed_letters, "failed letter")
    )
    yield Waiting(
        len(today.failed_events), "#events", f"{_counted(len(today.failed_events), 'event')} not acted on"
    )
    yield Waiting(
        len(today.low_stock), "#low-stock", "low on stock", "at the reorder point, or under two weeks"
    )


def _counted(count: int, words: str) -> str:
    return words if count == 1 else f"{words}s"


def _age(since: datetime | None, now: datetime) -> str:
    days = (now - since).days if since else 0
    if since is None:
        return ""
    return (
        f"the oldest waits {days} {'day' if days == 1 else 'days'}"
        if days
        else "the oldest is of the last 24 hours"
    )


def _left(due: datetime | None, now: datetime) -> str:
    if due is None:
        return ""
    days = (due - now).days
    return (
        "the first is overdue"
        if due < now
        else f"the first is due in {days} {'day' if days == 1 else 'days'}"
    )

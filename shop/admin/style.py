"""The style page: every part of the pages in every state, for whoever builds the next page. Not in a live shop."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, abort, render_template

from shop.admin import guard
from shop.admin.guard import Role, admits
from shop.web.tools import tools

blueprint = Blueprint("style", __name__)
blueprint.before_request(guard.check)
blueprint.after_request(guard.keep_private)

COLORS = {
    "Grounds": ("paper", "surface", "fascia", "blush", "plum", "plum-2"),
    "Text": ("ink", "ink-2", "ink-3", "on-plum", "on-plum-2"),
    "Brand": ("iliacus", "iliacus-hover", "psoas", "coral", "vein", "vein-bg"),
    "Lines": ("line", "control"),
    "States": ("ok", "ok-bg", "warn", "warn-bg", "bad", "bad-bg", "mute", "mute-bg"),
}
SIZES = ("4xl", "3xl", "2xl", "xl", "lg", "md", "sm", "xs")
SPACES = tuple(range(1, 11))


@dataclass(frozen=True)
class Choice:
    """One card of a group."""

    value: str
    name: str
    words: str = ""
    end: str = ""
    disabled: bool = False


@dataclass(frozen=True)
class Event:
    """One line of a timeline."""

    at: datetime
    words: str
    by: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a tracker."""

    name: str
    state: str


CHOICES = (
    Choice("HOOK-1", "Hip Hook", "The tool alone", "$149.00"),
    Choice("SET-FULL", "Complete program", "Hook, Ball and paperback", "$179.00"),
    Choice("SET-READ", "Hook and book", "Sold out at the moment", "$164.00", disabled=True),
)
EVENTS = (
    Event(datetime(2026, 11, 27, 15, 4, tzinfo=UTC), "Parcel 1 left with two lines", "Sam"),
    Event(datetime(2026, 11, 26, 9, 12, tzinfo=UTC), "Confirmation sent to maya@example.com"),
    Event(datetime(2026, 11, 26, 9, 11, tzinfo=UTC), "Paid $179.00 with a card"),
)
TRACKERS = tuple(
    tuple(
        Step(name, "done" if at < now else "now" if at == now else "next")
        for at, name in enumerate(("placed", "paid", "packed", "shipped", "delivered"))
    )
    for now in (0, 3, 5)
)


@blueprint.get("/admin/style")
@admits(Role.READ_ONLY)
def page() -> str:
    """Show every part in every state, with made-up values that never change."""
    if tools().config.live:
        abort(404)
    return render_template(
        "admin/style.html",
        colors=COLORS,
        sizes=SIZES,
        spaces=SPACES,
        choices=CHOICES,
        events=EVENTS,
        trackers=TRACKERS,
    )

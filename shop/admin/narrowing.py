"""From an address to the list of orders it asks for, and back: every view is an address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.admin import sorting
from shop.admin.sorting import Sorting
from shop.checkout.models import CheckoutAttempt
from shop.orders import rules, search
from shop.orders.lists import SORTS, VIEWS, Filter
from shop.web.tools import tools

PAYMENTS = {
    "unpaid": "Unpaid",
    "processing": "Processing",
    "paid": "Paid",
    "part_refunded": "Part refunded",
    "refunded": "Refunded",
    "disputed": "Disputed",
    "lost": "Dispute lost",
}
SHIPPINGS = {
    "to_ship": "To ship",
    "part_shipped": "Part shipped",
    "shipped": "Shipped",
    "delivered": "Delivered",
    "nothing_to_ship": "Nothing to ship",
    "on_hold": "On hold",
}
PERIOD_DAYS = 90
# What a list of orders can be sorted by, and whether the largest comes first when its head is pressed.
SORTABLE = {"number": True, "total": True}
# What stands in an address, in the order of the chips.
NAMES = ("payment", "shipping", "country", "sku", "code", "tag", "from_on", "to_on")
LABELS = {
    "payment": "Payment",
    "shipping": "Shipping",
    "country": "To",
    "sku": "SKU",
    "code": "Code",
    "tag": "Tag",
    "from_on": "From",
    "to_on": "Until",
}


@dataclass(frozen=True)
class Asked:
    """The list an address asks for: the filter, what was typed into the search, and the address's own parts.

    ``too_long``: more was typed than a search takes, so nothing was looked for.
    """

    narrowed: Filter
    typed: str
    parts: Mapping[str, str]
    order: Sorting
    too_long: bool = False

    def address(self, **changed: str | None) -> str:
        """Return the query of this list with some parts changed; None or an empty text takes a part out."""
        parts = {**self.parts, **changed}
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """Each filter in force: its words, and the query of the list without it."""
        words = {"payment": PAYMENTS, "shipping": SHIPPINGS}
        return [
            (
                LABELS[name],
                words.get(name, {}).get(value, value) if name != "country" else rules.country_name(value),
                self.address(**{name: None}),
            )
            for name, value in self.parts.items()
            if name in NAMES
        ]


def asked(session: Session, arguments: Mapping[str, str], *, view: str = "to_ship") -> Asked:
    """Read the parts of an address. An unknown view is not found; other nonsense narrows nothing."""
    view = arguments.get("view", "all" if arguments.get("q") else view)
    if view not in VIEWS:
        abort(404)
    parts = {name: arguments.get(name, "").strip()[:60] for name in NAMES}
    days = {name: day(parts[name]) for name in ("from_on", "to_on")}
    parts |= {name: on.isoformat() if on else "" for name, on in days.items()}
    parts["payment"] = parts["payment"] if parts["payment"] in PAYMENTS else ""
    parts["shipping"] = parts["shipping"] if parts["shipping"] in SHIPPINGS else ""
    parts |= {name: parts[name].upper() for name in ("country", "sku", "code")}
    narrowed = Filter(view, zone=tools().config.time_zone, **{**parts, **days})  # type: ignore[arg-type]
    whole = arguments.get("q", "").strip()
    typed = whole[: search.LONGEST]
    if typed:
        narrowed = replace(narrowed, ids=tuple(_found(session, typed)) if typed == whole else ())
    kept = {name: value for name, value in {"view": view, "q": typed, **parts}.items() if value}
    order = sorting.asked(arguments, SORTABLE, otherwise=Filter.sort, kept=kept)
    if order.word != Filter.sort:
        kept["sort"] = order.word
    return Asked(replace(narrowed, sort=order.word), typed, kept, order, too_long=typed != whole)


def place(arguments: Mapping[str, str], order: Sorting) -> tuple[int, ...] | None:
    """Return behind which place a page of orders begins; nonsense, and another order's place, is the first page."""
    text = arguments.get("after", "")
    numbers = (
        tuple(map(int, text.split("."))) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text, re.ASCII) else ()
    )
    return numbers if len(numbers) == len(SORTS[order.key]) else None


def period(arguments: Mapping[str, str]) -> tuple[date, date]:
    """Return the days asked for, ``from`` and ``to``; the last 90 by default, and instead of nonsense."""
    today = clock.now().astimezone(tools().config.time_zone).date()
    to_on = day(arguments.get("to", "")) or today
    from_on = day(arguments.get("from", "")) or to_on - timedelta(days=PERIOD_DAYS)
    return min(from_on, to_on), to_on


def moment(text: str) -> datetime | None:
    """Read a moment as pages say it to their scripts; None for nonsense."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo and read.year in clock.YEARS else None


def local_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a moment of a zone's own time, as a form's field sends it; None for nonsense."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.replace(tzinfo=zone) if read.year in clock.YEARS else None


def day(text: str) -> date | None:
    """Read a day, such as 2026-12-31; None for nonsense."""
    try:
        read = date.fromisoformat(text)
    except ValueError:
        return None
    return read if read.year in clock.YEARS else None


def _found(session: Session, typed: str) -> list[int]:
    pages = [piece for piece in search.listed(typed) or [typed] if piece.startswith("cs_")]
    if not pages:
        return search.found(session, typed)
    paid_on = session.scalars(select(CheckoutAttempt.order_id).where(CheckoutAttempt.page_id.in_(pages)))
    others = search.found(session, typed) if len(pages) > 1 or pages != [typed] else []
    return sorted({*paid_on, *others}, reverse=True)

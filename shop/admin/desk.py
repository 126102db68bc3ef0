"""What every page of the back office stands on: the blueprint, the frame with its navigation, page marks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from shop import clock
from shop.admin import guard
from shop.content import WordsMissing
from shop.staff import actions as staff
from shop.web import filters

blueprint = Blueprint("admin", __name__)
blueprint.before_request(guard.check)
blueprint.after_request(guard.keep_private)

PAGE_LENGTH = 50


@dataclass(frozen=True)
class Place:
    """One link of the navigation: its key, address, word, and the letter that goes there after G."""

    key: str
    address: str
    words: str
    letter: str


# In the order of the navigation. A place stands here when its page does.
PLACES = (
    Place("today", "/admin", "Today", "t"),
    Place("orders", "/admin/orders", "Orders", "o"),
    Place("discounts", "/admin/discounts", "Discounts", "d"),
    Place("readers", "/admin/readers", "Readers", "r"),
    Place("articles", "/admin/articles", "Articles", "a"),
    Place("reports", "/admin/reports", "Reports", "n"),
    Place("letters", "/admin/letters", "Letters", "e"),
    Place("products", "/admin/products", "Products", "p"),
    Place("outbox", "/admin/outbox", "Outbox", "m"),
    Place("audit", "/admin/audit", "Audit log", "l"),
    Place("settings", "/admin/settings", "People", "s"),
    Place("account", "/admin/account", "Your account", "u"),
)


def page(template: str, place: str, **values: Any) -> str:
    """Return a page of the back office; ``place`` is the key of the link that leads to it."""
    return render_template(
        template,
        place=place,
        places=PLACES,
        member=guard.member(),
        flag_sentence=flag_sentence,
        now=clock.now(),
        **values,
    )


def flag_sentence(reason: str, detail: Mapping[str, Any]) -> str:
    """Return what staff read about a flag; its bare reason when the words have changed meanwhile."""
    try:
        return filters.phrase(f"flags.{reason}", **detail)
    except WordsMissing:
        return reason.replace("_", " ").capitalize()


def before() -> int | None:
    """Return the number below which the next page of a list begins; nonsense shows the first page."""
    text = request.args.get("before", "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else None


def back(endpoint: str, **values: Any) -> Response:
    """Return the way back to a page after a form was sent."""
    return make_response(redirect(url_for(f"admin.{endpoint}", **values), 303))


def back_to(address: str) -> Response:
    """Return the way to an address of the back office after a form was sent."""
    return make_response(redirect(address, 303))


def record(
    session: Session,
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write into the audit log what the person who is signed in does, in the transaction that does it."""
    staff.record(
        session, action, subject, by=guard.member().email, now=clock.now(), before=before, after=after
    )

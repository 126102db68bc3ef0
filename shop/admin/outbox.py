"""The letters: which failed, which wait, which were sent."""

import re

from flask import Response, abort, make_response, redirect, request, url_for
from sqlalchemy import select

from shop import clock
from shop.admin import guard, queries
from shop.admin.desk import PAGE_LENGTH, before, blueprint, page
from shop.admin.guard import Role, admits
from shop.content import WordsMissing
from shop.db import reading, writing
from shop.mail import actions as mail
from shop.mail.models import OutboxLetter
from shop.mail.rendering import render
from shop.mail.rules import Letter
from shop.mail.words import LetterRefused
from shop.orders.models import Order
from shop.orders.queries import LARGEST_NUMBER
from shop.web import filters
from shop.web.notices import say
from shop.web.tools import tools

# A link with a long piece of letters in it opens something for whoever has it: a password, a chapter, an order.
PERSONAL = re.compile(r"(https?://\S*?/)[\w.~-]{16,}")


@blueprint.get("/admin/outbox")
@admits(Role.READ_ONLY)
def outbox() -> str:
    """List the letters that failed, wait, or were sent; what failed is shown first when there is any."""
    with reading(tools().engine) as session:
        counts = queries.letter_counts(session)
        view = request.args.get("view") or next((name for name, count in counts.items() if count), "sent")
        if view not in counts:
            abort(404)
        found = queries.letters(session, view=view, before=before(), limit=PAGE_LENGTH + 1)
    return page(
        "admin/outbox.html",
        "outbox",
        counts=counts,
        view=view,
        letters=found[:PAGE_LENGTH],
        next_before=found[PAGE_LENGTH - 1].id if len(found) > PAGE_LENGTH else None,
    )


@blueprint.get("/admin/outbox/<int:letter_id>")
@admits(Role.READ_ONLY)
def outbox_letter(letter_id: int) -> str:
    """Show one letter as its recipient reads it, without what only she may open."""
    with reading(tools().engine) as session:
        kept = session.get(OutboxLetter, letter_id) if letter_id <= LARGEST_NUMBER else None
        if kept is None:
            abort(404)
        number = session.scalar(select(Order.number).where(Order.id == kept.order_id))
        subject, text = _read(kept)
        return page(
            "admin/outbox_letter.html", "outbox", letter=kept, number=number, subject=subject, text=text
        )


@blueprint.post("/admin/outbox/<int:letter_id>/retry")
@admits(Role.STAFF)
def retry(letter_id: int) -> Response:
    """Send a letter again that failed or waits."""
    with writing(tools().engine) as session:
        again = letter_id <= LARGEST_NUMBER and mail.retry(
            session, letter_id, by=guard.member().email, now=clock.now()
        )
    if not again:
        abort(404)
    say("ok", filters.phrase("flashes.mail_retried"))
    return make_response(redirect(url_for("admin.outbox"), 303))


def _read(kept: OutboxLetter) -> tuple[str, str]:
    """Return subject and text of a letter, its personal links cut off; empty when it cannot be made any more."""
    in_hand = Letter(
        id=kept.id,
        template=kept.template,
        recipient=kept.recipient,
        blanks=kept.blanks,
        message_id=kept.message_id,
        tries=kept.tries,
        locked_until=kept.created_at,
        created_at=kept.created_at,
    )
    try:
        message = render(in_hand, tools().content, tools().config)
    except (LetterRefused, WordsMissing):
        return "", ""
    body = message.get_body(("plain",))
    return str(message["Subject"]), PERSONAL.sub(r"\1…", body.get_content() if body else "")

"""The letters: which failed, which wait, which were sent."""

from flask import Response, abort, make_response, redirect, request, url_for

from shop import clock
from shop.admin import guard, queries
from shop.admin.desk import PAGE_LENGTH, before, blueprint, page
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.mail import actions as mail
from shop.orders.queries import LARGEST_NUMBER
from shop.web import filters
from shop.web.notices import say
from shop.web.tools import tools


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

"""Readers: who they are, what they agreed to, what they were sent, and the ways to help or forget one."""

import json
from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import urlencode

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock
from shop.admin import guard, queries
from shop.admin.desk import PAGE_LENGTH, back, before, blueprint, page, record
from shop.admin.guard import Role, admits
from shop.admin.own_views import own_views
from shop.content import BLANK
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.mail.rendering import body_of, render
from shop.mail.rules import Letter, message_id
from shop.mail.samples import samples
from shop.privacy.erase import erase
from shop.privacy.export import export
from shop.reports import readers as lists
from shop.reports.readers import VIEWS
from shop.subscribers import actions as subscribers
from shop.subscribers import queries as subscriber_queries
from shop.subscribers.models import Reader
from shop.web import filters
from shop.web.headers import LETTER_POLICY, content_security_policy
from shop.web.notices import say
from shop.web.sheets import sheet
from shop.web.tools import tools
from shop.welcome import ask
from shop.welcome.desk import Desk
from shop.welcome.queries import code_of

DEEDS = {
    "resend": "chapter sent again",
    "revoke": "chapter links called back",
    "stop": "letters stopped",
    "lift": "letters allowed again",
}
WEEKS = 12
BATCH = 500
COLUMNS = ["email", "state", "source", "place", "asked_at", "confirmed_at", "code", "code_used", "left_why"]


@blueprint.get("/admin/readers")
@admits(Role.READ_ONLY)
def readers() -> str:
    """List readers: a view, an article, or whose address begins as typed; and how their number grows."""
    view, typed, source = _asked()
    asked = {"view": view, "q": typed, "from": source}
    zone = tools().config.time_zone
    with reading(tools().engine) as session:
        found = lists.listed(
            session, view=view, typed=typed, source=source, before=before(), limit=PAGE_LENGTH + 1
        )
        counts = lists.counts(session)
        own = own_views(session, "readers")
        weeks = lists.growth(session, today=clock.now().astimezone(zone).date(), weeks=WEEKS, zone=zone)
    return page(
        "admin/readers.html",
        "readers",
        view=view,
        typed=typed,
        source=source,
        asked=urlencode({name: value for name, value in asked.items() if value}),
        own=own,
        counts=counts,
        weeks=weeks,
        readers=found[:PAGE_LENGTH],
        next_before=found[PAGE_LENGTH - 1].id if len(found) > PAGE_LENGTH else None,
    )


@blueprint.post("/admin/readers/export")
@admits(Role.STAFF, step_up=True)
def export_readers() -> ResponseReturnValue:
    """Return the list as a sheet."""
    view, typed, source = _asked()
    with writing(tools().engine) as session:
        record(session, "exported", "readers", after={"view": view, "q": typed, "from": source})

    engine = tools().engine

    def rows() -> Iterator[tuple[object, ...]]:
        last = None
        while True:
            with reading(engine) as session:
                found = lists.listed(session, view=view, typed=typed, source=source, before=last, limit=BATCH)
            for row in found:
                yield (
                    *(row.email, row.state, row.source, row.slot, row.asked_at.isoformat()),
                    row.confirmed_at.isoformat() if row.confirmed_at else "",
                    *(row.code or "", row.code_used or 0, row.left_why),
                )
            if len(found) < BATCH:
                return
            last = found[-1].id

    return sheet("readers", COLUMNS, rows())


@blueprint.get("/admin/readers/<key>")
@admits(Role.READ_ONLY)
def reader(key: str) -> str:
    """Show everything that is known of one reader."""
    now = clock.now()
    with reading(tools().engine) as session:
        found = _reader(session, key)
        return page(
            "admin/reader.html",
            "readers",
            reader=found,
            code=code_of(session, found, now=now),
            suppressed=subscriber_queries.suppressed(session, found.email_normalized),
            consents=subscriber_queries.consents(session, found.id),
            series=subscriber_queries.enrolments(session, found.id),
            letters=queries.letters_to(session, found.id),
            orders=queries.orders_of(session, found.email_normalized),
        )


@blueprint.post("/admin/readers/<key>/<deed>")
@admits(Role.STAFF)
def help_reader(key: str, deed: str) -> Response:
    """Send a new link, call back those sent, stop the letters, or let them go to a bounced address again."""
    if deed not in DEEDS:
        abort(404)
    now = clock.now()
    with writing(tools().engine) as session:
        found = _reader(session, key)
        if deed == "resend":
            ask.resend(session, Desk(tools().config, tools().content), found.id, now=now)
        elif deed == "revoke":
            subscribers.revoke_links(session, found.id, now=now)
        elif deed == "stop":
            subscribers.leave(session, subscribers.lock(session, found.id), "by staff", now=now)
        else:
            subscribers.lift(session, found.email)
        record(session, DEEDS[deed], f"reader {found.key}")
    say("ok", filters.phrase(f"flashes.reader_{deed}"))
    return back("reader", key=key)


@blueprint.post("/admin/readers/<key>/export")
@admits(Role.STAFF, step_up=True)
def export_reader(key: str) -> Response:
    """Return all that is kept of a person, as JSON to hand to her."""
    with writing(tools().engine) as session:
        found = _reader(session, key)
        record(session, "exported", "a person")
        body = json.dumps(export(session, found.email), indent=2, ensure_ascii=False)
    response = Response(body, mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="person.json"'
    return response


@blueprint.post("/admin/readers/<key>/erase")
@admits(Role.OWNER, step_up=True)
def erase_reader(key: str) -> Response:
    """Take a person out of the books; the page before asks for her address, so that nobody does it by mistake."""
    try:
        with writing(tools().engine) as session:
            found = _reader(session, key)
            if request.form.get("email", "").strip() != found.email:
                say("bad", filters.phrase("flashes.reader_not_erased"))
                return back("reader", key=key)
            erase(session, found.email, by=guard.member().email, now=clock.now())
            record(session, "erased", "a person")
    except Refused as refused:
        say("bad", tools().content.refusal(refused))
        return back("reader", key=key)
    say("ok", filters.phrase("flashes.reader_erased"))
    return back("readers")


@blueprint.get("/admin/letters")
@admits(Role.READ_ONLY)
def letters() -> str:
    """List every letter the shop writes, with the day of its series; what is filled in later is an ellipsis."""
    content = tools().content
    days = {
        step.letter: (name, step.day) for name in ("welcome", "bought") for step in content.series.of(name)
    }
    subjects = {name: BLANK.sub("…", words.subject) for name, words in content.letters.items()}
    return page("admin/letters.html", "letters", subjects=subjects, days=days)


@blueprint.get("/admin/letters/<name>")
@admits(Role.READ_ONLY)
def letter(name: str) -> Response:
    """Show one letter with sample data, as it looks and as text."""
    message = _preview(name)
    shown = page(
        "admin/letter.html",
        "letters",
        name=name,
        subject=message["Subject"],
        text=body_of(message, "plain"),
        headers=[
            (each, message[each]) for each in ("List-Unsubscribe", "List-Unsubscribe-Post") if message[each]
        ],
    )
    response = Response(shown)
    response.headers["Content-Security-Policy"] = (
        f"{content_security_policy(tools().config)}; frame-src 'self'"
    )
    return response


@blueprint.get("/admin/letters/<name>/html")
@admits(Role.READ_ONLY)
def letter_html(name: str) -> Response:
    """Give the HTML of a sample letter to the frame."""
    response = Response(body_of(_preview(name), "html"), mimetype="text/html")
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


def _asked() -> tuple[str, str, str]:
    """Return which view, address and article are asked for; nonsense asks for nothing."""
    view = request.args.get("view", "")
    return (
        view if view in VIEWS else "",
        request.args.get("q", "").strip()[:320],
        request.args.get("from", "")[:100],
    )


def _reader(session: Session, key: str) -> Reader:
    found = subscriber_queries.by_key(session, key)
    if found is None:
        raise Refused(Reason.READER_UNKNOWN)
    return found


def _preview(name: str) -> EmailMessage:
    """Return a letter filled with its sample."""
    content, config = tools().content, tools().config
    sample = samples(config.base_url).get(name)
    if sample is None or name not in content.letters:
        abort(404)
    now = clock.now()
    sent = Letter(1, name, "reader@example.com", sample, message_id(name), 1, now, now)
    return render(sent, content, config)

"""Campaigns: the list, and the editor with its live sentence and its test bench."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock
from shop.admin import bench, campaign_form, guard
from shop.admin.campaign_form import Read
from shop.admin.desk import PAGE_LENGTH, before, blueprint, page, record
from shop.admin.guard import Role, admits
from shop.catalog import queries as catalog
from shop.catalog.rules import Item, one_by_one
from shop.checkout.queries import DEFAULT_CURRENCY
from shop.db import reading, writing
from shop.discounts import batches, campaigns, listing
from shop.discounts.campaigns import EditedMeanwhile, Notes
from shop.discounts.minting import NewCode
from shop.discounts.models import Campaign
from shop.discounts.rules import Terms, normal_code
from shop.discounts.sentence import AMERICAN, sentence
from shop.discounts.soundness import Fault, Ware
from shop.errors import Reason, Refused
from shop.reports import campaigns as reports
from shop.shipping import queries as shipping
from shop.web import filters
from shop.web.notices import say
from shop.web.tools import tools

VIEWS = {
    "": "All",
    "live": "Live",
    "scheduled": "Scheduled",
    "used_up": "Used up",
    "paused": "Paused",
    "ended": "Ended",
}
# What each act is called, and the one that takes it back.
ACTS = {
    "pause": (campaigns.pause, "resume"),
    "resume": (campaigns.resume, "pause"),
    "end": (campaigns.end, "reopen"),
    "reopen": (campaigns.reopen, ""),
}


@blueprint.get("/admin/discounts")
@admits(Role.READ_ONLY)
def discounts() -> str:
    """List campaigns with their states and figures."""
    state, words, now = request.args.get("state", ""), request.args.get("q", "").strip(), clock.now()
    if state not in VIEWS:
        abort(404)
    with reading(tools().engine) as session:
        found = listing.campaigns(
            session, now, state=state, words=words, before=before(), limit=PAGE_LENGTH + 1
        )
        shown = found[:PAGE_LENGTH]
        return page(
            "admin/discounts/list.html",
            "discounts",
            views=VIEWS,
            state=state,
            words=words,
            counts=listing.counts(session, now),
            campaigns=[(campaign, listing.state_of(campaign, now)) for campaign in shown],
            codes=listing.single_codes(session, [campaign.id for campaign in shown]),
            recent=reports.recent(session, [campaign.id for campaign in shown], now),
            next_before=shown[-1].id if len(found) > PAGE_LENGTH else None,
        )


@blueprint.get("/admin/discounts/new")
@admits(Role.STAFF)
def new_campaign() -> str:
    """Show the editor of a campaign that is still to be made."""
    terms = campaign_form.empty(DEFAULT_CURRENCY)
    typed = campaign_form.typed_of(terms, Notes(), tools().config.time_zone)
    with reading(tools().engine) as session:
        return _editor(session, None, Read(terms, Notes(), [], typed, frozenset()))


@blueprint.post("/admin/discounts")
@admits(Role.STAFF)
def create_campaign() -> ResponseReturnValue:
    """Make a campaign, and its first code if one was typed."""
    with reading(tools().engine) as session:
        read = _read(session, campaign_form.empty(DEFAULT_CURRENCY))
    code = normal_code(request.form.get("code", ""))
    if not read.faults:
        try:
            with writing(tools().engine) as session:
                by, now = guard.member().email, clock.now()
                made = campaigns.create(session, read.terms, read.notes, by=by, now=now)
                if code and not read.terms.automatic:
                    batches.add(session, made.id, NewCode(code), by=by, now=now)
                record(session, "campaign created", made.slug, after={"name": made.name})
                slug = made.slug
        except Refused as error:
            read = _with_refusal(read, error)
        else:
            say("ok", filters.phrase("flashes.campaign_created", name=read.terms.name))
            return redirect(url_for("admin.campaign", campaign=slug), 303)
    with reading(tools().engine) as session:
        return make_response(_editor(session, None, read), 400)


@blueprint.get("/admin/discounts/<campaign>")
@admits(Role.READ_ONLY)
def campaign(campaign: str) -> str:
    """Show a campaign: its rules, its sentence, its test bench, and where to go from here."""
    with reading(tools().engine) as session:
        row, terms = found(session, campaign)
        notes = Notes(row.tag, row.comment)
        typed = campaign_form.typed_of(terms, notes, tools().config.time_zone)
        return _editor(session, row, Read(terms, notes, [], typed, terms.countries))


@blueprint.post("/admin/discounts/<campaign>")
@admits(Role.STAFF)
def save_campaign(campaign: str) -> ResponseReturnValue:
    """Save the rules of a campaign, unless somebody else has changed them since they were opened."""
    with reading(tools().engine) as session:
        row, terms = found(session, campaign)
        read = _read(session, terms)
    changes: list[campaigns.Line] = []
    if not read.faults:
        try:
            with writing(tools().engine) as session:
                campaigns.change(
                    session,
                    row.id,
                    read.terms,
                    read.notes,
                    version=_version(),
                    by=guard.member().email,
                    now=clock.now(),
                )
                record(session, "campaign changed", campaign)
        except Refused as error:
            read = _with_refusal(read, error)
        except EditedMeanwhile as meanwhile:
            changes = meanwhile.changes
        else:
            say("ok", filters.phrase("flashes.campaign_saved", name=read.terms.name))
            return redirect(url_for("admin.campaign", campaign=campaign), 303)
    with reading(tools().engine) as session:
        row, _ = found(session, campaign)
        return make_response(_editor(session, row, read, changes=changes), 409 if changes else 400)


@blueprint.post("/admin/discounts/preview")
@admits(Role.READ_ONLY)
def preview_campaign() -> str:
    """Say what the editor's fields mean and what they do to a cart; nothing is saved."""
    slug = request.form.get("campaign", "")
    with reading(tools().engine) as session:
        row, terms = found(session, slug) if slug else (None, campaign_form.empty(DEFAULT_CURRENCY))
        read = _read(session, terms)
        if request.headers.get("X-Part") == "preview":
            return render_template("admin/discounts/preview.html", **_preview(session, read))
        return _editor(session, row, read)


@blueprint.post("/admin/discounts/<campaign>/<any(pause, resume, end, reopen):act>")
@admits(Role.STAFF)
def act_on_campaign(campaign: str, act: str) -> Response:
    """Pause, resume, end or reopen a campaign; each can be taken back."""
    run, undo = ACTS[act]
    with writing(tools().engine) as session:
        row, _ = found(session, campaign)
        done = run(session, row.id, by=guard.member().email, now=clock.now())
        name = row.name
        if done:
            record(session, f"campaign {act}", campaign)
    address = url_for("admin.campaign", campaign=campaign)
    if done:
        back = (
            {"action": f"{address}/{undo}", "fields": {}, "label": filters.phrase("flashes.undo")}
            if undo
            else None
        )
        say("ok", filters.phrase(f"flashes.campaign_{act}", name=name), undo=back)
    else:
        say("info", filters.phrase("flashes.campaign_as_it_was", name=name))
    return make_response(redirect(address, 303))


@blueprint.post("/admin/discounts/<campaign>/duplicate")
@admits(Role.STAFF)
def duplicate_campaign(campaign: str) -> Response:
    """Make a copy of a campaign, switched off and without codes, and open it."""
    with writing(tools().engine) as session:
        row, _ = found(session, campaign)
        copy = campaigns.duplicate(session, row.id, by=guard.member().email, now=clock.now())
        record(session, "campaign duplicated", copy.slug, before={"of": campaign})
        slug, name = copy.slug, copy.name
    say("ok", filters.phrase("flashes.campaign_duplicated", name=name))
    return make_response(redirect(url_for("admin.campaign", campaign=slug), 303))


@blueprint.get("/admin/discounts/<campaign>/history")
@admits(Role.READ_ONLY)
def campaign_history(campaign: str) -> str:
    """Show who changed what of a campaign, and when."""
    with reading(tools().engine) as session:
        row, _ = found(session, campaign)
        lines = listing.history(session, row.id, limit=200)
        return page("admin/discounts/history.html", "discounts", campaign=row, lines=lines)


def found(session: Session, slug: str) -> tuple[Campaign, Terms]:
    """Return a campaign by its address; raise Refused(CAMPAIGN_UNKNOWN) when there is none."""
    known = listing.by_slug(session, slug)
    if known is None:
        raise Refused(Reason.CAMPAIGN_UNKNOWN)
    return known


def wares_of(items: Mapping[str, Item]) -> dict[str, Ware]:
    """Return what is for sale as the rules of campaigns meet it."""
    return {
        item.sku: Ware(item.name, item.unit_amount, one_by_one(item, items) is not None)
        for item in items.values()
        if item.active
    }


def _read(session: Session, kept: Terms) -> Read:
    return campaign_form.read(
        request.form,
        kept,
        wares_of(catalog.items(session)),
        frozenset(shipping.countries(session)),
        tools().config.time_zone,
    )


def _with_refusal(read: Read, error: Refused) -> Read:
    if error.reason is Reason.CAMPAIGN_NAME_TAKEN:
        return replace(read, faults=[Fault("name", "name_taken")])
    return replace(read, faults=[Fault("code", "code_taken", error.values)])


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _preview(session: Session, read: Read) -> dict[str, Any]:
    """What the right side of the editor shows."""
    items = catalog.items(session)
    names = {item.sku: item.name for item in items.values()}
    return {
        "sentence": sentence(read.terms, names, tools().config.time_zone),
        "faults": read.faults,
        "bench": bench.tried(session, read.typed, read.terms, now=clock.now()),
    }


def _editor(
    session: Session, row: Campaign | None, read: Read, *, changes: list[campaigns.Line] | None = None
) -> str:
    now: datetime = clock.now()
    served = shipping.countries(session)
    return page(
        "admin/discounts/editor.html",
        "discounts",
        campaign=row,
        state=listing.state_of(read.terms, now) if row else "",
        code=listing.single_codes(session, [row.id]).get(row.id, "") if row else "",
        read=read,
        changes=changes or [],
        errors={
            fault.name: filters.phrase(f"campaign_faults.{fault.key}", **fault.values)
            for fault in read.faults
        },
        kinds=campaign_form.KINDS,
        fields=campaign_form.FIELDS,
        parts=campaign_form.PARTS,
        wares=wares_of(catalog.items(session)),
        countries=sorted((AMERICAN.territories[code], code) for code in served),
        **_preview(session, read),
    )

"""The codes of a campaign: one by one and by the thousand, in and out of files, each with its link and square."""

import secrets
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import segno
from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from shop import clock, money
from shop.admin import guard, narrowing
from shop.admin.campaigns import found
from shop.admin.desk import blueprint, page, record
from shop.admin.guard import Role, admits
from shop.cart.rules import quantity
from shop.db import reading, writing
from shop.discounts import batches, listing, minting
from shop.discounts.batches import ImportRefused, Label
from shop.discounts.minting import BadRow, NewCode
from shop.discounts.models import Campaign, Code, CodeBatch
from shop.discounts.rules import MAX_CODE_LENGTH, normal_code
from shop.email_address import parse
from shop.errors import Reason, Refused
from shop.orders.queries import LARGEST_NUMBER
from shop.reports import campaigns as reports
from shop.web import filters
from shop.web.notices import refuse, say
from shop.web.sheets import sheet as csv_sheet
from shop.web.tools import tools

SHOWN = 50
SHOWN_BAD_ROWS = 50
COLUMNS = ("code", "state", "email", "uses", "max_uses", "ends_at", "tag", "created_at", "link")
ORDER_COLUMNS = ("order", "paid_at", "country", "code", "goods", "discount", "paid", "refunded", "currency")


@blueprint.get("/admin/discounts/<campaign>/codes")
@admits(Role.READ_ONLY)
def codes(campaign: str) -> str:
    """List the batches and codes of a campaign."""
    with reading(tools().engine) as session:
        return _page(session, campaign)


@blueprint.post("/admin/discounts/<campaign>/codes")
@admits(Role.STAFF)
def add_code(campaign: str) -> ResponseReturnValue:
    """Add one code, that may be bound to one address."""
    try:
        text, email = request.form.get("code", ""), request.form.get("email", "").strip()
        new = NewCode(
            _typed_code(text), parse(email) if email else "", _uses("max_uses"), _last_day("ends_on")
        )
        with writing(tools().engine) as session:
            row, _ = found(session, campaign)
            batches.add(session, row.id, new, by=guard.member().email, now=clock.now())
            record(session, "code added", campaign, after={"code": new.code})
    except Refused as error:
        return _refused(campaign, error)
    say("ok", filters.phrase("flashes.code_added", code=new.code))
    return _back(campaign)


@blueprint.post("/admin/discounts/<campaign>/batches")
@admits(Role.STAFF)
def make_batch(campaign: str) -> ResponseReturnValue:
    """Make a batch of codes that nobody can guess."""
    try:
        prefix = normal_code(request.form.get("prefix", ""))[: minting.LONGEST_PREFIX].strip("-")
        if prefix and (
            not prefix.replace("-", "").isalnum() or not prefix.isascii() or minting.is_rude(prefix)
        ):
            raise Refused(Reason.PREFIX_UNFIT)
        length = _number("length", minting.SHORTEST, minting.LONGEST)
        count = _number("count", 1, minting.MOST_AT_ONCE)
        with writing(tools().engine) as session:
            row, _ = found(session, campaign)
            batches.make(
                session,
                row.id,
                count,
                _label(prefix),
                minting.spellings(prefix, length, secrets.choice),
                length=length,
                max_uses=_uses("max_uses"),
                ends_at=_last_day("ends_on"),
                by=guard.member().email,
                now=clock.now(),
            )
            record(session, "batch made", campaign, after={"codes": count, "prefix": prefix})
    except Refused as error:
        return _refused(campaign, error)
    say("ok", filters.phrase("flashes.batch_made", count=f"{count:,}"))
    return _back(campaign)


@blueprint.post("/admin/discounts/<campaign>/imports")
@admits(Role.STAFF)
def import_codes(campaign: str) -> ResponseReturnValue:
    """Bring codes in from a file: all of them, or none and every bad row named by its line."""
    sent = request.files.get("file")
    text = sent.read().decode("utf-8", "replace") if sent else ""
    rows, bad = minting.read_rows(text or request.form.get("rows", ""), tools().config.time_zone)
    if not bad:
        try:
            with writing(tools().engine) as session:
                row, _ = found(session, campaign)
                batches.bring_in(session, row.id, rows, _label(""), by=guard.member().email, now=clock.now())
                record(session, "codes imported", campaign, after={"codes": len(rows)})
        except ImportRefused as refused:
            bad = list(refused.rows)
        except Refused as error:
            return _refused(campaign, error)
        else:
            say("ok", filters.phrase("flashes.codes_imported", count=f"{len(rows):,}"))
            return _back(campaign)
    with reading(tools().engine) as session:
        return make_response(_page(session, campaign, bad=bad), 400)


@blueprint.post("/admin/discounts/<campaign>/batches/<int:batch_id>/<any(void, restore):fate>")
@admits(Role.STAFF)
def act_on_batch(campaign: str, batch_id: int, fate: str) -> Response:
    """Make a batch worthless, or take that back."""
    with writing(tools().engine) as session:
        row, _ = found(session, campaign)
        batch = session.get(CodeBatch, batch_id) if batch_id <= LARGEST_NUMBER else None
        if batch is None or batch.campaign_id != row.id:
            raise Refused(Reason.CAMPAIGN_UNKNOWN)
        run = batches.void if fate == "void" else batches.restore
        run(session, batch_id, by=guard.member().email, now=clock.now())
        record(session, f"batch {fate}", campaign, after={"batch": batch_id})
        count = f"{batch.codes:,}"
    undo = {
        "action": url_for("admin.act_on_batch", campaign=campaign, batch_id=batch_id, fate="restore"),
        "fields": {},
        "label": filters.phrase("flashes.undo"),
    }
    say("ok", filters.phrase(f"flashes.batch_{fate}", count=count), undo=undo if fate == "void" else None)
    return _back(campaign)


@blueprint.get("/admin/discounts/<campaign>/codes.csv")
@admits(Role.STAFF, step_up=True)
def export_codes(campaign: str) -> Response:
    """Send every code of a campaign, or of one batch, as a file; it is read while it is sent."""
    batch = request.args.get("batch", "")
    batch_id = int(batch) if batch.isascii() and batch.isdigit() and len(batch) < 10 else None
    engine, now = tools().engine, clock.now()
    with reading(engine) as session:
        row, _ = found(session, campaign)
        campaign_id = row.id
    base = tools().config.base_url.rstrip("/")

    def rows() -> Iterator[tuple[object, ...]]:
        with reading(engine) as session:
            for code in listing.every_code(session, campaign_id, now, batch_id=batch_id):
                yield (
                    code.code,
                    code.state,
                    code.bound_email,
                    code.uses,
                    code.max_uses,
                    code.ends_at and code.ends_at.isoformat(timespec="seconds"),
                    code.tag,
                    code.created_at.isoformat(timespec="seconds"),
                    f"{base}/go/{code.code}",
                )

    return csv_sheet(f"codes-{campaign}", COLUMNS, rows())


@blueprint.get("/admin/discounts/<campaign>/codes/<code>")
@admits(Role.READ_ONLY)
def code(campaign: str, code: str) -> str:
    """Show one code: its link, its square to scan, and its sheet."""
    with reading(tools().engine) as session:
        row, terms = found(session, campaign)
        known = _code(session, row, code)
        batch = session.get(CodeBatch, known.batch_id) if known.batch_id else None
        link = f"{tools().config.base_url.rstrip('/')}/go/{known.code}"
        return page(
            "admin/discounts/code.html",
            "discounts",
            campaign=row,
            code=known,
            state=listing.code_state(known, batch.voided_at if batch else None, clock.now()),
            batch=batch,
            link=link,
            square=_square(link, known.code),
            **_sheet(session, row.id, known.id),
            currency=terms.currency,
        )


@blueprint.post("/admin/discounts/<campaign>/codes/<code>/<any(pause, resume):act>")
@admits(Role.STAFF)
def act_on_code(campaign: str, code: str, act: str) -> Response:
    """Switch one code off or on."""
    with writing(tools().engine) as session:
        row, _ = found(session, campaign)
        known = _code(session, row, code)
        batches.switch_code(
            session, known.id, active=act == "resume", by=guard.member().email, now=clock.now()
        )
        record(session, f"code {act}", campaign, after={"code": known.code})
        name = known.code
    address = url_for("admin.code", campaign=campaign, code=name)
    undo = {
        "action": f"{address}/{'resume' if act == 'pause' else 'pause'}",
        "fields": {},
        "label": filters.phrase("flashes.undo"),
    }
    say("ok", filters.phrase(f"flashes.code_{act}", code=name), undo=undo)
    return make_response(redirect(address, 303))


@blueprint.get("/admin/discounts/<campaign>/sheet")
@admits(Role.READ_ONLY)
def campaign_sheet(campaign: str) -> str:
    """Show what a campaign brought, what it cost, and who came by it."""
    with reading(tools().engine) as session:
        row, terms = found(session, campaign)
        return page(
            "admin/discounts/sheet.html",
            "discounts",
            campaign=row,
            **_sheet(session, row.id),
            currency=terms.currency,
        )


@blueprint.get("/admin/discounts/<campaign>/sheet.csv")
@admits(Role.STAFF, step_up=True)
def export_sheet(campaign: str) -> Response:
    """Send the paid orders that used a campaign, or the one ``code`` of it, as a file."""
    with reading(tools().engine) as session:
        row, _ = found(session, campaign)
        wanted = request.args.get("code", "")
        known = _code(session, row, wanted) if wanted else None
        orders = reports.every_order(session, row.id, code_id=known.id if known else None)
    rows = [
        (
            order[0],
            order[1].isoformat(timespec="seconds"),
            *order[2:4],
            *(money.plain(int(amount), order[8]) for amount in order[4:8]),
            order[8],
        )
        for order in orders
    ]
    return csv_sheet(f"orders-{campaign}", ORDER_COLUMNS, rows)


def _page(session: Session, campaign: str, *, bad: list[BadRow] | None = None) -> str:
    row, _ = found(session, campaign)
    after = request.args.get("after", "")
    batch = request.args.get("batch", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    batch_id = int(batch) if batch.isascii() and batch.isdigit() and len(batch) < 10 else None
    wanted = request.args.get("q", "")
    one = listing.code_of(session, row.id, wanted) if wanted else None
    shown = listing.codes(
        session, row.id, clock.now(), batch_id=batch_id, after=one.id - 1 if one else start, limit=SHOWN + 1
    )
    if wanted:
        shown = shown[:1] if one else []
    return page(
        "admin/discounts/codes.html",
        "discounts",
        campaign=row,
        batches=listing.batches(session, row.id),
        codes=shown[:SHOWN],
        next_after=shown[SHOWN - 1].id if len(shown) > SHOWN else None,
        batch_id=batch_id,
        wanted=wanted,
        bad=(bad or [])[:SHOWN_BAD_ROWS],
        bad_count=len(bad or []),
        most=minting.MOST_AT_ONCE,
    )


def _sheet(session: Session, campaign_id: int, code_id: int | None = None) -> dict[str, Any]:
    """The figures of a campaign or one of its codes, and how they came about week by week."""
    sheet = reports.sheet(session, campaign_id, code_id=code_id)
    last = sheet.last_used_at
    weeks = (
        reports.weeks(session, campaign_id, last, tools().config.time_zone, code_id=code_id) if last else []
    )
    return {"sheet": sheet, "weeks": weeks}


def _code(session: Session, row: Campaign, text: str) -> Code:
    known = listing.code_of(session, row.id, text)
    if known is None:
        raise Refused(Reason.CAMPAIGN_UNKNOWN)
    return known


def _square(link: str, code: str) -> Markup:
    """Return the link as a square to scan: SVG in the page, without a style of its own."""
    drawing = segno.make(link, error="m", micro=False).svg_inline(
        scale=4, border=2, omitsize=True, svgclass=None, lineclass=None, title=f"Link of the code {code}"
    )
    return Markup(drawing)  # noqa: S704  made here of a code and an address; the title is escaped


def _typed_code(text: str) -> str:
    code = normal_code(text)
    if not code:
        raise Refused(Reason.CODE_EMPTY)
    if len(text.strip()) > MAX_CODE_LENGTH or not code.isascii() or not code.replace("-", "").isalnum():
        raise Refused(Reason.CODE_UNFIT)
    return code


def _number(name: str, least: int, most: int) -> int:
    text = request.form.get(name, "").replace(",", "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    if not least <= number <= most:
        raise Refused(Reason.NUMBER_OUT_OF_RANGE, least=least, most=f"{most:,}")
    return number


def _uses(name: str) -> int | None:
    text = request.form.get(name, "").strip()
    return quantity(text) if text else None


def _last_day(name: str) -> datetime | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    day = narrowing.day(text)
    if day is None:
        raise Refused(Reason.DAY_UNREADABLE)
    return datetime.combine(day + timedelta(days=1), time(), tools().config.time_zone)


def _label(prefix: str) -> Label:
    return Label(
        prefix, request.form.get("tag", "").strip()[:40], request.form.get("comment", "").strip()[:400]
    )


def _refused(campaign: str, error: Refused) -> Response:
    refuse(error)
    with reading(tools().engine) as session:
        return make_response(_page(session, campaign), 400)


def _back(campaign: str) -> Response:
    return make_response(redirect(url_for("admin.codes", campaign=campaign), 303))

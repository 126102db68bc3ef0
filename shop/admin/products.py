"""Products: price, stock with its ledger, days of cover, and how the price was before."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock, money
from shop.admin import guard, sorting
from shop.admin.desk import PAGE_LENGTH, back, before, blueprint, page, record
from shop.admin.guard import Role, admits
from shop.admin.narrowing import local_moment
from shop.catalog import actions as stock
from shop.catalog import editing, prices
from shop.catalog import levels as catalog
from shop.catalog.levels import Level
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.orders.queries import LARGEST_NUMBER
from shop.staff import queries as staff_queries
from shop.web import filters
from shop.web.notices import say
from shop.web.sheets import sheet
from shop.web.tools import tools

# What staff write into the ledger; sales and returns write themselves.
REASONS = {"received": "Received", "damaged": "Damaged", "correction": "Counted, and it differs"}
LARGEST = 1_000_000
UNFIT = 422
MOVEMENTS_SHOWN = 20
# What the list can be sorted by, and whether the largest comes first; "place" is as the goods stand in the shop.
SORTABLE = {"place": False, "sku": False, "name": False} | dict.fromkeys(
    ("price_amount", "on_hand", "held", "free", "sold", "cover"), True
)
COLUMNS = [
    "sku",
    "name",
    "price",
    "currency",
    "on_hand",
    "held",
    "free",
    "reorder_at",
    "sold_28_days",
    "days_of_cover",
    "location",
]


@blueprint.get("/admin/products")
@admits(Role.READ_ONLY)
def products() -> str:
    """List every SKU with price, stock and cover."""
    order = sorting.asked(request.args, SORTABLE, otherwise="place", kept={})
    with reading(tools().engine) as session:
        levels = catalog.levels(session, now=clock.now())
    if order.key != "place":
        levels = order.arrange(levels, getattr)
    return page("admin/products.html", "products", levels=levels, sorting=order)


@blueprint.post("/admin/products/export")
@admits(Role.STAFF, step_up=True)
def export_stock() -> ResponseReturnValue:
    """Return the stock as a sheet."""
    with writing(tools().engine) as session:
        levels = catalog.levels(session, now=clock.now())
        record(session, "exported", "stock")
    return sheet("stock", COLUMNS, [_row(level) for level in levels])


@blueprint.get("/admin/products/<sku>")
@admits(Role.READ_ONLY)
def product(sku: str) -> str:
    """Show one SKU: its stock ledger and what staff changed about it."""
    return _show(sku)


def _show(sku: str, *, typed: Mapping[str, str] | None = None, error: str = "") -> str:
    """Return the page of a SKU; after a refusal with its sentence and what was typed."""
    with reading(tools().engine) as session:
        level = _level(session, sku)
        found = catalog.ledger(session, level.sku, before=before(), limit=MOVEMENTS_SHOWN + 1)
        changed = staff_queries.audit(session, before=None, limit=PAGE_LENGTH, subject=_subject(level.sku))
        return page(
            "admin/product.html",
            "products",
            level=level,
            reasons=REASONS,
            ledger=found[:MOVEMENTS_SHOWN],
            next_before=found[MOVEMENTS_SHOWN - 1].id if len(found) > MOVEMENTS_SHOWN else None,
            prices=prices.history(session, level.sku, limit=PAGE_LENGTH),
            earliest=f"{clock.now().astimezone(tools().config.time_zone):%Y-%m-%dT%H:%M}",
            # Prices have a history of their own.
            history=[entry for entry in changed if "price" not in entry.action],
            typed=typed or {},
            error=error,
        )


class _Unfit(Exception):
    """What was sent cannot be done; ``args`` name its sentence."""


def _do(sku: str, act: Callable[[Session, Level], None]) -> ResponseReturnValue:
    """Do something with a SKU in one transaction; a refusal shows its page with what was typed."""
    try:
        with writing(tools().engine) as session:
            act(session, _level(session, sku))
    except _Unfit as unfit:
        return _show(sku, typed=request.form, error=filters.phrase(f"flashes.{unfit}")), UNFIT
    except Refused as error:
        if error.reason is Reason.ITEM_UNKNOWN:
            raise
        return _show(sku, typed=request.form, error=tools().content.refusal(error)), UNFIT
    return back("product", sku=sku)


@blueprint.post("/admin/products/<sku>/price")
@admits(Role.STAFF)
def change_price(sku: str) -> ResponseReturnValue:
    """Give a SKU another price, at once or from a moment on; not if somebody changed it since the page was opened."""
    return _do(sku, _change_price)


def _change_price(session: Session, level: Level) -> None:
    now = clock.now()
    typed, day = request.form.get("price", "").strip().lstrip("$"), request.form.get("from", "").strip()
    shown = request.form.get("before", "")
    scaled, due_at = _minor(typed, level.currency), local_moment(day, tools().config.time_zone)
    if scaled is None or not re.fullmatch(r"[0-9]{1,9}", shown, re.ASCII):
        raise _Unfit("price_unfit")
    if day and (due_at is None or due_at <= now):
        raise _Unfit("price_moment_unfit")
    if int(shown) != level.price_amount:
        raise _Unfit("price_changed_meanwhile")
    me, earlier = guard.member().email, {"price": money.plain(level.price_amount, level.currency)}
    undo = None
    if due_at is None:
        if not prices.change(session, level.sku, scaled, before=int(shown), by=me, now=now):
            raise _Unfit("price_changed_meanwhile")
        record(session, "price changed", _subject(level.sku), before=earlier, after={"price": typed})
    else:
        planned = prices.plan(session, level.sku, scaled, level.currency, due_at=due_at, by=me, now=now)
        after = {"price": typed, "from": day}
        record(session, "price planned", _subject(level.sku), before=earlier, after=after)
        undo = _undo(level.sku, planned.id, "cancel")
    say("ok", filters.phrase("flashes.price_planned" if due_at else "flashes.saved"), undo)


@blueprint.post("/admin/products/<sku>/price/<int:change_id>/<deed>")
@admits(Role.STAFF)
def change_plan(sku: str, change_id: int, deed: str) -> ResponseReturnValue:
    """Take a planned price back, or plan it again after all."""
    if deed not in ("cancel", "keep") or change_id > LARGEST_NUMBER:
        abort(404)
    act = prices.cancel if deed == "cancel" else prices.take_up
    with writing(tools().engine) as session:
        level = _level(session, sku)
        planned = act(session, level.sku, change_id, now=clock.now())
        if planned is None:
            return _refused("price_plan_gone", sku)
        after = {"price": money.plain(planned.after_amount, planned.currency)}
        action = "planned price taken back" if deed == "cancel" else "price planned"
        record(session, action, _subject(level.sku), after=after)
        key = "flashes.price_plan_cancelled" if deed == "cancel" else "flashes.price_planned"
        say("ok", filters.phrase(key), _undo(sku, change_id, "keep" if deed == "cancel" else "cancel"))
    return back("product", sku=sku)


@blueprint.post("/admin/products/<sku>/stock")
@admits(Role.STAFF)
def move_stock(sku: str) -> ResponseReturnValue:
    """Write a movement into the ledger: more came, some broke, the count differs."""
    return _do(sku, _move_stock)


def _move_stock(session: Session, level: Level) -> None:
    typed, reason = request.form.get("pieces", "").strip(), request.form.get("reason", "")
    delta = int(typed) if re.fullmatch(r"[+-]?[0-9]{1,6}", typed, re.ASCII) else 0
    if not delta or reason not in REASONS:
        raise _Unfit("movement_unfit")
    delta = -abs(delta) if reason == "damaged" else delta
    note = request.form.get("note", "").strip()[:200]
    stock.move(session, level.sku, delta, reason, by=guard.member().email[:80], note=note, now=clock.now())
    after = {"pieces": delta, "reason": reason, "note": note}
    record(session, "stock moved", _subject(level.sku), after=after)
    say("ok", filters.phrase("flashes.saved"))


@blueprint.post("/admin/products/<sku>/settings")
@admits(Role.STAFF)
def change_product(sku: str) -> ResponseReturnValue:
    """Sell a SKU or take it off the shelf, say from how many pieces it counts as low, and where it lies."""
    return _do(sku, _change_product)


def _change_product(session: Session, level: Level) -> None:
    active, typed = "active" in request.form, request.form.get("reorder_at", "")
    location = editing.location(request.form.get("location", level.location or ""))
    if location is None:
        raise _Unfit("location_unfit")
    reorder_at = int(typed) if re.fullmatch(r"[0-9]{1,6}", typed, re.ASCII) else level.reorder_at
    earlier = {"for sale": level.active, "reorder at": level.reorder_at, "place": level.location}
    later = {"for sale": active, "reorder at": reorder_at, "place": location or None}
    if level.reorder_at is not None and reorder_at is not None:
        editing.set_reorder_point(session, level.sku, reorder_at)
        editing.set_location(session, level.sku, location)
    else:
        # A set and an e-book lie nowhere.
        later["place"] = None
    editing.set_active(session, level.sku, active=active, now=clock.now())
    record(session, "product changed", _subject(level.sku), before=earlier, after=later)
    fields = {"reorder_at": level.reorder_at or 0, "location": level.location or ""}
    undo = {
        "action": f"/admin/products/{level.sku}/settings",
        "fields": fields | ({"active": "yes"} if level.active else {}),
        "label": filters.phrase("flashes.undo"),
    }
    say("ok", filters.phrase("flashes.saved"), undo if earlier != later else None)


def _level(session: Session, sku: str) -> Level:
    found = next((level for level in catalog.levels(session, now=clock.now()) if level.sku == sku), None)
    if found is None:
        raise Refused(Reason.ITEM_UNKNOWN)
    return found


def _refused(key: str, sku: str) -> ResponseReturnValue:
    say("bad", filters.phrase(f"flashes.{key}"))
    return back("product", sku=sku)


def _undo(sku: str, change_id: int, deed: str) -> dict[str, object]:
    address = f"/admin/products/{sku}/price/{change_id}/{deed}"
    return {"action": address, "fields": {}, "label": filters.phrase("flashes.undo")}


def _subject(sku: str) -> str:
    return f"product {sku}"


def _minor(typed: str, currency: str) -> int | None:
    """Return a price in minor units, or None for what is no price."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", typed, re.ASCII):
        return None
    scaled = Decimal(typed).scaleb(money.decimals(currency))
    whole = scaled == scaled.to_integral_value() and 0 < scaled < LARGEST
    return int(scaled) if whole else None


def _row(level: Level) -> list[object]:
    return [
        level.sku,
        level.name,
        money.plain(level.price_amount, level.currency),
        level.currency,
        level.on_hand,
        level.held,
        level.free,
        level.reorder_at,
        level.sold,
        level.cover,
        level.location,
    ]

"""The packing table: ship many orders with their tracking numbers, print their slips, take it back."""

import re
from collections.abc import Sequence

import structlog
from flask import Response, request
from flask.typing import ResponseReturnValue

from shop import clock
from shop.admin import guard
from shop.admin.desk import PAGE_LENGTH, back, blueprint, page, record
from shop.admin.guard import Role, admits
from shop.admin.slips import PAPERS, slips
from shop.checkout import letters
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.mail import actions as mail
from shop.orders import actions as order_actions
from shop.orders import handling, rules
from shop.orders.handling import UNDO_LASTS
from shop.orders.packing import to_pack
from shop.typesetter import PressFailed
from shop.web import filters
from shop.web.notices import refuse, say
from shop.web.tools import till, tools

log = structlog.get_logger("web")


@blueprint.get("/admin/packing")
@admits(Role.STAFF)
def packing() -> ResponseReturnValue:
    """Show the chosen orders with a field for each tracking number."""
    numbers = chosen(request.args.getlist("n"))
    with reading(tools().engine) as session:
        packed = to_pack(session, numbers)
    if not packed:
        say("warn", filters.phrase("flashes.nothing_chosen" if not numbers else "flashes.nothing_to_print"))
        return back("orders")
    return page("admin/packing.html", "orders", orders=packed, carriers=tuple(rules.CARRIERS), papers=PAPERS)


@blueprint.get("/admin/packing/slips.pdf")
@admits(Role.STAFF)
def print_slips() -> ResponseReturnValue:
    """Return the packing slips of the chosen orders and one pick list, as one PDF."""
    paper = request.args.get("paper", "")
    today = filters.written_day(clock.now().astimezone(tools().config.time_zone).date())
    try:
        with reading(tools().engine) as session:
            made = slips(
                session,
                chosen(request.args.getlist("n")),
                day=today,
                paper=paper if paper in PAPERS else "letter",
            )
    except PressFailed as error:
        log.error("slips_not_printed", why=str(error)[:2000])
        say("bad", filters.phrase("flashes.print_failed"))
        return back("orders")
    if made is None:
        say("warn", filters.phrase("flashes.nothing_to_print"))
        return back("orders")
    return Response(
        made,
        mimetype="application/pdf",
        headers={"Content-Disposition": 'inline; filename="packing-slips.pdf"'},
    )


@blueprint.post("/admin/packing")
@admits(Role.STAFF)
def ship_chosen() -> ResponseReturnValue:
    """Ship the orders on the table, each in a transaction of its own: one that cannot leave stops no other."""
    pasted = rules.pasted_tracking(request.form.get("pasted", ""))
    numbers = chosen(request.form.get("numbers", "").split(","))
    parcels, refused = [], []
    for number in numbers:
        tracking = request.form.get(f"tracking-{number}", "").strip() or pasted.get(number, "")
        try:
            parcels.append(_ship(number, tracking[:80], request.form.get("carrier", "").strip()[:60]))
        except Refused:
            refused.append(number)
    if parcels:
        only = len(parcels) == 1 and len(numbers) == 1
        sentence = (
            filters.phrase("flashes.shipped", number=numbers[0])
            if only
            else filters.phrase("flashes.shipped_many", count=len(parcels))
        )
        say("ok", sentence, undo_of(parcels))
    if refused:
        say("warn", filters.phrase("flashes.not_shipped", numbers=", ".join(map(str, refused))))
    if not numbers:
        say("warn", filters.phrase("flashes.nothing_chosen"))
    return back("orders")


@blueprint.post("/admin/packing/undo")
@admits(Role.STAFF)
def undo_shipping() -> ResponseReturnValue:
    """Take parcels back whose letters have not left yet."""
    taken_back, late = 0, None
    for parcel_id in chosen(request.form.get("parcels", "").split(",")):
        try:
            _take_back(parcel_id)
            taken_back += 1
        except Refused as error:
            late = error
    if taken_back:
        say("ok", filters.phrase("flashes.shipping_undone", count=taken_back))
    if late is not None:
        refuse(late)
    return back("orders")


def chosen(texts: Sequence[str]) -> list[int]:
    """Return the numbers in ``texts``, each once, as many as a page shows; nonsense is left out."""
    numbers = [int(text) for text in texts if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII)]
    return list(dict.fromkeys(numbers))[:PAGE_LENGTH]


def undo_of(parcels: Sequence[int]) -> dict[str, object]:
    """Return the form that takes parcels back."""
    return {
        "action": "/admin/packing/undo",
        "fields": {"parcels": ",".join(map(str, parcels))},
        "label": filters.phrase("flashes.undo"),
    }


def _ship(number: int, tracking: str, carrier: str) -> int:
    now = clock.now()
    with writing(tools().engine) as session:
        packed = to_pack(session, [number])
        order = order_actions.lock(session, packed[0].id) if packed else None
        if order is None or order.shipping_state == "on_hold":
            raise Refused(Reason.ORDER_ALREADY_SHIPPED)
        parcel = order_actions.ship(
            session,
            order.id,
            carrier=carrier or rules.carrier_of(tracking),
            tracking_number=tracking,
            by=guard.member().email,
            now=now,
        )
        letters.shipped(session, till(), order, parcel, now=now, run_at=now + UNDO_LASTS)
        record(session, "shipped", f"order {number}", after={"tracking number": tracking})
        return parcel.id


def _take_back(parcel_id: int) -> None:
    with writing(tools().engine) as session:
        order, parcel = handling.take_parcel_back(
            session, parcel_id, by=guard.member().email, now=clock.now()
        )
        if not mail.take_back(session, letters.shipped_key(order, parcel)):
            raise Refused(Reason.UNDO_TOO_LATE)
        record(session, "shipping undone", f"order {order.number}")

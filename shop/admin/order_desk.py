"""What staff do with one order: hold, note, tag, send a part, another address, write again."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock
from shop.admin import guard
from shop.admin.desk import back, blueprint, record
from shop.admin.guard import Role, admits
from shop.admin.order import show
from shop.admin.packing import undo_of
from shop.checkout import letters, refund
from shop.db import writing
from shop.errors import Reason, Refused
from shop.mail.models import OutboxLetter
from shop.orders import actions as order_actions
from shop.orders import forms, gift_note, handling, rules
from shop.orders import queries as order_queries
from shop.orders.handling import UNDO_LASTS
from shop.orders.models import Order, OrderFlag
from shop.orders.queries import LARGEST_NUMBER
from shop.web import filters
from shop.web.notices import say
from shop.web.tools import till, tools

ADDRESS = {"line1": 200, "line2": 200, "city": 120, "state": 60, "postal_code": 20}
CONFLICT = 409


@blueprint.post("/admin/orders/<int:number>/hold")
@admits(Role.STAFF)
def hold(number: int) -> ResponseReturnValue:
    """Keep an order from leaving."""

    def act(session: Session, order: Order) -> None:
        why = request.form.get("why", "")
        handling.hold(session, order.id, why=why, by=_me(), now=clock.now(), version=_version())
        record(session, "held", f"order {number}", after={"why": why.strip()})
        say("ok", filters.phrase("flashes.held", number=number), _undo(number, "release"))

    return _do(number, act)


@blueprint.post("/admin/orders/<int:number>/release")
@admits(Role.STAFF)
def release(number: int) -> ResponseReturnValue:
    """Let a held order leave again."""

    def act(session: Session, order: Order) -> None:
        handling.release(session, order.id, by=_me(), now=clock.now(), version=_version())
        record(session, "released", f"order {number}")
        say("ok", filters.phrase("flashes.released", number=number), _undo(number, "hold"))

    return _do(number, act)


@blueprint.post("/admin/orders/<int:number>/notes")
@admits(Role.STAFF)
def write_note(number: int) -> ResponseReturnValue:
    """Add a note that only staff see."""

    def act(session: Session, order: Order) -> None:
        handling.write_note(session, order.id, request.form.get("text", ""), by=_me(), now=clock.now())
        record(session, "note", f"order {number}")

    return _do(number, act)


@blueprint.post("/admin/orders/<int:number>/tags")
@admits(Role.STAFF)
def tag(number: int) -> ResponseReturnValue:
    """Put a tag on an order."""

    def act(session: Session, order: Order) -> None:
        word = " ".join(request.form.get("tag", "").split()).lower()[: handling.LONGEST_TAG]
        handling.tag(session, order.id, word, by=_me(), now=clock.now())
        record(session, "tagged", f"order {number}", after={"tag": word})
        if word:
            say("ok", filters.phrase("flashes.tagged", tag=word), _undo(number, "tags/remove", tag=word))

    return _do(number, act)


@blueprint.post("/admin/orders/<int:number>/tags/remove")
@admits(Role.STAFF)
def untag(number: int) -> ResponseReturnValue:
    """Take a tag off an order."""

    def act(session: Session, order: Order) -> None:
        word = request.form.get("tag", "")[: handling.LONGEST_TAG]
        handling.untag(session, order.id, word, by=_me(), now=clock.now())
        record(session, "untagged", f"order {number}", before={"tag": word})
        say("ok", filters.phrase("flashes.untagged", tag=word), _undo(number, "tags", tag=word))

    return _do(number, act)


@blueprint.post("/admin/orders/<int:number>/parcels")
@admits(Role.STAFF)
def ship_parcel(number: int) -> ResponseReturnValue:
    """Send a parcel with the chosen pieces; the buyer's mail waits 60 seconds."""

    def act(session: Session, order: Order) -> None:
        now = clock.now()
        if order.shipping_state == "on_hold":
            raise Refused(Reason.ORDER_ON_HOLD)
        handling.change(session, order, _version())
        tracking = request.form.get("tracking", "").strip()[:80]
        parcel = order_actions.ship(
            session,
            order.id,
            carrier=request.form.get("carrier", "").strip()[:60] or rules.carrier_of(tracking),
            tracking_number=tracking,
            by=_me(),
            now=now,
            quantities=pieces() or {0: 0},
        )
        if "notify" in request.form:
            letters.shipped(session, till(), order, parcel, now=now, run_at=now + UNDO_LASTS)
        record(session, "shipped", f"order {number}", after={"tracking number": tracking})
        say("ok", filters.phrase("flashes.shipped", number=number), undo_of([parcel.id]))

    return _do(number, act)


@blueprint.post("/admin/orders/<int:number>/address")
@admits(Role.STAFF)
def change_address(number: int) -> ResponseReturnValue:
    """Send an order elsewhere, until it is packed."""

    def act(session: Session, order: Order) -> None:
        typed = {name: request.form.get(name, "").strip()[:most] or None for name, most in ADDRESS.items()}
        if not typed["line1"] or not typed["city"]:
            raise Refused(Reason.ADDRESS_INCOMPLETE)
        before = handling.change_address(
            session,
            order.id,
            typed,
            name=request.form.get("name", "").strip(),
            phone=request.form.get("phone", "").strip(),
            by=_me(),
            now=clock.now(),
            version=_version(),
        )
        after = {"name": order.name, "phone": order.phone, **(order.address or {})}
        record(session, "address changed", f"order {number}", before=before, after=after)
        say("ok", filters.phrase("flashes.saved"))

    return _do(number, act)


@blueprint.post("/admin/orders/<int:number>/gift-note")
@admits(Role.STAFF)
def change_gift_note(number: int) -> ResponseReturnValue:
    """Have another note printed on the packing slip, until the order is packed."""

    def act(session: Session, order: Order) -> None:
        note = gift_note.read(request.form.get("gift_note", ""))
        before = handling.change_gift_note(
            session, order.id, note, by=_me(), now=clock.now(), version=_version()
        )
        if before != note:
            record(
                session, "gift note changed", f"order {number}", before={"note": before}, after={"note": note}
            )
        say("ok", filters.phrase("flashes.saved"))

    return _do(number, act)


@blueprint.post("/admin/orders/<int:number>/letters/<int:letter_id>/again")
@admits(Role.STAFF)
def write_again(number: int, letter_id: int) -> ResponseReturnValue:
    """Send a letter about an order once more, to its present address."""

    def act(session: Session, order: Order) -> None:
        kept = session.get(OutboxLetter, letter_id) if letter_id <= LARGEST_NUMBER else None
        if kept is None or kept.order_id != order.id:
            raise Refused(Reason.ORDER_UNKNOWN)
        if letters.again(session, letter_id, now=clock.now()):
            record(session, "letter sent again", f"order {number}", after={"letter": kept.template})
            say("ok", filters.phrase("flashes.mail_retried"))

    return _do(number, act)


@blueprint.post("/admin/orders/<int:number>/flags/<int:flag_id>/restock")
@admits(Role.STAFF)
def restock(number: int, flag_id: int) -> ResponseReturnValue:
    """Put goods back on the shelf for a refund made at the payment service, and mark its flag as dealt with."""

    def act(session: Session, order: Order) -> None:
        flag = session.get(OrderFlag, flag_id) if flag_id <= LARGEST_NUMBER else None
        if flag is None or flag.order_id != order.id or flag.reason != "refunded_at_provider":
            raise Refused(Reason.ORDER_UNKNOWN)
        back_on_shelf = pieces()
        if back_on_shelf:
            refund.goods_came_back(
                session, order.id, flag.reference, back_on_shelf, by=_me(), now=clock.now()
            )
        order_actions.resolve_flag(session, flag.id, by=_me(), now=clock.now())
        record(session, "restocked", f"order {number}", after={"pieces": sum(back_on_shelf.values())})
        say("ok", filters.phrase("flashes.flag_resolved"))

    return _do(number, act)


def pieces() -> dict[int, int]:
    """Return the pieces of each line (by line id) that a form names; nonsense and 0 are left out."""
    return forms.pieces(request.form)


def _do(number: int, act: Callable[[Session, Order], None]) -> ResponseReturnValue:
    """Do something with an order in one transaction; a refusal shows its page with what was typed."""
    try:
        with writing(tools().engine) as session:
            found = order_queries.by_number(session, number)
            if found is None:
                raise Refused(Reason.ORDER_UNKNOWN)
            act(session, order_actions.lock(session, found.id))
    except Refused as error:
        if error.reason is Reason.ORDER_UNKNOWN:
            raise
        return show(number, typed=request.form, error=error), CONFLICT
    return back("order", number=number)


def _undo(number: int, action: str, **fields: str) -> dict[str, object]:
    return {
        "action": f"/admin/orders/{number}/{action}",
        "fields": fields,
        "label": filters.phrase("flashes.undo"),
    }


def _me() -> str:
    return guard.member().email


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

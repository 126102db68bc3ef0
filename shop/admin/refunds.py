"""Refunds: chosen on one page, confirmed on a second that names amount, buyer and mail, made once."""

import re
import secrets
from decimal import Decimal, InvalidOperation

from flask import request
from flask.typing import ResponseReturnValue

from shop import clock, money
from shop.admin import guard
from shop.admin.desk import back, blueprint, page, record
from shop.admin.guard import Role, admits
from shop.admin.order_desk import pieces
from shop.checkout import letters, refund
from shop.checkout.refund import Wish
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.mail.words import LetterRefused
from shop.orders import actions as order_actions
from shop.orders import queries as order_queries
from shop.orders import receipts
from shop.orders.models import Order, Refund
from shop.orders.receipts import Receipt
from shop.web import filters
from shop.web.notices import say
from shop.web.tools import till, tools

REASONS = {"requested_by_customer": "The buyer asked", "duplicate": "Paid twice", "fraudulent": "Fraud"}
LONGEST_NOTE = 400


@blueprint.get("/admin/orders/<int:number>/refund")
@admits(Role.STAFF, step_up=True)
def refund_form(number: int) -> str:
    """Show what can be given back; ``all=1`` fills in everything, as for a cancelled order."""
    return _form(number)


@blueprint.post("/admin/orders/<int:number>/refund/look")
@admits(Role.STAFF, step_up=True)
def look_at_refund(number: int) -> ResponseReturnValue:
    """Show the amount, the buyer and the mail before any money moves."""
    now = clock.now()
    try:
        with writing(tools().engine) as session:
            order = _order(order_queries.by_number(session, number))
            wish = _wish(order)
            amount = refund.priced(session, order.id, wish, key=f"look-{secrets.token_hex(8)}", now=now)
            letter = _letter(order, amount, wish) if wish.notify else ""
            lines = {line.id: line.name for line in order_queries.lines(session, order.id)}
            return page(
                "admin/refund_look.html",
                "orders",
                order=order,
                amount=amount,
                wish=wish,
                named=[(lines[line], quantity) for line, quantity in wish.pieces.items()],
                letter=letter,
                fields=request.form.items(),
            )
    except Refused as error:
        return _form(number, error), 400


@blueprint.post("/admin/orders/<int:number>/refund")
@admits(Role.STAFF, step_up=True)
def make_refund(number: int) -> ResponseReturnValue:
    """Give the money back, once: the key made with the form names this refund, however often it is sent."""
    key = request.form.get("key", "")
    try:
        if not re.fullmatch(r"rf-[0-9a-f]{24}", key):
            raise Refused(Reason.REFUND_NOTHING)
        with writing(tools().engine) as session:
            order = _order(order_queries.by_number(session, number))
            wish = _wish(order)
            made = refund.request(session, order.id, wish, key=key, by=guard.member().email, now=clock.now())
            if made.order_id != order.id:
                raise Refused(Reason.REFUND_NOTHING)
            shown = money.display(made.amount, made.currency)
            record(session, "refunded", f"order {number}", after={"amount": shown, "note": wish.note})
            refund_id = made.id
    except Refused as error:
        return _form(number, error), 400
    refund.send(till(), refund_id)
    with reading(tools().engine) as session:
        row = session.get_one(Refund, refund_id)
    kind, said = {
        "requested": ("info", "flashes.refund_waits"),
        "failed": ("bad", "flashes.refund_failed"),
        "canceled": ("bad", "flashes.refund_failed"),
    }.get(row.state, ("ok", "flashes.refunded"))
    say(kind, filters.phrase(said, amount=money.display(row.amount, row.currency)))  # type: ignore[arg-type]
    return back("order", number=number)


def _form(number: int, error: Refused | None = None) -> str:
    with reading(tools().engine) as session:
        order = _order(order_queries.by_number(session, number))
        gone = order_actions.refunded_pieces(session, order.id)
        lines = [
            (line, line.quantity - gone.get(line.id, 0)) for line in order_queries.lines(session, order.id)
        ]
        receipt = receipts.receipt(session, order)
        shipping = money.plain(order.shipping_amount - order.shipping_discount_amount, order.currency)
        return page(
            "admin/refund.html",
            "orders",
            order=order,
            lines=lines,
            everything=request.args.get("all") == "1",
            reasons=REASONS,
            typed=request.form or _of_withdrawal(receipt, shipping),
            key=request.form.get("key") or f"rf-{secrets.token_hex(12)}",
            shipping=shipping,
            receipt=receipt,
            disputed=tools().content.refusal(Refused(Reason.REFUND_DISPUTED))
            if order.payment_state == "disputed"
            else "",
            error=tools().content.refusal(error) if error else "",
        )


def _of_withdrawal(receipt: Receipt, shipping: str) -> dict[str, str]:
    """Return what the form holds when it is opened for a withdrawal: its pieces, and for the whole order its shipping."""
    number = request.args.get("withdrawal", "")
    asked = next((made for made in receipt.withdrawals if str(made.number) == number), None)
    if asked is None:
        return {}
    pieces = {f"pieces-{line}": str(quantity) for line, quantity in asked.pieces.items()}
    whole = receipt.standing.withdrawn == "whole" and asked is receipt.withdrawals[-1]
    return {
        **pieces,
        "amount": shipping if whole else "",
        "reason": "requested_by_customer",
        "note": filters.phrase("withdrawal.refund_note"),
        "notify": "yes",
    }


def _wish(order: Order) -> Wish:
    chosen = pieces()
    extra = _amount(request.form.get("amount", ""), order.currency)
    reason = request.form.get("reason", "")
    return Wish(
        amount=None if chosen else extra,
        pieces=chosen,
        extra=extra if chosen else 0,
        restock="restock" in request.form,
        reason=reason if reason in REASONS else "",
        note=request.form.get("note", "").strip()[:LONGEST_NOTE],
        notify="notify" in request.form,
    )


def _amount(text: str, currency: str) -> int:
    """Return what was typed, in minor units. Raises Refused(REFUND_NOTHING) when it is no amount."""
    plain = text.strip().lstrip("$").replace(",", "") or "0"
    try:
        scaled = Decimal(plain).scaleb(money.decimals(currency)) if len(plain) < 12 else Decimal("NaN")
    except InvalidOperation:
        scaled = Decimal("NaN")
    if not scaled.is_finite() or scaled < 0 or scaled != scaled.to_integral_value():
        raise Refused(Reason.REFUND_NOTHING)
    return int(scaled)


def _letter(order: Order, amount: int, wish: Wish) -> str:
    try:
        message = letters.refund_preview(till(), order, amount, wish.note, now=clock.now())
    except LetterRefused:
        return ""
    body = message.get_body(("plain",))
    return f"{message['Subject']}\n\n{body.get_content() if body else ''}"


def _order(found: Order | None) -> Order:
    if found is None:
        raise Refused(Reason.ORDER_UNKNOWN)
    return found

"""What a buyer sees of an order, by its unguessable link; and the form that sends such links."""

import hashlib
from datetime import datetime

import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock, email_address, money
from shop.checkout.models import CheckoutAttempt
from shop.checkout.place import live_attempt
from shop.checkout.settle import settle
from shop.checkout.withdraw import withdraw
from shop.db import DATABASE_AWAY, reading, writing
from shop.errors import Reason, Refused
from shop.mail import actions as mail
from shop.orders import forms, queries, receipts, rules, withdrawal
from shop.orders.forms import WithdrawalForm
from shop.orders.models import Order
from shop.orders.receipts import Receipt
from shop.orders.withdrawal import Right
from shop.payments.gateway import GatewayError
from shop.web import filters
from shop.web.cart_cookie import clear_cart, read_cart
from shop.web.notices import say
from shop.web.pace import steady
from shop.web.throttles import allow, client_address
from shop.web.tools import till, tools

blueprint = Blueprint("orders", __name__)
log = structlog.get_logger()

HOUR_SECONDS = 3600
LINKS_PER_ADDRESS = 5
LINKS_PER_NETWORK = 20


@blueprint.get("/orders/<token>")
def page(token: str) -> ResponseReturnValue:
    """Show where an order stands and all that is known of it."""
    if "session_id" in request.args:
        return _back_from_payment(token)
    receipt, right = _receipt(token)
    return _private(
        "orders/page.html",
        receipt=receipt,
        sentence=filters.phrase(rules.status_sentence(receipt.standing), arrives=receipt.arrives),
        note=_note(receipt),
        steps=rules.tracker(receipt.standing),
        days=_days_of_steps(receipt),
        may_pay=rules.may_pay(receipt.standing),
        looks_again=rules.may_pay(receipt.standing) and receipt.standing.confirming,
        may_withdraw=right.refusal is None,
    )


@blueprint.get("/orders/<token>/receipt")
def receipt(token: str) -> Response:
    """Show the receipt alone, to be printed."""
    return _private("orders/receipt.html", receipt=_receipt(token)[0])


@blueprint.get("/orders/<token>/withdraw")
def withdrawal_form(token: str) -> Response:
    """Show the statement of withdrawal to be confirmed, or what was received."""
    return _withdrawal_page(token)


@blueprint.post("/orders/<token>/withdraw")
def confirm_withdrawal(token: str) -> ResponseReturnValue:
    """Take the statement, once however often it is sent; what is refused keeps what was typed."""
    typed = forms.read(request.form)
    try:
        with writing(tools().engine) as session:
            order = queries.by_token(session, token)
            if order is None:
                raise Refused(Reason.ORDER_UNKNOWN)
            withdraw(session, till(), order.id, forms.statement(typed), now=clock.now())
    except Refused as error:
        if error.reason is Reason.ORDER_UNKNOWN:
            raise
        status = 400 if error.reason in forms.FIELD_OF else 409
        return _withdrawal_page(token, typed, error), status
    return redirect(url_for("orders.withdrawal_form", token=token), 303)


@blueprint.get("/orders/find")
def find() -> Response:
    """Show the form that asks for order links."""
    return _find_form()


@blueprint.post("/orders/find")
def send_links() -> ResponseReturnValue:
    """Send an address the links of its orders, once an hour; the answer is the same when there are none."""
    typed = request.form.get("email", "")
    now = clock.now()
    try:
        address = email_address.normalize(email_address.parse(typed))
        for kind, subject, limit in (
            ("order-links-network", client_address(), LINKS_PER_NETWORK),
            ("order-links-address", address, LINKS_PER_ADDRESS),
        ):
            allow(tools().engine, kind, subject, limit=limit, seconds=HOUR_SECONDS, now=now)
    except Refused as error:
        return _find_form(typed, error), 429 if error.reason is Reason.TOO_MANY_TRIES else 400
    with steady(), writing(tools().engine) as session:
        _write_links(session, address, now=now)
    say("ok", filters.phrase("flashes.links_sent"))
    return redirect(url_for("orders.find"), 303)


def _write_links(session: Session, address: str, *, now: datetime) -> None:
    found = queries.of_email(session, address)
    if not found:
        return
    about = hashlib.sha256(address.encode()).hexdigest()[:32]
    # To the address of the newest order: what was typed just now may be somebody else's mailbox.
    mail.write(
        session,
        "order_links",
        found[0].email,
        {"links": [[_link_name(order), _link(order)] for order in found]},
        dedupe_key=f"order-links:{about}:{int(now.timestamp()) // HOUR_SECONDS}",
        now=now,
    )


def _link_name(order: Order) -> str:
    return f"Order {order.number}, {filters.moment(order.placed_at)}"


def _link(order: Order) -> str:
    return f"{tools().config.base_url.rstrip('/')}{url_for('orders.page', token=order.access_token)}"


def _back_from_payment(token: str) -> Response:
    """Ask the payment service what became of the payment, for 3 seconds at most, then show the order.

    When it gives no answer, the page waits for the webhook or the worker. The payment page's id was only in
    the address to say where the buyer comes from: it is not believed, and does not stay in the history.
    """
    order, attempt = _order_to_settle(token)
    if attempt is not None:
        try:
            settle(till(), attempt.id, hurried=True)
        except (GatewayError, *DATABASE_AWAY) as error:
            log.warning("settle_put_off", order=order.number, why=type(error).__name__)
    order, waiting = _order_to_settle(token)
    response = make_response(redirect(url_for("orders.page", token=token), 303))
    cart, _ = read_cart(request)
    if waiting is None and order.payment_state != "unpaid" and cart.key == order.cart_key:
        clear_cart(response)
    return response


def _order_to_settle(token: str) -> tuple[Order, CheckoutAttempt | None]:
    with reading(tools().engine) as session:
        order = queries.by_token(session, token)
        if order is None:
            raise Refused(Reason.ORDER_UNKNOWN)
        return order, live_attempt(session, order.id)


def _receipt(token: str) -> tuple[Receipt, Right]:
    """Return what a buyer sees of an order, and whether she may withdraw from it now."""
    with reading(tools().engine) as session:
        order = queries.by_token(session, token)
        if order is None:
            raise Refused(Reason.ORDER_UNKNOWN)
        # While a payment page is open, word of a payment may come at any moment.
        confirming = live_attempt(session, order.id) is not None
        receipt = receipts.receipt(session, order, confirming=confirming)
        return receipt, receipts.right_to_withdraw(session, order, receipt, now=clock.now())


def _withdrawal_page(
    token: str, typed: WithdrawalForm | None = None, error: Refused | None = None
) -> Response:
    receipt, right = _receipt(token)
    day = withdrawal.day_words(right.until_on) if right.until_on else ""
    return _private(
        "orders/withdraw.html",
        receipt=receipt,
        right=right,
        refusal=tools().content.refusal(Refused(right.refusal, day=day)) if right.refusal else "",
        typed=typed,
        problem=(forms.FIELD_OF.get(error.reason, ""), tools().content.refusal(error)) if error else None,
    )


def _note(receipt: Receipt) -> str:
    key = rules.status_note(receipt.standing)
    amount = money.display(receipt.refunded_amount, receipt.currency)
    return filters.phrase(key, amount=amount) if key else ""


def _days_of_steps(receipt: Receipt) -> dict[str, str]:
    """Return the day of each of the tracker's steps that has one, in words; of a payment that is missing, where it is."""
    zone = tools().config.time_zone
    known = {"placed": receipt.placed_at, "paid": receipt.paid_at}
    if receipt.parcels:
        known["shipped"] = receipt.parcels[-1].shipped_at
        known["delivered"] = receipt.parcels[-1].delivered_at
    days = {name: filters.day(at.astimezone(zone)) for name, at in known.items() if at}
    days.setdefault("delivered", receipt.arrives)
    if receipt.standing.state == "pending":
        waits = "paid_bank" if receipt.standing.payment_state == "processing" else "paid_waits"
        days.setdefault("paid", filters.phrase(f"tracker.{waits}"))
    return days


def _find_form(typed: str = "", error: Refused | None = None) -> Response:
    sentence = tools().content.refusal(error) if error else ""
    return _private("orders/find.html", email=typed, error=sentence)


def _private(template: str, **values: object) -> Response:
    """Return a page that no cache keeps and no search engine lists."""
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response

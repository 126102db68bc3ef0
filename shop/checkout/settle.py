"""Settle: what the payment service says of an attempt becomes what the order says, once, and only ever forward.

The return page, the webhook, the reconcile loop and the cli all come here. The snapshot is read outside any
transaction; ``apply`` then works under the order's lock. That it happens once rests on UNIQUE(payments.provider_id),
UNIQUE(outbox.dedupe_key) and the states compared under the lock, not on who calls first.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop import money
from shop.catalog import actions as stock
from shop.checkout import letters
from shop.checkout.flagging import raise_flag
from shop.checkout.models import CheckoutAttempt
from shop.checkout.till import Till
from shop.db import last, reading, writing
from shop.discounts import actions as discounts
from shop.orders import actions as orders
from shop.orders import queries as order_queries
from shop.orders.models import Order, Payment
from shop.orders.word_index import order_words
from shop.payments.gateway import PageSnapshot, PaymentSnapshot
from shop.plain_rows import changes, loaded, plain, set_columns
from shop.statements import Statement, insert_once
from shop.together import Steps, ask, ask_one, beside, together

LIVE = ("creating", "open")
# Who tells of payments, in the timeline.
SERVICE = "payment service"
NOTHING: Mapping[str, Any] = MappingProxyType({})

ORDERS = Order.metadata.tables["orders"]
ATTEMPTS = CheckoutAttempt.metadata.tables["checkout_attempts"]
PAYMENTS = Payment.metadata.tables["payments"]
# Made once: every order passes here, and making a statement takes longer than running it.
_PAGE_ID = Statement(select(ATTEMPTS.c.page_id).where(ATTEMPTS.c.id == bindparam("attempt_id")))
ORDER_COLUMNS = list(ORDERS.c)
# What was asked of the payment service is long, and read only where it is asked again.
ATTEMPT_COLUMNS = [column for column in ATTEMPTS.c if column is not ATTEMPTS.c.parameters]
_BOTH = (
    select(*ORDER_COLUMNS, *ATTEMPT_COLUMNS)
    .join_from(ORDERS, ATTEMPTS, ATTEMPTS.c.order_id == ORDERS.c.id)
    .where(ATTEMPTS.c.id == bindparam("attempt_id"))
)
# PostgreSQL locks the rows of each table in the order in which these stand.
_LOCK_BOTH = Statement(_BOTH, postgresql=_BOTH.with_for_update(of=(ORDERS, ATTEMPTS)))
_PAYMENT = select(Payment).where(Payment.provider_id == bindparam("provider_id"))
_WRITE_PAYMENT = insert_once(PAYMENTS, PAYMENTS.c.id)


def settle(till: Till, attempt_id: int, *, hurried: bool = False) -> None:
    """Read the attempt's payment page again and apply what it says.

    Does nothing for an attempt that has no page yet. May raise GatewayRefused or GatewayUnknown; nothing has
    changed then. ``hurried`` gives up within 3 seconds, for a buyer who waits.
    """
    with reading(till.engine) as session:
        page_id = _PAGE_ID.scalar(session, {"attempt_id": attempt_id})
    if page_id is not None:
        settle_page(till, attempt_id, page_id, hurried=hurried)


def settle_page(
    till: Till,
    attempt_id: int,
    page_id: str,
    *,
    hurried: bool = False,
    also: Callable[[Session], None] | None = None,
) -> None:
    """The same for an attempt whose page is known; ``also`` is done in the same transaction."""
    snapshot = till.gateway.read_page(page_id, hurried=hurried)
    with writing(till.engine) as session:
        apply(session, till, attempt_id, snapshot, now=till.clock())
        if also is not None:
            also(session)


def apply(session: Session, till: Till, attempt_id: int, snapshot: PageSnapshot, *, now: datetime) -> None:
    """Bring attempt and order to what ``snapshot`` says; an old snapshot after a newer one changes nothing."""
    order, attempt = lock_both(session, attempt_id)
    apply_to(session, till, order, attempt, snapshot, now=now)


def apply_to(
    session: Session,
    till: Till,
    order: Order,
    attempt: CheckoutAttempt,
    snapshot: PageSnapshot,
    *,
    now: datetime,
) -> None:
    """The same for an order and its attempt that are locked; they are plain values afterwards, written at the end."""
    # Not before each question in between.
    with session.no_autoflush:
        if snapshot.status == "expired" and attempt.state in LIVE:
            attempt.state = "expired"
            give_up(session, order, now=now, why="page_expired")
        elif snapshot.status == "complete":
            _complete(session, till, order, attempt, snapshot, now=now)
        attempt.checked_at = now
        for row in (attempt, order):
            last(session, ask_one(changes(session, row)))


def lock_both(session: Session, attempt_id: int) -> tuple[Order, CheckoutAttempt]:
    """Lock the order, then the attempt, always in this order, and return both as they are now."""
    row = _LOCK_BOTH.one(session, {"attempt_id": attempt_id})
    order = loaded(session, Order, zip(ORDER_COLUMNS, row, strict=False))
    attempt = loaded(session, CheckoutAttempt, zip(ATTEMPT_COLUMNS, row[len(ORDER_COLUMNS) :], strict=True))
    return order, attempt


def give_up(session: Session, order: Order, *, now: datetime, why: str, state: str = "expired") -> None:
    """Give stock and discounts back, unless the order is paid or can still be paid on another page."""
    session.flush()
    others = session.scalar(
        select(CheckoutAttempt.id).where(
            CheckoutAttempt.order_id == order.id,
            CheckoutAttempt.state.in_(LIVE) | CheckoutAttempt.processing.is_(True),
        )
    )
    if order.state != "pending" or others is not None:
        return
    order.state = state
    order.ended_at = now
    stock.release(session, order.id, now=now)
    discounts.release(session, order.id, now=now)
    orders.note(session, order.id, state, by="shop", now=now, why=why)
    orders.refresh_payment_state(session, order)


def _complete(
    session: Session,
    till: Till,
    order: Order,
    attempt: CheckoutAttempt,
    snapshot: PageSnapshot,
    *,
    now: datetime,
) -> None:
    paid = snapshot.payment
    if paid is None:
        # A page that is complete without a payment had nothing to collect; the shop never makes such a page.
        raise_flag(session, till, order, "amount_differs", now=now, reference=snapshot.id, **_told(order, 0))
        attempt.state = "complete"
        return
    if snapshot.livemode != till.config.livemode:
        raise_flag(session, till, order, "livemode_differs", now=now, reference=paid.id)
        attempt.state = "complete"
        return
    row, was = record_payment(session, order, paid, now=now)
    if was == "succeeded":
        return
    attempt.payment_id = paid.id
    if row.state == "succeeded":
        attempt.state, attempt.processing = "complete", False
        _take_address(order, snapshot)
        accept(session, till, order, row, _mismatches(order, snapshot), now=now)
    elif row.state == "processing" and attempt.state != "failed":
        attempt.state, attempt.processing = "complete", True
        _take_address(order, snapshot)
        _wait_for_bank(session, till, order, now=now)
    elif row.state == "failed":
        attempt.state, attempt.processing = "failed", False
        if was is None or was == "processing":
            orders.note(session, order.id, "payment_failed", by=SERVICE, now=now)
            letters.payment_failed(session, till, order, now=now)
        give_up(session, order, now=now, why="payment_failed")


def record_payment(
    session: Session,
    order: Order,
    paid: PaymentSnapshot,
    *,
    now: datetime,
) -> tuple[Payment, str | None]:
    """Write or advance the payment's row; return it with the state it had before (None: it is new)."""
    told = {
        "charge_id": paid.charge_id,
        "amount": paid.amount,
        "currency": paid.currency,
        "state": paid.state,
        "livemode": paid.livemode,
        "method": paid.method,
        "card_brand": paid.card_brand,
        "card_last4": paid.card_last4,
        "updated_at": now,
    }
    row = plain(Payment, order_id=order.id, provider_id=paid.id, created_at=now, **told)
    row_id = _WRITE_PAYMENT.scalar(session, set_columns(row))
    if row_id is not None:
        row.id = row_id
        return row, None
    row = session.scalars(_PAYMENT, {"provider_id": paid.id}).one()
    was = row.state
    if was == "processing":
        for name, value in told.items():
            setattr(row, name, value)
        session.flush()
    return row, was


def accept(
    session: Session,
    till: Till,
    order: Order,
    payment: Payment,
    mismatches: dict[str, dict[str, str]],
    *,
    now: datetime,
) -> None:
    """Use a payment that has succeeded: for its order if that waits for it, else send it back. Never drop it."""
    received = {
        "payment_received": {
            "amount": payment.amount,
            "currency": payment.currency,
            "payment": payment.provider_id,
        }
    }
    if order.state == "pending" and not mismatches:
        mark_paid(session, till, order, by=SERVICE, now=now, before=received)
        return
    ask(session, [orders.notes(order.id, received, by=SERVICE, now=now)])
    if order.state == "pending":
        _accept_pending(session, till, order, mismatches, now=now)
        return
    if order.state == "paid":
        raise_flag(session, till, order, "second_payment", now=now, reference=payment.provider_id)
        send_back(session, till, order, payment, "second_payment", now=now)
    elif stock.retake(session, order.id, now=now):
        raise_flag(session, till, order, "paid_after_expiry", now=now, reference=payment.provider_id)
        if not discounts.retake(session, order.id, now=now):
            raise_flag(session, till, order, "discount_gone", now=now)
        order.ended_at = None
        _accept_pending(session, till, order, mismatches, now=now)
    else:
        raise_flag(session, till, order, "stock_gone", now=now, reference=payment.provider_id)
        send_back(session, till, order, payment, "stock_gone", now=now)
    orders.refresh_payment_state(session, order)


def _accept_pending(
    session: Session, till: Till, order: Order, mismatches: dict[str, dict[str, str]], *, now: datetime
) -> None:
    for reason, detail in mismatches.items():
        raise_flag(session, till, order, reason, now=now, **detail)
    mark_paid(session, till, order, by=SERVICE, now=now)
    if mismatches and order.shipping_state == "to_ship":
        order.shipping_state = "on_hold"


def mark_paid(
    session: Session, till: Till, order: Order, *, by: str, now: datetime, before: Mapping[str, Any] = NOTHING
) -> None:
    """The order is paid: stock and code are used up and the confirmation is written, with it or not at all.

    ``before``: what the timeline says before that (kind -> detail).
    """
    order.state = "paid"
    order.paid_at = now
    together(
        session,
        _tell_all(till, order, {**before, "paid": {}}, by=by, now=now),
        # Last, since every order of the same goods or campaign waits for these rows from here on.
        stock.consume_in_steps(order.id, by=by, now=now),
        discounts.redeem_in_steps(order.id, now=now),
    )


def _tell_all(
    till: Till, order: Order, details: Mapping[str, Mapping[str, Any]], *, by: str, now: datetime
) -> Steps[None]:
    """Write the timeline, find where the order stands and tell the buyer."""
    _, standing, bought = yield from beside(
        ask_one(orders.notes(order.id, details, by=by, now=now)),
        orders.refresh_payment_state_in_steps(order),
        order_queries.bought(order.id),
    )
    yield [letters.order_confirmed(till, order, standing, bought, now=now)]


def send_back(
    session: Session, till: Till, order: Order, payment: Payment, why: str, *, now: datetime
) -> None:
    """Ask for a payment to be returned whole, once, and tell the buyer and the shop's people."""
    left = orders.refundable(session, payment)
    if left <= 0:
        return
    orders.add_refund(
        session,
        payment,
        left,
        key=f"back-{payment.provider_id}",
        source="automatic",
        reason="duplicate" if why == "second_payment" else "",
        by="shop",
        now=now,
        notify=False,
    )
    letters.payment_returned(session, till, order, payment, why, now=now)


def _wait_for_bank(session: Session, till: Till, order: Order, *, now: datetime) -> None:
    orders.note(session, order.id, "payment_processing", by=SERVICE, now=now)
    orders.refresh_payment_state(session, order)
    letters.payment_processing(session, till, order, now=now)


def _mismatches(order: Order, snapshot: PageSnapshot) -> dict[str, dict[str, str]]:
    """Return the reasons for which a person must look at what was paid, with their numbers."""
    found: dict[str, dict[str, str]] = {}
    shipping = order.shipping_amount - order.shipping_discount_amount
    asked = (order.subtotal_amount, order.discount_amount, shipping, order.tax_amount, order.total_amount)
    got = (
        snapshot.subtotal_amount,
        snapshot.discount_amount,
        snapshot.shipping_amount,
        snapshot.tax_amount,
        snapshot.total_amount,
    )
    charged = snapshot.payment.amount if snapshot.payment else 0
    if snapshot.currency != order.currency:
        found["currency_differs"] = {"expected": order.currency, "paid": snapshot.currency}
    if asked != got or charged != order.total_amount or snapshot.mode != "payment":
        found["amount_differs"] = _told(order, charged)
    country = (snapshot.address or {}).get("country")
    if order.shipping_method and country and country != order.country:
        found["country_differs"] = {"expected": order.country, "given": str(country)}
    return found


def _told(order: Order, charged: int) -> dict[str, str]:
    return {
        "expected": money.display(order.total_amount, order.currency),
        "paid": money.display(charged, order.currency),
    }


def _take_address(order: Order, snapshot: PageSnapshot) -> None:
    order.name = snapshot.name[:200]
    order.phone = snapshot.phone[:40]
    order.address = dict(snapshot.address) if snapshot.address else None
    order.words = order_words(order.name, order.email, order.phone, order.address)

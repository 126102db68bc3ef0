"""Pay: the way from a cart to the payment page and back, with everything written before the service is called."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from shop import money
from shop.cart.rules import Cart
from shop.checkout.flagging import raise_flag
from shop.checkout.models import CheckoutAttempt
from shop.checkout.place import Details, Keys, Placed, add_attempt, live_attempt, place
from shop.checkout.settle import LIVE, apply_to, give_up, lock_both, settle
from shop.checkout.till import Till
from shop.db import at_once, constant, reading, writing
from shop.errors import Reason, Refused
from shop.orders.models import Order
from shop.payments.gateway import GatewayError, GatewayRefused, GatewayUnknown, PaymentPage
from shop.statements import Statement
from shop.together import Steps, together

# With less than this left a buyer may not get through the page: she gets a new one.
ENOUGH_TIME = timedelta(minutes=5)
# The payment service keeps a key and its answer for 24 hours at least.
KEY_LIFETIME = timedelta(hours=23)
# How often one press of the button may find that somebody was faster.
ROUNDS = 4


ATTEMPTS = CheckoutAttempt.metadata.tables["checkout_attempts"]
_NAMED = {"page_id": func.coalesce(ATTEMPTS.c.page_id, bindparam("page")), "checked_at": bindparam("now")}
_OF_ID = ATTEMPTS.c.id == bindparam("attempt_id")
# A webhook may have been faster and opened the attempt already, without the page's address.
_OPEN = Statement(
    update(ATTEMPTS)
    .where(_OF_ID, ATTEMPTS.c.state.in_([constant(state) for state in LIVE]))
    .values(_NAMED | {"state": "open", "url": bindparam("address"), "failure": ""})
)
_NAME_PAGE = Statement(update(ATTEMPTS).where(_OF_ID).values(_NAMED))
_ATTEMPT_OF = Statement(
    select(ATTEMPTS.c.id, ATTEMPTS.c.page_id).where(
        or_(ATTEMPTS.c.page_id == bindparam("page"), ATTEMPTS.c.idempotency_key == bindparam("key"))
    )
)


@dataclass(frozen=True)
class Named:
    """An attempt, and its page if that is known."""

    id: int
    page_id: str | None


@dataclass(frozen=True)
class Way:
    """Where the buyer goes next: to the payment page, or (``paid``) to her order's own page."""

    url: str
    paid: bool


def start(till: Till, cart: Cart, details: Details) -> Way:
    """Place the order and return where to pay. Pressing twice, in two tabs or again after a break is safe.

    Raises Refused as ``place`` does, and Refused(PAYMENT_UNAVAILABLE) when the payment service does not answer:
    the order then waits, and pressing again goes on with it.
    """
    for _ in range(ROUNDS):
        try:
            with writing(till.engine) as session:
                placed = place(session, till, cart, details, _new_keys(), now=till.clock())
        except IntegrityError:
            # The same cart was placed a moment ago by another request: the next round finds that order.
            continue
        if placed.in_the_way:
            way = _clear(till, placed)
        elif placed.fresh is not None:
            way = make_page(till, placed.fresh.attempt, placed.fresh.order)
        elif placed.attempt_id is None:
            way = order_way(till, placed.order_id)
        else:
            way = open_page(till, placed.attempt_id)
        if way is not None:
            return way
    raise Refused(Reason.PAYMENT_UNAVAILABLE)


def resume(till: Till, order_id: int) -> Way | None:
    """Return where an open order can be paid, or None when it no longer can: it has expired or been cancelled."""
    for _ in range(ROUNDS):
        with reading(till.engine) as session:
            state = session.get_one(Order, order_id).state
            attempt = live_attempt(session, order_id)
        if state == "paid" or (state == "pending" and attempt is None):
            return order_way(till, order_id)
        if attempt is None:
            return None
        way = open_page(till, attempt.id)
        if way is not None:
            return way
    return None


def order_way(till: Till, order_id: int) -> Way:
    """Return the way to the order's own page."""
    with reading(till.engine) as session:
        return Way(till.order_url(session.get_one(Order, order_id)), paid=True)


def open_page(till: Till, attempt_id: int) -> Way | None:
    """Return the way to the attempt's page, making the page if need be; None when another attempt took over."""
    with reading(till.engine) as session:
        attempt = session.get_one(CheckoutAttempt, attempt_id)
    if attempt.state in LIVE and attempt.url is None:
        return make_page(till, attempt)
    if attempt.state != "open":
        return None
    try:
        settle(till, attempt_id, hurried=True)
    except GatewayError:
        # The page's own state could not be read; its address is known and asks for nothing twice.
        return Way(str(attempt.url), paid=False)
    with reading(till.engine) as session:
        attempt = session.get_one(CheckoutAttempt, attempt_id)
    if attempt.state != "open":
        return order_way(till, attempt.order_id) if attempt.state == "complete" else None
    if attempt.expires_at - till.clock() > ENOUGH_TIME:
        return Way(str(attempt.url), paid=False)
    return _renew(till, attempt)


def make_page(till: Till, attempt: CheckoutAttempt, order: Order | None = None) -> Way:
    """Make the page of an attempt with its stored parameters and key, and keep its id and address.

    ``order`` is the attempt's, where the caller has it at hand. Repeating is safe while the payment service
    remembers the key; an older attempt is looked up first.
    """
    try:
        if till.clock() - attempt.created_at > KEY_LIFETIME:
            return _find_old_page(till, attempt)
        page = till.gateway.open_page(attempt.parameters, attempt.idempotency_key)
    except GatewayUnknown as unknown:
        _remember(till, attempt.id, str(unknown))
        raise Refused(Reason.PAYMENT_UNAVAILABLE) from unknown
    except GatewayRefused as refused:
        _abandon(till, attempt.id, str(refused))
        raise Refused(Reason.PAYMENT_UNAVAILABLE) from refused
    if order is None:
        with reading(till.engine) as session:
            order = session.get_one(Order, attempt.order_id)
    if (page.total_amount, page.currency, page.livemode) != (
        order.total_amount,
        order.currency,
        till.config.livemode,
    ):
        _close_wrong_page(till, attempt, page)
        raise Refused(Reason.PAYMENT_UNAVAILABLE)
    _keep_page(till, attempt.id, page)
    return Way(page.url or till.order_url(order), paid=page.url is None)


def _find_old_page(till: Till, attempt: CheckoutAttempt) -> Way:
    page_id = till.gateway.find_page(attempt.idempotency_key, attempt.created_at)
    if page_id is None:
        _abandon(till, attempt.id, "no page was ever made")
        raise Refused(Reason.PAYMENT_UNAVAILABLE)
    with writing(till.engine) as session:
        _, found = lock_both(session, attempt.id)
        if found.state == "creating":
            found.page_id, found.state = page_id, "open"
    settle(till, attempt.id)
    return order_way(till, attempt.order_id)


def _keep_page(till: Till, attempt_id: int, page: PaymentPage) -> None:
    values = {"attempt_id": attempt_id, "page": page.id, "address": page.url, "now": till.clock()}
    with at_once(till.engine) as connection:
        if not _OPEN.run(connection, values):
            # A webhook was faster, and the attempt is not open any more.
            _NAME_PAGE.run(connection, {name: values[name] for name in ("attempt_id", "page", "now")})


def _close_wrong_page(till: Till, attempt: CheckoutAttempt, page: PaymentPage) -> None:
    """Nobody may pay a page that asks for something else than the order says."""
    with writing(till.engine) as session:
        order, kept = lock_both(session, attempt.id)
        kept.page_id = kept.page_id or page.id
        if kept.state in LIVE:
            kept.state, kept.url, kept.failure = "open", page.url, ""
        kept.checked_at = till.clock()
        raise_flag(
            session,
            till,
            order,
            "amount_differs",
            now=till.clock(),
            reference=page.id,
            expected=money.display(order.total_amount, order.currency),
            paid=money.display(page.total_amount, page.currency),
        )
    till.gateway.expire_page(page.id, attempt.idempotency_key)
    settle(till, attempt.id)


def _renew(till: Till, attempt: CheckoutAttempt) -> Way | None:
    """Close a page that is about to expire and open a new one for the same order, which keeps its holds."""
    try:
        till.gateway.expire_page(str(attempt.page_id), attempt.idempotency_key)
        snapshot = till.gateway.read_page(str(attempt.page_id))
    except GatewayError as error:
        raise Refused(Reason.PAYMENT_UNAVAILABLE) from error
    with writing(till.engine) as session:
        order, old = lock_both(session, attempt.id)
        if snapshot.status != "expired" or old.state != "open" or order.state != "pending":
            apply_to(session, till, order, old, snapshot, now=till.clock())
            return None
        old.state = "expired"
        session.flush()
        fresh = add_attempt(session, till, order, key=_new_keys().attempt, now=till.clock())
    return make_page(till, fresh)


def _clear(till: Till, placed: Placed) -> Way | None:
    """Close the page of an order that another cart replaces. If it was paid meanwhile, that order it is."""
    if placed.attempt_id is None:
        return order_way(till, placed.order_id)
    with reading(till.engine) as session:
        attempt = session.get_one(CheckoutAttempt, placed.attempt_id)
    try:
        if attempt.page_id is None:
            # Whether the page exists is not known: find out by asking with the same key, then close it.
            make_page(till, attempt)
            with reading(till.engine) as session:
                attempt = session.get_one(CheckoutAttempt, placed.attempt_id)
        till.gateway.expire_page(str(attempt.page_id), attempt.idempotency_key)
        settle(till, attempt.id)
    except GatewayError as error:
        raise Refused(Reason.PAYMENT_UNAVAILABLE) from error
    with reading(till.engine) as session:
        paid = session.get_one(CheckoutAttempt, attempt.id).state == "complete"
    return order_way(till, placed.order_id) if paid else None


def _remember(till: Till, attempt_id: int, why: str) -> None:
    with writing(till.engine) as session:
        attempt = session.get_one(CheckoutAttempt, attempt_id)
        attempt.failure, attempt.checked_at = why[:400], till.clock()


def _abandon(till: Till, attempt_id: int, why: str) -> None:
    with writing(till.engine) as session:
        now: datetime = till.clock()
        order, attempt = lock_both(session, attempt_id)
        if attempt.state == "creating":
            attempt.state, attempt.failure, attempt.checked_at = "failed", why[:400], now
            give_up(session, order, now=now, why="page_refused", state="cancelled")


def _new_keys() -> Keys:
    return Keys(access_token=secrets.token_urlsafe(24), attempt=f"att-{secrets.token_hex(16)}")


def attempt_of(till: Till, *, page_id: str, attempt_key: str) -> Named | None:
    """Return the attempt that a page id, or else the key in its metadata, belongs to."""
    with reading(till.engine) as session:
        [found] = together(session, find_attempt(page_id=page_id, attempt_key=attempt_key))
    return cast(Named | None, found)


def find_attempt(*, page_id: str, attempt_key: str) -> Steps[Named | None]:
    """``attempt_of``, beside what else is asked."""
    [rows] = yield [_ATTEMPT_OF.asked({"page": page_id or None, "key": attempt_key or None})]
    named = [Named(row.id, row.page_id) for row in rows]
    return next((found for found in named if found.page_id == page_id), next(iter(named), None))

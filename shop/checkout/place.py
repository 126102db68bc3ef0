"""Place: from a cart to an order with its holds and a payment attempt, all in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import and_, bindparam, false, func, insert, null, select, true, union_all, update
from sqlalchemy.orm import Session

from shop.cart.rules import Cart, fingerprint
from shop.catalog import actions as stock
from shop.catalog import rules as catalog
from shop.checkout import queries
from shop.checkout.models import CheckoutAttempt
from shop.checkout.queries import PricedCart
from shop.checkout.rules import PricedLine
from shop.checkout.settle import mark_paid
from shop.checkout.till import Till
from shop.db import constant, last, lock_rows, see_version
from shop.discounts import actions as discounts
from shop.email_address import normalize
from shop.errors import Reason, Refused
from shop.orders import actions as orders
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine, OrderLineDiscount
from shop.orders.word_index import order_words
from shop.payments.gateway import PageLine, PageRequest
from shop.plain_rows import plain, set_columns
from shop.statements import Asked, Statement
from shop.together import Steps, ask_one, together

# The payment page allows 30 minutes to 24 hours; one deadline for page, stock, code and price.
PAGE_LIFETIME = timedelta(minutes=35)


ORDERS = Order.metadata.tables["orders"]
LINES = OrderLine.metadata.tables["order_lines"]
SHARES = OrderLineDiscount.metadata.tables["order_line_discounts"]
ATTEMPTS = CheckoutAttempt.metadata.tables["checkout_attempts"]
LIVE = [constant("creating"), constant("open")]

# Made once: every order passes here, and making a statement takes longer than running it.
_LOCK_CART = Statement(select(func.pg_advisory_xact_lock(func.hashtext(bindparam("cart_key")))))
_ORDER_OF_CART = Statement(
    union_all(
        select(
            ORDERS.c.id,
            ORDERS.c.cart_hash,
            ORDERS.c.gift_note,
            ATTEMPTS.c.id.label("attempt_id"),
            true().label("open"),
        )
        .join_from(
            ORDERS,
            ATTEMPTS,
            and_(ATTEMPTS.c.order_id == ORDERS.c.id, ATTEMPTS.c.state.in_(LIVE)),
            isouter=True,
        )
        .where(ORDERS.c.cart_key == bindparam("cart_key"), ORDERS.c.state == constant("pending")),
        select(
            ORDERS.c.id,
            ORDERS.c.cart_hash,
            ORDERS.c.gift_note,
            null().label("attempt_id"),
            false().label("open"),
        ).where(
            ORDERS.c.email_normalized == bindparam("email"),
            ORDERS.c.cart_key == bindparam("cart_key"),
            ORDERS.c.cart_hash == bindparam("mark"),
            ORDERS.c.state == constant("paid"),
        ),
    )
)
# What is printed on the slip changes neither the price nor the payment page: the open order takes it over.
_RENEW_NOTE = Statement(
    update(ORDERS)
    .where(
        ORDERS.c.id == bindparam("order_id"),
        ORDERS.c.state == constant("pending"),
        ORDERS.c.shipping_state != constant("nothing_to_ship"),
    )
    .values(gift_note=bindparam("note"))
)
_LIVE_ATTEMPT = select(CheckoutAttempt).where(
    CheckoutAttempt.order_id == bindparam("order_id"), CheckoutAttempt.state.in_(LIVE)
)
_WRITE_ORDER = Statement(insert(ORDERS).returning(ORDERS.c.id))
_WRITE_LINES = Statement(insert(LINES).returning(LINES.c.position, LINES.c.id))
_WRITE_SHARES = Statement(insert(SHARES))
_WRITE_ATTEMPT = Statement(insert(ATTEMPTS).returning(ATTEMPTS.c.id))


@dataclass(frozen=True)
class Details:
    """What the buyer said at checkout. ``seen_total`` is the total she saw, in minor units."""

    email: str
    country: str
    method: str
    letters_consent: bool
    seen_total: int
    gift_note: str = ""


@dataclass(frozen=True)
class Keys:
    """Fresh randomness for one order: its link and its payment attempt."""

    access_token: str
    attempt: str


@dataclass(frozen=True)
class Fresh:
    """An order and an attempt that were just written: plain values, no longer bound to their transaction."""

    order: Order
    attempt: CheckoutAttempt


@dataclass(frozen=True)
class Placed:
    """An order, new or found: ``attempt_id`` is None when there is nothing (more) to pay for.

    ``fresh`` is there when both were made now; the attempt then has its id when the transaction has ended.
    """

    order_id: int
    attempt_id: int | None
    in_the_way: bool = False
    fresh: Fresh | None = None


def place(session: Session, till: Till, cart: Cart, details: Details, keys: Keys, *, now: datetime) -> Placed:
    """Make an order from the cart, or find the one this cart has already made.

    An open order of the same cart with other contents is returned as ``in_the_way``: its payment page must be
    closed first, so that there are never two pages to pay on. A cart that was paid but not emptied, because its
    buyer never saw her order, leads to that order. Raises Refused when the cart is empty, a piece is
    short, the code does not apply, the country is not served, or the total is not the one the buyer saw.
    """
    mark = fingerprint(cart, details.email, details.country, details.method, details.seen_total)
    found, _, code_rows = together(
        session,
        _order_of_cart(session, cart, details, mark),
        see_version(session),
        ask_one(queries.asked_code(cart)),
    )
    if found is not None:
        return cast(Placed, found)
    priced = queries.price_cart(
        session,
        cart,
        now=now,
        email=details.email,
        country=details.country,
        method=details.method,
        ordered=False,
        code_rows=code_rows,
    )
    _refuse_what_cannot_be_sold(priced, details)
    order = _write_order(session, priced, details, keys, mark=mark, now=now)
    needs = catalog.needs({line.sku: line.quantity for line in priced.quote.lines}, priced.items)
    # Others wait for the rows of all but the first from here on.
    shares, *_, order.number = together(
        session,
        _write_lines(order, priced.quote.lines, now=now),
        stock.hold_in_steps(session, order.id, needs, now=now, first=True),
        discounts.hold_in_steps(
            session, order.id, priced.quote.uses, order.email_normalized, now=now, first=True
        ),
        orders.give_number(session, order.id),
    )
    last(session, ask_one(shares))
    if order.total_amount == 0:
        mark_paid(session, till, orders.lock(session, order.id), by="buyer", now=now)
        return Placed(order.id, None)
    attempt = _new_attempt(till, order, _page_lines(priced.quote.lines), 1, keys.attempt, now=now)
    last(session, _write_attempt(attempt))
    return Placed(order.id, None, fresh=Fresh(order, attempt))


def _order_of_cart(session: Session, cart: Cart, details: Details, mark: str) -> Steps[Placed | None]:
    """Return the order that this cart has made: the open one, or one that was paid for the very same."""
    # One cart is placed by one request at a time, so that the second finds what the first has made.
    locking = [_LOCK_CART.asked({"cart_key": cart.key})] if lock_rows(session) else []
    values = {"cart_key": cart.key, "mark": mark, "email": normalize(details.email)}
    *_, rows = yield [*locking, _ORDER_OF_CART.asked(values)]
    if not rows:
        return None
    row = next((row for row in rows if row.open), rows[0])
    if row.open and row.cart_hash == mark and row.gift_note != details.gift_note:
        _RENEW_NOTE.run(session, {"order_id": row.id, "note": details.gift_note})
    return Placed(row.id, row.attempt_id, in_the_way=bool(row.open) and row.cart_hash != mark)


def _refuse_what_cannot_be_sold(priced: PricedCart, details: Details) -> None:
    quote = priced.quote
    if priced.obstacle is not None:
        raise priced.obstacle
    if quote.refusal is not None:
        raise quote.refusal
    if quote.total_amount != details.seen_total:
        raise Refused(Reason.TOTAL_CHANGED)


def _write_order(
    session: Session, priced: PricedCart, details: Details, keys: Keys, *, mark: str, now: datetime
) -> Order:
    quote = priced.quote
    order = plain(
        Order,
        number=orders.provisional_number(keys.access_token),
        access_token=keys.access_token,
        cart_key=priced.cart.key,
        cart_hash=mark,
        email=details.email,
        email_normalized=normalize(details.email),
        words=order_words("", details.email, "", None),
        country=details.country,
        letters_consent_at=now if details.letters_consent else None,
        currency=quote.currency,
        subtotal_amount=quote.subtotal_amount,
        discount_amount=quote.discount_amount,
        shipping_amount=quote.shipping_amount,
        shipping_discount_amount=quote.shipping_discount_amount,
        tax_amount=quote.tax_amount,
        total_amount=quote.total_amount,
        code=next((use.code for use in quote.uses if use.code), ""),
        shipping_state="to_ship" if quote.ships else "nothing_to_ship",
        shipping_method=priced.rate.method if quote.ships and priced.rate else "",
        shipping_name=priced.rate.name if quote.ships and priced.rate else "",
        gift_note=details.gift_note if quote.ships else "",
        arrives_from_on=priced.arrives[0] if priced.arrives else None,
        arrives_to_on=priced.arrives[1] if priced.arrives else None,
        placed_at=now,
    )
    order.id = _WRITE_ORDER.scalar(session, set_columns(order))
    return order


def _write_lines(order: Order, lines: Sequence[PricedLine], *, now: datetime) -> Steps[Asked]:
    """Write what was bought; return what writes how it shares in discounts."""
    rows = [
        {
            "order_id": order.id,
            "position": position,
            "sku": line.sku,
            "name": line.name,
            "digital": line.digital,
            "unit_amount": line.unit_amount,
            "quantity": line.quantity,
            "subtotal_amount": line.subtotal_amount,
            "discount_amount": line.discount_amount,
            "total_amount": line.total_amount,
        }
        for position, line in enumerate(lines, start=1)
    ]
    placed = orders.notes(order.id, {"placed": {"total": order.total_amount}}, by="buyer", now=now)
    written, _ = yield [_WRITE_LINES.asked_many(rows), placed]
    ids = {row.position: row.id for row in written}
    shares = [
        {"order_line_id": ids[position], "campaign_id": campaign_id, "amount": amount}
        for position, line in enumerate(lines, start=1)
        for campaign_id, amount in line.discounts
        if amount
    ]
    return _WRITE_SHARES.asked_many(shares)


def live_attempt(session: Session, order_id: int) -> CheckoutAttempt | None:
    """Return the order's attempt that can still be paid, if there is one."""
    return session.scalars(_LIVE_ATTEMPT, {"order_id": order_id}).one_or_none()


def add_attempt(session: Session, till: Till, order: Order, *, key: str, now: datetime) -> CheckoutAttempt:
    """Write the next attempt to pay for an order, with the exact parameters of the call that will follow."""
    last = session.scalar(
        select(func.max(CheckoutAttempt.number)).where(CheckoutAttempt.order_id == order.id)
    )
    lines = _page_lines(order_queries.lines(session, order.id))
    attempt = _new_attempt(till, order, lines, (last or 0) + 1, key, now=now)
    together(session, _write_attempt(attempt))
    return attempt


def _write_attempt(attempt: CheckoutAttempt) -> Steps[None]:
    [[written]] = yield [_WRITE_ATTEMPT.asked(set_columns(attempt))]
    attempt.id = written.id


def _new_attempt(
    till: Till,
    order: Order,
    lines: Sequence[PageLine],
    number: int,
    key: str,
    *,
    now: datetime,
) -> CheckoutAttempt:
    expires_at = now + PAGE_LIFETIME
    request = _page_request(till, order, lines, key=key, expires_at=expires_at)
    return plain(
        CheckoutAttempt,
        order_id=order.id,
        number=number,
        state="creating",
        idempotency_key=key,
        parameters=till.gateway.page_parameters(request),
        created_at=now,
        expires_at=expires_at,
        checked_at=now,
    )


def _page_lines(lines: Sequence[PricedLine] | Sequence[OrderLine]) -> list[PageLine]:
    return [PageLine(line.sku, line.name, line.unit_amount, line.quantity) for line in lines]


def _page_request(
    till: Till, order: Order, lines: Sequence[PageLine], *, key: str, expires_at: datetime
) -> PageRequest:
    base = till.config.base_url.rstrip("/")
    return PageRequest(
        attempt_key=key,
        order_number=order.number,
        currency=order.currency,
        lines=lines,
        discount_amount=order.discount_amount,
        discount_name=order.code or "Discount",
        shipping_amount=order.shipping_amount - order.shipping_discount_amount,
        shipping_name=order.shipping_name,
        shipping_countries=[order.country],
        ships=order.shipping_state != "nothing_to_ship",
        email=order.email,
        success_url=f"{till.order_url(order)}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{base}/cart",
        expires_at=expires_at,
    )

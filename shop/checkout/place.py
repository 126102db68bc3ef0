"""Place: from a cart to an order with its holds and a payment attempt, all in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.cart.rules import Cart, fingerprint
from shop.catalog import actions as stock
from shop.catalog import rules as catalog
from shop.checkout import queries
from shop.checkout.models import CheckoutAttempt
from shop.checkout.queries import PricedCart
from shop.checkout.settle import mark_paid
from shop.checkout.till import Till
from shop.db import lock_rows
from shop.discounts import actions as discounts
from shop.email_address import normalize
from shop.errors import Reason, Refused
from shop.orders import actions as orders
from shop.orders.models import Order, OrderLine, OrderLineDiscount
from shop.payments.gateway import PageLine, PageRequest

# The payment page allows 30 minutes to 24 hours; one deadline for page, stock, code and price.
PAGE_LIFETIME = timedelta(minutes=35)


@dataclass(frozen=True)
class Details:
    """What the buyer said at checkout. ``seen_total`` is the total she saw, in minor units."""

    email: str
    country: str
    method: str
    letters_consent: bool
    seen_total: int


@dataclass(frozen=True)
class Keys:
    """Fresh randomness for one order: its link and its payment attempt."""

    access_token: str
    attempt: str


@dataclass(frozen=True)
class Placed:
    """An order, new or found: ``attempt_id`` is None when there is nothing (more) to pay for."""

    order_id: int
    attempt_id: int | None
    in_the_way: bool = False


def place(session: Session, till: Till, cart: Cart, details: Details, keys: Keys, *, now: datetime) -> Placed:
    """Make an order from the cart, or find the one this cart has already made.

    An open order of the same cart with other contents is returned as ``in_the_way``: its payment page must be
    closed first, so that there are never two pages to pay on. A cart that was paid but not emptied, because its
    buyer never saw her order, leads to that order. Raises Refused when the cart is empty, a piece is
    short, the code does not apply, the country is not served, or the total is not the one the buyer saw.
    """
    mark = fingerprint(cart, details.email, details.country, details.method, details.seen_total)
    if lock_rows(session):
        # One cart is placed by one request at a time, so that the second finds what the first has made.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(cart.key))))
    open_order = session.scalars(
        select(Order).where(Order.cart_key == cart.key, Order.state == "pending")
    ).one_or_none()
    if open_order is not None:
        attempt = live_attempt(session, open_order.id)
        attempt_id = attempt.id if attempt else None
        return Placed(open_order.id, attempt_id, in_the_way=open_order.cart_hash != mark)
    paid_id = session.scalar(
        select(Order.id).where(
            Order.email_normalized == normalize(details.email),
            Order.cart_key == cart.key,
            Order.cart_hash == mark,
            Order.state == "paid",
        )
    )
    if paid_id is not None:
        return Placed(paid_id, None)
    priced = queries.price_cart(
        session, cart, now=now, email=details.email, country=details.country, method=details.method
    )
    _refuse_what_cannot_be_sold(priced, details)
    order = _write_order(session, priced, details, keys, mark=mark, now=now)
    wanted: dict[str, int] = {}
    for line in priced.quote.lines:
        wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
    stock.hold(session, order.id, catalog.needs(wanted, priced.items), now=now)
    discounts.hold(session, order.id, priced.quote.uses, order.email_normalized, now=now)
    if order.total_amount == 0:
        mark_paid(session, till, order, by="buyer", now=now)
        return Placed(order.id, None)
    attempt = add_attempt(session, till, order, key=keys.attempt, now=now)
    return Placed(order.id, attempt.id)


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
    order = Order(
        number=orders.next_number(session),
        access_token=keys.access_token,
        cart_key=priced.cart.key,
        cart_hash=mark,
        email=details.email,
        email_normalized=normalize(details.email),
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
        arrives_from_on=priced.arrives[0] if priced.arrives else None,
        arrives_to_on=priced.arrives[1] if priced.arrives else None,
        placed_at=now,
    )
    session.add(order)
    session.flush()
    for position, line in enumerate(quote.lines, start=1):
        row = OrderLine(
            order_id=order.id,
            position=position,
            sku=line.sku,
            name=line.name,
            digital=line.digital,
            unit_amount=line.unit_amount,
            quantity=line.quantity,
            subtotal_amount=line.subtotal_amount,
            discount_amount=line.discount_amount,
            total_amount=line.total_amount,
        )
        session.add(row)
        session.flush()
        for campaign_id, amount in line.discounts:
            if amount:
                session.add(OrderLineDiscount(order_line_id=row.id, campaign_id=campaign_id, amount=amount))
    orders.note(session, order.id, "placed", by="buyer", now=now, total=order.total_amount)
    return order


def live_attempt(session: Session, order_id: int) -> CheckoutAttempt | None:
    """Return the order's attempt that can still be paid, if there is one."""
    return session.scalars(
        select(CheckoutAttempt).where(
            CheckoutAttempt.order_id == order_id, CheckoutAttempt.state.in_(("creating", "open"))
        )
    ).one_or_none()


def add_attempt(session: Session, till: Till, order: Order, *, key: str, now: datetime) -> CheckoutAttempt:
    """Write the next attempt to pay for an order, with the exact parameters of the call that will follow."""
    expires_at = now + PAGE_LIFETIME
    last = session.scalar(
        select(func.max(CheckoutAttempt.number)).where(CheckoutAttempt.order_id == order.id)
    )
    request = _page_request(session, till, order, key=key, expires_at=expires_at)
    attempt = CheckoutAttempt(
        order_id=order.id,
        number=(last or 0) + 1,
        idempotency_key=key,
        parameters=till.gateway.page_parameters(request),
        created_at=now,
        expires_at=expires_at,
        checked_at=now,
    )
    session.add(attempt)
    session.flush()
    return attempt


def _page_request(
    session: Session,
    till: Till,
    order: Order,
    *,
    key: str,
    expires_at: datetime,
) -> PageRequest:
    lines = session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    )
    base = till.config.base_url.rstrip("/")
    return PageRequest(
        attempt_key=key,
        order_number=order.number,
        currency=order.currency,
        lines=[PageLine(line.sku, line.name, line.unit_amount, line.quantity) for line in lines],
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

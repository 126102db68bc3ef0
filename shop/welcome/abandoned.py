"""One letter about a checkout that was left: off by default, to who agreed to letters, about what can still be had."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from shop.cart import links
from shop.catalog import queries as catalog
from shop.catalog.rules import Item
from shop.mail.models import OutboxLetter
from shop.orders.models import Order, OrderLine
from shop.subscribers import actions as subscribers
from shop.subscribers import queries
from shop.subscribers.models import Reader
from shop.welcome import letters
from shop.welcome.ask import Wish, add
from shop.welcome.desk import Desk

# When a person who meant to come back has; and when she has forgotten about it.
NOT_BEFORE = timedelta(hours=2)
NOT_AFTER = timedelta(days=3)
# However many carts somebody leaves, she hears of it so often at most.
ONCE_IN = timedelta(days=30)
TEMPLATE = "checkout_left"


def left_checkouts(now: datetime) -> Select[int]:
    """Return the query for orders that were left and whose buyers agreed to letters, oldest first."""
    later = aliased(Order)
    bought = exists().where(
        later.email_normalized == Order.email_normalized,
        (later.placed_at > Order.placed_at) | (later.state == "paid") & (later.paid_at > now - ONCE_IN),
    )
    told = exists().where(
        OutboxLetter.recipient == Order.email,
        OutboxLetter.template == TEMPLATE,
        OutboxLetter.created_at > now - ONCE_IN,
    )
    reader = exists().where(Reader.email_normalized == Order.email_normalized, Reader.state == "confirmed")
    return (
        select(Order.id)
        .where(
            Order.state == "expired",
            Order.payment_state == "unpaid",
            Order.placed_at.between(now - NOT_AFTER, now - NOT_BEFORE),
            Order.letters_consent_at.is_not(None) | reader,
            ~bought,
            ~told,
        )
        .order_by(Order.id)
    )


def write_about(session: Session, desk: Desk, order_id: int, *, now: datetime) -> bool:
    """Write the letter about one left order, unless its buyer has left or nothing of it can be had any more.

    Goods that are short or no longer for sale are left out; the link fills the cart at today's prices.
    """
    order = session.get_one(Order, order_id)
    if queries.suppressed(session, order.email_normalized):
        return False
    items = catalog.items(session)
    wanted = session.scalars(
        select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)
    )
    goods = [
        (line.sku, line.quantity, items[line.sku].name)
        for line in wanted
        if line.sku in items and _can_be_had(items[line.sku], line.quantity)
    ]
    if not goods:
        return False
    reader = add(session, desk, Wish(order.email, slot="checkout"), now=now)
    # One letter a day, of whatever kind: another round looks again tomorrow.
    if reader.state == "left" or not subscribers.take_day(session, reader, now.astimezone(desk.zone).date()):
        return False
    if reader.state == "pending" and order.letters_consent_at is not None:
        words = desk.content.phrase("checkout.consent")
        subscribers.agree(
            session, reader, "checkout", words=words, slot="checkout", now=order.letters_consent_at
        )
    packed = [(sku, pieces) for sku, pieces, _ in goods]
    signed = links.signed(packed, order.code, secret_key=desk.config.secret_key)
    letters.checkout_left(
        session,
        desk,
        reader,
        order.email,
        [[name, str(pieces)] for _, pieces, name in goods],
        f"{desk.base}/buy/again/{signed}",
        key=f"left:{order.number}",
        now=now,
    )
    return True


def _can_be_had(item: Item, quantity: int) -> bool:
    return item.active and (item.available is None or item.available >= quantity)

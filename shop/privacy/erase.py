"""Taking a person out of the shop's books (GDPR, article 17): letters, consents, names and addresses go, money rows stay.

Whether an address bounced or complained stays too, as a hash: that is how it is left alone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shop.checkout.models import CheckoutAttempt, UnmatchedPayment
from shop.discounts.models import Code, Redemption
from shop.email_address import normalize
from shop.errors import Reason, Refused
from shop.mail.models import MailboxMessage, OutboxLetter
from shop.orders import actions as orders
from shop.orders import handling
from shop.orders.models import Order, OrderEvent, OrderTag, Withdrawal
from shop.orders.word_index import order_words
from shop.staff import actions as staff
from shop.staff import saved
from shop.staff.models import AuditEntry
from shop.subscribers import actions as subscribers
from shop.subscribers import queries

# An order needs its address until it has arrived, been closed, or been given back.
UNDER_WAY = ("to_ship", "part_shipped", "on_hold")
WRITTEN_BY_STAFF = ("note", "held", "tagged", "untagged", "address_changed", "gift_note_changed")


@dataclass(frozen=True)
class Erased:
    """What was found and taken away."""

    reader: bool
    orders: int
    letters: int


def erase(session: Session, email: str, *, by: str, now: datetime) -> Erased:
    """Take out whoever owns ``email``: nothing that is left names her. Raises Refused, and nothing has changed then:
    ORDER_UNDER_WAY (number) while a parcel is still to leave or a payment to come, READER_UNKNOWN for a stranger.
    """
    address = normalize(email)
    reader = queries.by_email(session, email)
    found = session.scalars(select(Order).where(Order.email_normalized == address).order_by(Order.id)).all()
    stated = select(Withdrawal.email).where(Withdrawal.order_id.in_([order.id for order in found]))
    spellings = {
        email,
        *session.scalars(stated),
        *(order.email for order in found),
        *([reader.email] if reader else []),
    }
    letters = session.scalars(select(OutboxLetter.id).where(OutboxLetter.recipient.in_(spellings))).all()
    if reader is None and not found and not letters:
        raise Refused(Reason.READER_UNKNOWN)
    for order in found:
        _refuse_under_way(order)
    session.execute(_quietly(delete(MailboxMessage).where(MailboxMessage.recipient.in_(spellings))))
    if reader is not None:
        _disable_code(session, reader.code_id)
        subscribers.forget(session, [reader.id])
    for order in found:
        _blank_order(session, orders.lock(session, order.id), by=by, now=now)
    handling.forget_words(session)
    for spelling in {address, *spellings}:
        saved.forget(session, spelling)
        staff.forget(session, spelling)
    unmatched = update(UnmatchedPayment).where(UnmatchedPayment.email.in_(spellings))
    session.execute(_quietly(unmatched.values(email="")))
    # Letters about orders prove that they were sent; whom they went to and what stood in them goes.
    session.execute(
        _quietly(
            update(OutboxLetter)
            .where(OutboxLetter.recipient.in_(spellings))
            .values(recipient="erased@erased.invalid", blanks={}, last_error="")
        )
    )
    if found:
        orders.forget_words(session, [order.id for order in found])
    return Erased(reader is not None, len(found), len(letters))


def _refuse_under_way(order: Order) -> None:
    travels = order.state == "paid" and order.shipping_state in UNDER_WAY
    if (travels and order.payment_state != "refunded") or order.state == "pending":
        raise Refused(Reason.ORDER_UNDER_WAY, number=order.number)


def _blank_order(session: Session, order: Order, *, by: str, now: datetime) -> None:
    """Leave number, lines, amounts, country and days of an order; take name, address, phone and e-mail."""
    nobody = f"order-{order.number}@erased.invalid"
    order.email = order.email_normalized = nobody
    order.name, order.phone, order.address, order.gift_note = "Erased", "", None, ""
    order.words, order.note_words = order_words(order.name, order.email, order.phone, order.address), ""
    order.letters_consent_at = None
    session.execute(
        _quietly(update(Redemption).where(Redemption.order_id == order.id).values(email_normalized=nobody))
    )
    # What was sent to the payment service names the buyer; the order has ended, so nobody sends it again.
    session.execute(
        _quietly(update(CheckoutAttempt).where(CheckoutAttempt.order_id == order.id).values(parameters={}))
    )
    # That she withdrew, when and from what stays: the money that went back rests on it.
    stated = update(Withdrawal).where(Withdrawal.order_id == order.id)
    session.execute(_quietly(stated.values(name="Erased", email=nobody, reason="")))
    # What staff wrote about her: notes, reasons, addresses before and after, in the timeline and in the audit log.
    written = update(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.kind.in_(WRITTEN_BY_STAFF))
    session.execute(_quietly(written.values(detail={})))
    session.execute(_quietly(delete(OrderTag).where(OrderTag.order_id == order.id)))
    audited = update(AuditEntry).where(AuditEntry.subject == f"order {order.number}")
    session.execute(_quietly(audited.values(before=None, after=None)))
    orders.note(session, order.id, "erased", by=by, now=now)


def _disable_code(session: Session, code_id: int | None) -> None:
    # Unbound, anybody could use it: it is switched off first.
    if code_id is not None:
        session.execute(
            _quietly(update(Code).where(Code.id == code_id).values(active=False, bound_email=None))
        )


def _quietly(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)

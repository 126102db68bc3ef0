"""Everything that is kept of one person, as plain values ready for JSON (GDPR, articles 15 and 20)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shop.db import Base
from shop.discounts.models import Code, Redemption
from shop.email_address import normalize
from shop.mail.models import OutboxLetter
from shop.orders.models import Order, OrderLine, Payment, Refund, Shipment, Withdrawal
from shop.subscribers import queries as subscribers
from shop.subscribers.models import Enrolment

# Internal numbers, and what opens doors: nobody's data, and dangerous on paper.
LEFT_OUT = frozenset(
    [
        *("id", "order_id", "reader_id", "campaign_id", "code_id", "payment_id", "batch_id", "order_line_id"),
        *("seed", "access_token", "cart_key", "cart_hash", "dedupe_key", "message_id", "blanks"),
        *("idempotency_key", "locked_until", "email_normalized"),
        # What the search looks through: her own words once more, and those of the notes that staff wrote.
        *("words", "note_words"),
    ]
)


def export(session: Session, email: str) -> dict[str, Any]:
    """Return what is kept of whoever owns ``email``; lists are empty when nothing is. Moments are ISO, UTC."""
    address = normalize(email)
    reader = subscribers.by_email(session, email)
    orders = session.scalars(select(Order).where(Order.email_normalized == address).order_by(Order.id)).all()
    ids = [order.id for order in orders]
    # A receipt of a withdrawal may have gone to another address of hers.
    named = session.scalars(select(Withdrawal.email).where(Withdrawal.order_id.in_(ids)))
    spellings = {email, *named, *(order.email for order in orders), *([reader.email] if reader else [])}

    def of_orders(table: Any) -> list[dict[str, Any]]:
        return _rows(session, select(table).where(table.order_id.in_(ids)))

    return {
        "address": email,
        "reader": _row(reader) if reader else None,
        "no_letters_because": subscribers.suppressed(session, address),
        "consents": [_plain(vars(step)) for step in subscribers.consents(session, reader.id)]
        if reader
        else [],
        "series": _rows(session, select(Enrolment).where(Enrolment.reader_id == reader.id)) if reader else [],
        "codes": _rows(session, select(Code).where(Code.id == reader.code_id)) if reader else [],
        "letters": _rows(session, select(OutboxLetter).where(OutboxLetter.recipient.in_(spellings))),
        "orders": [_row(order) for order in orders],
        "order_lines": of_orders(OrderLine),
        "payments": of_orders(Payment),
        "refunds": of_orders(Refund),
        "parcels": of_orders(Shipment),
        "withdrawals": of_orders(Withdrawal),
        "discounts": _rows(session, select(Redemption).where(Redemption.email_normalized == address)),
    }


def _rows(session: Session, query: Select[Any]) -> list[dict[str, Any]]:
    return [_row(row) for row in session.scalars(query)]


def _row(row: Base) -> dict[str, Any]:
    columns = type(row).__table__.columns.keys()
    return _plain({name: getattr(row, name) for name in columns if name not in LEFT_OUT})


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in values.items()
    }

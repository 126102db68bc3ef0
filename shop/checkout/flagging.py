"""Flags: what cannot be refused is never dropped. A person is asked, in the back office and by mail."""

from datetime import datetime

from sqlalchemy.orm import Session

from shop.checkout import letters
from shop.checkout.till import Till
from shop.orders import actions as orders
from shop.orders.models import Order


def raise_flag(
    session: Session,
    till: Till,
    order: Order,
    reason: str,
    *,
    now: datetime,
    reference: str = "",
    **detail: str,
) -> None:
    """Flag the order once per reason and reference; ``detail`` fills the blanks of ``flags.<reason>``."""
    if orders.flag(session, order.id, reason, now=now, reference=reference, **detail):
        letters.flagged(session, till, order, reason, now=now, reference=reference, **detail)

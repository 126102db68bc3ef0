"""A buyer withdraws from a contract: written down once, acknowledged in the same transaction, laid before a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shop.checkout import letters
from shop.checkout.flagging import raise_flag
from shop.checkout.till import Till
from shop.errors import Reason, Refused
from shop.orders import actions as orders
from shop.orders import handling, receipts, withdrawal
from shop.orders.models import Withdrawal, WithdrawalLine
from shop.orders.receipts import Receipt
from shop.statements import insert_once

BUYER = "buyer"
REASON = "withdrawn"
_WITHDRAWALS = Withdrawal.metadata.tables["order_withdrawals"]
_WRITE = insert_once(_WITHDRAWALS, _WITHDRAWALS.c.id)


@dataclass(frozen=True)
class Statement:
    """What a buyer says: from what she withdraws (line id -> pieces), who she is, where the receipt goes.

    ``number``: which statement about this order it is, 1 for the first.
    """

    number: int
    name: str
    email: str
    reason: str
    pieces: Mapping[int, int]


def withdraw(session: Session, till: Till, order_id: int, statement: Statement, *, now: datetime) -> bool:
    """Take a statement of withdrawal; False, and no change, when this one has been received already.

    Raises Refused(WITHDRAWAL_NOTHING) for no goods or more of them than are left, and as ``withdrawal.right`` says
    (WITHDRAWAL_OVER; day). What has not left yet is held back, so that nobody sends it meanwhile.
    """
    order = orders.lock(session, order_id)
    before = receipts.receipt(session, order)
    if statement.number <= len(before.withdrawals):
        return False
    right = receipts.right_to_withdraw(session, order, before, now=now)
    if right.refusal is not None:
        day = withdrawal.day_words(right.until_on) if right.until_on else ""
        raise Refused(right.refusal, day=day)
    pieces = statement.pieces
    if not pieces or any(quantity > right.left.get(line, 0) for line, quantity in pieces.items()):
        raise Refused(Reason.WITHDRAWAL_NOTHING)
    number = len(before.withdrawals) + 1
    made = _WRITE.scalar(
        session,
        {
            "order_id": order.id,
            "number": number,
            "received_at": now,
            "name": statement.name,
            "email": statement.email,
            "reason": statement.reason,
        },
    )
    if made is None:
        return False
    session.execute(
        insert(WithdrawalLine),
        [
            {"withdrawal_id": made, "order_line_id": line, "quantity": quantity}
            for line, quantity in pieces.items()
        ],
    )
    after = receipts.receipt(session, order)
    goods = _goods(after, number)
    orders.note(session, order.id, REASON, by=BUYER, now=now, goods=goods)
    if order.shipping_state in ("to_ship", "part_shipped"):
        handling.hold(session, order.id, why=f"Withdrawn: {goods}", by=BUYER, now=now, version=None)
    refund_by = withdrawal.day_words(after.withdrawals[number - 1].refund_by_on)
    raise_flag(
        session, till, order, REASON, now=now, reference=reference(number), goods=goods, refund_by=refund_by
    )
    letters.withdrawn(session, till, order, after, number, now=now)
    return True


def reference(number: int) -> str:
    """Return what the flag of a withdrawal is known by."""
    return f"withdrawal {number}"


def _goods(receipt: Receipt, number: int) -> str:
    return ", ".join(f"{quantity} × {name}" for quantity, name in receipt.withdrawn_goods(number))

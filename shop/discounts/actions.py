"""Uses of campaigns: held when an order is placed, redeemed when it is paid, released when it is given up.

Every counter moves in one conditional UPDATE whose row count is the answer, and always together with the row
it counts. An UPDATE also locks its row until the transaction ends, so whatever is asked after it (how often
has this customer used it?) cannot change in between. Campaigns are taken in the order of their ids, each
before its code: two orders never wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sqlalchemy import CursorResult, Update, func, insert, or_, select, update
from sqlalchemy.orm import Session

from shop import email_address
from shop.discounts.models import Campaign, Code, Redemption
from shop.errors import Reason, Refused

Counter = Literal["held", "redeemed"]


class Use(Protocol):
    """One campaign that an order makes use of; checkout.rules.Use is one."""

    @property
    def campaign_id(self) -> int:
        """The campaign."""

    @property
    def code_id(self) -> int | None:
        """The code it came by, or None for an automatic offer."""

    @property
    def code(self) -> str:
        """The code as people read it, or ""."""

    @property
    def amount(self) -> int:
        """What it takes off, minor units."""


@dataclass(frozen=True)
class _Row:
    """A redemption of an order."""

    id: int
    campaign_id: int
    code_id: int | None
    email_normalized: str
    state: str


def hold(
    session: Session, order_id: int, uses: Sequence[Use], email_normalized: str, *, now: datetime
) -> None:
    """Hold ``uses`` for an order, in place of what it held before. Amounts in minor units, ``now`` aware UTC.

    Raises Refused, and the caller's transaction must then be undone: CODE_DISABLED when the campaign or the
    code was switched off, CODE_USED_UP at its limit, CODE_USED_BY_YOU at the customer's,
    CODE_FOR_ANOTHER_ADDRESS when the code is bound to another mailbox.
    """
    release(session, order_id, now=now)
    before = {row.campaign_id: row for row in _rows(session, order_id)}
    for use in sorted(uses, key=lambda use: use.campaign_id):
        if use.campaign_id in before and before[use.campaign_id].state == "redeemed":
            continue
        if not _take(session, use.campaign_id, use.code_id, only_active=True):
            raise Refused(_why_not(session, use), code=use.code)
        if not _is_for(session, use.code_id, email_normalized):
            raise Refused(Reason.CODE_FOR_ANOTHER_ADDRESS, code=use.code)
        if not _customer_may(session, use.campaign_id, email_normalized):
            raise Refused(Reason.CODE_USED_BY_YOU, code=use.code)
        _write(session, order_id, use, email_normalized, before.get(use.campaign_id), now)


def redeem(session: Session, order_id: int, *, now: datetime) -> None:
    """Turn what an order holds into uses that count for good: it is paid. Repeating it changes nothing."""
    for row in _rows(session, order_id):
        if row.state == "held" and _become(session, row, "redeemed", now):
            _count(session, row.campaign_id, row.code_id, held=-1, redeemed=1)


def release(session: Session, order_id: int, *, now: datetime, redeemed: bool = False) -> None:
    """Give back what an order holds: it expired or was cancelled. Repeating it changes nothing.

    What a payment made count for good stays, unless ``redeemed``: the order was refunded in full.
    """
    for row in _rows(session, order_id):
        if row.state == "held" and _become(session, row, "released", now):
            _count(session, row.campaign_id, row.code_id, held=-1)
        elif redeemed and row.state == "redeemed" and _become(session, row, "released", now):
            _count(session, row.campaign_id, row.code_id, redeemed=-1)


def retake(session: Session, order_id: int, *, now: datetime) -> bool:
    """Hold again what an order had released: it was paid after all. All of it, or nothing and False.

    Limits still count; whether the campaign is over or was switched off does not, because the price was
    promised while it was not. An order that holds everything already answers True.
    """
    with session.begin_nested() as savepoint:
        for row in _rows(session, order_id):
            if row.state != "released":
                continue
            if (
                not _become(session, row, "held", None, created_at=now)
                or not _take(session, row.campaign_id, row.code_id, only_active=False)
                or not _customer_may(session, row.campaign_id, row.email_normalized, held_here=1)
            ):
                savepoint.rollback()
                return False
    return True


def _rows(session: Session, order_id: int) -> list[_Row]:
    rows = session.execute(
        select(
            Redemption.id,
            Redemption.campaign_id,
            Redemption.code_id,
            Redemption.email_normalized,
            Redemption.state,
        )
        .where(Redemption.order_id == order_id)
        .order_by(Redemption.campaign_id)
    )
    return [_Row(*row) for row in rows]


def _become(session: Session, row: _Row, state: str, ended_at: datetime | None, **values: datetime) -> bool:
    """Move a redemption on, unless another transaction was first."""
    return _changed(
        session,
        update(Redemption)
        .where(Redemption.id == row.id, Redemption.state == row.state)
        .values(state=state, ended_at=ended_at, **values),
    )


def _take(session: Session, campaign_id: int, code_id: int | None, *, only_active: bool) -> bool:
    """Count one more held use of a campaign and its code, if their limits allow it."""
    return _take_one(session, Campaign, campaign_id, only_active=only_active) and (
        code_id is None or _take_one(session, Code, code_id, only_active=only_active)
    )


def _take_one(session: Session, table: type[Campaign | Code], id_: int, *, only_active: bool) -> bool:
    statement = (
        update(table)
        .where(table.id == id_, or_(table.max_uses.is_(None), table.held + table.redeemed < table.max_uses))
        .values(held=table.held + 1)
    )
    return _changed(session, statement.where(table.active) if only_active else statement)


def _count(
    session: Session, campaign_id: int, code_id: int | None, *, held: int = 0, redeemed: int = 0
) -> None:
    """Move the counters of a campaign and its code along with a row of theirs."""
    for table, id_ in ((Campaign, campaign_id), (Code, code_id)):
        if id_ is not None:
            session.execute(
                update(table)
                .where(table.id == id_)
                .values(held=table.held + held, redeemed=table.redeemed + redeemed)
                .execution_options(synchronize_session=False)
            )


def _customer_may(session: Session, campaign_id: int, email_normalized: str, *, held_here: int = 0) -> bool:
    """Whether the owner of an address may use a campaign once more; its row must be locked (see ``_take``).

    ``held_here`` rows of the order itself are already counted as held.
    """
    most, first_order_only = session.execute(
        select(Campaign.max_uses_per_customer, Campaign.first_order_only).where(Campaign.id == campaign_id)
    ).one()
    if first_order_only:
        # Two orders placed at the same moment are not both a first one.
        most = min(1, most) if most is not None else 1
    if most is None:
        return True
    uses = session.scalar(
        select(func.count()).where(
            Redemption.campaign_id == campaign_id,
            Redemption.email_normalized == email_normalized,
            Redemption.state.in_(("held", "redeemed")),
        )
    )
    return (uses or 0) - held_here < most


def _is_for(session: Session, code_id: int | None, email_normalized: str) -> bool:
    if code_id is None:
        return True
    bound = session.scalar(select(Code.bound_email).where(Code.id == code_id))
    return not bound or email_address.normalize(bound) == email_normalized


def _why_not(session: Session, use: Use) -> Reason:
    active = session.scalar(select(Campaign.active).where(Campaign.id == use.campaign_id))
    if active and use.code_id is not None:
        active = session.scalar(select(Code.active).where(Code.id == use.code_id))
    return Reason.CODE_USED_UP if active else Reason.CODE_DISABLED


def _write(
    session: Session, order_id: int, use: Use, email_normalized: str, before: _Row | None, now: datetime
) -> None:
    values = {
        "code_id": use.code_id,
        "email_normalized": email_normalized,
        "amount": use.amount,
        "state": "held",
        "created_at": now,
        "ended_at": None,
    }
    if before is not None:
        session.execute(
            update(Redemption)
            .where(Redemption.id == before.id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return
    session.execute(insert(Redemption).values(order_id=order_id, campaign_id=use.campaign_id, **values))


def _changed(session: Session, statement: Update) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)  # noqa: S101
    return bool(result.rowcount)

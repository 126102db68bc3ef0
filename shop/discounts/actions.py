"""Uses of campaigns: held when an order is placed, redeemed when it is paid, released when it is given up.

Every counter moves in one conditional UPDATE whose row count is the answer, and always together with the row
it counts. An UPDATE also locks its row until the transaction ends, so whatever is asked after it (how often
has this customer used it?) cannot change in between. Campaigns are taken in the order of their ids, each
before its code: two orders never wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import CursorResult, Update, and_, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shop import email_address
from shop.db import lock_rows
from shop.discounts.models import Campaign, Code, CodeBatch, Redemption
from shop.errors import Reason, Refused

# The batch that a code came in is no longer worth anything.
VOIDED = exists().where(CodeBatch.id == Code.batch_id, CodeBatch.voided_at.is_not(None))


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
    amount: int
    state: str


def hold(
    session: Session, order_id: int, uses: Sequence[Use], email_normalized: str, *, now: datetime
) -> None:
    """Hold ``uses`` for an order, in place of what it held before. Amounts in minor units, ``now`` aware UTC.

    Raises Refused, and the caller's transaction must then be undone: CODE_DISABLED when the campaign or the
    code was switched off, CODE_USED_UP at its limit or at the end of the campaign's budget, CODE_USED_BY_YOU at
    the customer's, CODE_FOR_ANOTHER_ADDRESS when the code is bound to another mailbox. Of an offer that needs no
    code, whatever is in its way is TOTAL_CHANGED: the buyer never typed anything.
    """
    release(session, order_id, now=now)
    before = {row.campaign_id: row for row in _rows(session, order_id)}
    for use in sorted(uses, key=lambda use: use.campaign_id):
        if use.campaign_id in before and before[use.campaign_id].state == "redeemed":
            continue
        if not _take(session, use.campaign_id, use.code_id, use.amount, only_active=True):
            raise _refused(_why_not(session, use), use)
        if not _is_for(session, use.code_id, email_normalized):
            raise _refused(Reason.CODE_FOR_ANOTHER_ADDRESS, use)
        if not _customer_may(session, use.campaign_id, email_normalized):
            raise _refused(Reason.CODE_USED_BY_YOU, use)
        _write(session, order_id, use, email_normalized, before.get(use.campaign_id), now)


def _refused(reason: Reason, use: Use) -> Refused:
    return Refused(reason, code=use.code) if use.code_id is not None else Refused(Reason.TOTAL_CHANGED)


def redeem(session: Session, order_id: int, *, now: datetime) -> None:
    """Turn what an order holds into uses that count for good: it is paid. Repeating it changes nothing."""
    for row in _rows(session, order_id):
        if row.state == "held" and _become(session, row, "redeemed", now):
            _count(session, row, held=-1, redeemed=1)


def release(session: Session, order_id: int, *, now: datetime, redeemed: bool = False) -> None:
    """Give back what an order holds: it expired or was cancelled. Repeating it changes nothing.

    What a payment made count for good stays, unless ``redeemed``: the order was refunded in full.
    """
    for row in _rows(session, order_id):
        if row.state == "held" and _become(session, row, "released", now):
            _count(session, row, held=-1)
        elif redeemed and row.state == "redeemed" and _become(session, row, "released", now):
            _count(session, row, redeemed=-1)


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
                or not _take(session, row.campaign_id, row.code_id, row.amount, only_active=False)
                or not _customer_may(session, row.campaign_id, row.email_normalized, held_here=1)
            ):
                savepoint.rollback()
                return False
    return True


def mint(
    session: Session,
    campaign_id: int,
    spellings: Sequence[str],
    *,
    bound_email: str,
    ends_at: datetime,
    now: datetime,
) -> int:
    """Make a code of a campaign for one use by the owner of one mailbox until ``ends_at``; return its id.

    It gets the first of ``spellings`` that no code has. Raises LookupError when all of them are taken.
    """
    dialect = postgresql if lock_rows(session) else sqlite
    for spelling in spellings:
        made = session.scalar(
            dialect.insert(Code)
            .values(
                campaign_id=campaign_id,
                code=spelling,
                bound_email=bound_email,
                max_uses=1,
                ends_at=ends_at,
                created_at=now,
            )
            .on_conflict_do_nothing()
            .returning(Code.id)
        )
        if made is not None:
            session.execute(
                update(Campaign)
                .where(Campaign.id == campaign_id)
                .values(codes_made=Campaign.codes_made + 1)
                .execution_options(synchronize_session=False)
            )
            return int(made)
    raise LookupError("every spelling of a new code is taken")


def _rows(session: Session, order_id: int) -> list[_Row]:
    rows = session.execute(
        select(
            Redemption.id,
            Redemption.campaign_id,
            Redemption.code_id,
            Redemption.email_normalized,
            Redemption.amount,
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


def _take(session: Session, campaign_id: int, code_id: int | None, amount: int, *, only_active: bool) -> bool:
    """Count one more held use of a campaign and its code, if their limits and the budget allow it."""
    campaign = (
        update(Campaign)
        .where(
            Campaign.id == campaign_id,
            or_(Campaign.max_uses.is_(None), Campaign.held + Campaign.redeemed < Campaign.max_uses),
            or_(Campaign.budget_amount.is_(None), Campaign.spent_amount + amount <= Campaign.budget_amount),
        )
        .values(held=Campaign.held + 1, spent_amount=Campaign.spent_amount + amount)
    )
    if not _changed(session, campaign.where(Campaign.active) if only_active else campaign):
        return False
    if code_id is None:
        return True
    code = (
        update(Code)
        .where(Code.id == code_id, or_(Code.max_uses.is_(None), Code.held + Code.redeemed < Code.max_uses))
        .values(held=Code.held + 1)
    )
    return _changed(session, code.where(Code.active, ~VOIDED) if only_active else code)


def _count(session: Session, row: _Row, *, held: int = 0, redeemed: int = 0) -> None:
    """Move the counters of a campaign and its code along with a row of theirs."""
    session.execute(
        update(Campaign)
        .where(Campaign.id == row.campaign_id)
        .values(
            held=Campaign.held + held,
            redeemed=Campaign.redeemed + redeemed,
            spent_amount=Campaign.spent_amount + (held + redeemed) * row.amount,
        )
        .execution_options(synchronize_session=False)
    )
    if row.code_id is not None:
        session.execute(
            update(Code)
            .where(Code.id == row.code_id)
            .values(held=Code.held + held, redeemed=Code.redeemed + redeemed)
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
        active = session.scalar(select(and_(Code.active, ~VOIDED)).where(Code.id == use.code_id))
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

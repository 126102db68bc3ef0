"""Uses of campaigns: held when an order is placed, redeemed when it is paid, released when it is given up.

Every counter moves in one conditional UPDATE whose row count is the answer, and always together with the row
it counts. An UPDATE also locks its row until the transaction ends, so whatever is asked after it (how often
has this customer used it?) cannot change in between. Campaigns are taken in the order of their ids, each
before its code: two orders never wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    Boolean,
    Integer,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shop import email_address
from shop.db import constant, lock_rows
from shop.discounts.models import Campaign, Code, CodeBatch, Redemption
from shop.errors import Reason, Refused
from shop.statements import Asked, Statement
from shop.together import Steps, ask, together

# The batch that a code came in is no longer worth anything.
VOIDED = exists().where(CodeBatch.id == Code.batch_id, CodeBatch.voided_at.is_not(None))

CAMPAIGNS = Campaign.metadata.tables["campaigns"]
CODES = Code.metadata.tables["codes"]
REDEMPTIONS = Redemption.metadata.tables["redemptions"]

# Made once: every order passes here, and making a statement takes longer than running it.
_AMOUNT, _ALSO_INACTIVE = bindparam("more_amount", type_=Integer), bindparam("also_inactive", type_=Boolean)
_TAKE_CAMPAIGN = Statement(
    update(CAMPAIGNS)
    .where(
        CAMPAIGNS.c.id == bindparam("of_id"),
        or_(CAMPAIGNS.c.max_uses.is_(None), CAMPAIGNS.c.held + CAMPAIGNS.c.redeemed < CAMPAIGNS.c.max_uses),
        or_(
            CAMPAIGNS.c.budget_amount.is_(None),
            CAMPAIGNS.c.spent_amount + _AMOUNT <= CAMPAIGNS.c.budget_amount,
        ),
        or_(CAMPAIGNS.c.active, _ALSO_INACTIVE),
    )
    .values(held=CAMPAIGNS.c.held + 1, spent_amount=CAMPAIGNS.c.spent_amount + _AMOUNT)
    .returning(CAMPAIGNS.c.max_uses_per_customer, CAMPAIGNS.c.first_order_only)
)
_TAKE_CODE = Statement(
    update(CODES)
    .where(
        CODES.c.id == bindparam("of_id"),
        or_(CODES.c.max_uses.is_(None), CODES.c.held + CODES.c.redeemed < CODES.c.max_uses),
        or_(and_(CODES.c.active, ~VOIDED), _ALSO_INACTIVE),
    )
    .values(held=CODES.c.held + 1)
    .returning(CODES.c.bound_email)
)
_COUNT_CAMPAIGN = Statement(
    update(CAMPAIGNS)
    .where(CAMPAIGNS.c.id == bindparam("of_id"))
    .values(
        held=CAMPAIGNS.c.held + bindparam("more_held"),
        redeemed=CAMPAIGNS.c.redeemed + bindparam("more_redeemed"),
        spent_amount=CAMPAIGNS.c.spent_amount + _AMOUNT,
    )
)
_COUNT_CODE = Statement(
    update(CODES)
    .where(CODES.c.id == bindparam("of_id"))
    .values(
        held=CODES.c.held + bindparam("more_held"), redeemed=CODES.c.redeemed + bindparam("more_redeemed")
    )
)
_ROWS = Statement(
    select(
        REDEMPTIONS.c.id,
        REDEMPTIONS.c.campaign_id,
        REDEMPTIONS.c.code_id,
        REDEMPTIONS.c.email_normalized,
        REDEMPTIONS.c.amount,
        REDEMPTIONS.c.state,
    )
    .where(REDEMPTIONS.c.order_id == bindparam("order_id"))
    .order_by(REDEMPTIONS.c.campaign_id)
)
# The order is locked: nobody else moves its rows meanwhile.
_REDEEM = Statement(
    update(REDEMPTIONS)
    .where(REDEMPTIONS.c.order_id == bindparam("of_order_id"), REDEMPTIONS.c.state == "held")
    .values(state="redeemed", ended_at=bindparam("ended"))
    .returning(REDEMPTIONS.c.campaign_id, REDEMPTIONS.c.code_id, REDEMPTIONS.c.amount)
)
_BECOME = Statement(
    update(REDEMPTIONS)
    .where(REDEMPTIONS.c.id == bindparam("of_id"), REDEMPTIONS.c.state == bindparam("state_before"))
    .values(state=bindparam("state_now"), ended_at=bindparam("ended"))
)
_USES = Statement(
    select(func.count()).where(
        REDEMPTIONS.c.campaign_id == bindparam("campaign_id"),
        REDEMPTIONS.c.email_normalized == bindparam("email"),
        REDEMPTIONS.c.state.in_([constant("held"), constant("redeemed")]),
    )
)
_WRITE = Statement(insert(REDEMPTIONS))
_WRITE_AGAIN = Statement(update(REDEMPTIONS).where(REDEMPTIONS.c.id == bindparam("of_id")))


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


class _Counted(Protocol):
    """What the counters of a campaign and its code count: a redemption."""

    @property
    def campaign_id(self) -> int: ...

    @property
    def code_id(self) -> int | None: ...

    @property
    def amount(self) -> int: ...


@dataclass(frozen=True)
class _Limits:
    """Who may use what was just taken. bound_email: the normalized address it is bound to, or ""."""

    max_uses_per_customer: int | None
    first_order_only: bool
    bound_email: str = ""


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
    session: Session,
    order_id: int,
    uses: Sequence[Use],
    email_normalized: str,
    *,
    now: datetime,
    first: bool = False,
) -> None:
    """Hold ``uses`` for an order, in place of what it held before. Amounts in minor units, ``now`` aware UTC.

    ``first``: the order was just written and holds nothing.

    Raises Refused, and the caller's transaction must then be undone: CODE_DISABLED when the campaign or the
    code was switched off, CODE_USED_UP at its limit or at the end of the campaign's budget, CODE_USED_BY_YOU at
    the customer's, CODE_FOR_ANOTHER_ADDRESS when the code is bound to another mailbox. Of an offer that needs no
    code, whatever is in its way is TOTAL_CHANGED: the buyer never typed anything.
    """
    together(session, hold_in_steps(session, order_id, uses, email_normalized, now=now, first=first))


def hold_in_steps(
    session: Session,
    order_id: int,
    uses: Sequence[Use],
    email_normalized: str,
    *,
    now: datetime,
    first: bool = False,
) -> Steps[None]:
    """``hold``, beside what else is asked."""
    before = {} if first else {row.campaign_id: row for row in _rows(session, order_id)}
    for held in before.values():
        _give_back(session, held, now=now)
    bought = {campaign_id for campaign_id, row in before.items() if row.state == "redeemed"}
    taking = [use for use in sorted(uses, key=lambda use: use.campaign_id) if use.campaign_id not in bought]
    asked = [
        [
            *_take(use.campaign_id, use.code_id, use.amount, only_active=True),
            _write(order_id, use, email_normalized, before.get(use.campaign_id), now),
        ]
        for use in taking
    ]
    answers = iter((yield [one for of_use in asked for one in of_use]))
    for use, of_use in zip(taking, asked, strict=True):
        limits = _limits([next(answers) for _ in of_use[:-1]])
        next(answers)
        if limits is None:
            raise _refused(_why_not(session, use), use)
        if limits.bound_email and limits.bound_email != email_normalized:
            raise _refused(Reason.CODE_FOR_ANOTHER_ADDRESS, use)
        if not _customer_may(session, use.campaign_id, limits, email_normalized):
            raise _refused(Reason.CODE_USED_BY_YOU, use)


def _refused(reason: Reason, use: Use) -> Refused:
    return Refused(reason, code=use.code) if use.code_id is not None else Refused(Reason.TOTAL_CHANGED)


def redeem(session: Session, order_id: int, *, now: datetime) -> None:
    """Turn what an order holds into uses that count for good: it is paid. Repeating it changes nothing."""
    together(session, redeem_in_steps(order_id, now=now))


def redeem_in_steps(order_id: int, *, now: datetime) -> Steps[None]:
    """``redeem``, beside what else is asked."""
    [redeemed] = yield [_REDEEM.asked({"of_order_id": order_id, "ended": now})]
    rows = sorted(redeemed, key=lambda row: row.campaign_id)
    yield [one for row in rows for one in _count(row, held=-1, redeemed=1)]


def release(session: Session, order_id: int, *, now: datetime, redeemed: bool = False) -> None:
    """Give back what an order holds: it expired or was cancelled. Repeating it changes nothing.

    What a payment made count for good stays, unless ``redeemed``: the order was refunded in full.
    """
    for row in _rows(session, order_id):
        _give_back(session, row, now=now)
        if redeemed and row.state == "redeemed" and _become(session, row, "released", now):
            ask(session, _count(row, redeemed=-1))


def _give_back(session: Session, row: _Row, *, now: datetime) -> None:
    if row.state == "held" and _become(session, row, "released", now):
        ask(session, _count(row, held=-1))


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
                or (limits := _taken_again(session, row)) is None
                or not _customer_may(session, row.campaign_id, limits, row.email_normalized)
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
    return [_Row(*row) for row in _ROWS.all(session, {"order_id": order_id})]


def _become(session: Session, row: _Row, state: str, ended_at: datetime | None, **values: datetime) -> bool:
    """Move a redemption on, unless another transaction was first."""
    told = {"of_id": row.id, "state_before": row.state, "state_now": state, "ended": ended_at}
    return bool(_BECOME.run(session, told | values))


def _take(campaign_id: int, code_id: int | None, amount: int, *, only_active: bool) -> list[Asked]:
    """Count one more held use of a campaign and its code, each only if its limits and the budget allow it."""
    values = {"of_id": campaign_id, "more_amount": amount, "also_inactive": not only_active}
    campaign = _TAKE_CAMPAIGN.asked(values)
    if code_id is None:
        return [campaign]
    return [campaign, _TAKE_CODE.asked({"of_id": code_id, "also_inactive": not only_active})]


def _limits(answers: Sequence[Sequence[Any]]) -> _Limits | None:
    """Return what the answers to ``_take`` say; None when one was not counted."""
    if not all(answers):
        return None
    [campaign], *of_code = answers
    bound_email = of_code[0][0].bound_email if of_code else ""
    return _Limits(
        campaign.max_uses_per_customer,
        campaign.first_order_only,
        email_address.normalize(bound_email) if bound_email else "",
    )


def _taken_again(session: Session, row: _Row) -> _Limits | None:
    return _limits(ask(session, _take(row.campaign_id, row.code_id, row.amount, only_active=False)))


def _count(row: _Counted, *, held: int = 0, redeemed: int = 0) -> list[Asked]:
    """Move the counters of a campaign and its code along with a row of theirs."""
    more = {"more_held": held, "more_redeemed": redeemed}
    amount = (held + redeemed) * row.amount
    campaign = _COUNT_CAMPAIGN.asked(more | {"of_id": row.campaign_id, "more_amount": amount})
    if row.code_id is None:
        return [campaign]
    return [campaign, _COUNT_CODE.asked(more | {"of_id": row.code_id})]


def _customer_may(session: Session, campaign_id: int, limits: _Limits, email_normalized: str) -> bool:
    """Whether the owner of an address may use a campaign as often as is held now, this order among it.

    The campaign's row must be locked (see ``_take``).
    """
    most = limits.max_uses_per_customer
    if limits.first_order_only:
        # Two orders placed at the same moment are not both a first one.
        most = min(1, most) if most is not None else 1
    if most is None:
        return True
    values = {"campaign_id": campaign_id, "email": email_normalized}
    return int(_USES.scalar(session, values)) <= most


def _why_not(session: Session, use: Use) -> Reason:
    active = session.scalar(select(Campaign.active).where(Campaign.id == use.campaign_id))
    if active and use.code_id is not None:
        active = session.scalar(select(and_(Code.active, ~VOIDED)).where(Code.id == use.code_id))
    return Reason.CODE_USED_UP if active else Reason.CODE_DISABLED


def _write(order_id: int, use: Use, email_normalized: str, before: _Row | None, now: datetime) -> Asked:
    values = {
        "code_id": use.code_id,
        "email_normalized": email_normalized,
        "amount": use.amount,
        "state": "held",
        "created_at": now,
        "ended_at": None,
    }
    if before is not None:
        return _WRITE_AGAIN.asked(values | {"of_id": before.id})
    return _WRITE.asked(values | {"order_id": order_id, "campaign_id": use.campaign_id})

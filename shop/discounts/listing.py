"""What the shop's people see of campaigns and codes: lists by keyset, states, history, exports. Never a query per row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from shop.discounts.models import Campaign, CampaignChange, Code, CodeBatch
from shop.discounts.queries import terms_of
from shop.discounts.rules import Terms, normal_code

STATES = ("live", "scheduled", "used_up", "paused", "ended")
EXPORTED_AT_ONCE = 2_000


@dataclass(frozen=True)
class ListedCode:
    """A code as one row of a list or a file."""

    id: int
    code: str
    state: str
    bound_email: str
    uses: int
    max_uses: int | None
    ends_at: datetime | None
    batch_id: int | None
    tag: str
    created_at: datetime


def state_of(campaign: Campaign | Terms, now: datetime) -> str:
    """Return the state of a campaign: paused, ended, scheduled, used_up or live. One of ``STATES``."""
    uses = campaign.uses if isinstance(campaign, Terms) else campaign.held + campaign.redeemed
    if not campaign.active:
        return "paused"
    if campaign.ends_at is not None and campaign.ends_at <= now:
        return "ended"
    if campaign.starts_at is not None and campaign.starts_at > now:
        return "scheduled"
    spent = campaign.budget_amount is not None and campaign.spent_amount >= campaign.budget_amount
    return "used_up" if spent or (campaign.max_uses is not None and uses >= campaign.max_uses) else "live"


def in_state(state: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a campaign is in a state; it agrees with ``state_of``."""
    ended = and_(Campaign.ends_at.is_not(None), Campaign.ends_at <= now)
    scheduled = and_(Campaign.starts_at.is_not(None), Campaign.starts_at > now)
    used_up = or_(
        and_(Campaign.budget_amount.is_not(None), Campaign.spent_amount >= Campaign.budget_amount),
        and_(Campaign.max_uses.is_not(None), Campaign.held + Campaign.redeemed >= Campaign.max_uses),
    )
    runs = and_(Campaign.active, not_(ended), not_(scheduled))
    return {
        "paused": not_(Campaign.active),
        "ended": and_(Campaign.active, ended),
        "scheduled": and_(Campaign.active, not_(ended), scheduled),
        "used_up": and_(runs, used_up),
        "live": and_(runs, not_(used_up)),
    }[state]


def counts(session: Session, now: datetime) -> dict[str, int]:
    """Return how many campaigns are in each state. One query."""
    columns = [func.count().filter(in_state(state, now)).label(state) for state in STATES]
    return dict(session.execute(select(*columns)).one()._mapping)


def campaigns(
    session: Session, now: datetime, *, state: str, words: str, before: int | None, limit: int
) -> Sequence[Campaign]:
    """Return a page of campaigns, newest first: of one state or, for "", of all; those whose name, tag or comment
    has ``words`` in it, or whose code is ``words``.
    """
    query = select(Campaign)
    if state:
        query = query.where(in_state(state, now))
    if before is not None:
        query = query.where(Campaign.id < before)
    if words:
        like = f"%{words[:80].lower().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        of_code = select(Code.campaign_id).where(Code.code == normal_code(words)).scalar_subquery()
        texts = (Campaign.name, Campaign.tag, Campaign.comment)
        query = query.where(
            or_(*(func.lower(text).like(like, escape="!") for text in texts), Campaign.id == of_code)
        )
    return session.scalars(query.order_by(Campaign.id.desc()).limit(limit)).all()


def by_slug(session: Session, slug: str) -> tuple[Campaign, Terms] | None:
    """Return the campaign of an address, as a row and as a value."""
    campaign = session.scalars(select(Campaign).where(Campaign.slug == slug[:80])).one_or_none()
    return None if campaign is None else (campaign, terms_of(session, campaign.id))


def code_of(session: Session, campaign_id: int, text: str) -> Code | None:
    """Return a code of a campaign by what it says."""
    return session.scalars(
        select(Code).where(Code.code == normal_code(text), Code.campaign_id == campaign_id)
    ).one_or_none()


def codes(
    session: Session,
    campaign_id: int,
    now: datetime,
    *,
    batch_id: int | None = None,
    after: int = 0,
    limit: int,
) -> list[ListedCode]:
    """Return a page of the codes of a campaign, or of one batch, oldest first: those with an id above ``after``."""
    query = (
        select(Code, CodeBatch.tag, CodeBatch.voided_at)
        .outerjoin(CodeBatch, CodeBatch.id == Code.batch_id)
        .where(Code.campaign_id == campaign_id, Code.id > after)
        .order_by(Code.id)
        .limit(limit)
    )
    if batch_id is not None:
        query = query.where(Code.batch_id == batch_id)
    return [_listed(code, tag or "", voided_at, now) for code, tag, voided_at in session.execute(query)]


def every_code(
    session: Session, campaign_id: int, now: datetime, *, batch_id: int | None = None
) -> Iterator[ListedCode]:
    """Yield every code of a campaign or batch, some thousands at a time, so that millions fit in no memory."""
    after = 0
    while page := codes(session, campaign_id, now, batch_id=batch_id, after=after, limit=EXPORTED_AT_ONCE):
        yield from page
        after = page[-1].id
        session.expunge_all()


def batches(session: Session, campaign_id: int) -> Sequence[CodeBatch]:
    """Return the batches of a campaign, newest first."""
    return session.scalars(
        select(CodeBatch).where(CodeBatch.campaign_id == campaign_id).order_by(CodeBatch.id.desc())
    ).all()


def history(session: Session, campaign_id: int, *, limit: int) -> Sequence[CampaignChange]:
    """Return the newest lines of a campaign's history, newest first."""
    return session.scalars(
        select(CampaignChange)
        .where(CampaignChange.campaign_id == campaign_id)
        .order_by(CampaignChange.id.desc())
        .limit(limit)
    ).all()


def code_state(code: Code, voided_at: datetime | None, now: datetime) -> str:
    """Return the state of one code, its campaign aside: void, paused, ended, used_up or live."""
    if voided_at is not None:
        return "void"
    if not code.active:
        return "paused"
    if code.ends_at is not None and code.ends_at <= now:
        return "ended"
    full = code.max_uses is not None and code.held + code.redeemed >= code.max_uses
    return "used_up" if full else "live"


def _listed(code: Code, tag: str, voided_at: datetime | None, now: datetime) -> ListedCode:
    return ListedCode(
        id=code.id,
        code=code.code,
        state=code_state(code, voided_at, now),
        bound_email=code.bound_email or "",
        uses=code.held + code.redeemed,
        max_uses=code.max_uses,
        ends_at=code.ends_at,
        batch_id=code.batch_id,
        tag=tag,
        created_at=code.created_at,
    )


def single_codes(session: Session, campaign_ids: Sequence[int]) -> Mapping[int, str]:
    """Return the code of each campaign that has one only: campaign id -> code. One query, one step of an index each."""
    its = select(Code.code).where(Code.campaign_id == Campaign.id).order_by(Code.id).limit(1)
    query = select(Campaign.id, its.scalar_subquery()).where(
        Campaign.id.in_(campaign_ids), Campaign.codes_made == 1
    )
    return {campaign_id: code for campaign_id, code in session.execute(query) if code}

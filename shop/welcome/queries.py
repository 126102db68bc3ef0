"""What a reader was given: her code, what it is good for, and whether it still works."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.discounts.models import Campaign, Code
from shop.subscribers.models import Reader

CodeState = Literal["unused", "in_use", "used", "over"]


@dataclass(frozen=True)
class ReaderCode:
    """A reader's code. ``percent`` is 0 for a campaign that takes off something else; ``ends_at`` is aware UTC."""

    code: str
    campaign: str
    percent: int
    ends_at: datetime
    state: CodeState


def code_of(session: Session, reader: Reader, *, now: datetime) -> ReaderCode | None:
    """Return the reader's code, or None when she has none."""
    if reader.code_id is None:
        return None
    code, campaign = session.execute(
        select(Code, Campaign)
        .join(Campaign, Campaign.id == Code.campaign_id)
        .where(Code.id == reader.code_id)
    ).one()
    percent = (campaign.percent_basis_points or 0) // 100 if campaign.kind == "percent" else 0
    return ReaderCode(code.code, campaign.name, percent, code.ends_at or now, _state(code, campaign, now=now))


def _state(code: Code, campaign: Campaign, *, now: datetime) -> CodeState:
    if code.redeemed:
        return "used"
    if code.held:
        return "in_use"
    over = code.ends_at is not None and code.ends_at <= now
    gone = campaign.ends_at is not None and campaign.ends_at <= now
    return "over" if over or gone or not code.active or not campaign.active else "unused"

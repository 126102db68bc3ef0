"""Making and changing campaigns. Every change is a line of the campaign's history, in the same transaction."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shop.db import lock_rows
from shop.discounts import soundness
from shop.discounts.models import Campaign, CampaignChange, CampaignCountry, CampaignItem
from shop.discounts.queries import terms_of
from shop.discounts.rules import Terms
from shop.discounts.soundness import Fault
from shop.errors import Reason, Refused

ROLES = {"in": "skus", "out": "excluded_skus", "get": "get_skus"}
# What the history does not tell: these are counted, not edited.
COUNTED = frozenset(["campaign_id", "uses", "spent_amount"])
LONGEST_SLUG = 60
# Addresses of the back office stand in their place.
NOT_SLUGS = frozenset(["new", "preview"])


@dataclass(frozen=True)
class Notes:
    """What only the shop's people read of a campaign."""

    tag: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the history of a campaign, as a value."""

    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    by: str
    at: datetime


class Unsound(Exception):
    """A set of rules that nobody could explain; ``faults`` say why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(fault.key for fault in faults))
        self.faults = faults


class EditedMeanwhile(Exception):
    """Somebody else changed the campaign since it was opened; ``changes`` are the lines of its history since."""

    def __init__(self, changes: list[Line]) -> None:
        super().__init__("edited meanwhile")
        self.changes = changes


def create(session: Session, terms: Terms, notes: Notes, *, by: str, now: datetime) -> Campaign:
    """Write a new campaign as ``terms`` say (its id and counters aside). Raises Refused(CAMPAIGN_NAME_TAKEN)."""
    _refuse_unsound(terms)
    _name_is_free(session, terms.name, None)
    campaign = Campaign(slug=_free_slug(session, terms.name), created_at=now)
    _write(session, campaign, terms, notes)
    note(session, campaign.id, "created", {}, _told(terms, notes), by=by, now=now)
    return campaign


def change(
    session: Session, campaign_id: int, terms: Terms, notes: Notes, *, version: int, by: str, now: datetime
) -> bool:
    """Bring a campaign to what ``terms`` say; return whether anything changed.

    ``version`` is the one the editor was opened with: raises EditedMeanwhile when it is no longer the present
    one, and Refused(CAMPAIGN_NAME_TAKEN). Uses and budgets are never set here, only their limits.
    """
    campaign = lock(session, campaign_id)
    if campaign.version != version:
        raise EditedMeanwhile(_changes_since(session, campaign_id, version, campaign.version))
    _refuse_unsound(terms)
    _name_is_free(session, terms.name, campaign_id)
    before = _told(terms_of(session, campaign_id), Notes(campaign.tag, campaign.comment))
    after = _told(terms, notes)
    different = {key for key in after if before[key] != after[key]}
    if not different:
        return False
    _write(session, campaign, terms, notes)
    campaign.version += 1
    note(
        session,
        campaign_id,
        "changed",
        {key: before[key] for key in sorted(different)},
        {key: after[key] for key in sorted(different)},
        by=by,
        now=now,
    )
    return True


def pause(session: Session, campaign_id: int, *, by: str, now: datetime) -> bool:
    """Switch a campaign off; return whether it was on. What was placed before keeps its price."""
    return _switch(session, campaign_id, active=False, by=by, now=now)


def resume(session: Session, campaign_id: int, *, by: str, now: datetime) -> bool:
    """Switch a campaign on again; return whether it was off."""
    return _switch(session, campaign_id, active=True, by=by, now=now)


def end(session: Session, campaign_id: int, *, by: str, now: datetime) -> bool:
    """Let a campaign be over from now on; return False when it is over already, or has not begun."""
    campaign = lock(session, campaign_id)
    if (campaign.ends_at and campaign.ends_at <= now) or (campaign.starts_at and campaign.starts_at >= now):
        return False
    _set_end(session, campaign, "ended", now, by=by, now=now)
    return True


def reopen(session: Session, campaign_id: int, *, by: str, now: datetime) -> bool:
    """Take back the last ``end``; return False when the campaign was changed since, or never ended so."""
    campaign = lock(session, campaign_id)
    last = session.scalars(
        select(CampaignChange)
        .where(CampaignChange.campaign_id == campaign_id)
        .order_by(CampaignChange.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.action != "ended":
        return False
    before = last.before["ends_at"]
    _set_end(
        session, campaign, "reopened", datetime.fromisoformat(before) if before else None, by=by, now=now
    )
    return True


def duplicate(session: Session, campaign_id: int, *, by: str, now: datetime) -> Campaign:
    """Write a copy of a campaign under a name of its own, switched off and without codes; return it."""
    campaign, terms = session.get_one(Campaign, campaign_id), terms_of(session, campaign_id)
    values = {field.name: getattr(terms, field.name) for field in fields(Terms)}
    name = _free_name(session, f"Copy of {terms.name}")
    copy = Terms(**values | {"campaign_id": 0, "name": name, "active": False, "uses": 0, "spent_amount": 0})
    return create(session, copy, Notes(campaign.tag, campaign.comment), by=by, now=now)


def lock(session: Session, campaign_id: int) -> Campaign:
    """Return a campaign as it is now, locked until the transaction ends."""
    statement = select(Campaign).where(Campaign.id == campaign_id).execution_options(populate_existing=True)
    return session.scalars(statement.with_for_update() if lock_rows(session) else statement).one()


def note(
    session: Session,
    campaign_id: int,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
) -> None:
    """Add a line to the history of a campaign."""
    session.add(
        CampaignChange(
            campaign_id=campaign_id, action=action, before=dict(before), after=dict(after), by=by, at=now
        )
    )
    session.flush()


def _switch(session: Session, campaign_id: int, *, active: bool, by: str, now: datetime) -> bool:
    campaign = lock(session, campaign_id)
    if campaign.active == active:
        return False
    campaign.active = active
    campaign.version += 1
    action = "resumed" if active else "paused"
    note(session, campaign_id, action, {"active": not active}, {"active": active}, by=by, now=now)
    return True


def _set_end(
    session: Session, campaign: Campaign, action: str, ends_at: datetime | None, *, by: str, now: datetime
) -> None:
    before, after = {"ends_at": _plain(campaign.ends_at)}, {"ends_at": _plain(ends_at)}
    campaign.ends_at = ends_at
    campaign.version += 1
    note(session, campaign.id, action, before, after, by=by, now=now)


def _write(session: Session, campaign: Campaign, terms: Terms, notes: Notes) -> None:
    for column in fields(Terms):
        if column.name not in COUNTED and column.name not in ("countries", *ROLES.values()):
            setattr(campaign, column.name, getattr(terms, column.name))
    campaign.tag, campaign.comment = notes.tag, notes.comment
    campaign.percent_basis_points = terms.percent_basis_points or None
    campaign.amount = terms.amount or None
    session.add(campaign)
    session.flush()
    session.execute(delete(CampaignItem).where(CampaignItem.campaign_id == campaign.id))
    session.execute(delete(CampaignCountry).where(CampaignCountry.campaign_id == campaign.id))
    for role, name in ROLES.items():
        session.add_all(
            CampaignItem(campaign_id=campaign.id, sku=sku, role=role) for sku in sorted(getattr(terms, name))
        )
    session.add_all(
        CampaignCountry(campaign_id=campaign.id, country=country) for country in sorted(terms.countries)
    )
    session.flush()


def _told(terms: Terms, notes: Notes) -> dict[str, Any]:
    """The fields of a campaign as the history keeps them."""
    values = {
        column.name: getattr(terms, column.name) for column in fields(Terms) if column.name not in COUNTED
    }
    return {name: _plain(value) for name, value in (values | vars(notes)).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return sorted(value) if isinstance(value, frozenset) else value


def _changes_since(session: Session, campaign_id: int, version: int, present: int) -> list[Line]:
    moving = ("changed", "paused", "resumed", "ended", "reopened")
    lines = session.scalars(
        select(CampaignChange)
        .where(CampaignChange.campaign_id == campaign_id, CampaignChange.action.in_(moving))
        .order_by(CampaignChange.id.desc())
        .limit(max(present - version, 0))
    ).all()
    return [Line(line.action, line.before, line.after, line.by, line.at) for line in reversed(lines)]


def _refuse_unsound(terms: Terms) -> None:
    """What can be said of rules without knowing the goods is asked of every caller; the editor asks for the rest."""
    found = soundness.faults(terms, {}, ())
    if found:
        raise Unsound(found)


def _name_is_free(session: Session, name: str, campaign_id: int | None) -> None:
    taken = session.scalar(select(Campaign.id).where(Campaign.name == name))
    if taken is not None and taken != campaign_id:
        raise Refused(Reason.CAMPAIGN_NAME_TAKEN)


def _free_name(session: Session, wanted: str) -> str:
    wanted, number, name = wanted[:110], 1, wanted[:110]
    while session.scalar(select(Campaign.id).where(Campaign.name == name)) is not None:
        number += 1
        name = f"{wanted} {number}"
    return name


def _free_slug(session: Session, name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    wanted = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:LONGEST_SLUG].strip("-") or "campaign"
    number, slug = 1, f"campaign-{wanted}" if wanted in NOT_SLUGS else wanted
    wanted = slug
    while session.scalar(select(Campaign.id).where(Campaign.slug == slug)) is not None:
        number += 1
        slug = f"{wanted}-{number}"
    return slug

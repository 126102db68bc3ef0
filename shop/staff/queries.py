"""Who is signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.staff import rules
from shop.staff.models import StaffMember, StaffSession


@dataclass(frozen=True)
class Member:
    """A signed-in person."""

    id: int
    email: str
    name: str
    role: str

    @property
    def may_change(self) -> bool:
        """Whether this person may do more than look."""
        return rules.may_change(self.role)


def signed_in(session: Session, token: str, *, now: datetime) -> Member | None:
    """Return whose session ``token`` is, or None: unknown, ended, too old, of a disabled member."""
    row = session.execute(
        select(StaffMember.id, StaffMember.email, StaffMember.name, StaffMember.role)
        .join(StaffSession, StaffSession.member_id == StaffMember.id)
        .where(
            StaffSession.token_hash == rules.token_hash(token),
            StaffSession.ended_at.is_(None),
            StaffSession.expires_at > now,
            StaffMember.disabled_at.is_(None),
        )
    ).one_or_none()
    return Member(*row) if row else None


def any_member(session: Session) -> bool:
    """Whether the shop has a member of staff yet."""
    return bool(session.scalar(select(func.count()).select_from(StaffMember)))

"""Who runs the shop, who is signed in where, and what they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from shop.staff import rules
from shop.staff.models import AuditEntry, Passkey, RecoveryCode, StaffMember, StaffSession
from shop.statements import Statement

_second_factor = or_(
    StaffMember.totp_confirmed_at.is_not(None), exists().where(Passkey.member_id == StaffMember.id)
)


@dataclass(frozen=True)
class Member:
    """A signed-in person."""

    id: int
    email: str
    name: str
    role: str
    single_keys: bool
    density: str
    has_second_factor: bool
    session_id: int
    second_step_at: datetime | None
    confirmed_at: datetime | None

    @property
    def may_change(self) -> bool:
        """Whether this person may do more than look."""
        return rules.may_change(self.role)

    @property
    def owns(self) -> bool:
        """Whether this person may change roles and settings."""
        return self.role == "owner"

    @property
    def waits(self) -> bool:
        """Whether the second step is still to be taken."""
        return self.has_second_factor and self.second_step_at is None

    def confirmed(self, now: datetime) -> bool:
        """Whether this person has proved lately enough to be there for money, exports and roles."""
        return self.confirmed_at is not None and now - self.confirmed_at < rules.STEP_UP_LASTS


@dataclass(frozen=True)
class SignIn:
    """A place where somebody is signed in."""

    id: int
    name: str
    device: str
    created_at: datetime
    expires_at: datetime

    @property
    def words(self) -> str:
        """What the device is, as a person would put it."""
        return rules.device_words(self.device)


_SIGNED_IN = Statement(
    select(
        StaffMember.id,
        StaffMember.email,
        StaffMember.name,
        StaffMember.role,
        StaffMember.single_keys,
        StaffMember.density,
        _second_factor,
        StaffSession.id,
        StaffSession.second_step_at,
        StaffSession.confirmed_at,
    )
    .join(StaffSession, StaffSession.member_id == StaffMember.id)
    .where(
        StaffSession.token_hash == bindparam("token_hash"),
        StaffSession.ended_at.is_(None),
        StaffSession.expires_at > bindparam("now"),
        StaffMember.disabled_at.is_(None),
    )
)


def signed_in(session: Session, token: str, *, now: datetime) -> Member | None:
    """Return whose session ``token`` is, or None: unknown, ended, too old, of a disabled member."""
    values = {"token_hash": rules.token_hash(token), "now": now}
    row = _SIGNED_IN.one_or_none(session, values)
    return Member(*row) if row else None


def any_member(session: Session) -> bool:
    """Whether the shop has a member of staff yet."""
    return bool(session.scalar(select(func.count()).select_from(StaffMember)))


def needs_second_step(session: Session, member_id: int) -> bool:
    """Whether a member has a second factor, so that the password alone is not enough."""
    return bool(session.scalar(select(_second_factor).where(StaffMember.id == member_id)))


def by_email(session: Session, email: str) -> StaffMember | None:
    """Return the member with this address, or None."""
    return session.scalar(select(StaffMember).where(StaffMember.email == email))


def members(session: Session) -> Sequence[StaffMember]:
    """Return everybody who runs the shop, those whose account is closed last."""
    return session.scalars(
        select(StaffMember).order_by(StaffMember.disabled_at.is_not(None), StaffMember.email)
    ).all()


def signed_in_places(session: Session, member_id: int, *, now: datetime) -> list[SignIn]:
    """Return where a member is signed in, newest first."""
    rows = session.execute(
        select(
            StaffSession.id,
            StaffSession.name,
            StaffSession.device,
            StaffSession.created_at,
            StaffSession.expires_at,
        )
        .where(
            StaffSession.member_id == member_id,
            StaffSession.ended_at.is_(None),
            StaffSession.expires_at > now,
        )
        .order_by(StaffSession.id.desc())
    )
    return [SignIn(*row) for row in rows]


def passkeys(session: Session, member_id: int) -> Sequence[Passkey]:
    """Return the passkeys of a member, oldest first."""
    return session.scalars(select(Passkey).where(Passkey.member_id == member_id).order_by(Passkey.id)).all()


def has_app(session: Session, member_id: int) -> bool:
    """Whether a member has an authenticator app that is set up."""
    confirmed = select(StaffMember.totp_confirmed_at).where(StaffMember.id == member_id)
    return session.scalar(confirmed) is not None


def recovery_codes_left(session: Session, member_id: int) -> int:
    """Return how many recovery codes a member could still use."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.member_id == member_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def audit(
    session: Session, *, before: int | None, limit: int, by: str = "", subject: str = ""
) -> Sequence[AuditEntry]:
    """Return a page of what staff did, newest first: entries with an id below ``before``."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    if by:
        statement = statement.where(AuditEntry.by == by)
    if subject:
        statement = statement.where(AuditEntry.subject == subject)
    return session.scalars(statement).all()

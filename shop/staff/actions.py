"""Staff members and their sign-ins. Only a hash of a password or of a session's token is ever kept."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote_plus

from sqlalchemy import Text, Update, func, null, or_, select, update
from sqlalchemy import cast as cast_column
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from shop import email_address
from shop.db import lock_rows
from shop.email_address import named_in
from shop.errors import Reason, Refused
from shop.staff import rules
from shop.staff.models import AuditEntry, StaffMember, StaffSession

LONGEST_DEVICE = 200


class MemberRefused(Exception):
    """A member cannot be made or changed; the message says why, for whoever typed the command."""


def create_member(
    session: Session, email: str, *, name: str, role: str, password: str, now: datetime
) -> StaffMember:
    """Add a person with a role (owner, staff or read_only) and a password of 12 to 200 characters.

    Raises Refused(EMAIL_MISSING or EMAIL_INVALID), and MemberRefused for an unknown role, a password that is
    too short or too long, and an address that is a member's already.
    """
    if role not in rules.ROLES:
        message = f"The role is {role!r}; it must be one of {', '.join(rules.ROLES)}."
        raise MemberRefused(message)
    address = _address(email)
    if session.scalar(select(StaffMember.id).where(StaffMember.email == address)) is not None:
        message = f"{address} is a member already."
        raise MemberRefused(message)
    member = StaffMember(
        email=address, name=name, role=role, password_hash=_hash_of(password), created_at=now
    )
    session.add(member)
    session.flush()
    return member


def set_password(session: Session, email: str, password: str, *, now: datetime) -> None:
    """Give a member a new password, and sign them out everywhere.

    Raises MemberRefused when the address is nobody's or the password is too short or too long.
    """
    member = session.scalar(select(StaffMember).where(StaffMember.email == _address(email)))
    if member is None:
        message = f"{email} is not a member."
        raise MemberRefused(message)
    member.password_hash = _hash_of(password)
    end_sessions(session, member.id, now=now)


def disable(session: Session, member_id: int, *, now: datetime) -> None:
    """Close a member's account and sign them out everywhere."""
    session.execute(update(StaffMember).where(StaffMember.id == member_id).values(disabled_at=now))
    end_sessions(session, member_id, now=now)


def authenticate(session: Session, email: str, password: str) -> int:
    """Return the id of the member with this address and password.

    Raises Refused(SIGN_IN_FAILED) for an unknown address, a wrong password and a disabled member alike,
    and takes the same time for each. Only reads, so no lock is held while the password is hashed.
    """
    member = session.scalar(select(StaffMember).where(StaffMember.email == email.strip().lower()[:320]))
    kept = member.password_hash if member else rules.NOBODYS_HASH
    matches = rules.password_matches(kept, password)
    if member is None or not matches or member.disabled_at is not None:
        raise Refused(Reason.SIGN_IN_FAILED)
    return member.id


def sign_in(
    session: Session, member_id: int, token: str, *, device: str, now: datetime, second_step: bool = False
) -> None:
    """Begin a session of 14 days for a member who has just been authenticated.

    ``token`` is fresh and random (256 bits); the caller puts it into the cookie, only its hash is kept.
    ``second_step``: the second factor was shown as well.
    """
    session.add(
        StaffSession(
            token_hash=rules.token_hash(token),
            member_id=member_id,
            device=device[:LONGEST_DEVICE],
            created_at=now,
            last_seen_at=now,
            expires_at=now + rules.SESSION_LENGTH,
            second_step_at=now if second_step else None,
            confirmed_at=now,
        )
    )


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End the session of a token, if it is one; its cookie is worth nothing from then on."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == rules.token_hash(token), StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_sessions(session: Session, member_id: int, *, now: datetime) -> None:
    """End every session of a member."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.member_id == member_id, StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_session(session: Session, member_id: int, session_id: int, *, now: datetime) -> bool:
    """End one session of a member; return whether it was theirs and still open."""
    ended = update(StaffSession).where(
        StaffSession.id == session_id, StaffSession.member_id == member_id, StaffSession.ended_at.is_(None)
    )
    return _changes(session, ended.values(ended_at=now))


def name_session(session: Session, member_id: int, session_id: int, name: str) -> bool:
    """Give a session of a member a name; return whether it is theirs."""
    named = update(StaffSession).where(StaffSession.id == session_id, StaffSession.member_id == member_id)
    return _changes(session, named.values(name=name.strip()[:60]))


def confirm(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that the person of a session has just proved to be there."""
    session.execute(update(StaffSession).where(StaffSession.id == session_id).values(confirmed_at=now))


def pass_second_step(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that the second factor was shown in a session."""
    session.execute(
        update(StaffSession).where(StaffSession.id == session_id).values(second_step_at=now, confirmed_at=now)
    )


def set_role(session: Session, member_id: int, role: str) -> None:
    """Give a member another role. Raises MemberRefused for an unknown role, and when no owner would be left."""
    if role not in rules.ROLES:
        message = f"The role is {role!r}; it must be one of {', '.join(rules.ROLES)}."
        raise MemberRefused(message)
    _refuse_no_owner(session, member_id, role)
    session.execute(update(StaffMember).where(StaffMember.id == member_id).values(role=role))


def close(session: Session, member_id: int, *, now: datetime) -> None:
    """Close an account as ``disable`` does. Raises MemberRefused when no owner would be left."""
    _refuse_no_owner(session, member_id, "")
    disable(session, member_id, now=now)


def reopen(session: Session, member_id: int) -> None:
    """Open a closed account again; its sessions stay ended."""
    session.execute(update(StaffMember).where(StaffMember.id == member_id).values(disabled_at=None))


def record(
    session: Session,
    action: str,
    subject: str,
    *,
    by: str,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down what a member of staff did, in the transaction that does it."""
    session.add(
        AuditEntry(
            at=now,
            by=by[:320],
            action=action,
            subject=subject[:120],
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
        )
    )


def forget(session: Session, address: str) -> None:
    """Take what names a person by this address out of the log: what was done stays, and who did it."""
    for column in (AuditEntry.before, AuditEntry.after):
        told = func.lower(cast_column(column, Text))
        # As it was typed, and as it stands in the address of a list; what is found may be a longer address.
        maybe = or_(
            *(told.contains(spelling.lower(), autoescape=True) for spelling in (address, quote_plus(address)))
        )
        entries = session.execute(select(AuditEntry.id, column.label("told")).where(maybe))
        names_her = [
            entry.id for entry in entries if any(named_in(word, address) for word in _words(entry.told))
        ]
        blanked = update(AuditEntry).where(AuditEntry.id.in_(names_her)).values({column: null()})
        session.execute(blanked.execution_options(synchronize_session=False))


def _words(told: object) -> Iterator[str]:
    """Return the texts in a value as JSON has them, names of fields as well."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield str(name)
            yield from _words(value)
    elif isinstance(told, list):
        for value in told:
            yield from _words(value)
    elif isinstance(told, str):
        yield told


def _refuse_no_owner(session: Session, member_id: int, role: str) -> None:
    # The rows are locked in one order: two owners who demote each other at once wait here for one another.
    statement = (
        select(StaffMember)
        .where(StaffMember.role == "owner", StaffMember.disabled_at.is_(None))
        .order_by(StaffMember.id)
        .execution_options(populate_existing=True)
    )
    owners = session.scalars(statement.with_for_update() if lock_rows(session) else statement).all()
    if not rules.owners_left([role if owner.id == member_id else owner.role for owner in owners]):
        message = "The shop needs an owner: make somebody else one first."
        raise MemberRefused(message)


def _changes(session: Session, statement: Update) -> bool:
    return cast(CursorResult[Any], session.execute(statement)).rowcount == 1


def _address(email: str) -> str:
    return email_address.parse(email).lower()


def _hash_of(password: str) -> str:
    if not rules.SHORTEST_PASSWORD <= len(password) <= rules.LONGEST_PASSWORD:
        message = f"A password has {rules.SHORTEST_PASSWORD} to {rules.LONGEST_PASSWORD} characters."
        raise MemberRefused(message)
    return rules.password_hash(password)

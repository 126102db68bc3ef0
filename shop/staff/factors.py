"""The second step of a sign-in: an authenticator app, recovery codes. Each code opens the door once."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from shop.errors import Reason, Refused
from shop.staff import rules
from shop.staff.models import Passkey, RecoveryCode, StaffMember


def begin_app(session: Session, member_id: int, nonce: str) -> None:
    """Prepare an authenticator app; it counts once ``confirm_app`` has seen its first code.

    A member whose app counts already keeps it until the new one is confirmed.
    """
    session.execute(
        update(StaffMember)
        .where(StaffMember.id == member_id, StaffMember.totp_confirmed_at.is_(None))
        .values(totp_nonce=nonce, totp_last_step=0)
    )


def confirm_app(session: Session, member_id: int, code: str, *, secret_key: str, now: datetime) -> None:
    """Let an authenticator app count from now on. Raises Refused(SECOND_STEP_WRONG) when its code does not fit."""
    _take_code(session, member_id, code, secret_key=secret_key, now=now)
    session.execute(update(StaffMember).where(StaffMember.id == member_id).values(totp_confirmed_at=now))


def give_recovery_codes(session: Session, member_id: int, codes: Sequence[str]) -> None:
    """Give a member these recovery codes, in place of those of before; only hashes are kept."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    session.add_all(RecoveryCode(member_id=member_id, code_hash=rules.recovery_hash(code)) for code in codes)


def take_off(session: Session, member_id: int) -> None:
    """Take app, passkeys and recovery codes off a member: the sign-in then asks for the password alone."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    session.execute(delete(Passkey).where(Passkey.member_id == member_id))
    session.execute(
        update(StaffMember)
        .where(StaffMember.id == member_id)
        .values(totp_nonce=None, totp_confirmed_at=None, totp_last_step=0)
    )


def check(session: Session, member_id: int, code: str, *, secret_key: str, now: datetime) -> str:
    """Use up a code of the authenticator app, or a recovery code; return ``app`` or ``recovery``.

    Raises Refused(SECOND_STEP_WRONG) for a wrong one and for one that was used before.
    """
    if len("".join(filter(str.isalnum, code))) == 16:
        used = (
            update(RecoveryCode)
            .where(
                RecoveryCode.member_id == member_id,
                RecoveryCode.code_hash == rules.recovery_hash(code),
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=now)
        )
        if cast(CursorResult[Any], session.execute(used)).rowcount != 1:
            raise Refused(Reason.SECOND_STEP_WRONG)
        return "recovery"
    counts = session.scalar(select(StaffMember.totp_confirmed_at).where(StaffMember.id == member_id))
    if counts is None:
        raise Refused(Reason.SECOND_STEP_WRONG)
    _take_code(session, member_id, code, secret_key=secret_key, now=now)
    return "app"


def reset_member(session: Session, member_id: int, mark: str) -> StaffMember:
    """Return the member a reset link is for. Raises Refused(RESET_LINK_OLD) once the password has changed."""
    member = session.get(StaffMember, member_id, populate_existing=True)
    if member is None or member.disabled_at is not None:
        raise Refused(Reason.RESET_LINK_OLD)
    if not hmac.compare_digest(rules.reset_mark(member.password_hash), mark):
        raise Refused(Reason.RESET_LINK_OLD)
    return member


def reset_reason(email: str, now: datetime) -> str:
    """Return the key under which one letter per address and ten minutes is written."""
    about = hashlib.sha256(email.encode()).hexdigest()[:32]
    return f"password-reset:{about}:{int(now.timestamp()) // 600}"


def _take_code(session: Session, member_id: int, code: str, *, secret_key: str, now: datetime) -> None:
    nonce = session.scalar(select(StaffMember.totp_nonce).where(StaffMember.id == member_id))
    step = rules.totp_step(rules.totp_secret(secret_key, nonce), code, now=now) if nonce else None
    if step is None:
        raise Refused(Reason.SECOND_STEP_WRONG)
    taken = (
        update(StaffMember)
        .where(StaffMember.id == member_id, StaffMember.totp_last_step < step)
        .values(totp_last_step=step)
    )
    if cast(CursorResult[Any], session.execute(taken)).rowcount != 1:
        raise Refused(Reason.SECOND_STEP_WRONG)

"""Passkeys as the second step of a sign-in: what an authenticator says is checked by the webauthn library."""

import json
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from shop.errors import Reason, Refused
from shop.staff.models import Passkey, StaffMember

# What webauthn raises for an answer that is not even shaped like one.
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError)


def creation(session: Session, member_id: int, *, site: str, shop: str, challenge: bytes) -> str:
    """Return the options (JSON) with which a browser makes a passkey for a member. ``site`` is the shop's host."""
    member = session.get_one(StaffMember, member_id)
    options = generate_registration_options(
        rp_id=site,
        rp_name=shop,
        user_id=str(member_id).encode(),
        user_name=member.email,
        user_display_name=member.name or member.email,
        challenge=challenge,
        exclude_credentials=_known(session, member_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return options_to_json(options)


def add(
    session: Session,
    member_id: int,
    answer: str,
    *,
    site: str,
    origin: str,
    challenge: bytes,
    name: str,
    now: datetime,
) -> None:
    """Keep the public half of a passkey that a browser has made. Raises Refused(PASSKEY_REFUSED)."""
    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site, expected_origin=origin
        )
    except UNREADABLE as error:
        raise Refused(Reason.PASSKEY_REFUSED) from error
    credential_id = bytes_to_base64url(made.credential_id)
    if len(credential_id) > 1400 or session.scalar(
        select(Passkey.id).where(Passkey.credential_id == credential_id)
    ):
        raise Refused(Reason.PASSKEY_REFUSED)
    session.add(
        Passkey(
            member_id=member_id,
            credential_id=credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name.strip()[:60],
            created_at=now,
        )
    )


def question(session: Session, member_id: int, *, site: str, challenge: bytes) -> str:
    """Return the options (JSON) with which a browser proves that one of the member's passkeys is at hand."""
    options = generate_authentication_options(
        rp_id=site,
        challenge=challenge,
        allow_credentials=_known(session, member_id),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def check(session: Session, member_id: int, answer: str, *, site: str, origin: str, challenge: bytes) -> None:
    """Check the proof. Raises Refused(PASSKEY_REFUSED) for any other one, and for a key that was copied."""
    try:
        known = _of_answer(session, member_id, answer)
        proof = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site,
            expected_origin=origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
        )
    except UNREADABLE as error:
        raise Refused(Reason.PASSKEY_REFUSED) from error
    # Two proofs with the same count at once: one of them is a copy.
    counted = update(Passkey).where(Passkey.id == known.id, Passkey.sign_count == known.sign_count)
    moved = session.execute(counted.values(sign_count=proof.new_sign_count))
    if cast(CursorResult[Any], moved).rowcount != 1:
        raise Refused(Reason.PASSKEY_REFUSED)


def remove(session: Session, member_id: int, passkey_id: int) -> None:
    """Forget one of a member's passkeys."""
    session.execute(delete(Passkey).where(Passkey.id == passkey_id, Passkey.member_id == member_id))


def _of_answer(session: Session, member_id: int, answer: str) -> Passkey:
    named = parse_id(answer)
    found = session.scalars(
        select(Passkey).where(Passkey.member_id == member_id, Passkey.credential_id == named)
    ).one_or_none()
    if found is None:
        raise Refused(Reason.PASSKEY_REFUSED)
    return found


def parse_id(answer: str) -> str:
    """Return the id of the credential that an answer (JSON) is from. Raises ValueError or KeyError."""
    given = json.loads(answer)
    if not isinstance(given, dict):
        raise TypeError("an answer is an object")
    return bytes_to_base64url(base64url_to_bytes(str(given["id"])))


def _known(session: Session, member_id: int) -> list[PublicKeyCredentialDescriptor]:
    ids = session.scalars(select(Passkey.credential_id).where(Passkey.member_id == member_id))
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(kept)) for kept in ids]

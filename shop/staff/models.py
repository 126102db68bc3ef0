"""The people who run the shop, where they are signed in, and what they have done."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, Moment


class StaffMember(Base):
    """A person with a role."""

    __tablename__ = "staff_members"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'staff', 'read_only')", name="role_known"),
        CheckConstraint("density IN ('comfortable', 'compact')", name="density_known"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    role: Mapped[str] = mapped_column(String(10))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    # What the secret of the authenticator app is made from, together with SECRET_KEY; see rules.totp_secret.
    totp_nonce: Mapped[str | None] = mapped_column(String(32))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    # The time step of the code used last: a code opens the door once.
    totp_last_step: Mapped[int] = mapped_column(default=0, server_default="0")
    single_keys: Mapped[bool] = mapped_column(default=True, server_default=true())
    # How much room the rows of lists get.
    density: Mapped[str] = mapped_column(
        String(12), default="comfortable", server_default=text("'comfortable'")
    )


class StaffSession(Base):
    """A sign-in on one device; only the hash of its token is kept."""

    __tablename__ = "staff_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"), index=True)
    device: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    # What its owner calls it; empty shows what the browser says of itself.
    name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    # When the second step was taken; until then this session opens nothing else for who has a second factor.
    second_step_at: Mapped[datetime | None] = mapped_column(Moment)
    # When this person last proved to be there; money, exports and roles ask for it again.
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(Base):
    """Opens the door once when the second factor is lost; only its hash is kept."""

    __tablename__ = "staff_recovery_codes"
    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Passkey(Base):
    """A key in somebody's device; the shop knows its public half."""

    __tablename__ = "staff_passkeys"
    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)


class SavedView(Base):
    """A list as one person wants to find it again: its place in the back office and the query of its address."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("member_id", "place", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    place: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(Moment)


class AuditEntry(Base):
    """One thing a member of staff did: what it was, to what, and how that stood before and after."""

    __tablename__ = "audit_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(320), index=True)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)

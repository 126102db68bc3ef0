"""What the shop asks the payment service and hears from it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, Moment


class CheckoutAttempt(Base):
    """One payment page for one order. The exact parameters and the key are committed before the call is made."""

    __tablename__ = "checkout_attempts"
    __table_args__ = (
        CheckConstraint("state IN ('creating', 'open', 'complete', 'expired', 'failed')", name="state_known"),
        UniqueConstraint("order_id", "number"),
        Index(
            "uq_checkout_attempts_live",
            "order_id",
            unique=True,
            sqlite_where=text("state IN ('creating', 'open')"),
            postgresql_where=text("state IN ('creating', 'open')"),
        ),
        Index("ix_checkout_attempts_due", "state", "checked_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="creating")
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    page_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    payment_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    url: Mapped[str | None] = mapped_column(String(2000))
    processing: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    checked_at: Mapped[datetime] = mapped_column(Moment)


class WebhookEvent(Base):
    """An event the payment service told of. Only its ids are believed; the facts are read again from the service."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        CheckConstraint("state IN ('received', 'done', 'ignored', 'failed')", name="state_known"),
        Index("ix_webhook_events_waiting", "state", "run_at"),
        # What was heard about one order.
        Index("ix_webhook_events_payment_id", "payment_id"),
        Index("ix_webhook_events_attempt_key", "attempt_key"),
    )
    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    type: Mapped[str] = mapped_column(String(80))
    object_id: Mapped[str] = mapped_column(String(255))
    page_id: Mapped[str] = mapped_column(String(255), default="")
    payment_id: Mapped[str] = mapped_column(String(255), default="")
    attempt_key: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    received_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10), default="received")
    tries: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = mapped_column(Moment)
    handled_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(String(400), default="")


class UnmatchedPayment(Base):
    """Money that belongs to no order the shop knows: seen by people, never dropped."""

    __tablename__ = "unmatched_payments"
    provider_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    page_id: Mapped[str] = mapped_column(String(255), default="")
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    email: Mapped[str] = mapped_column(String(320), default="")
    seen_at: Mapped[datetime] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)

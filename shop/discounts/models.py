"""Campaigns, their codes and history, and redemptions: a use is a row with a state, and the counters are those rows."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, Moment


class Campaign(Base):
    """One set of rules. Automatic campaigns are offers that need no code; the others wait for one of their codes.

    slug: its name in addresses. max_discount_amount: the most it takes off one order; max_units: the most
    pieces it reduces in one order. budget_amount: the most it may take off in all; spent_amount is what its
    held and redeemed uses take off. codes_made counts its codes. version moves with every edit, so that of
    two people who edit at once the second is told.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('percent', 'fixed_order', 'fixed_item', 'set_price', 'bundle_price', 'buy_get', "
            "'free_shipping', 'reduced_shipping')",
            name="kind_known",
        ),
        CheckConstraint(
            "kind NOT IN ('percent', 'buy_get') OR "
            "(percent_basis_points IS NOT NULL AND percent_basis_points BETWEEN 1 AND 10000)",
            name="percent_in_range",
        ),
        CheckConstraint(
            "kind NOT IN ('fixed_order', 'fixed_item', 'set_price', 'bundle_price', 'reduced_shipping') OR "
            "(amount IS NOT NULL AND amount > 0)",
            name="amount_positive",
        ),
        CheckConstraint(
            "kind <> 'buy_get' OR (buy_quantity > 0 AND get_quantity > 0)", name="buy_get_has_quantities"
        ),
        CheckConstraint(
            "(max_discount_amount IS NULL OR max_discount_amount > 0) AND (max_units IS NULL OR max_units > 0)",
            name="caps_positive",
        ),
        CheckConstraint("ends_at IS NULL OR starts_at IS NULL OR starts_at < ends_at", name="window_ordered"),
        CheckConstraint(
            "held >= 0 AND redeemed >= 0 AND spent_amount >= 0 AND codes_made >= 0",
            name="counts_not_negative",
        ),
        CheckConstraint("max_uses IS NULL OR held + redeemed <= max_uses", name="uses_within_limit"),
        CheckConstraint("budget_amount IS NULL OR spent_amount <= budget_amount", name="spent_within_budget"),
        Index("ix_campaigns_automatic", "automatic", "active"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True, default=lambda: f"campaign-{uuid4().hex[:12]}")
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    percent_basis_points: Mapped[int | None]
    amount: Mapped[int | None]
    buy_quantity: Mapped[int] = mapped_column(default=0)
    get_quantity: Mapped[int] = mapped_column(default=0)
    max_discount_amount: Mapped[int | None]
    max_units: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    automatic: Mapped[bool] = mapped_column(default=False)
    combinable: Mapped[bool] = mapped_column(default=True)
    public: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    excludes_reduced: Mapped[bool] = mapped_column(default=False)
    minimum_subtotal_amount: Mapped[int] = mapped_column(default=0)
    minimum_quantity: Mapped[int] = mapped_column(default=0)
    first_order_only: Mapped[bool] = mapped_column(default=False)
    max_uses: Mapped[int | None]
    max_uses_per_customer: Mapped[int | None]
    budget_amount: Mapped[int | None]
    starts_at: Mapped[datetime | None] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    held: Mapped[int] = mapped_column(default=0)
    redeemed: Mapped[int] = mapped_column(default=0)
    spent_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    codes_made: Mapped[int] = mapped_column(default=0)
    tag: Mapped[str] = mapped_column(String(40), default="")
    comment: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment)


class CampaignItem(Base):
    """A SKU and its part in a campaign. in: what it is for (none: everything); out: what it is never for;
    get: what is reduced when enough of the others are bought.
    """

    __tablename__ = "campaign_items"
    __table_args__ = (CheckConstraint("role IN ('in', 'out', 'get')", name="role_known"),)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"), primary_key=True)
    role: Mapped[str] = mapped_column(String(3), default="in")


class CampaignCountry(Base):
    """A country to which a campaign is limited (free US shipping); a campaign without any is for all."""

    __tablename__ = "campaign_countries"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)


class CampaignChange(Base):
    """One line of a campaign's history: who did what, and the values before and after that differ."""

    __tablename__ = "campaign_changes"
    __table_args__ = (Index("ix_campaign_changes_campaign", "campaign_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    action: Mapped[str] = mapped_column(String(20))
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    by: Mapped[str] = mapped_column(String(320))
    at: Mapped[datetime] = mapped_column(Moment)


class CodeBatch(Base):
    """Codes that were made or brought in together; voided, none of them works any more."""

    __tablename__ = "code_batches"
    __table_args__ = (CheckConstraint("source IN ('made', 'imported')", name="source_known"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    source: Mapped[str] = mapped_column(String(10))
    prefix: Mapped[str] = mapped_column(String(20), default="")
    tag: Mapped[str] = mapped_column(String(40), default="")
    comment: Mapped[str] = mapped_column(String(400), default="")
    codes: Mapped[int]
    by: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(Moment)
    voided_at: Mapped[datetime | None] = mapped_column(Moment)
    voided_by: Mapped[str] = mapped_column(String(320), default="")


class Code(Base):
    """What a buyer types. ``code`` is kept in its normal form: upper case, no spaces."""

    __tablename__ = "codes"
    __table_args__ = (
        CheckConstraint("held >= 0 AND redeemed >= 0", name="counts_not_negative"),
        CheckConstraint("max_uses IS NULL OR held + redeemed <= max_uses", name="uses_within_limit"),
        Index("ix_codes_campaign", "campaign_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("code_batches.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    bound_email: Mapped[str | None] = mapped_column(String(320))
    max_uses: Mapped[int | None]
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    held: Mapped[int] = mapped_column(default=0)
    redeemed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)


class CodeTry(Base):
    """How often a code that exists was tried on a day, by what came of it: "" when it was taken, or the reason."""

    __tablename__ = "code_tries"
    __table_args__ = (CheckConstraint("tries > 0", name="tries_positive"),)
    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(40), primary_key=True)
    tried_on: Mapped[date] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    tries: Mapped[int]


class Redemption(Base):
    """One use of a campaign by one order: held when placed, redeemed when paid, released when given up."""

    __tablename__ = "redemptions"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'redeemed', 'released')", name="state_known"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        UniqueConstraint("order_id", "campaign_id"),
        Index("ix_redemptions_customer", "campaign_id", "email_normalized"),
        Index("ix_redemptions_recent", "campaign_id", "created_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    code_id: Mapped[int | None] = mapped_column(ForeignKey("codes.id"), index=True)
    email_normalized: Mapped[str] = mapped_column(String(320))
    amount: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="held")
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

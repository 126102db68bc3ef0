"""Campaigns, their codes, and redemptions: a use is a row with a state, and the counters are those rows."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, Moment


class Campaign(Base):
    """One set of rules. Automatic campaigns are offers that need no code; the others wait for one of their codes."""

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('percent', 'fixed_order', 'fixed_item', 'free_shipping')", name="kind_known"
        ),
        CheckConstraint(
            "kind <> 'percent' OR (percent_basis_points BETWEEN 1 AND 10000)", name="percent_in_range"
        ),
        CheckConstraint("kind NOT IN ('fixed_order', 'fixed_item') OR amount > 0", name="amount_positive"),
        CheckConstraint("ends_at IS NULL OR starts_at IS NULL OR starts_at < ends_at", name="window_ordered"),
        CheckConstraint("held >= 0 AND redeemed >= 0", name="counts_not_negative"),
        CheckConstraint("max_uses IS NULL OR held + redeemed <= max_uses", name="uses_within_limit"),
        Index("ix_campaigns_automatic", "automatic", "active"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    percent_basis_points: Mapped[int | None]
    amount: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    automatic: Mapped[bool] = mapped_column(default=False)
    combinable: Mapped[bool] = mapped_column(default=True)
    public: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    minimum_subtotal_amount: Mapped[int] = mapped_column(default=0)
    minimum_quantity: Mapped[int] = mapped_column(default=0)
    first_order_only: Mapped[bool] = mapped_column(default=False)
    max_uses: Mapped[int | None]
    max_uses_per_customer: Mapped[int | None]
    starts_at: Mapped[datetime | None] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    held: Mapped[int] = mapped_column(default=0)
    redeemed: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)


class CampaignItem(Base):
    """A SKU to which a campaign is limited; a campaign without any is for everything."""

    __tablename__ = "campaign_items"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"), primary_key=True)


class CampaignCountry(Base):
    """A country to which a campaign is limited (free US shipping); a campaign without any is for all."""

    __tablename__ = "campaign_countries"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)


class Code(Base):
    """What a buyer types. ``code`` is kept in its normal form: upper case, no spaces."""

    __tablename__ = "codes"
    __table_args__ = (
        CheckConstraint("held >= 0 AND redeemed >= 0", name="counts_not_negative"),
        CheckConstraint("max_uses IS NULL OR held + redeemed <= max_uses", name="uses_within_limit"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    bound_email: Mapped[str | None] = mapped_column(String(320))
    max_uses: Mapped[int | None]
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    held: Mapped[int] = mapped_column(default=0)
    redeemed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Redemption(Base):
    """One use of a campaign by one order: held when placed, redeemed when paid, released when given up."""

    __tablename__ = "redemptions"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'redeemed', 'released')", name="state_known"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        UniqueConstraint("order_id", "campaign_id"),
        Index("ix_redemptions_customer", "campaign_id", "email_normalized"),
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

"""What new readers are given: a campaign, how many codes of it at most, and for how long each one works."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class WelcomeOffer(Base):
    """The budget of a campaign whose codes go to readers, one each. ``minted`` counts them and never passes it."""

    __tablename__ = "welcome_offers"
    __table_args__ = (
        CheckConstraint("minted BETWEEN 0 AND max_codes", name="minted_within_budget"),
        CheckConstraint("days > 0", name="days_positive"),
    )
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    max_codes: Mapped[int]
    minted: Mapped[int] = mapped_column(default=0)
    days: Mapped[int] = mapped_column(default=14)

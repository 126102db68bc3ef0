"""Where the shop ships to, how, and for how much."""

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class ShippingZone(Base):
    """Countries that share their rates."""

    __tablename__ = "shipping_zones"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    position: Mapped[int]


class ShippingCountry(Base):
    """A country (ISO 3166-1 alpha-2) belongs to one zone at most; one that is not here is not served."""

    __tablename__ = "shipping_countries"
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("shipping_zones.id"), index=True)


class ShippingRate(Base):
    """A way of shipping to a zone: its weight range, its price and its days on the road."""

    __tablename__ = "shipping_rates"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("transit_days_min <= transit_days_max", name="transit_ordered"),
        CheckConstraint("handling_days_min <= handling_days_max", name="handling_ordered"),
        UniqueConstraint("zone_id", "method", "min_weight_grams"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("shipping_zones.id"))
    method: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    free_from_amount: Mapped[int | None]
    counts_before_discounts: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    min_weight_grams: Mapped[int] = mapped_column(default=0)
    max_weight_grams: Mapped[int | None]
    handling_days_min: Mapped[int] = mapped_column(default=1)
    handling_days_max: Mapped[int] = mapped_column(default=2)
    transit_days_min: Mapped[int]
    transit_days_max: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)

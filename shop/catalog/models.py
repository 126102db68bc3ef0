"""Products, their variants, bundles, the stock ledger and holds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, Moment


class Product(Base):
    """What belongs together on a shelf: a book is one product in two variants."""

    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    position: Mapped[int]


class Variant(Base):
    """What can be bought: one SKU with one price and one page. Its words are in content/products/<slug>.md."""

    __tablename__ = "variants"
    __table_args__ = (
        CheckConstraint("price_amount > 0", name="price_positive"),
        CheckConstraint("weight_grams >= 0", name="weight_not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    label: Mapped[str] = mapped_column(String(40), default="")
    price_amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    weight_grams: Mapped[int] = mapped_column(default=0)
    digital: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(Moment)


class PriceChange(Base):
    """A price that a SKU got, or is to get at ``due_at``: who wanted it when, and what it cost until then."""

    __tablename__ = "price_changes"
    __table_args__ = (
        CheckConstraint("after_amount > 0", name="price_positive"),
        CheckConstraint("(applied_at IS NULL) = (before_amount IS NULL)", name="before_known_once_applied"),
        CheckConstraint("applied_at IS NULL OR cancelled_at IS NULL", name="one_end"),
        Index("ix_price_changes_sku", "sku", "id"),
        Index(
            "ix_price_changes_waiting",
            "due_at",
            sqlite_where=text("applied_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("applied_at IS NULL AND cancelled_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"))
    before_amount: Mapped[int | None]
    after_amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    by: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    applied_at: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)


class BundlePart(Base):
    """A bundle holds no stock of its own: it has as many as its scarcest part allows."""

    __tablename__ = "bundle_parts"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("bundle_sku <> part_sku", name="not_itself"),
    )
    bundle_sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"), primary_key=True)
    part_sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"), primary_key=True)
    quantity: Mapped[int] = mapped_column(default=1)


class Stock(Base):
    """What lies on the shelf and how much of it is held for orders. Digital goods and bundles have no row."""

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("held <= on_hand", name="held_within_on_hand"),
        CheckConstraint("length(location) BETWEEN 1 AND 20", name="location_short"),
    )
    sku: Mapped[str] = mapped_column(ForeignKey("variants.sku"), primary_key=True)
    on_hand: Mapped[int]
    held: Mapped[int] = mapped_column(default=0)
    reorder_at: Mapped[int] = mapped_column(default=0)
    # Where it lies in the store room, as editing.location reads it; None where nobody has said so.
    location: Mapped[str | None] = mapped_column(String(20))


class LowStock(Base):
    """A time during which a SKU was low; one at most is open, and each one is told of once."""

    __tablename__ = "low_stock"
    __table_args__ = (
        Index(
            "uq_low_stock_open",
            "sku",
            unique=True,
            sqlite_where=text("recovered_at IS NULL"),
            postgresql_where=text("recovered_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("stock.sku"))
    began_at: Mapped[datetime] = mapped_column(Moment)
    recovered_at: Mapped[datetime | None] = mapped_column(Moment)


class StockMovement(Base):
    """One line of the ledger: on_hand is always the sum of its SKU's movements."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint("delta <> 0", name="delta_not_zero"),
        CheckConstraint(
            "reason IN ('opening', 'received', 'sold', 'returned', 'damaged', 'correction')",
            name="reason_known",
        ),
        # One sale per order and SKU, however often the payment is heard of.
        Index(
            "uq_stock_movements_sale",
            "order_id",
            "sku",
            unique=True,
            sqlite_where=text("reason = 'sold'"),
            postgresql_where=text("reason = 'sold'"),
        ),
        # How much was sold lately, without reading what was sold long ago.
        Index("ix_stock_movements_lately", "created_at", "sku"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("stock.sku"), index=True)
    delta: Mapped[int]
    reason: Mapped[str] = mapped_column(String(20))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    note: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(Moment)


class StockHold(Base):
    """Stock set aside for one order until it is paid for or given up."""

    __tablename__ = "stock_holds"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("state IN ('held', 'consumed', 'released')", name="state_known"),
        UniqueConstraint("order_id", "sku"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    sku: Mapped[str] = mapped_column(ForeignKey("stock.sku"), index=True)
    quantity: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="held")
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

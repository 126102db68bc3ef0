"""Orders and everything that happens to them. All amounts are minor units of the order's currency."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, Moment
from shop.orders.word_index import INDEX, order_words

SHORT_LISTS = {
    "ix_orders_to_ship": "archived_at IS NULL AND state = 'paid' AND payment_state IN ('paid', 'part_refunded')"
    " AND shipping_state IN ('to_ship', 'part_shipped')",
    "ix_orders_on_hold": "state = 'paid' AND shipping_state = 'on_hold'",
    "ix_orders_money_back": "payment_state IN ('part_refunded', 'refunded', 'disputed', 'lost')",
    "ix_orders_archived": "archived_at IS NOT NULL",
}


def _first_words(context: DefaultExecutionContext) -> str:
    given: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return order_words(
        given.get("name") or "", given["email"], given.get("phone") or "", given.get("address")
    )


class Order(Base):
    """A promise to buy at stated prices, made before the buyer leaves for the payment page."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'paid', 'expired', 'cancelled')", name="state_known"),
        CheckConstraint(
            "payment_state IN ('unpaid', 'processing', 'paid', 'part_refunded', 'refunded', 'disputed', 'lost')",
            name="payment_state_known",
        ),
        CheckConstraint(
            "shipping_state IN ('to_ship', 'part_shipped', 'shipped', 'delivered', 'nothing_to_ship', 'on_hold')",
            name="shipping_state_known",
        ),
        CheckConstraint(
            "total_amount = subtotal_amount - discount_amount + shipping_amount - shipping_discount_amount + tax_amount",
            name="total_adds_up",
        ),
        CheckConstraint("discount_amount BETWEEN 0 AND subtotal_amount", name="discount_within_subtotal"),
        CheckConstraint(
            "shipping_discount_amount BETWEEN 0 AND shipping_amount", name="shipping_discount_within"
        ),
        CheckConstraint("total_amount >= 0 AND tax_amount >= 0", name="amounts_not_negative"),
        CheckConstraint("length(gift_note) <= 300", name="gift_note_short"),
        # One cart has one open order: a double click or a second tab finds the first one.
        Index(
            "uq_orders_pending_cart",
            "cart_key",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_orders_email", "email_normalized", "placed_at"),
        Index("ix_orders_listed", "placed_at", "id"),
        # The short lists of staff, however many orders there are.
        *(
            Index(name, "number", sqlite_where=text(rows), postgresql_where=text(rows))
            for name, rows in SHORT_LISTS.items()
        ),
        Index("ix_orders_code", "code", "number"),
        Index("ix_orders_total", "total_amount", "number"),
        Index("ix_orders_country", "country", "number"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    access_token: Mapped[str] = mapped_column(String(43), unique=True)
    cart_key: Mapped[str] = mapped_column(String(32))
    cart_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12), default="pending")
    payment_state: Mapped[str] = mapped_column(String(16), default="unpaid")
    shipping_state: Mapped[str] = mapped_column(String(16), default="to_ship")
    email: Mapped[str] = mapped_column(String(320))
    email_normalized: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    country: Mapped[str] = mapped_column(String(2))
    address: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    letters_consent_at: Mapped[datetime | None] = mapped_column(Moment)
    currency: Mapped[str] = mapped_column(String(3))
    subtotal_amount: Mapped[int]
    discount_amount: Mapped[int]
    shipping_amount: Mapped[int]
    shipping_discount_amount: Mapped[int] = mapped_column(default=0)
    tax_amount: Mapped[int] = mapped_column(default=0)
    total_amount: Mapped[int]
    code: Mapped[str] = mapped_column(String(40), default="")
    shipping_method: Mapped[str] = mapped_column(String(20))
    shipping_name: Mapped[str] = mapped_column(String(60))
    # What the buyer wants to be printed on the packing slip, as gift_note.read gives it back.
    gift_note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    arrives_from_on: Mapped[date | None]
    arrives_to_on: Mapped[date | None]
    placed_at: Mapped[datetime] = mapped_column(Moment)
    paid_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    # Moves with every change staff make, so that the second of two editors is told of the first one's.
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    # What it is found by; who changes a name or an address writes them anew.
    words: Mapped[str] = mapped_column(Text, default=_first_words, server_default="")
    note_words: Mapped[str] = mapped_column(Text, default="", server_default="")


class OrderTag(Base):
    """A word staff keep orders together by."""

    __tablename__ = "order_tags"
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class OrderNumber(Base):
    """One row: the number given last. Taking the next one also puts concurrent buyers in line."""

    __tablename__ = "order_numbers"
    id: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class OrderLine(Base):
    """What was bought, as it was called and priced then."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("subtotal_amount = unit_amount * quantity", name="subtotal_is_product"),
        CheckConstraint("total_amount = subtotal_amount - discount_amount", name="total_adds_up"),
        CheckConstraint("discount_amount BETWEEN 0 AND subtotal_amount", name="discount_within_subtotal"),
        UniqueConstraint("order_id", "position"),
        Index("ix_order_lines_sku", "sku", "order_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    sku: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    digital: Mapped[bool]
    unit_amount: Mapped[int]
    quantity: Mapped[int]
    subtotal_amount: Mapped[int]
    discount_amount: Mapped[int] = mapped_column(default=0)
    total_amount: Mapped[int]


class OrderLineDiscount(Base):
    """How much of a campaign's discount fell on a line (largest remainder)."""

    __tablename__ = "order_line_discounts"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    amount: Mapped[int]


class OrderEvent(Base):
    """One line of an order's timeline: what happened, by whom and when."""

    __tablename__ = "order_events"
    __table_args__ = (Index("ix_order_events_order", "order_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)


class OrderFlag(Base):
    """Something about an order that a person must decide. Resolved, never deleted."""

    __tablename__ = "order_flags"
    __table_args__ = (UniqueConstraint("order_id", "reason", "reference"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    reason: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(120), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    raised_at: Mapped[datetime] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    resolved_by: Mapped[str] = mapped_column(String(80), default="")


class Payment(Base):
    """Money that the payment service took for an order. An order may have several: the extra ones go back."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("state IN ('processing', 'succeeded', 'failed')", name="state_known"),
        Index("ix_payments_card_last4", "card_last4", "order_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    provider_id: Mapped[str] = mapped_column(String(255), unique=True)
    charge_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(12))
    livemode: Mapped[bool]
    method: Mapped[str] = mapped_column(String(40), default="")
    card_brand: Mapped[str] = mapped_column(String(20), default="")
    card_last4: Mapped[str] = mapped_column(String(4), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)


class Refund(Base):
    """Money that goes back. Written before the payment service is asked; known by its key until it has an id."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(
            "state IN ('requested', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled')",
            name="state_known",
        ),
        CheckConstraint("source IN ('staff', 'automatic', 'provider')", name="source_known"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    idempotency_key: Mapped[str] = mapped_column(String(120), unique=True)
    provider_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(16), default="requested", index=True)
    source: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    failure: Mapped[str] = mapped_column(String(200), default="")
    notify: Mapped[bool] = mapped_column(default=True)
    by: Mapped[str] = mapped_column(String(80))
    tries: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)


class RefundLine(Base):
    """Which goods a refund is for, and whether they came back to the shelf."""

    __tablename__ = "refund_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), primary_key=True)
    quantity: Mapped[int]
    amount: Mapped[int]
    restock: Mapped[bool]


class Dispute(Base):
    """A buyer's bank asks for the money back."""

    __tablename__ = "disputes"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    provider_id: Mapped[str] = mapped_column(String(255), unique=True)
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(60), default="")
    status: Mapped[str] = mapped_column(String(40))
    due_by_at: Mapped[datetime | None] = mapped_column(Moment)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class Shipment(Base):
    """A parcel on its way."""

    __tablename__ = "shipments"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    carrier: Mapped[str] = mapped_column(String(60), default="")
    tracking_number: Mapped[str] = mapped_column(String(80), default="", index=True)
    shipped_at: Mapped[datetime] = mapped_column(Moment)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    # Taken back before its letter left: it counts for nothing, and stays so that its id is never used again.
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(80))


class ShipmentLine(Base):
    """What lies in a parcel."""

    __tablename__ = "shipment_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"), primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), primary_key=True)
    quantity: Mapped[int]


class Withdrawal(Base):
    """A buyer's statement that she withdraws from the contract, from all or a part (Directive 2011/83/EU, article 11a).

    The statements of an order are numbered, and the form says which one it is: however often it is sent, it is one.
    """

    __tablename__ = "order_withdrawals"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("name <> '' AND email <> ''", name="says_who"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(Moment)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320))
    reason: Mapped[str] = mapped_column(String(1000), default="")


class WithdrawalLine(Base):
    """What a withdrawal is about."""

    __tablename__ = "order_withdrawal_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)
    withdrawal_id: Mapped[int] = mapped_column(ForeignKey("order_withdrawals.id"), primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), primary_key=True)
    quantity: Mapped[int]


@event.listens_for(Order.__table__, "after_create")
def _index_words(_table: object, connection: Connection, **_options: object) -> None:
    for statement in INDEX[connection.dialect.name]:
        connection.exec_driver_sql(statement)

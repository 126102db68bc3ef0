"""Own views of lists and their density; the history of prices; times of low stock; when an event was handled"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WAITING = sa.text("applied_at IS NULL AND cancelled_at IS NULL")
OPEN = sa.text("recovered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "price_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(40), nullable=False),
        sa.Column("before_amount", sa.Integer()),
        sa.Column("after_amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("after_amount > 0", name=op.f("ck_price_changes_price_positive")),
        sa.CheckConstraint(
            "(applied_at IS NULL) = (before_amount IS NULL)",
            name=op.f("ck_price_changes_before_known_once_applied"),
        ),
        sa.CheckConstraint(
            "applied_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_price_changes_one_end")
        ),
        sa.ForeignKeyConstraint(["sku"], ["variants.sku"], name=op.f("fk_price_changes_sku_variants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_changes")),
    )
    op.create_index("ix_price_changes_sku", "price_changes", ["sku", "id"])
    op.create_index(
        "ix_price_changes_waiting",
        "price_changes",
        ["due_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "low_stock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recovered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["sku"], ["stock.sku"], name=op.f("fk_low_stock_sku_stock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_low_stock")),
    )
    op.create_index(
        "uq_low_stock_open", "low_stock", ["sku"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["staff_members.id"], name=op.f("fk_saved_views_member_id_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("member_id", "place", "name", name=op.f("uq_saved_views_member_id_place_name")),
    )
    # In one statement: SQLite takes a check with its column, but none for a table that is there.
    op.execute(
        "ALTER TABLE staff_members ADD COLUMN density VARCHAR(12) DEFAULT 'comfortable' NOT NULL "
        "CONSTRAINT ck_staff_members_density_known CHECK (density IN ('comfortable', 'compact'))"
    )
    op.add_column("webhook_events", sa.Column("handled_at", sa.DateTime(timezone=True)))
    op.create_index("ix_webhook_events_payment_id", "webhook_events", ["payment_id"])
    op.create_index("ix_webhook_events_attempt_key", "webhook_events", ["attempt_key"])
    op.create_index("ix_orders_total", "orders", ["total_amount", "number"])


def downgrade() -> None:
    op.drop_index("ix_orders_total", "orders")
    op.drop_index("ix_webhook_events_attempt_key", "webhook_events")
    op.drop_index("ix_webhook_events_payment_id", "webhook_events")
    op.drop_column("webhook_events", "handled_at")
    op.drop_column("staff_members", "density")
    for table in ("saved_views", "low_stock", "price_changes"):
        op.drop_table(table)

"""A buyer withdraws from a contract herself, and the shop keeps what she said and when it came"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_withdrawals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_order_withdrawals_number_positive")),
        sa.CheckConstraint("name <> '' AND email <> ''", name=op.f("ck_order_withdrawals_says_who")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_withdrawals_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_withdrawals")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_order_withdrawals_order_id_number")),
    )
    op.create_table(
        "order_withdrawal_lines",
        sa.Column("withdrawal_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_withdrawal_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["withdrawal_id"],
            ["order_withdrawals.id"],
            name=op.f("fk_order_withdrawal_lines_withdrawal_id_order_withdrawals"),
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_lines.id"],
            name=op.f("fk_order_withdrawal_lines_order_line_id_order_lines"),
        ),
        sa.PrimaryKeyConstraint("withdrawal_id", "order_line_id", name=op.f("pk_order_withdrawal_lines")),
    )


def downgrade() -> None:
    op.drop_table("order_withdrawal_lines")
    op.drop_table("order_withdrawals")

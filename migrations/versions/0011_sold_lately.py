"""What was sold lately is found without reading what was sold long ago"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_stock_movements_lately", "stock_movements", ["created_at", "sku"])


def downgrade() -> None:
    op.drop_index("ix_stock_movements_lately", "stock_movements")

"""What waits to be shipped is counted in an index alone"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WAITS = (
    "archived_at IS NULL AND state = 'paid' AND payment_state IN ('paid', 'part_refunded')"
    " AND shipping_state IN ('to_ship', 'part_shipped')"
)
WAITED = "state = 'paid' AND shipping_state IN ('to_ship', 'part_shipped', 'on_hold')"


def upgrade() -> None:
    _index(WAITS)


def downgrade() -> None:
    _index(WAITED)


def _index(rows: str) -> None:
    op.drop_index("ix_orders_to_ship", "orders")
    op.create_index(
        "ix_orders_to_ship", "orders", ["number"], sqlite_where=sa.text(rows), postgresql_where=sa.text(rows)
    )

"""Orders on hold are found without looking at all that wait to be shipped"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

HELD = sa.text("state = 'paid' AND shipping_state = 'on_hold'")


def upgrade() -> None:
    op.create_index("ix_orders_on_hold", "orders", ["number"], sqlite_where=HELD, postgresql_where=HELD)


def downgrade() -> None:
    op.drop_index("ix_orders_on_hold", "orders")

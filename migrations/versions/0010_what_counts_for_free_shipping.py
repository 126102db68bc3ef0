"""Whether goods count before or after discounts when shipping becomes free"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: a table that is made anew would lose the triggers of 0008.
    op.add_column(
        "shipping_rates",
        sa.Column("counts_before_discounts", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )


def downgrade() -> None:
    op.drop_column("shipping_rates", "counts_before_discounts")

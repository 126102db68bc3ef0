"""The newest uses of a campaign are found at once, however many there are"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_redemptions_recent", "redemptions", ["campaign_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_redemptions_recent", "redemptions")

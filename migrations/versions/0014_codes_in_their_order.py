"""The codes of a campaign are read in their order, from any of them on, however many it and the others have"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_codes_campaign", "codes", ["campaign_id", "id"])
    op.drop_index("ix_codes_campaign_id", "codes")


def downgrade() -> None:
    op.create_index("ix_codes_campaign_id", "codes", ["campaign_id"])
    op.drop_index("ix_codes_campaign", "codes")

"""Was this useful: answers per article and day"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_days",
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("useful_yes", sa.Integer(), nullable=False),
        sa.Column("useful_no", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "useful_yes >= 0 AND useful_no >= 0", name=op.f("ck_article_days_counts_not_negative")
        ),
        sa.PrimaryKeyConstraint("slug", "counted_on", name=op.f("pk_article_days")),
    )


def downgrade() -> None:
    op.drop_table("article_days")

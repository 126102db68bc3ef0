"""Campaigns of every kind: caps, budgets, roles of products, batches of codes, tries, history"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AMOUNTS_BEFORE = "kind NOT IN ('fixed_order', 'fixed_item') OR amount > 0"
AMOUNTS = (
    "kind NOT IN ('fixed_order', 'fixed_item', 'set_price', 'bundle_price', 'reduced_shipping') OR "
    "(amount IS NOT NULL AND amount > 0)"
)
PERCENTS_BEFORE = "kind <> 'percent' OR (percent_basis_points BETWEEN 1 AND 10000)"
PERCENTS = (
    "kind NOT IN ('percent', 'buy_get') OR "
    "(percent_basis_points IS NOT NULL AND percent_basis_points BETWEEN 1 AND 10000)"
)
KINDS_BEFORE = "kind IN ('percent', 'fixed_order', 'fixed_item', 'free_shipping')"
KINDS = (
    "kind IN ('percent', 'fixed_order', 'fixed_item', 'set_price', 'bundle_price', 'buy_get', "
    "'free_shipping', 'reduced_shipping')"
)
COUNTS_BEFORE = "held >= 0 AND redeemed >= 0"
COUNTS = "held >= 0 AND redeemed >= 0 AND spent_amount >= 0 AND codes_made >= 0"
NEW_CHECKS = {
    "buy_get_has_quantities": "kind <> 'buy_get' OR (buy_quantity > 0 AND get_quantity > 0)",
    "caps_positive": "(max_discount_amount IS NULL OR max_discount_amount > 0) AND "
    "(max_units IS NULL OR max_units > 0)",
    "spent_within_budget": "budget_amount IS NULL OR spent_amount <= budget_amount",
}
CHANGED_CHECKS = {
    "kind_known": (KINDS_BEFORE, KINDS),
    "percent_in_range": (PERCENTS_BEFORE, PERCENTS),
    "amount_positive": (AMOUNTS_BEFORE, AMOUNTS),
    "counts_not_negative": (COUNTS_BEFORE, COUNTS),
}
NUMBERS = ("buy_quantity", "get_quantity", "spent_amount", "codes_made", "version")


def upgrade() -> None:
    with op.batch_alter_table("campaigns") as campaigns:
        campaigns.add_column(sa.Column("slug", sa.String(length=80), nullable=True))
        for name in NUMBERS:
            kind = sa.BigInteger() if name == "spent_amount" else sa.Integer()
            campaigns.add_column(sa.Column(name, kind, nullable=True))
        for name in ("max_discount_amount", "max_units", "budget_amount"):
            campaigns.add_column(sa.Column(name, sa.Integer(), nullable=True))
        campaigns.add_column(sa.Column("excludes_reduced", sa.Boolean(), nullable=True))
        campaigns.add_column(sa.Column("tag", sa.String(length=40), nullable=True))
    op.execute(
        "UPDATE campaigns SET slug = 'campaign-' || id, buy_quantity = 0, get_quantity = 0, version = 1,"
        " excludes_reduced = false, tag = '',"
        " codes_made = (SELECT count(*) FROM codes WHERE codes.campaign_id = campaigns.id),"
        " spent_amount = (SELECT coalesce(sum(amount), 0) FROM redemptions"
        " WHERE redemptions.campaign_id = campaigns.id AND redemptions.state <> 'released')"
    )
    with op.batch_alter_table("campaigns") as campaigns:
        for name in ("slug", *NUMBERS, "excludes_reduced", "tag"):
            campaigns.alter_column(name, nullable=False)
        campaigns.create_unique_constraint(op.f("uq_campaigns_slug"), ["slug"])
        for name, (_, text) in CHANGED_CHECKS.items():
            campaigns.drop_constraint(op.f(f"ck_campaigns_{name}"), type_="check")
            campaigns.create_check_constraint(op.f(f"ck_campaigns_{name}"), text)
        for name, text in NEW_CHECKS.items():
            campaigns.create_check_constraint(op.f(f"ck_campaigns_{name}"), text)
    with op.batch_alter_table("campaign_items") as items:
        items.add_column(sa.Column("role", sa.String(length=3), nullable=True))
    op.execute("UPDATE campaign_items SET role = 'in'")
    with op.batch_alter_table("campaign_items") as items:
        items.alter_column("role", nullable=False)
        items.create_check_constraint(op.f("ck_campaign_items_role_known"), "role IN ('in', 'out', 'get')")
    _create_batches()
    _create_history_and_tries()
    with op.batch_alter_table("codes") as codes:
        codes.add_column(sa.Column("batch_id", sa.Integer(), nullable=True))
        codes.create_foreign_key(op.f("fk_codes_batch_id_code_batches"), "code_batches", ["batch_id"], ["id"])
        codes.create_index(op.f("ix_codes_batch_id"), ["batch_id"], unique=False)


def _create_batches() -> None:
    op.create_table(
        "code_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("comment", sa.String(length=400), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.String(length=320), nullable=False),
        sa.CheckConstraint("source IN ('made', 'imported')", name=op.f("ck_code_batches_source_known")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_code_batches_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_batches")),
    )
    op.create_index(op.f("ix_code_batches_campaign_id"), "code_batches", ["campaign_id"], unique=False)


def _create_history_and_tries() -> None:
    op.create_table(
        "campaign_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_changes_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_changes")),
    )
    op.create_index("ix_campaign_changes_campaign", "campaign_changes", ["campaign_id", "id"], unique=False)
    op.create_table(
        "code_tries",
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("ck_code_tries_tries_positive")),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_code_tries_code_id_codes")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_code_tries_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("code_id", "outcome", "tried_on", name=op.f("pk_code_tries")),
    )
    op.create_index(op.f("ix_code_tries_campaign_id"), "code_tries", ["campaign_id"], unique=False)


def downgrade() -> None:
    op.drop_table("code_tries")
    op.drop_table("campaign_changes")
    with op.batch_alter_table("codes") as codes:
        codes.drop_constraint(op.f("fk_codes_batch_id_code_batches"), type_="foreignkey")
        codes.drop_index(op.f("ix_codes_batch_id"))
        codes.drop_column("batch_id")
    op.drop_table("code_batches")
    with op.batch_alter_table("campaign_items") as items:
        items.drop_constraint(op.f("ck_campaign_items_role_known"), type_="check")
        items.drop_column("role")
    with op.batch_alter_table("campaigns") as campaigns:
        for name in NEW_CHECKS:
            campaigns.drop_constraint(op.f(f"ck_campaigns_{name}"), type_="check")
        for name, (text, _) in CHANGED_CHECKS.items():
            campaigns.drop_constraint(op.f(f"ck_campaigns_{name}"), type_="check")
            campaigns.create_check_constraint(op.f(f"ck_campaigns_{name}"), text)
        campaigns.drop_constraint(op.f("uq_campaigns_slug"), type_="unique")
        for name in (
            "slug",
            *NUMBERS,
            "max_discount_amount",
            "max_units",
            "budget_amount",
            "excludes_reduced",
            "tag",
        ):
            campaigns.drop_column(name)

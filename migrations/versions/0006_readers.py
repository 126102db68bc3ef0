"""Readers: sign-ups, consents, links, series, suppressed addresses, the welcome budget, and articles' visits"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_visits",
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.CheckConstraint("visits >= 0", name=op.f("ck_article_visits_visits_not_negative")),
        sa.PrimaryKeyConstraint("slug", "slot", "counted_on", name=op.f("pk_article_visits")),
    )
    op.create_table(
        "consent_wordings",
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_consent_wordings")),
    )
    op.create_table(
        "suppressions",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason IN ('bounced', 'complained')", name=op.f("ck_suppressions_reason_known")),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "welcome_offers",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("max_codes", sa.Integer(), nullable=False),
        sa.Column("minted", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_welcome_offers_days_positive")),
        sa.CheckConstraint(
            "minted BETWEEN 0 AND max_codes", name=op.f("ck_welcome_offers_minted_within_budget")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_welcome_offers_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_welcome_offers")),
    )
    op.create_table(
        "readers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=22), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_normalized", sa.String(length=320), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.String(length=43), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=True),
        sa.Column("letter_on", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_why", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "(state = 'left') = (left_at IS NOT NULL)", name=op.f("ck_readers_left_has_moment")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR confirmed_at IS NOT NULL", name=op.f("ck_readers_confirmed_has_moment")
        ),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'left')", name=op.f("ck_readers_state_known")),
        sa.CheckConstraint(
            "code_id IS NULL OR confirmed_at IS NOT NULL", name=op.f("ck_readers_code_after_confirmation")
        ),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_readers_code_id_codes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readers")),
        sa.UniqueConstraint("code_id", name=op.f("uq_readers_code_id")),
        sa.UniqueConstraint("email_normalized", name=op.f("uq_readers_email_normalized")),
        sa.UniqueConstraint("key", name=op.f("uq_readers_key")),
        sa.UniqueConstraint("seed", name=op.f("uq_readers_seed")),
    )
    with op.batch_alter_table("readers", schema=None) as batch_op:
        batch_op.create_index("ix_readers_source", ["source", "asked_at"], unique=False)
        batch_op.create_index("ix_readers_state", ["state", "asked_at"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("wording_version", sa.String(length=12), nullable=True),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("network", sa.String(length=50), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('asked', 'confirmed', 'checkout', 'left')", name=op.f("ck_consents_kind_known")
        ),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name=op.f("fk_consents_reader_id_readers")),
        sa.ForeignKeyConstraint(
            ["wording_version"],
            ["consent_wordings.version"],
            name=op.f("fk_consents_wording_version_consent_wordings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_reader_id"), ["reader_id"], unique=False)

    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'done', 'stopped')", name=op.f("ck_enrolments_state_known")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_enrolments_position_not_negative")),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name=op.f("fk_enrolments_reader_id_readers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("reader_id", "series", name=op.f("uq_enrolments_reader_id_series")),
    )
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.create_index("ix_enrolments_due", ["state", "due_at"], unique=False)

    op.create_table(
        "reader_links",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind = 'leave' OR expires_at IS NOT NULL", name=op.f("ck_reader_links_chapter_expires")
        ),
        sa.CheckConstraint("kind IN ('chapter', 'leave')", name=op.f("ck_reader_links_kind_known")),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["readers.id"], name=op.f("fk_reader_links_reader_id_readers")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_reader_links")),
    )
    with op.batch_alter_table("reader_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reader_links_reader_id"), ["reader_id"], unique=False)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reader_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_outbox_reader_id"), ["reader_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_outbox_reader_id_readers"), "readers", ["reader_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_outbox_reader_id_readers"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_outbox_reader_id"))
        batch_op.drop_column("reader_id")

    with op.batch_alter_table("reader_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reader_links_reader_id"))

    op.drop_table("reader_links")
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.drop_index("ix_enrolments_due")

    op.drop_table("enrolments")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_reader_id"))

    op.drop_table("consents")
    with op.batch_alter_table("readers", schema=None) as batch_op:
        batch_op.drop_index("ix_readers_state")
        batch_op.drop_index("ix_readers_source")

    op.drop_table("readers")
    op.drop_table("welcome_offers")
    op.drop_table("suppressions")
    op.drop_table("consent_wordings")
    op.drop_table("article_visits")

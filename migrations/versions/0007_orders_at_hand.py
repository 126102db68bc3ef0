"""Orders at hand: what staff find them by, tags, archive, parcels taken back, and a version for two editors"""
# ruff: noqa: S608  only our own expressions are put together here

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQLITE_WORDS = (
    "new.name || ' ' || new.email || ' ' || new.phone || ' ' || coalesce(json_extract(new.address, '$.city'), '')"
    " || ' ' || coalesce(json_extract(new.address, '$.postal_code'), '')"
)
SQLITE_NOTES = (
    "coalesce((SELECT group_concat(json_extract(detail, '$.text'), ' ') FROM order_events"
    " WHERE order_id = {order} AND kind = 'note'), '')"
)
POSTGRESQL_WORDS = (
    "to_tsvector('simple', regexp_replace(name || ' ' || email || ' ' || phone || ' ' || coalesce(address ->> 'city', '')"
    " || ' ' || coalesce(address ->> 'postal_code', ''), '\\W+', ' ', 'g'))"
)
POSTGRESQL_NOTES = "to_tsvector('simple', regexp_replace(coalesce(detail ->> 'text', ''), '\\W+', ' ', 'g'))"
INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE order_words USING fts5(words, notes, tokenize='unicode61', prefix='2 3')",
        f"INSERT INTO order_words (rowid, words, notes) SELECT new.id, {SQLITE_WORDS}, '' FROM orders AS new",
        "CREATE TRIGGER orders_words_in AFTER INSERT ON orders BEGIN"
        f" INSERT INTO order_words (rowid, words, notes) VALUES (new.id, {SQLITE_WORDS}, ''); END",
        "CREATE TRIGGER orders_words_changed AFTER UPDATE OF name, email, phone, address ON orders BEGIN"
        f" UPDATE order_words SET words = {SQLITE_WORDS} WHERE rowid = new.id; END",
        "CREATE TRIGGER orders_words_out AFTER DELETE ON orders BEGIN"
        " DELETE FROM order_words WHERE rowid = old.id; END",
        "CREATE TRIGGER order_notes_in AFTER INSERT ON order_events WHEN new.kind = 'note' BEGIN"
        f" UPDATE order_words SET notes = {SQLITE_NOTES.format(order='new.order_id')}"
        " WHERE rowid = new.order_id; END",
    ),
    "postgresql": (
        f"CREATE INDEX ix_orders_words ON orders USING gin ({POSTGRESQL_WORDS})",
        f"CREATE INDEX ix_order_events_notes ON order_events USING gin ({POSTGRESQL_NOTES}) WHERE kind = 'note'",
    ),
}
INDEX_OFF = {
    "sqlite": (
        "DROP TRIGGER order_notes_in",
        "DROP TRIGGER orders_words_out",
        "DROP TRIGGER orders_words_changed",
        "DROP TRIGGER orders_words_in",
        "DROP TABLE order_words",
    ),
    "postgresql": ("DROP INDEX ix_order_events_notes", "DROP INDEX ix_orders_words"),
}
SHORT_LISTS = {
    "ix_orders_to_ship": "state = 'paid' AND shipping_state IN ('to_ship', 'part_shipped', 'on_hold')",
    "ix_orders_money_back": "payment_state IN ('part_refunded', 'refunded', 'disputed', 'lost')",
    "ix_orders_archived": "archived_at IS NOT NULL",
}


def upgrade() -> None:
    op.add_column("orders", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shipments", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "order_tags",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_tags_order_id_orders")),
        sa.PrimaryKeyConstraint("order_id", "tag", name=op.f("pk_order_tags")),
    )
    op.create_index(op.f("ix_order_tags_tag"), "order_tags", ["tag"])
    for name, rows in SHORT_LISTS.items():
        op.create_index(
            name, "orders", ["number"], sqlite_where=sa.text(rows), postgresql_where=sa.text(rows)
        )
    op.create_index("ix_orders_code", "orders", ["code", "number"])
    op.create_index("ix_orders_country", "orders", ["country", "number"])
    op.create_index(op.f("ix_payments_card_last4"), "payments", ["card_last4"])
    for statement in INDEX[op.get_bind().dialect.name]:
        op.execute(statement.replace("FROM orders AS new", "FROM orders AS new"))


def downgrade() -> None:
    for statement in INDEX_OFF[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_index(op.f("ix_payments_card_last4"), "payments")
    for name in ("ix_orders_country", "ix_orders_code", *SHORT_LISTS):
        op.drop_index(name, "orders")
    op.drop_table("order_tags")
    op.drop_column("shipments", "undone_at")
    op.drop_column("orders", "archived_at")
    op.drop_column("orders", "version")

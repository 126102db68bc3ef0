"""A note that is erased goes out of the index of its words as well"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # PostgreSQL's index follows its rows by itself.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER order_notes_changed AFTER UPDATE OF detail ON order_events WHEN new.kind = 'note' BEGIN"
            " UPDATE order_words SET notes = coalesce((SELECT group_concat(json_extract(detail, '$.text'), ' ')"
            " FROM order_events WHERE order_id = new.order_id AND kind = 'note'), '')"
            " WHERE rowid = new.order_id; END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER order_notes_changed")

"""Where goods lie in the store room, and what a buyer wants to be printed on the packing slip"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# Rules of a column that is added go with it: SQLite would copy the whole table for a rule that is added later.
LOCATION = "CONSTRAINT ck_stock_location_short CHECK (length(location) BETWEEN 1 AND 20)"
NOTE = "CONSTRAINT ck_orders_gift_note_short CHECK (length(gift_note) <= 300)"


def upgrade() -> None:
    op.execute(f"ALTER TABLE stock ADD COLUMN location VARCHAR(20) {LOCATION}")
    op.execute(f"ALTER TABLE orders ADD COLUMN gift_note VARCHAR(300) DEFAULT '' NOT NULL {NOTE}")


def downgrade() -> None:
    for table, column, rule in (
        ("orders", "gift_note", "gift_note_short"),
        ("stock", "location", "location_short"),
    ):
        if op.get_bind().dialect.name == "sqlite":
            # A column goes with its own rule there, and nothing else of the table is touched.
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        else:
            op.drop_constraint(op.f(f"ck_{table}_{rule}"), table)
            op.drop_column(table, column)

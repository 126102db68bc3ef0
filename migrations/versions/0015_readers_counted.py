"""How many readers there are is kept by the database as they come and go, so that nobody has to count them"""
# ruff: noqa: S608  only our own expressions are put together here

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = {"pending": "pending", "confirmed": "confirmed", "gone": "left"}
ONE = "CASE WHEN {side} = '{state}' THEN 1 ELSE 0 END"
CHANGES = {
    "INSERT": {"new": "new.state", "old": "''"},
    "DELETE": {"new": "''", "old": "old.state"},
    "UPDATE OF state": {"new": "new.state", "old": "old.state"},
}


def _moves(new: str, old: str) -> str:
    columns = [
        f"{column} = {column} + {ONE.format(side=new, state=state)} - {ONE.format(side=old, state=state)}"
        for column, state in STATES.items()
    ]
    return "UPDATE reader_totals SET " + ", ".join(columns)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        # Who signs up between the count and the triggers would be missing from then on.
        op.execute("LOCK TABLE readers IN SHARE ROW EXCLUSIVE MODE")
    op.create_table(
        "reader_totals",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(column, sa.Integer(), nullable=False) for column in STATES),
        sa.CheckConstraint("id = 1", name=op.f("ck_reader_totals_only_row")),
        sa.CheckConstraint(
            "pending >= 0 AND confirmed >= 0 AND gone >= 0", name=op.f("ck_reader_totals_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_totals")),
    )
    sums = ", ".join(
        f"coalesce(sum(CASE WHEN state = '{state}' THEN 1 ELSE 0 END), 0)" for state in STATES.values()
    )
    op.execute(f"INSERT INTO reader_totals (id, pending, confirmed, gone) SELECT 1, {sums} FROM readers")
    op.create_index("ix_readers_asked_at", "readers", ["asked_at"])
    op.create_index("ix_readers_confirmed_at", "readers", ["confirmed_at"])
    for change, sides in CHANGES.items():
        name, moves = f"readers_counted_{change.split()[0].lower()}", _moves(**sides)
        if sqlite:
            op.execute(f"CREATE TRIGGER {name} AFTER {change} ON readers BEGIN {moves}; END")
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {moves}; RETURN NULL; END $$"
        )
        # At the very end of a transaction: nobody who signs up waits for somebody else's letters and codes.
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {name} AFTER {change} ON readers DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for change in CHANGES:
        name = f"readers_counted_{change.split()[0].lower()}"
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP FUNCTION {name}() CASCADE")
    op.drop_index("ix_readers_confirmed_at", "readers")
    op.drop_index("ix_readers_asked_at", "readers")
    op.drop_table("reader_totals")

"""Whoever changes goods or shipping, the version that keys cached pages moves with it"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("products", "variants", "bundle_parts", "shipping_zones", "shipping_countries", "shipping_rates")
MOVE = "BEGIN UPDATE public_version SET number = number + 1; END"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for change in ("INSERT", "UPDATE", "DELETE"):
                name = f"public_version_{table}_{change.lower()}"
                op.execute(f"CREATE TRIGGER {name} AFTER {change} ON {table} {MOVE}")
        return
    op.execute(
        "CREATE FUNCTION move_public_version() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN UPDATE public_version SET number = number + 1; RETURN NULL; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER public_version_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION move_public_version()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for change in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER public_version_{table}_{change}")
        return
    op.execute("DROP FUNCTION move_public_version() CASCADE")

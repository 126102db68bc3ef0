"""Whoever changes what an offer gives, the public version moves with it; counting its uses moves nothing"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("campaign_items", "campaign_countries")
MOVE = "BEGIN UPDATE public_version SET number = number + 1; END"
# Every column but those that count: held, redeemed, spent_amount, codes_made.
RULES = (
    "slug, name, kind, percent_basis_points, amount, buy_quantity, get_quantity, max_discount_amount, max_units,"
    " currency, automatic, combinable, public, active, excludes_reduced, minimum_subtotal_amount, minimum_quantity,"
    " first_order_only, max_uses, max_uses_per_customer, budget_amount, starts_at, ends_at"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for change in ("INSERT", "UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER public_version_{table}_{change.lower()} AFTER {change} ON {table} {MOVE}"
                )
        for change in ("INSERT", "DELETE", f"UPDATE OF {RULES}"):
            name = f"public_version_campaigns_{change.split()[0].lower()}"
            op.execute(f"CREATE TRIGGER {name} AFTER {change} ON campaigns {MOVE}")
        return
    does = "FOR EACH STATEMENT EXECUTE FUNCTION move_public_version()"
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER public_version_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} {does}"
        )
    op.execute(
        f"CREATE TRIGGER public_version_campaigns AFTER INSERT OR DELETE OR UPDATE OF {RULES} ON campaigns {does}"
    )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in (*TABLES, "campaigns"):
        if sqlite:
            for change in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER public_version_{table}_{change}")
        else:
            op.execute(f"DROP TRIGGER public_version_{table} ON {table}")

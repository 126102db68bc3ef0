"""Migrations and models tell the same story on both databases, forwards and back."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from shop.db import reading, writing
from shop.migration import alembic_config, migrate, rebuilding
from shop.orders import handling, search
from shop.seed import seed
from shop.tables import metadata
from tests.orders.made import a_paid_order


def test_migrations_make_what_the_models_say_and_take_it_back(engine: Engine) -> None:
    migrated = described(engine)
    downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"], "downgrade() leaves tables behind"
    metadata.create_all(engine)
    modelled = described(engine)
    for table in sorted(migrated.keys() | modelled.keys()):
        assert migrated.get(table) == modelled.get(table), f"{table}: write a migration, or mend the model"


def test_a_database_taken_back_can_be_migrated_again(engine: Engine) -> None:
    before = described(engine)
    downgrade(engine)
    migrate(engine)
    assert described(engine) == before


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    before = described(engine)
    migrate(engine)
    assert described(engine) == before


def test_migrations_are_numbered_in_one_line(engine: Engine) -> None:
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
    names = [Path(revision.path).name for revision in reversed(list(script.walk_revisions()))]
    assert len(script.get_bases()) == len(script.get_heads()) == 1
    assert [int(name.partition("_")[0]) for name in names] == list(range(1, len(names) + 1))


def test_a_full_shop_goes_back_and_forth_without_losing_its_codes(engine: Engine) -> None:
    seed(engine, live=False, now=datetime(2026, 11, 24, tzinfo=UTC))
    kept = "SELECT c.name, c.kind, c.amount, d.code FROM campaigns c JOIN codes d ON d.campaign_id = c.id ORDER BY d.code"
    with engine.connect() as connection:
        before = connection.exec_driver_sql(kept).all()
    downgrade(engine, "0003")
    migrate(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql(kept).all() == before != []


def test_orders_of_before_are_found_by_their_words(engine: Engine) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    seed(engine, live=False, now=now)
    with writing(engine) as session:
        order = a_paid_order(session, 1, name="Zoë Grün", address={"city": "Łódź"}).id
        handling.write_note(session, order, "Gift for Åsa", by="x@example.com", now=now)
    downgrade(engine, "0017")
    migrate(engine)
    with reading(engine) as session:
        assert [search.found(session, asked) for asked in ("grun", "lodz", "asa", "muller")] == [
            *([[order]] * 3),
            [],
        ]


def downgrade(engine: Engine, to: str = "base") -> None:
    """Takes migrations back, every one or those after ``to``."""
    with (
        engine.connect().execution_options(writes=True) as connection,
        rebuilding(connection),
        connection.begin(),
    ):
        command.downgrade(alembic_config(connection), to)


def described(engine: Engine) -> dict[str, dict[str, object]]:
    """What the database itself says of its tables: columns, keys, indexes and CHECKs with their text."""
    known = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in known.get_columns(table)
            },
            "primary key": known.get_pk_constraint(table),
            "foreign keys": by_name(known.get_foreign_keys(table)),
            "unique": by_name(known.get_unique_constraints(table)),
            "checks": by_name(known.get_check_constraints(table)),
            "indexes": by_name(known.get_indexes(table)),
        }
        for table in known.get_table_names()
        if table != "alembic_version"
    }


def by_name(parts: list[dict[str, object]]) -> dict[object, object]:
    """The parts of a table, in an order that does not depend on when they were made; conditions as text."""
    return {
        part["name"]: {
            key: {option: str(text) for option, text in value.items()} if key == "dialect_options" else value
            for key, value in part.items()
        }
        for part in sorted(parts, key=lambda part: str(part["name"]))
    }

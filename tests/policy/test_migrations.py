"""Migrations and models tell the same story on both databases, forwards and back."""

from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from shop.migration import alembic_config, migrate
from shop.tables import metadata


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


def downgrade(engine: Engine) -> None:
    """Takes every migration back."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        command.downgrade(alembic_config(connection), "base")


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

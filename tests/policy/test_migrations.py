"""Migrations and models tell the same story on both databases, forwards and back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, text

from shop.db import reading, writing
from shop.migration import alembic_config, migrate, rebuilding
from shop.orders import handling, search
from shop.seed import seed
from shop.subscribers.models import Reader
from shop.tables import metadata
from tests.meanwhile import meanwhile
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


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_migration_may_take_its_time(engine: Engine) -> None:
    allowed = set()

    def look(_connection: object, cursor: Any, statement: str, *_more: object) -> None:
        if statement.startswith(("CREATE", "ALTER", "UPDATE")):
            allowed.add(cursor.connection.execute("SHOW statement_timeout").fetchone()[0])

    downgrade(engine, "0014")
    event.listen(engine, "before_cursor_execute", look)
    migrate(engine)
    event.remove(engine, "before_cursor_execute", look)
    assert allowed == {"0"}
    with reading(engine) as session:
        assert session.scalar(text("SHOW statement_timeout")) == "30s", "for a migration alone"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_asks_while_readers_are_counted_for_the_first_time_is_counted_too(engine: Engine) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)

    def ask() -> None:
        with writing(engine) as session:
            session.add(
                Reader(
                    key="k" * 22,
                    email="maya@example.com",
                    email_normalized="maya@example.com",
                    state="pending",
                    asked_at=now,
                    seed="s" * 32,
                )
            )

    downgrade(engine, "0014")
    with meanwhile(engine, "CREATE INDEX ix_readers_asked_at", ask):
        migrate(engine)
    with reading(engine) as session:
        assert session.scalar(text("SELECT pending FROM reader_totals")) == 1


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

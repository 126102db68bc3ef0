"""A shop that is copied: into a file and back, and from either database into the other, whole or not at all."""

import sqlite3
import stat
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, func, select, text

from shop import clock
from shop.cli import main
from shop.commands.moving import copy
from shop.commands.prove import broken
from shop.db import open_engine, reading, writing
from shop.demo.history import fill
from shop.errors import SettingRefused
from shop.migration import migrate
from shop.orders.models import Order
from shop.orders.search import found
from shop.seed import seed
from shop.tables import metadata
from tests.bench.places import new_database
from tests.orders.made import NOW, a_paid_order
from tests.rows import every_row


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """The address of a database of the other kind, without any tables."""
    if not database_url.startswith("sqlite:"):
        return f"sqlite:///{tmp_path}/elsewhere.sqlite"
    return new_database(request.getfixturevalue("postgresql_url"), f"elsewhere_{uuid4().hex}")


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "x" * 40)


@pytest.fixture
def sold(engine: Engine, settings: None) -> Engine:
    """A shop that has sold something."""
    seed(engine, live=False, now=NOW)
    with writing(engine) as session:
        a_paid_order(session, 1001, name="Zoë Ærø")
    return engine


def rows_of(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row as the shop reads it: the two databases keep moments and JSON each in their own way."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def test_ninety_days_arrive_whole_in_the_other_database_and_the_shop_goes_on_there(
    engine: Engine, elsewhere: str
) -> None:
    seed(engine, live=False, now=clock.now())
    assert fill(engine, live=False, base_url="http://127.0.0.1:8000", now=clock.now())
    with writing(engine) as session:
        # A word null in JSON is not the same as no value.
        session.execute(text("UPDATE orders SET address = 'null' WHERE id = (SELECT min(id) FROM orders)"))
    target = open_engine(elsewhere)
    try:
        copied = copy(engine, target)
        assert rows_of(target) == rows_of(engine)
        assert copied.rows["orders"] > 300
        assert broken(target) == broken(engine)
        empty = "SELECT count(*) FROM orders WHERE address IS NULL"
        with engine.connect() as here, target.connect() as there:
            assert there.exec_driver_sql(empty).scalar() == here.exec_driver_sql(empty).scalar()
        with writing(target) as session:
            highest = session.scalar(select(func.max(Order.id)))
            order = a_paid_order(session, 2_000_001, name="Zanzibar", words="zanzibar")
            assert order.id == (highest or 0) + 1
            someone = session.scalars(select(Order.name).where(Order.name != "").order_by(Order.id)).first()
        with reading(target) as session:
            assert found(session, "zanzibar") == [order.id]
            assert found(session, someone or "")
    finally:
        target.dispose()


def test_a_backup_is_one_file_for_its_owner_and_fills_an_empty_database_again(
    sold: Engine,
    database_url: str,
    elsewhere: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "kept" / "shop.backup"
    assert main(["backup", str(file)]) == 1
    assert "cannot be written" in capsys.readouterr().err
    file.parent.mkdir()
    assert main(["backup", str(file)]) == 0
    assert "among them 1 orders" in capsys.readouterr().out
    assert [each.name for each in file.parent.iterdir()] == ["shop.backup"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    whole, before = file.read_bytes(), rows_of(sold)
    assert main(["backup", str(file)]) == 1
    assert "is there already" in capsys.readouterr().err
    kept = every_row(sold)
    assert main(["restore", str(file)]) == 1
    assert "There is a shop in the database" in capsys.readouterr().err
    assert every_row(sold) == kept
    monkeypatch.setenv("DATABASE_URL", elsewhere)
    # The order was made in the way of tests, without holds and letters: the promises it breaks are named.
    assert main(["restore", str(file)]) == 1
    assert "BROKEN a paid order is confirmed once" in capsys.readouterr().out
    again = open_engine(elsewhere)
    assert rows_of(again) == before
    again.dispose()
    assert file.read_bytes() == whole
    assert [each.name for each in file.parent.iterdir()] == ["shop.backup"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_shop_that_keeps_its_promises_is_restored_without_a_word_of_blame(
    engine: Engine, settings: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(engine, live=False, now=NOW)
    assert main(["backup", str(tmp_path / "backup")]) == 0
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.sqlite")
    assert main(["restore", str(tmp_path / "backup")]) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_backup_or_a_damaged_one_is_refused(
    sold: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "backup"
    assert main(["backup", str(file)]) == 0
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 40_000] = bytes(40_000)
    file.write_bytes(whole)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.sqlite")
    assert main(["restore", str(file)]) == 1
    file.write_bytes(b"no database at all" * 1000)
    assert main(["restore", str(file)]) == 1
    assert main(["restore", str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr().err
    assert "file is not a database" in said
    assert "is no file" in said


def test_move_copies_and_says_what_is_to_be_done_next(
    sold: Engine, elsewhere: str, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["move", database_url]) == 1
    # Its order was made in the way of tests.
    assert main(["move", elsewhere]) == 1
    said = capsys.readouterr()
    assert "That is the database the shop is in." in said.err
    assert "BROKEN a paid order is confirmed once" in said.out
    assert "Set DATABASE_URL to the new address" in said.out
    target = open_engine(elsewhere)
    assert rows_of(target) == rows_of(sold)
    target.dispose()


def test_what_has_not_arrived_whole_is_taken_out_again(sold: Engine, elsewhere: str) -> None:
    target = open_engine(elsewhere)
    migrate(target)
    before = every_row(target)

    def lose(connection: object, cursor: object, statement: str, *_: object) -> tuple[str, object]:
        lost = (
            "UPDATE stock SET held = held"
            if statement.startswith("INSERT INTO shipping_rates")
            else statement
        )
        return lost, () if lost != statement else _[0]

    event.listen(target, "before_cursor_execute", lose, retval=True)
    with pytest.raises(SettingRefused, match="rows of shipping_rates"):
        copy(sold, target)
    event.remove(target, "before_cursor_execute", lose)
    assert every_row(target) == before
    target.dispose()


def test_what_is_written_meanwhile_is_all_in_the_copy_or_none_of_it(sold: Engine, elsewhere: str) -> None:
    before, target, written = rows_of(sold), open_engine(elsewhere), []
    other = open_engine(sold.url.render_as_string(hide_password=False).replace("+psycopg", ""))

    def write(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM products" in statement and not written:
            written.append(statement)
            with writing(other) as session:
                a_paid_order(session, 1002)

    event.listen(sold, "before_cursor_execute", write)
    assert copy(sold, target).rows["orders"] == 1
    event.remove(sold, "before_cursor_execute", write)
    assert written
    assert rows_of(target) == before
    assert len(rows_of(sold)["orders"]) == 2
    target.dispose()
    other.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_writes_to_a_file_that_is_being_moved(sold: Engine, elsewhere: str, database_url: str) -> None:
    target, refused = open_engine(elsewhere), []

    def write(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM products" in statement and not refused:
            with sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0) as other:
                try:
                    other.execute("UPDATE stock SET held = 0")
                except sqlite3.OperationalError as error:
                    refused.append(str(error))

    event.listen(sold, "before_cursor_execute", write)
    copy(sold, target, hold=True)
    event.remove(sold, "before_cursor_execute", write)
    assert refused == ["database is locked"]
    target.dispose()


def test_a_shop_of_another_age_in_the_way_is_left_as_it_is(sold: Engine, tmp_path: Path) -> None:
    with writing(sold) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0022'"))
    before, empty = every_row(sold), open_engine(f"sqlite:///{tmp_path}/empty.sqlite")
    migrate(empty)
    with pytest.raises(SettingRefused, match="There is a shop"):
        copy(empty, sold)
    assert every_row(sold) == before
    empty.dispose()


def test_tables_of_another_age_are_not_copied(sold: Engine, elsewhere: str) -> None:
    with writing(sold) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    target = open_engine(elsewhere)
    with pytest.raises(SettingRefused, match="not the newest"):
        copy(sold, target)
    target.dispose()

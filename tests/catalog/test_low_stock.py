"""Low stock is told of once for each time it happens, whoever looks and however often."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from shop import clock
from shop.catalog import actions as stock
from shop.catalog import low_stock
from shop.catalog.models import Stock
from shop.config import ROOT, Config, load
from shop.content import read_content
from shop.db import reading, writing
from shop.mail.models import OutboxLetter
from shop.mail.rendering import render
from shop.mail.rules import Letter
from shop.seed import seed

NOW = clock.now()


@pytest.fixture
def config(engine: Engine) -> Config:
    seed(engine, live=False, now=NOW - timedelta(days=1))
    return load({"ADMIN_EMAIL": "owner@example.com", "SECRET_KEY": "s" * 40})


def move(engine: Engine, sku: str, delta: int, reason: str = "correction") -> None:
    with writing(engine) as session:
        stock.move(session, sku, delta, reason, by="tests", note="", now=NOW)


def told(engine: Engine) -> list[str]:
    with reading(engine) as session:
        letters = session.scalars(select(OutboxLetter).order_by(OutboxLetter.id)).all()
    assert {letter.template for letter in letters} <= {"staff_stock_low"}
    return [letter.blanks["sku"] for letter in letters]


def test_each_time_a_product_runs_low_is_one_letter_until_it_has_recovered(
    engine: Engine, config: Config
) -> None:
    assert low_stock.look(engine, config, now=NOW) == 0
    move(engine, "HOOK-1", -95)
    assert [low_stock.look(engine, config, now=NOW) for _ in range(3)] == [1, 0, 0]
    move(engine, "HOOK-1", -5)
    assert low_stock.look(engine, config, now=NOW) == 0, "lower still is no news"
    move(engine, "HOOK-1", 100)
    move(engine, "BALL-1", -290)
    assert low_stock.look(engine, config, now=NOW) == 1
    move(engine, "HOOK-1", -100)
    assert low_stock.look(engine, config, now=NOW) == 1
    assert told(engine) == ["HOOK-1", "BALL-1", "HOOK-1"]


def test_a_checkout_that_is_abandoned_at_the_reorder_point_is_no_news(engine: Engine, config: Config) -> None:
    def hold(pieces: int) -> int:
        with writing(engine) as session:
            session.execute(update(Stock).where(Stock.sku == "HOOK-1").values(held=pieces))
        return low_stock.look(engine, config, now=NOW)

    with reading(engine) as session:
        shelf = session.get_one(Stock, "HOOK-1")
        spare = shelf.on_hand - (shelf.reorder_at or 0)
    move(engine, "HOOK-1", 1 - spare)
    assert [hold(pieces) for pieces in (1, 0, 2, 0)] == [0] * 4
    move(engine, "HOOK-1", -1, "sold")
    assert [hold(pieces) for pieces in (0, 1, 0)] == [1, 0, 0]


def test_what_sells_out_in_under_two_weeks_is_low_above_its_reorder_point_too(
    engine: Engine, config: Config
) -> None:
    move(engine, "BOOK-PB", -110, "sold")
    assert low_stock.look(engine, config, now=NOW) == 0, "90 pieces last 22 days"
    move(engine, "BOOK-PB", -30, "sold")
    assert low_stock.look(engine, config, now=NOW) == 1, "60 pieces last 12 days"


def test_two_workers_who_look_at_once_write_one_letter(engine: Engine, config: Config) -> None:
    move(engine, "HOOK-1", -100)
    start, counts = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        counts.append(low_stock.look(engine, config, now=NOW))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counts) == [0, 1]
    assert told(engine) == ["HOOK-1"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_switched_off_nothing_is_written_and_switched_on_again_it_is(engine: Engine, config: Config) -> None:
    move(engine, "HOOK-1", -100)
    off = load({"LOW_STOCK_MAIL": "off", "SECRET_KEY": "s" * 40})
    assert low_stock.look(engine, off, now=NOW) == 0
    assert low_stock.look(engine, config, now=NOW) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_letter_says_what_is_left_and_how_long_it_lasts(engine: Engine, config: Config) -> None:
    move(engine, "HOOK-1", -98, "sold")
    low_stock.look(engine, config, now=NOW)
    with reading(engine) as session:
        kept = session.scalars(select(OutboxLetter)).one()
    letter = Letter(kept.id, kept.template, kept.recipient, kept.blanks, kept.message_id, 1, NOW, NOW)
    message = render(letter, read_content(ROOT / "content"), config)
    assert message["To"] == "owner@example.com"
    assert message["Subject"] == "Hip Hook runs low: 22 left"
    body = message.get_body(("plain",))
    assert body is not None
    assert "At that pace they last 6 days." in body.get_content()
    assert "/admin/products/HOOK-1" in body.get_content()

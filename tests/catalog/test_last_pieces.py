"""Many buyers at once for the last pieces, and random histories of a shelf."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shop.catalog import actions as stock
from shop.catalog.models import Stock, StockHold, StockMovement
from shop.db import reading, writing
from shop.errors import Refused
from tests.orders.made import NOW, an_order

BUYERS = 20
LAST = 3


@pytest.fixture
def crowd(shelf: Engine) -> list[int]:
    """Twenty orders, and three hooks."""
    with writing(shelf) as session:
        stock.move(session, "HOOK-1", LAST - 120, "correction", by="staff", note="", now=NOW)
        return [an_order(session, 1000 + number).id for number in range(BUYERS)]


def race(engine: Engine, orders: list[int], take: Callable[[Session, int], None]) -> int:
    """How many of the orders got a hook when all reached for one at the same moment."""
    start = Barrier(len(orders))

    def reach(order_id: int) -> bool:
        start.wait()
        try:
            with writing(engine) as session:
                take(session, order_id)
        except (Refused, OperationalError):
            return False
        return True

    with ThreadPoolExecutor(len(orders)) as threads:
        return sum(threads.map(reach, orders))


def held(engine: Engine) -> int:
    with reading(engine) as session:
        return session.get_one(Stock, "HOOK-1").held


def test_twenty_buyers_at_once_get_exactly_the_last_three(shelf: Engine, crowd: list[int]) -> None:
    def take(session: Session, order_id: int) -> None:
        stock.hold(session, order_id, {"HOOK-1": 1}, now=NOW)

    assert race(shelf, crowd, take) == LAST
    assert held(shelf) == LAST
    with reading(shelf) as session:
        assert session.scalar(select(func.count()).select_from(StockHold)) == LAST


def test_without_the_condition_in_the_update_more_than_three_would_be_sold(
    shelf: Engine, crowd: list[int]
) -> None:
    """The negative control: the race above can be lost, by code that looks first and takes afterwards."""
    looked = Barrier(BUYERS)

    def reach(_order_id: int) -> bool:
        # The look comes before the transaction that writes, since SQLite lets one writer in at a time.
        with reading(shelf) as session:
            row = session.get_one(Stock, "HOOK-1")
            free, already = row.on_hand - row.held, row.held
        looked.wait()
        if free < 1:
            return False
        with writing(shelf) as session:
            taken = text("UPDATE stock SET held = :held WHERE sku = 'HOOK-1'")
            session.execute(taken, {"held": already + 1})
        return True

    with ThreadPoolExecutor(BUYERS) as threads:
        served = sum(threads.map(reach, crowd))
    assert served > LAST


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "release", "consume", "retake", "put_back", "receive", "damage"]),
        st.integers(0, 3),
        st.integers(1, 4),
    ),
    max_size=30,
)
GOODS = [{"HOOK-1": 1}, {"SET-FULL": 1}, {"HOOK-1": 2, "SET-READ": 1}, {"BALL-1": 3}]
PARTS = [
    {"HOOK-1": 1},
    {"HOOK-1": 1, "BALL-1": 1, "BOOK-PB": 1},
    {"HOOK-1": 3, "BOOK-PB": 1},
    {"BALL-1": 3},
]


def step(session: Session, orders: list[int], name: str, which: int, many: int) -> None:
    order_id = orders[which]
    by = {"by": "test", "now": NOW}
    match name:
        case "hold":
            stock.hold(session, order_id, {sku: many * each for sku, each in PARTS[which].items()}, now=NOW)
        case "release":
            stock.release(session, order_id, now=NOW)
        case "consume":
            stock.consume(session, order_id, **by)
        case "retake":
            stock.retake(session, order_id, now=NOW)
        case "put_back":
            for sku, pieces in GOODS[which].items():
                stock.put_back(session, order_id, {sku: pieces * many}, note="", **by)
        case "receive":
            stock.move(session, "HOOK-1", many, "received", note="", **by)
        case "damage":
            stock.move(session, "HOOK-1", -many, "damaged", note="", **by)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_the_shelf_is_the_sum_of_its_ledger_and_held_the_sum_of_its_holds(
    shelf: Engine, steps: list[tuple[str, int, int]]
) -> None:
    with pytest.raises(Undone):
        play(shelf, steps)


def play(engine: Engine, steps: list[tuple[str, int, int]]) -> None:
    """Take the steps one by one, look at the sums after each, and undo everything."""
    with writing(engine) as session:
        stock.move(session, "HOOK-1", 6 - 120, "correction", by="test", note="", now=NOW)
        orders = [an_order(session, 2000 + number, goods).id for number, goods in enumerate(GOODS)]
        for name, which, many in steps:
            with suppress(Refused), session.begin_nested():
                step(session, orders, name, which, many)
            assert_sums(session)
        raise Undone


class Undone(Exception):
    """Takes back what one example has written."""


def assert_sums(session: Session) -> None:
    session.expire_all()
    moved = dict(
        session.execute(
            select(StockMovement.sku, func.sum(StockMovement.delta)).group_by(StockMovement.sku)
        ).all()
    )
    holding = dict(
        session.execute(
            select(StockHold.sku, func.sum(StockHold.quantity))
            .where(StockHold.state == "held")
            .group_by(StockHold.sku)
        ).all()
    )
    for row in session.scalars(select(Stock)):
        assert row.on_hand == moved[row.sku]
        assert row.held == holding.get(row.sku, 0)
        assert 0 <= row.held <= row.on_hand

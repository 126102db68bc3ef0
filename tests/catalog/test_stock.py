"""Holds, sales, returns and the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.catalog import actions as stock
from shop.catalog.models import Stock, StockHold, StockMovement
from shop.db import PublicVersion, reading, writing
from shop.errors import Reason, Refused
from tests.orders.made import NOW, an_order
from tests.rows import every_row

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def order_id(shelf: Engine) -> int:
    """An order of a complete program and a hook."""
    with writing(shelf) as session:
        return an_order(session, 1001, {"SET-FULL": 1, "HOOK-1": 1}).id


NEEDS = {"HOOK-1": 2, "BALL-1": 1, "BOOK-PB": 1}


def numbers(engine: Engine, sku: str) -> tuple[int, int]:
    """On hand and held."""
    with reading(engine) as session:
        row = session.get_one(Stock, sku)
        return row.on_hand, row.held


def ledger(engine: Engine, sku: str) -> list[tuple[str, int]]:
    with reading(engine) as session:
        rows = session.execute(
            select(StockMovement.reason, StockMovement.delta)
            .where(StockMovement.sku == sku)
            .order_by(StockMovement.id)
        )
        return list(rows)


def hold_states(engine: Engine) -> dict[str, str]:
    with reading(engine) as session:
        return dict(session.execute(select(StockHold.sku, StockHold.state)).all())


@contextmanager
def version_moves(engine: Engine, expected: bool) -> Iterator[None]:
    before = _version(engine)
    yield
    assert (_version(engine) != before) is expected


def _version(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalars(select(PublicVersion.number)).one()


def set_free(session: Session, sku: str, free: int) -> None:
    """Damage all but ``free`` of the free pieces."""
    row = session.get_one(Stock, sku)
    if row.on_hand - row.held != free:
        stock.move(session, sku, free - (row.on_hand - row.held), "correction", by="staff", note="", now=NOW)


def test_a_held_order_takes_from_what_is_free_and_not_from_what_lies_there(
    shelf: Engine, order_id: int
) -> None:
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
    assert numbers(shelf, "HOOK-1") == (120, 2)
    assert ledger(shelf, "HOOK-1") == [("opening", 120)]


def test_holding_twice_holds_once(shelf: Engine, order_id: int) -> None:
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
    before = every_row(shelf)
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=LATER)
    assert every_row(shelf) == before


def test_an_order_that_is_given_up_gives_its_stock_back_once(shelf: Engine, order_id: int) -> None:
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
    for _ in range(2):
        with writing(shelf) as session:
            stock.release(session, order_id, now=LATER)
    assert numbers(shelf, "HOOK-1") == (120, 0)
    assert set(hold_states(shelf).values()) == {"released"}


def test_a_paid_order_takes_its_goods_off_the_shelf_once(shelf: Engine, order_id: int) -> None:
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
    for _ in range(2):
        with writing(shelf) as session:
            stock.consume(session, order_id, by="shop", now=LATER)
    assert numbers(shelf, "HOOK-1") == (118, 0)
    assert ledger(shelf, "HOOK-1") == [("opening", 120), ("sold", -2)]


def test_what_was_sold_is_not_given_back_when_the_order_is_given_up_late(
    shelf: Engine, order_id: int
) -> None:
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
        stock.consume(session, order_id, by="shop", now=NOW)
    before = every_row(shelf)
    with writing(shelf) as session:
        stock.release(session, order_id, now=LATER)
        stock.hold(session, order_id, NEEDS, now=LATER)
        assert stock.retake(session, order_id, now=LATER)
    assert every_row(shelf) == before


def test_a_late_payment_takes_the_released_goods_again(shelf: Engine, order_id: int) -> None:
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
        stock.release(session, order_id, now=NOW)
    with writing(shelf) as session:
        assert stock.retake(session, order_id, now=LATER)
        stock.consume(session, order_id, by="shop", now=LATER)
    assert numbers(shelf, "HOOK-1") == (118, 0)
    assert numbers(shelf, "BALL-1") == (299, 0)


def test_a_late_payment_takes_nothing_when_one_part_is_gone(shelf: Engine, order_id: int) -> None:
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
        stock.release(session, order_id, now=NOW)
        set_free(session, "HOOK-1", 1)
    before = every_row(shelf)
    with writing(shelf) as session:
        assert not stock.retake(session, order_id, now=LATER)
    assert every_row(shelf) == before


@pytest.mark.parametrize(
    ("free", "reason", "left"), [(0, Reason.SOLD_OUT, 0), (1, Reason.NOT_ENOUGH_STOCK, 1)]
)
def test_a_short_order_is_told_what_is_short_and_holds_nothing(
    shelf: Engine, order_id: int, free: int, reason: Reason, left: int
) -> None:
    with writing(shelf) as session:
        set_free(session, "HOOK-1", free)
    before = every_row(shelf)
    with pytest.raises(Refused) as refusal, writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
    assert refusal.value.reason is reason
    assert refusal.value.values == {"name": "Hip Hook", "left": left}
    assert every_row(shelf) == before


def test_the_shelf_never_gives_away_what_orders_hold(shelf: Engine, order_id: int) -> None:
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
    with pytest.raises(Refused) as refusal, writing(shelf) as session:
        stock.move(session, "HOOK-1", -119, "damaged", by="staff", note="", now=LATER)
    assert (refusal.value.reason, refusal.value.values["left"]) == (Reason.NOT_ENOUGH_STOCK, 118)


def test_a_sku_without_stock_of_its_own_cannot_be_moved(shelf: Engine) -> None:
    for sku in ("BOOK-EB", "SET-FULL", "NOPE"):
        with pytest.raises(Refused) as refusal, writing(shelf) as session:
            stock.move(session, sku, 1, "received", by="staff", note="", now=NOW)
        assert refusal.value.reason is Reason.ITEM_UNKNOWN


def test_a_returned_bundle_goes_back_as_its_parts_and_never_twice(shelf: Engine, order_id: int) -> None:
    with writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
        stock.consume(session, order_id, by="shop", now=NOW)
    for _ in range(3):
        with writing(shelf) as session:
            stock.put_back(session, order_id, {"SET-FULL": 1}, by="staff", note="unopened", now=LATER)
    assert numbers(shelf, "BALL-1") == (300, 0)
    assert ledger(shelf, "BALL-1") == [("opening", 300), ("sold", -1), ("returned", 1)]
    # Two hooks were sold, one of them alone: repeats can bring back no more than those two.
    assert numbers(shelf, "HOOK-1") == (120, 0)


def test_a_returned_e_book_puts_nothing_on_the_shelf(shelf: Engine, order_id: int) -> None:
    before = every_row(shelf)
    with writing(shelf) as session:
        stock.put_back(session, order_id, {"BOOK-EB": 1}, by="staff", note="", now=NOW)
    assert every_row(shelf) == before


def test_the_database_itself_refuses_a_second_sale_of_the_same_order(shelf: Engine, order_id: int) -> None:
    sale = {"sku": "HOOK-1", "delta": -1, "reason": "sold", "order_id": order_id, "by": "shop"}
    with pytest.raises(IntegrityError), writing(shelf) as session:
        session.add_all(StockMovement(**sale, created_at=NOW) for _ in range(2))


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [(120, 7, False), (6, 5, True), (5, 1, False), (1, 0, True), (0, 9, True), (5, 6, True)],
)
def test_cached_pages_are_renewed_when_what_they_say_changes_and_only_then(
    shelf: Engine, before: int, after: int, moves: bool
) -> None:
    with writing(shelf) as session:
        set_free(session, "HOOK-1", before)
    with version_moves(shelf, moves), writing(shelf) as session:
        set_free(session, "HOOK-1", after)


def test_a_sale_of_held_goods_changes_nothing_that_pages_show(shelf: Engine, order_id: int) -> None:
    with writing(shelf) as session:
        set_free(session, "HOOK-1", 2)
    with version_moves(shelf, True), writing(shelf) as session:
        stock.hold(session, order_id, NEEDS, now=NOW)
    with version_moves(shelf, False), writing(shelf) as session:
        stock.consume(session, order_id, by="shop", now=NOW)


def test_a_bundle_of_two_pairs_turns_low_before_its_part_does(shelf: Engine, order_id: int) -> None:
    with writing(shelf) as session:
        session.connection().exec_driver_sql(
            "UPDATE bundle_parts SET quantity = 2 WHERE bundle_sku = 'SET-GENTLE' AND part_sku = 'BALL-1'"
        )
        set_free(session, "BALL-1", 12)
    with version_moves(shelf, True), writing(shelf) as session:
        stock.hold(session, order_id, {"BALL-1": 1}, now=NOW)


def test_every_piece_on_hand_is_in_the_ledger(shelf: Engine) -> None:
    with reading(shelf) as session:
        rows = session.execute(
            select(Stock.sku, Stock.on_hand, func.sum(StockMovement.delta))
            .join(StockMovement, StockMovement.sku == Stock.sku)
            .group_by(Stock.sku, Stock.on_hand)
        ).all()
    assert len(rows) == 3
    assert all(on_hand == moved for _, on_hand, moved in rows)

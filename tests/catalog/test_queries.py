"""Reading the catalogue."""

from datetime import timedelta

from sqlalchemy import Engine, update

from shop.catalog import actions as stock
from shop.catalog import queries as catalog
from shop.catalog.levels import levels
from shop.catalog.models import Stock, StockMovement
from shop.db import reading, writing
from tests.orders.made import NOW
from tests.queries import counted


def test_a_bundle_has_as_many_as_its_scarcest_part_and_an_e_book_never_runs_out(shelf: Engine) -> None:
    with writing(shelf) as session:
        stock.move(session, "BALL-1", -293, "damaged", by="staff", note="water", now=NOW)
    with reading(shelf) as session:
        items = catalog.items(session)
    assert {sku: item.available for sku, item in items.items()} == {
        "HOOK-1": 120,
        "BALL-1": 7,
        "BOOK-PB": 200,
        "BOOK-EB": None,
        "SET-FULL": 7,
        "SET-READ": 120,
        "SET-GENTLE": 7,
    }


def test_items_come_in_the_order_of_the_shelves_with_their_parts(shelf: Engine) -> None:
    with reading(shelf) as session:
        items = catalog.items(session)
    assert list(items) == [
        "HOOK-1",
        "BALL-1",
        "BOOK-PB",
        "BOOK-EB",
        "SET-FULL",
        "SET-READ",
        "SET-GENTLE",
    ]
    assert items["SET-FULL"].parts == (("BALL-1", 1), ("BOOK-PB", 1), ("HOOK-1", 1))
    assert items["BOOK-PB"].product_name == items["BOOK-EB"].product_name


def test_the_whole_catalog_takes_no_query_per_row(shelf: Engine) -> None:
    with counted(shelf) as statements, reading(shelf) as session:
        catalog.items(session)
        catalog.free_stock(session)
        levels(session, now=NOW)
    assert len(statements) <= 5


def test_an_item_is_found_by_its_slug_and_nothing_by_another(shelf: Engine) -> None:
    with reading(shelf) as session:
        found = catalog.item_by_slug(session, "hip-hook")
        missing = catalog.item_by_slug(session, "hip-hooks")
    assert found is not None
    assert (found.sku, found.unit_amount) == ("HOOK-1", 14900)
    assert missing is None


def test_stock_is_low_at_the_reorder_point_and_when_it_would_not_last_two_weeks(shelf: Engine) -> None:
    with writing(shelf) as session:
        stock.move(session, "HOOK-1", -95, "damaged", by="staff", note="", now=NOW)
        for sku, pieces, days_ago in (("BALL-1", 150, 27), ("BOOK-PB", 90, 1), ("BOOK-PB", 69, 29)):
            sold_at = NOW - timedelta(days=days_ago)
            session.add(StockMovement(sku=sku, delta=-pieces, reason="sold", by="shop", created_at=sold_at))
            session.execute(update(Stock).where(Stock.sku == sku).values(on_hand=Stock.on_hand - pieces))
    with reading(shelf) as session:
        found = {level.sku: (level.free, level.cover, level.low) for level in levels(session, now=NOW)}
    assert found["HOOK-1"] == (25, None, True)
    assert found["BALL-1"] == (150, 28, False)
    assert found["BOOK-PB"] == (41, 12, True)
    assert found["SET-FULL"] == (None, None, False)

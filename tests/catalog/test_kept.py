"""Goods and shipping are kept in memory, and yet are always those of the database."""

import pytest
from sqlalchemy import Engine, text

from shop import clock
from shop.cart.rules import Cart
from shop.catalog import actions as stock
from shop.catalog import queries as catalog
from shop.catalog.rules import surely_there
from shop.checkout import queries as checkout
from shop.db import reading, writing
from shop.errors import Refused
from shop.seed import seed
from shop.shipping import queries as shipping
from tests.queries import counted

CHANGES = [
    "UPDATE products SET name = 'Other' WHERE id = (SELECT min(id) FROM products)",
    "UPDATE variants SET price_amount = 4711 WHERE sku = 'HOOK-1'",
    "DELETE FROM bundle_parts WHERE part_sku = 'BALL-1'",
    "INSERT INTO shipping_zones (name, position) VALUES ('The Moon', 9)",
    "DELETE FROM shipping_countries WHERE country = 'DE'",
    "UPDATE shipping_rates SET amount = 4711",
]


@pytest.fixture
def shop(engine: Engine) -> Engine:
    seed(engine, live=False, now=clock.now())
    return engine


def found(engine: Engine) -> object:
    with reading(engine) as session:
        return (
            list(catalog.items(session).values()),
            shipping.countries(session),
            shipping.rates(session, "US", 500, "USD"),
            shipping.zone_rates(session, 500, "USD"),
        )


def version(engine: Engine) -> int:
    with reading(engine) as session:
        return int(session.scalar(text("SELECT number FROM public_version")) or 0)


def test_a_change_of_goods_or_shipping_made_by_anybody_is_seen_at_once(shop: Engine) -> None:
    for statement in CHANGES:
        before, number = found(shop), version(shop)
        with shop.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(text(statement))
        assert version(shop) > number, statement
        assert found(shop) != before or "zones" in statement, statement


def test_what_was_never_committed_is_kept_by_nobody(shop: Engine) -> None:
    before = found(shop)
    with writing(shop) as session:
        session.execute(text("UPDATE variants SET price_amount = 4711"))
        assert {item.unit_amount for item in catalog.items(session).values()} == {4711}
        session.rollback()
    assert found(shop) == before
    with writing(shop) as session:
        session.execute(text("UPDATE variants SET price_amount = 4712"))
    with reading(shop) as session:
        assert {item.unit_amount for item in catalog.items(session).values()} == {4712}


def test_while_nothing_changes_only_what_is_free_is_asked_for(shop: Engine) -> None:
    found(shop)
    with counted(shop) as statements, reading(shop) as session:
        catalog.items(session)
        shipping.rates(session, "US", 500, "USD")
    assert len(statements) == 1


def test_what_pages_show_costs_no_query_while_its_version_is_known(shop: Engine) -> None:
    known = version(shop)
    for expected in (True, False):
        with counted(shop) as statements, reading(shop, version=known) as session:
            assert catalog.items_shown(session)["HOOK-1"].available == 120
        assert bool(statements) is expected


def test_a_few_of_plenty_need_no_exact_figure_and_many_or_the_last_ones_do(shop: Engine) -> None:
    with reading(shop) as session:
        shown = catalog.items_shown(session)
    with writing(shop) as session:
        # Still plenty: no page changes, and what is kept says 120.
        stock.move(session, "HOOK-1", 7 - 120, "correction", by="test", note="", now=clock.now())
    with reading(shop) as session:
        assert catalog.items_shown(session)["HOOK-1"].available == 120
        assert catalog.items(session)["HOOK-1"].available == 7
    assert surely_there({"HOOK-1": 5}, shown)
    assert not surely_there({"HOOK-1": 6}, shown)
    # A set takes its parts: together they are more than a few.
    assert not surely_there({"HOOK-1": 5, "SET-READ": 1}, shown)
    with reading(shop) as session:
        with pytest.raises(Refused) as refused:
            checkout.fill(session, Cart(), "HOOK-1", 8)
        assert refused.value.values["left"] == 7
        assert checkout.fill(session, Cart(), "HOOK-1", 7).cart.count == 7

"""Goods and shipping are kept in memory, and yet are always those of the database."""

import pytest
from sqlalchemy import Engine, text

from shop import clock
from shop.catalog import queries as catalog
from shop.db import reading, writing
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

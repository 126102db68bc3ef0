"""What a cart of ten lines costs to price against many live campaigns and millions of codes, next to one campaign.

Priced in this process, without a web server: the row is about queries and the engine, not about pages.
"""

import secrets
import statistics
import time
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, insert, select, text

from shop import clock
from shop.cart.rules import Cart, Entry
from shop.catalog import queries as catalog
from shop.catalog.models import Variant
from shop.checkout.queries import price_cart
from shop.db import publish_change, reading, writing
from shop.discounts import batches
from shop.discounts.minting import spellings
from shop.discounts.models import Campaign
from tests.queries import counted

LINES, CAMPAIGNS, CODES = 10, 200, 5_000_000
ROUNDS, TIMES = 15, 20
BATCH, FULL = 10_000, "Bench codes"
KINDS = (
    {"kind": "percent", "percent_basis_points": 500},
    {"kind": "fixed_order", "amount": 300},
    {"kind": "fixed_item", "amount": 100},
    {"kind": "set_price", "amount": 2_800},
    {"kind": "buy_get", "percent_basis_points": 10_000, "buy_quantity": 3, "get_quantity": 1},
    {"kind": "free_shipping"},
)
# Codes in ascending order, so that their indexes only grow at one end. No foreign key is asked: its rows are there.
FILL = {
    "sqlite": (
        "INSERT INTO codes (campaign_id, code, active, max_uses, held, redeemed, created_at)"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
        " SELECT :campaign_id, printf('BENCH-%08d', i), true, 1, 0, 0, '2026-11-24 12:00:00.000000' FROM n",
    ),
    "postgresql": (
        "SET LOCAL session_replication_role = replica",
        "SET LOCAL statement_timeout = 0",
        "INSERT INTO codes (campaign_id, code, active, max_uses, held, redeemed, created_at)"
        " SELECT :campaign_id, 'BENCH-' || to_char(i, 'FM00000000'), true, 1, 0, 0, now()"
        " FROM generate_series(1, :count) AS i",
    ),
}


@dataclass(frozen=True)
class Growth:
    """One price in seconds and in queries, with one campaign and with many; how long all codes took to fill in, and
    how long a batch of BATCH takes to make in the back office.
    """

    few_seconds: float
    many_seconds: float
    few_queries: int
    many_queries: int
    made_seconds: float
    batch_seconds: float

    @property
    def ratio(self) -> float:
        """How much longer it takes."""
        return self.many_seconds / self.few_seconds


def growth(engine: Engine, *, codes: int = CODES) -> Growth:
    """Price the same cart before and after there are many campaigns and codes."""
    _add_goods(engine)
    cart = _cart(engine, "RUN15")
    _price(engine, cart)
    few, few_queries = _price(engine, cart)
    began = time.perf_counter()
    _add_campaigns(engine, codes)
    made = time.perf_counter() - began
    cart = _cart(engine, f"BENCH-{codes // 2:08}")
    _price(engine, cart)
    many, many_queries = _price(engine, cart)
    return Growth(few, many, few_queries, many_queries, made, _make_batch(engine))


def _make_batch(engine: Engine) -> float:
    with reading(engine) as session:
        campaign_id = session.scalar(select(Campaign.id).where(Campaign.name == FULL))
    began = time.perf_counter()
    with writing(engine) as session:
        batches.make(
            session,
            campaign_id,
            BATCH,
            batches.Label("BATCH"),
            spellings("BATCH", 8, secrets.choice),
            length=8,
            max_uses=1,
            ends_at=None,
            by="bench",
            now=clock.now(),
        )
    return time.perf_counter() - began


def _add_goods(engine: Engine) -> None:
    with writing(engine) as session:
        for number in range(LINES):
            values = {"sku": f"BENCH-{number}", "slug": f"bench-{number}", "name": f"Bench {number}"}
            session.execute(
                insert(Variant).values(
                    product_id=1,
                    price_amount=2_900 + number,
                    currency="USD",
                    digital=number % 2 == 0,
                    updated_at=clock.now(),
                    **values,
                )
            )
        publish_change(session)


def _add_campaigns(engine: Engine, codes: int) -> None:
    with writing(engine) as session:
        for number in range(CAMPAIGNS):
            session.add(
                Campaign(
                    name=f"Bench {number}",
                    currency="USD",
                    automatic=True,
                    combinable=number % 10 == 0,
                    minimum_subtotal_amount=1_000 * number,
                    max_uses=10_000 if number % 4 == 0 else None,
                    created_at=clock.now(),
                    **KINDS[number % len(KINDS)],
                )
            )
        session.flush()
        publish_change(session)
        kept = Campaign(
            name=FULL,
            kind="percent",
            percent_basis_points=1000,
            currency="USD",
            codes_made=codes,
            created_at=clock.now(),
        )
        session.add(kept)
        session.flush()
        _fill(session.connection(), kept.id, codes)
    with writing(engine) as session:
        session.connection().exec_driver_sql("ANALYZE")


def _fill(connection: Connection, campaign_id: int, codes: int) -> None:
    for statement in FILL[connection.dialect.name]:
        values = {"campaign_id": campaign_id, "count": codes}
        connection.execute(text(statement), values if ":count" in statement else {})


def _cart(engine: Engine, code: str) -> Cart:
    with reading(engine) as session:
        items = catalog.items(session)
    entries = tuple(
        Entry(f"BENCH-{number}", 1 + number % 3, items[f"BENCH-{number}"].unit_amount)
        for number in range(LINES)
    )
    return Cart(key="b" * 32, entries=entries, code=code, country="US")


def _price(engine: Engine, cart: Cart) -> tuple[float, int]:
    """The median time of one pricing, and its queries."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(TIMES):
            with reading(engine) as session:
                found = price_cart(session, cart, now=clock.now(), country="US")
        times.append((time.perf_counter() - began) / TIMES)
    if len(found.quote.lines) != LINES or not any(use.code for use in found.quote.uses):
        raise SystemExit(f"The bench's cart is not priced as it should be: {found.quote.uses}")
    with counted(engine) as statements, reading(engine) as session:
        price_cart(session, cart, now=clock.now(), country="US")
    return statistics.median(times), len(statements)

"""The promises themselves: a shop that was left alone keeps them, and each kind of damage is seen."""

import pytest
from sqlalchemy import Engine, text

from shop.db import writing
from shop.seed import seed
from tests.invariants import ALWAYS, WHEN_QUIET, broken
from tests.orders.made import NOW, a_paid_order

ORDER = "(SELECT id FROM orders WHERE number = 1001)"


@pytest.fixture
def sold(engine: Engine) -> Engine:
    """A shop with one paid order, made in the way of tests: without holds, letters and timeline."""
    seed(engine, live=False, now=NOW)
    with writing(engine) as session:
        a_paid_order(session, 1001)
    return engine


def test_a_shop_that_has_sold_nothing_keeps_every_promise(engine: Engine) -> None:
    seed(engine, live=False, now=NOW)
    assert broken(engine, quiet=True) == []


def test_every_promise_can_be_asked_on_both_databases(sold: Engine) -> None:
    named = {found.partition(": ")[0] for found in broken(sold, quiet=True)}
    assert named <= ALWAYS.keys() | WHEN_QUIET.keys()
    assert "a paid order is confirmed once" in named


HELD = "INSERT INTO stock_holds (order_id, sku, quantity, created_at, state)"
A_HOLD = f"{HELD} VALUES ({ORDER}, 'HOOK-1', 1, '2026-11-24 00:00:00.000000'"
MOVED = """INSERT INTO stock_movements (sku, delta, reason, order_id, note, "by", created_at)"""
A_SALE = f"{MOVED} VALUES ('HOOK-1', -1, 'sold', {ORDER}, '', 'x', '2026-11-24 00:00:00.000000')"
MORE = "quantity = 2, subtotal_amount = 2 * unit_amount, total_amount = 2 * unit_amount"
DAMAGES = {
    "UPDATE stock SET on_hand = on_hand + 1": "what lies on the shelf is the sum of the ledger",
    "UPDATE stock SET held = held + 1": "what is held is the sum of the holds",
    f"{A_HOLD}, 'consumed')": "every hold that was used up is one sale in the ledger",
    f"{A_HOLD}, 'released')": "a hold is as far as its order",
    A_SALE: "every sale in the ledger was held by a paid order",
    "UPDATE campaigns SET held = 1 WHERE max_uses IS NULL": "a campaign's counters are its uses",
    "UPDATE codes SET redeemed = 1 WHERE max_uses IS NULL": "a code's counters are its uses",
    "UPDATE orders SET state = 'pending'": "an order that waits for money can be paid, "
    "or its bank takes its time, or a person was asked",
    "UPDATE orders SET state = 'expired'": "money for an order that is not paid goes back, or is flagged",
    "UPDATE orders SET payment_state = 'unpaid'": "an order says unpaid only while no money is there",
    "UPDATE reader_totals SET gone = gone + 1": "the readers' totals are the readers",
    "UPDATE payments SET amount = 1": "a payment of another amount is flagged",
    "DELETE FROM payments": "a paid order has money, or cost nothing",
    "DELETE FROM order_lines": "every order has lines",
    f"UPDATE order_lines SET {MORE}": "lines add up to their order",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_seen(sold: Engine, damage: str) -> None:
    before = broken(sold)
    with writing(sold) as session:
        session.execute(text(damage))
    assert DAMAGES[damage] in [found.partition(": ")[0] for found in broken(sold) if found not in before]

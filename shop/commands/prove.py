"""Proves that orders, money, stock and codes add up: what must be true of a shop's rows whatever has happened to it.

In plain SQL that knows none of the code. Each promise has a query for the rows that break it. They hold between any two
transactions; those of WHEN_QUIET only when nothing is under way any more. A refund that failed or was canceled is money
that is still here.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from sqlalchemy import Engine

from shop.config import Config
from shop.db import open_engine
from shop.driver import TRANSACTION

ALWAYS = {
    "what lies on the shelf is the sum of the ledger": """
        SELECT s.sku, s.on_hand, coalesce(sum(m.delta), 0) FROM stock s LEFT JOIN stock_movements m ON m.sku = s.sku
        GROUP BY s.sku, s.on_hand HAVING s.on_hand <> coalesce(sum(m.delta), 0)""",
    "what is held is the sum of the holds": """
        SELECT s.sku, s.held, coalesce(sum(h.quantity), 0)
        FROM stock s LEFT JOIN stock_holds h ON h.sku = s.sku AND h.state = 'held'
        GROUP BY s.sku, s.held HAVING s.held <> coalesce(sum(h.quantity), 0)""",
    "nothing is sold that was not there": "SELECT sku, on_hand, held FROM stock WHERE held < 0 OR held > on_hand",
    "a hold is as far as its order": """
        SELECT o.number, o.state, h.sku, h.state FROM stock_holds h JOIN orders o ON o.id = h.order_id
        WHERE (o.state, h.state) NOT IN (('pending', 'held'), ('paid', 'consumed'),
                                         ('expired', 'released'), ('cancelled', 'released'))""",
    "every hold that was used up is one sale in the ledger": """
        SELECT h.order_id, h.sku, h.quantity, coalesce(sum(m.delta), 0), count(m.id)
        FROM stock_holds h LEFT JOIN stock_movements m
             ON m.order_id = h.order_id AND m.sku = h.sku AND m.reason = 'sold'
        WHERE h.state = 'consumed'
        GROUP BY h.order_id, h.sku, h.quantity HAVING coalesce(sum(m.delta), 0) <> -h.quantity""",
    "every sale in the ledger was held by a paid order": """
        SELECT m.order_id, m.sku, m.delta FROM stock_movements m
        LEFT JOIN stock_holds h ON h.order_id = m.order_id AND h.sku = m.sku AND h.state = 'consumed'
        WHERE m.reason = 'sold' AND h.id IS NULL""",
    "no more comes back to the shelf than was sold": """
        SELECT order_id, sku, sum(delta) FROM stock_movements WHERE order_id IS NOT NULL
        GROUP BY order_id, sku HAVING sum(delta) > 0""",
    "a campaign's counters are its uses": """
        SELECT c.id, c.held, c.redeemed FROM campaigns c
        WHERE c.held <> (SELECT count(*) FROM redemptions r WHERE r.campaign_id = c.id AND r.state = 'held')
           OR c.redeemed <> (SELECT count(*) FROM redemptions r WHERE r.campaign_id = c.id AND r.state = 'redeemed')""",
    "a campaign spends what its uses take off": """
        SELECT c.id, c.spent_amount FROM campaigns c
        WHERE c.spent_amount <> (SELECT coalesce(sum(r.amount), 0) FROM redemptions r
                                 WHERE r.campaign_id = c.id AND r.state <> 'released')""",
    "a code's counters are its uses": """
        SELECT c.code, c.held, c.redeemed FROM codes c
        WHERE c.held <> (SELECT count(*) FROM redemptions r WHERE r.code_id = c.id AND r.state = 'held')
           OR c.redeemed <> (SELECT count(*) FROM redemptions r WHERE r.code_id = c.id AND r.state = 'redeemed')""",
    "no code is used more often than it may be": """
        SELECT c.code, count(*) FROM codes c JOIN redemptions r ON r.code_id = c.id AND r.state <> 'released'
        WHERE c.max_uses IS NOT NULL GROUP BY c.code, c.max_uses HAVING count(*) > c.max_uses""",
    "no customer uses a campaign more often than she may": """
        SELECT c.id, r.email_normalized, count(*)
        FROM campaigns c JOIN redemptions r ON r.campaign_id = c.id AND r.state <> 'released'
        WHERE c.max_uses_per_customer IS NOT NULL
        GROUP BY c.id, c.max_uses_per_customer, r.email_normalized HAVING count(*) > c.max_uses_per_customer""",
    "the readers' totals are the readers": """
        SELECT t.pending, t.confirmed, t.gone FROM reader_totals t
        WHERE t.pending <> (SELECT count(*) FROM readers r WHERE r.state = 'pending')
           OR t.confirmed <> (SELECT count(*) FROM readers r WHERE r.state = 'confirmed')
           OR t.gone <> (SELECT count(*) FROM readers r WHERE r.state = 'left')""",
    "a use is as far as its order": """
        SELECT o.number, o.state, r.state FROM redemptions r JOIN orders o ON o.id = r.order_id
        WHERE (o.state, r.state) NOT IN (('pending', 'held'), ('paid', 'redeemed'), ('paid', 'released'),
                                         ('expired', 'released'), ('cancelled', 'released'))""",
    "a paid order lost its discount only when it was refunded or flagged": """
        SELECT o.number FROM redemptions r JOIN orders o ON o.id = r.order_id
        WHERE o.state = 'paid' AND r.state = 'released' AND o.payment_state <> 'refunded'
          AND NOT EXISTS (SELECT 1 FROM order_flags f WHERE f.order_id = o.id AND f.reason = 'discount_gone')""",
    "lines add up to their order": """
        SELECT o.number FROM orders o JOIN order_lines l ON l.order_id = o.id
        GROUP BY o.id, o.number, o.subtotal_amount, o.discount_amount
        HAVING sum(l.subtotal_amount) <> o.subtotal_amount OR sum(l.discount_amount) <> o.discount_amount""",
    "every order has lines": """
        SELECT number FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id)""",
    "the discounts of a line add up": """
        SELECT l.id, l.discount_amount FROM order_lines l
        LEFT JOIN order_line_discounts d ON d.order_line_id = l.id
        GROUP BY l.id, l.discount_amount HAVING l.discount_amount <> coalesce(sum(d.amount), 0)""",
    "a paid order has money, or cost nothing": """
        SELECT number FROM orders o WHERE o.state = 'paid' AND o.total_amount > 0
          AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.state = 'succeeded')""",
    "money for an order that is not paid goes back, or is flagged": """
        SELECT o.number, p.provider_id FROM payments p JOIN orders o ON o.id = p.order_id
        WHERE p.state = 'succeeded' AND o.state <> 'paid'
          AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.payment_id = p.id AND r.state NOT IN ('failed', 'canceled'))
          AND NOT EXISTS (SELECT 1 FROM order_flags f WHERE f.order_id = o.id)""",
    "of several payments all but one go back": """
        SELECT o.number, count(*) FROM payments p JOIN orders o ON o.id = p.order_id
        WHERE p.state = 'succeeded'
          AND p.amount > (SELECT coalesce(sum(r.amount), 0) FROM refunds r
                          WHERE r.payment_id = p.id AND r.state NOT IN ('failed', 'canceled'))
        GROUP BY o.id, o.number HAVING count(*) > 1
          AND NOT EXISTS (SELECT 1 FROM order_flags f WHERE f.order_id = o.id)""",
    "a payment of another amount is flagged": """
        SELECT o.number, o.total_amount, p.amount FROM payments p JOIN orders o ON o.id = p.order_id
        WHERE p.state = 'succeeded' AND p.amount <> o.total_amount
          AND NOT EXISTS (SELECT 1 FROM order_flags f
                          WHERE f.order_id = o.id AND f.reason IN ('amount_differs', 'currency_differs'))""",
    "no more goes back than came": """
        SELECT p.provider_id, p.amount, sum(r.amount) FROM payments p JOIN refunds r ON r.payment_id = p.id
        WHERE r.state NOT IN ('failed', 'canceled')
        GROUP BY p.id, p.provider_id, p.amount HAVING sum(r.amount) > p.amount""",
    "no piece of a line is withdrawn from twice": """
        SELECT l.id, l.quantity, sum(w.quantity) FROM order_lines l
        JOIN order_withdrawal_lines w ON w.order_line_id = l.id
        GROUP BY l.id, l.quantity HAVING sum(w.quantity) > l.quantity""",
    "a withdrawal is about lines of its own order, and laid before a person": """
        SELECT w.id FROM order_withdrawals w
        WHERE NOT EXISTS (SELECT 1 FROM order_withdrawal_lines wl WHERE wl.withdrawal_id = w.id)
           OR EXISTS (SELECT 1 FROM order_withdrawal_lines wl JOIN order_lines l ON l.id = wl.order_line_id
                      WHERE wl.withdrawal_id = w.id AND l.order_id <> w.order_id)
           OR NOT EXISTS (SELECT 1 FROM order_flags f WHERE f.order_id = w.order_id AND f.reason = 'withdrawn'
                          AND f.reference = 'withdrawal ' || w.number)""",
    "no piece of a line goes back twice": """
        SELECT l.id, l.quantity, sum(rl.quantity) FROM order_lines l
        JOIN refund_lines rl ON rl.order_line_id = l.id
        JOIN refunds r ON r.id = rl.refund_id AND r.state NOT IN ('failed', 'canceled')
        GROUP BY l.id, l.quantity HAVING sum(rl.quantity) > l.quantity""",
    "no piece of a line leaves twice": """
        SELECT l.id, l.quantity, sum(s.quantity) FROM order_lines l
        JOIN shipment_lines s ON s.order_line_id = l.id
        JOIN shipments p ON p.id = s.shipment_id AND p.undone_at IS NULL
        GROUP BY l.id, l.quantity HAVING sum(s.quantity) > l.quantity""",
    "an order says unpaid only while no money is there": """
        SELECT o.number, o.payment_state FROM orders o
        WHERE (o.payment_state = 'unpaid')
              <> (NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.state <> 'failed')
                  AND NOT (o.total_amount = 0 AND o.state = 'paid'))""",
    "a failed payment left its order without money": """
        SELECT o.number, o.payment_state FROM orders o JOIN payments p ON p.order_id = o.id
        WHERE p.state = 'failed' AND o.payment_state = 'processing'
          AND NOT EXISTS (SELECT 1 FROM payments q WHERE q.order_id = o.id AND q.state = 'processing')""",
    "an order has one page to pay on at most": """
        SELECT order_id, count(*) FROM checkout_attempts WHERE state IN ('creating', 'open')
        GROUP BY order_id HAVING count(*) > 1""",
    "only an order that waits for money can be paid": """
        SELECT o.number, o.state, a.state FROM checkout_attempts a JOIN orders o ON o.id = a.order_id
        WHERE a.state IN ('creating', 'open') AND o.state <> 'pending'""",
    "an order that waits for money can be paid, or its bank takes its time, or a person was asked": """
        SELECT o.number FROM orders o WHERE o.state = 'pending'
          AND NOT EXISTS (SELECT 1 FROM checkout_attempts a
                          WHERE a.order_id = o.id AND (a.state IN ('creating', 'open') OR a.processing))
          AND NOT EXISTS (SELECT 1 FROM order_flags f WHERE f.order_id = o.id)""",
    "a paid order is confirmed once": """
        SELECT o.number, count(l.id) FROM orders o
        LEFT JOIN outbox l ON l.order_id = o.id AND l.template = 'order_confirmed'
             AND substr(l.dedupe_key, 1, 6) <> 'again:'
        WHERE o.state = 'paid' GROUP BY o.id, o.number HAVING count(l.id) <> 1""",
    "an order that is not paid is not confirmed": """
        SELECT o.number FROM outbox l JOIN orders o ON o.id = l.order_id
        WHERE l.template = 'order_confirmed' AND o.state <> 'paid'""",
    "an order becomes paid once": """
        SELECT o.number, count(e.id) FROM orders o LEFT JOIN order_events e ON e.order_id = o.id AND e.kind = 'paid'
        WHERE o.state = 'paid' GROUP BY o.id, o.number HAVING count(e.id) <> 1""",
    "every payment is received once": """
        SELECT o.id, (SELECT count(*) FROM payments p WHERE p.order_id = o.id AND p.state = 'succeeded'),
               (SELECT count(*) FROM order_events e WHERE e.order_id = o.id AND e.kind = 'payment_received')
        FROM orders o
        WHERE (SELECT count(*) FROM payments p WHERE p.order_id = o.id AND p.state = 'succeeded')
           <> (SELECT count(*) FROM order_events e WHERE e.order_id = o.id AND e.kind = 'payment_received')""",
    "every refund is asked for and comes to its end once": """
        SELECT e.order_id, e.kind, count(*) FROM order_events e WHERE substr(e.kind, 1, 7) = 'refund_'
        GROUP BY e.order_id, e.kind HAVING count(*) > (SELECT count(*) FROM refunds r WHERE r.order_id = e.order_id)""",
    "a second payment, and money without goods, is flagged": """
        SELECT o.number FROM orders o JOIN refunds r ON r.order_id = o.id AND r.source = 'automatic'
        WHERE NOT EXISTS (SELECT 1 FROM order_flags f WHERE f.order_id = o.id
                          AND f.reason IN ('second_payment', 'stock_gone'))""",
    "the shop's people hear of every flag": """
        SELECT f.order_id, f.reason FROM order_flags f JOIN orders o ON o.id = f.order_id
        WHERE NOT EXISTS (SELECT 1 FROM outbox l WHERE l.template = 'order_flagged' AND l.order_id = o.id)""",
    "a letter that has left is not sent again": "SELECT id, state FROM outbox WHERE state = 'sent' AND sent_at IS NULL",
}

WHEN_QUIET = {
    "nothing is being made any more": "SELECT id, failure FROM checkout_attempts WHERE state = 'creating'",
    "every event was acted on": """
        SELECT id, type, state, tries, error FROM webhook_events WHERE state IN ('received', 'failed')""",
    "every letter has left": "SELECT id, template, state, tries, last_error FROM outbox WHERE state <> 'sent'",
    "every refund was sent": "SELECT id, idempotency_key, failure FROM refunds WHERE state = 'requested'",
}


# So many of the rows that break a promise are shown.
SHOWN = 5


def arguments(parser: ArgumentParser) -> None:
    """Whether something may still be under way."""
    parser.add_argument(
        "--quiet",
        action="store_true",
        help="nothing is under way either: no letter waits, no event, no refund",
    )


def command(config: Config, asked: Namespace) -> int:
    """Print each promise and whether it holds; 1 when one does not."""
    engine = open_engine(config.database_url)
    kept = 0
    for promise, breaking in each_promise(engine, quiet=asked.quiet):
        kept += not breaking
        print(f"  {'BROKEN' if breaking else 'kept':<8}{promise}", flush=True)
        for row in breaking:
            print(f"          {', '.join(map(str, row))}")
    engine.dispose()
    many = len(ALWAYS | WHEN_QUIET if asked.quiet else ALWAYS)
    print(f"{kept} of {many} promises are kept.")
    return 0 if kept == many else 1


def broken(engine: Engine, *, quiet: bool = False) -> list[str]:
    """Return the promises that do not hold, each with a few of the rows that break it."""
    return [f"{promise}: {breaking}" for promise, breaking in each_promise(engine, quiet=quiet) if breaking]


def each_promise(engine: Engine, *, quiet: bool) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """Ask for each promise; yield it with a few of the rows that break it."""
    promises = ALWAYS | WHEN_QUIET if quiet else ALWAYS
    with engine.connect().execution_options(**{TRANSACTION: False}) as connection:
        if engine.dialect.name == "postgresql":
            # A shop of many years takes longer than any request may.
            connection.exec_driver_sql("SET statement_timeout = 0")
        try:
            for promise, query in promises.items():
                yield promise, [tuple(row) for row in connection.exec_driver_sql(query).fetchmany(SHOWN)]
        finally:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("RESET statement_timeout")

"""Refunds and parcels from a terminal, for the days until the back office does them."""

import secrets
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from decimal import Decimal, InvalidOperation

from shop import clock, money
from shop.checkout import letters, refund
from shop.checkout.refund import Wish
from shop.checkout.till import Till
from shop.config import ROOT, Config
from shop.content import read_content
from shop.db import open_engine, reading, writing
from shop.errors import Reason, Refused
from shop.orders import actions as orders
from shop.orders import queries
from shop.orders.models import Order, Refund
from shop.payments.stripe import StripeGateway

BY = "cli"


def refund_arguments(parser: ArgumentParser) -> None:
    """What to give back: everything that is left, unless an amount or lines are named."""
    parser.add_argument("order", type=int, help="the order's number")
    parser.add_argument(
        "--amount", type=decimal_amount, help="such as 12.50; the default is all that is left"
    )
    parser.add_argument(
        "--line",
        type=line_pieces,
        action="append",
        default=[],
        metavar="SKU=PIECES",
        help="pieces of a line; may be repeated",
    )
    parser.add_argument("--restock", action="store_true", help="the goods go back to the shelf")
    parser.add_argument("--note", default="", help="a sentence for the buyer's mail")
    parser.add_argument("--quiet", action="store_true", help="write no mail to the buyer")


def ship_arguments(parser: ArgumentParser) -> None:
    """What left with whom."""
    parser.add_argument("order", type=int, help="the order's number")
    parser.add_argument("--carrier", default="")
    parser.add_argument("--tracking", default="", metavar="NUMBER")


def refund_order(config: Config, asked: Namespace) -> int:
    """Give money back and say what became of it; 1 when the payment service said no."""
    till = till_of(config)
    with writing(till.engine) as session:
        order = _order(till, asked.order)
        wish = Wish(
            amount=None if asked.amount is None else _minor(asked.amount, order.currency),
            pieces=_pieces(till, order, dict(asked.line)),
            restock=asked.restock,
            note=asked.note,
            notify=not asked.quiet,
        )
        key = f"rf-{secrets.token_hex(12)}"
        made = refund.request(session, order.id, wish, key=key, by=BY, now=clock.now()).id
    refund.send(till, made)
    with reading(till.engine) as session:
        row = session.get_one(Refund, made)
    amount = money.display(row.amount, row.currency)
    said = {
        "requested": f"No answer yet; the worker sends the refund of {amount} again in a few minutes.",
        "failed": f"The refund of {amount} did not go through: {row.failure}",
    }.get(row.state, f"Refunded {amount} of order {order.number} ({row.state}).")
    print(said)
    till.engine.dispose()
    return 1 if row.state == "failed" else 0


def ship_order(config: Config, asked: Namespace) -> int:
    """Send all that is left of an order, and write to the buyer."""
    till = till_of(config)
    with writing(till.engine) as session:
        order_id = _order(till, asked.order).id
        parcel = orders.ship(
            session, order_id, carrier=asked.carrier, tracking_number=asked.tracking, by=BY, now=clock.now()
        )
        letters.shipped(session, till, orders.lock(session, order_id), parcel, now=clock.now())
    print(f"Order {asked.order} is on its way.")
    till.engine.dispose()
    return 0


def decimal_amount(text: str) -> Decimal:
    """Read an amount of money as it is written; raises ArgumentTypeError."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 < amount < 10**8:
        raise ArgumentTypeError(f"{text!r} is not an amount such as 12.50")
    return amount


def line_pieces(text: str) -> tuple[str, int]:
    """Read ``SKU=PIECES``; raises ArgumentTypeError."""
    sku, _, pieces = text.partition("=")
    if not sku or not pieces.isascii() or not pieces.isdigit():
        raise ArgumentTypeError(f"{text!r} is not like HOOK-1=1")
    return sku, int(pieces)


def till_of(config: Config) -> Till:
    """Return what the money path works with, for a command."""
    content = read_content(ROOT / "content")
    return Till(open_engine(config.database_url), StripeGateway.of(config), config, content, clock.now)


def _order(till: Till, number: int) -> Order:
    with reading(till.engine) as session:
        order = queries.by_number(session, number)
    if order is None:
        raise Refused(Reason.ORDER_UNKNOWN)
    return order


def _minor(amount: Decimal, currency: str) -> int:
    scaled = amount.scaleb(money.decimals(currency))
    if scaled != scaled.to_integral_value():
        raise Refused(Reason.REFUND_NOTHING)
    return int(scaled)


def _pieces(till: Till, order: Order, by_sku: dict[str, int]) -> dict[int, int]:
    with reading(till.engine) as session:
        ids = {line.sku: line.id for line in queries.lines(session, order.id)}
    if not by_sku.keys() <= ids.keys():
        raise Refused(Reason.REFUND_LINE_UNKNOWN)
    return {ids[sku]: pieces for sku, pieces in by_sku.items()}

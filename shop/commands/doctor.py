"""Compares the shop with the payment service, and finds what is stuck, unsent, broken or leads nowhere."""

from argparse import ArgumentParser, Namespace
from datetime import timedelta

from shop.app import answers
from shop.checkout import doctor
from shop.commands.check import PLATES
from shop.commands.prove import broken
from shop.commands.trade import till_of
from shop.config import ROOT, Config
from shop.content.plates import Plates
from shop.content.proof import proofread
from shop.payments.gateway import GatewayError
from shop.preflight import refuse_missing_tables

# The payment service lists no older events.
MOST_DAYS = 30


def arguments(parser: ArgumentParser) -> None:
    """How far to look back, and whether to mend."""
    parser.add_argument(
        "--days",
        type=int,
        default=7,
        choices=range(1, MOST_DAYS + 1),
        metavar="DAYS",
        help=f"compare payments of so many days, {MOST_DAYS} at most (7)",
    )
    parser.add_argument(
        "--fix", action="store_true", help="do what can be done twice without harm, then look again"
    )


def command(config: Config, asked: Namespace) -> int:
    """Print what is wrong, one line each; return 1 when something is."""
    refuse_missing_tables(config)
    till = till_of(config)
    since = till.clock() - timedelta(days=asked.days)
    if asked.fix:
        try:
            doctor.mend(till, since=since)
        except GatewayError as error:
            print(f"Nothing could be mended: {doctor.in_a_line(error)}.")
    found = [
        *doctor.findings(till, since=since),
        *(f"Broken: {promise}." for promise in broken(till.engine)),
        *(f"content/{fault}" for fault in proofread(ROOT / "content", Plates(PLATES), answers)),
    ]
    till.engine.dispose()
    for line in found:
        print(line)
    print(f"{len(found)} {'thing' if len(found) == 1 else 'things'} to look at." if found else "All is well.")
    return 1 if found else 0

"""Where the shop's books differ from those of the payment service; and the promises of ``shop.commands.prove``.

From a shell: `python -m tests.invariants DATABASE_URL [PAYMENT_SERVICE]`.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests
from sqlalchemy import Engine

from shop.commands.prove import ALWAYS, WHEN_QUIET, broken
from shop.db import open_engine
from tests.payment_service import VERSION

__all__ = ["ALWAYS", "WHEN_QUIET", "broken"]


def books_of(address: str, key: str = "sk_test_local_demo") -> dict[str, list[dict[str, Any]]]:
    """All payments, refunds and pages that the payment service at ``address`` knows."""
    return {
        kind: list(_listed(address, kind, key))
        for kind in ("payment_intents", "refunds", "checkout/sessions")
    }


def _listed(address: str, kind: str, key: str) -> Iterator[dict[str, Any]]:
    after: dict[str, str] = {}
    while True:
        answer = requests.get(
            f"{address}/v1/{kind}",
            params={"limit": "100"} | after,
            auth=(key, ""),
            headers={"Stripe-Version": VERSION},
            timeout=20,
        ).json()
        yield from answer["data"]
        if not answer["has_more"]:
            return
        after = {"starting_after": answer["data"][-1]["id"]}


def at_odds(engine: Engine, books: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Where the shop's books differ from those of the payment service (see ``books_of``)."""
    taken = {
        (intent["id"], intent["amount_received"])
        for intent in books["payment_intents"]
        if intent["status"] == "succeeded"
    }
    given_back = {(refund["id"], refund["amount"]) for refund in books["refunds"]}
    complete = {page["id"] for page in books["checkout/sessions"] if page["status"] == "complete"}
    booked = _pairs(engine, "SELECT provider_id, amount FROM payments WHERE state = 'succeeded'")
    seen = _pairs(engine, "SELECT provider_id, amount FROM unmatched_payments")
    back = _pairs(engine, "SELECT provider_id, amount FROM refunds WHERE provider_id IS NOT NULL")
    still_open = _pairs(engine, "SELECT page_id, state FROM checkout_attempts WHERE state = 'open'")
    differences = {
        "taken and not booked": taken - booked - seen,
        "booked and not taken": booked - taken,
        "given back and not booked": given_back - back,
        "booked and not given back": back - given_back,
        "paid there and still open here": {pair for pair in still_open if pair[0] in complete},
    }
    return [f"{what}: {sorted(pairs)[:5]}" for what, pairs in differences.items() if pairs]


def _pairs(engine: Engine, query: str) -> set[tuple[Any, Any]]:
    with engine.connect() as connection:
        return {(row[0], row[1]) for row in connection.exec_driver_sql(query)}


def main(database_url: str, service_address: str = "") -> str:
    """Say what is broken, one promise a line."""
    engine = open_engine(database_url)
    found = broken(engine, quiet=True)
    if service_address:
        found += at_odds(engine, books_of(service_address))
    return "\n".join(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or None)

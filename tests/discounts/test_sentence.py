"""The live sentence of a campaign, against a table of campaigns that people could have made.

Most need a code and combine with other offers; the table leaves that out.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shop.discounts.rules import Terms
from shop.discounts.sentence import sentence

ZONE = ZoneInfo("America/New_York")
NAMES = {
    "HOOK-1": "Hip Hook",
    "BALL-1": "Hip Release Ball",
    "BOOK-PB": "the paperback",
    "SET-FULL": "Complete program",
}


def at(*parts: int) -> datetime:
    """A moment in the shop's time zone."""
    return datetime(*parts, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "percent", "percent_basis_points": 1500}, "15% off the whole order"),
        (
            {"kind": "percent", "percent_basis_points": 1250, "combinable": False},
            "12.5% off the whole order; it stands alone.",
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "automatic": True},
            "Without a code, 10% off the whole order",
        ),
        (
            {"kind": "percent", "percent_basis_points": 2000, "max_discount_amount": 3000},
            "20% off the whole order, up to $30.00 an order",
        ),
        ({"kind": "percent", "percent_basis_points": 1000, "skus": {"HOOK-1"}}, "10% off Hip Hook"),
        (
            {"kind": "percent", "percent_basis_points": 1000, "skus": {"HOOK-1", "BALL-1"}},
            "10% off Hip Release Ball and Hip Hook",
        ),
        (
            {
                "kind": "percent",
                "percent_basis_points": 1000,
                "skus": {"HOOK-1", "BALL-1", "BOOK-PB"},
                "max_units": 2,
            },
            "10% off the 2 dearest pieces of Hip Release Ball, the paperback or Hip Hook",
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "excluded_skus": {"SET-FULL"}},
            "10% off everything, except Complete program",
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "excluded_skus": {"SET-FULL", "BOOK-PB"}},
            "10% off everything, except the paperback and Complete program",
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "excludes_reduced": True},
            "10% off everything, but nothing that is reduced already",
        ),
        ({"kind": "percent", "percent_basis_points": 5000, "max_units": 1}, "50% off the dearest piece"),
        (
            {
                "kind": "percent",
                "percent_basis_points": 1000,
                "first_order_only": True,
                "max_uses_per_customer": 1,
                "ends_at": at(2026, 12, 6, 23, 59),
            },
            "10% off the whole order, for a first order only, until Dec 6, 2026, 11:59 PM",
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "max_uses_per_customer": 2, "max_uses": 500},
            "10% off the whole order, at most twice per customer, at most 500 times in all",
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "budget_amount": 50000},
            "10% off the whole order, until $500.00 have been given",
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "minimum_subtotal_amount": 5000},
            "10% off the whole order, when the goods come to $50.00 or more",
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "minimum_quantity": 3, "skus": {"BALL-1"}},
            "10% off Hip Release Ball, with 3 pieces of these or more",
        ),
        (
            {
                "kind": "percent",
                "percent_basis_points": 1000,
                "minimum_quantity": 1,
                "minimum_subtotal_amount": 2500,
                "excludes_reduced": True,
            },
            (
                "10% off everything, but nothing that is reduced already, when these come to $25.00 or more, with 1 "
                "piece of these or more"
            ),
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "countries": {"US"}},
            "10% off the whole order, in orders to the United States only",
        ),
        (
            {"kind": "percent", "percent_basis_points": 1000, "countries": {"US", "CA", "GB"}},
            "10% off the whole order, in orders to Canada, the United Kingdom or the United States only",
        ),
        (
            {
                "kind": "percent",
                "percent_basis_points": 1000,
                "starts_at": at(2026, 12, 1, 0, 0),
                "ends_at": at(2026, 12, 25, 0, 0),
            },
            "10% off the whole order, from Dec 1, 2026, through Dec 24, 2026",
        ),
        (
            {"kind": "percent", "percent_basis_points": 10000, "max_uses": 1},
            "100% off the whole order, once in all",
        ),
        ({"kind": "fixed_order", "amount": 1000}, "$10.00 off the whole order"),
        (
            {
                "kind": "fixed_order",
                "amount": 1000,
                "minimum_subtotal_amount": 7500,
                "automatic": True,
                "combinable": False,
            },
            "Without a code, $10.00 off the whole order, when the goods come to $75.00 or more; it stands alone.",
        ),
        ({"kind": "fixed_order", "amount": 1500, "currency": "JPY"}, "¥1,500 off the whole order"),
        (
            {"kind": "fixed_order", "amount": 1000, "skus": {"HOOK-1", "BALL-1"}},
            "$10.00 off Hip Release Ball and Hip Hook",
        ),
        ({"kind": "fixed_item", "amount": 4000, "skus": {"HOOK-1"}}, "$40.00 off each Hip Hook"),
        ({"kind": "fixed_item", "amount": 500}, "$5.00 off each piece"),
        (
            {"kind": "fixed_item", "amount": 500, "skus": {"HOOK-1", "BALL-1"}, "max_units": 3},
            "$5.00 off each of the 3 dearest pieces of Hip Release Ball or Hip Hook",
        ),
        (
            {"kind": "fixed_item", "amount": 500, "max_discount_amount": 2000},
            "$5.00 off each piece, up to $20.00 an order",
        ),
        ({"kind": "set_price", "amount": 9900, "skus": {"HOOK-1"}}, "each Hip Hook for $99.00"),
        (
            {"kind": "set_price", "amount": 2000, "skus": {"BALL-1", "BOOK-PB"}, "max_units": 1},
            "the dearest piece of Hip Release Ball or the paperback for $20.00",
        ),
        (
            {"kind": "bundle_price", "amount": 16000, "skus": {"HOOK-1", "BALL-1"}},
            "Hip Release Ball and Hip Hook together for $160.00",
        ),
        (
            {
                "kind": "bundle_price",
                "amount": 17500,
                "skus": {"HOOK-1", "BALL-1", "BOOK-PB"},
                "max_units": 1,
                "automatic": True,
            },
            "Without a code, Hip Release Ball, the paperback and Hip Hook together for $175.00, once an order",
        ),
        (
            {"kind": "bundle_price", "amount": 16000, "skus": {"HOOK-1", "BALL-1"}, "max_units": 2},
            "Hip Release Ball and Hip Hook together for $160.00, at most twice an order",
        ),
        (
            {"kind": "buy_get", "buy_quantity": 2, "get_quantity": 1, "percent_basis_points": 10000},
            "for every 2 bought, 1 more free, always the cheapest",
        ),
        (
            {
                "kind": "buy_get",
                "buy_quantity": 2,
                "get_quantity": 1,
                "percent_basis_points": 5000,
                "skus": {"BALL-1"},
                "max_units": 2,
            },
            "for every 2 bought of Hip Release Ball, 1 more at 50% off, always the cheapest (2 at most)",
        ),
        (
            {
                "kind": "buy_get",
                "buy_quantity": 1,
                "get_quantity": 1,
                "percent_basis_points": 10000,
                "skus": {"HOOK-1"},
                "get_skus": {"BALL-1"},
            },
            "for each Hip Hook bought, 1 Hip Release Ball free",
        ),
        (
            {
                "kind": "buy_get",
                "buy_quantity": 1,
                "get_quantity": 2,
                "percent_basis_points": 2500,
                "skus": {"HOOK-1", "SET-FULL"},
                "get_skus": {"BALL-1", "BOOK-PB"},
                "max_units": 2,
            },
            (
                "for each Hip Hook or Complete program bought, 2 Hip Release Ball or the paperback at 25% off (2 at "
                "most)"
            ),
        ),
        ({"kind": "free_shipping"}, "free shipping"),
        (
            {"kind": "free_shipping", "minimum_subtotal_amount": 2500, "countries": {"US"}},
            "free shipping, when the goods come to $25.00 or more, in orders to the United States only",
        ),
        (
            {"kind": "free_shipping", "skus": {"BOOK-PB"}, "max_discount_amount": 1000},
            "free shipping with the paperback, up to $10.00 an order",
        ),
        (
            {"kind": "reduced_shipping", "amount": 500, "countries": {"CA", "GB"}, "automatic": True},
            "Without a code, $5.00 off shipping, in orders to Canada or the United Kingdom only",
        ),
        (
            {
                "kind": "percent",
                "percent_basis_points": 1000,
                "excluded_skus": {"SET-FULL"},
                "excludes_reduced": True,
                "max_discount_amount": 3000,
                "minimum_subtotal_amount": 5000,
                "countries": {"US"},
                "max_uses_per_customer": 1,
                "max_uses": 1000,
                "budget_amount": 500000,
                "starts_at": at(2026, 11, 27, 9, 30),
                "ends_at": at(2026, 12, 1, 12, 0),
                "combinable": False,
            },
            (
                "10% off everything, except Complete program, but nothing that is reduced already, up to $30.00 an "
                "order, when these come to $50.00 or more, in orders to the United States only, once per customer, at"
                " most 1,000 times in all, until $5,000.00 have been given, from Nov 27, 2026, 9:30 AM, until Dec 1, "
                "2026, 12:00 PM; it stands alone."
            ),
        ),
    ],
)
def test_a_campaign_states_itself_in_one_sentence(fields: dict[str, Any], said: str) -> None:
    values = {name: frozenset(value) if isinstance(value, set) else value for name, value in fields.items()}
    terms = Terms(**{"campaign_id": 1, "name": "A campaign", "currency": "USD"} | values)
    if not said.startswith("Without"):
        said = f"With a code, {said}"
    assert sentence(terms, NAMES, ZONE) == (
        said if said.endswith(".") else f"{said}; it combines with other offers."
    )

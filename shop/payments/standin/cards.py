"""The test cards of https://docs.stripe.com/testing. No other number is ever accepted, and none but these is
stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class TestCard:
    """One number and what happens to a payment that uses it.

    `code`, `decline_code` and `message` are set when the card refuses. `field` is the field of the payment
    page that the refusal belongs to. `refunds` tells how a later refund ends: succeeded, failed (after first
    succeeding) or pending (and then succeeded).
    """

    number: str
    meaning: str
    code: str | None = None
    decline_code: str | None = None
    message: str | None = None
    field: str = "card_number"
    asks_to_authenticate: bool = False
    disputed: bool = False
    refunds: str = "succeeded"

    @property
    def last4(self) -> str:
        """The four digits that a receipt may show."""
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        """The number as people read it, in groups of four."""
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


_LISTED = (
    TestCard("4242424242424242", "Pays at once"),
    TestCard("4000002500003155", "Asks you to confirm (3D Secure) first", asks_to_authenticate=True),
    TestCard(
        "4000000000000002",
        "Declined by the bank",
        code="card_declined",
        decline_code="generic_decline",
        message="Your card was declined.",
    ),
    TestCard(
        "4000000000009995",
        "Declined: insufficient funds",
        code="card_declined",
        decline_code="insufficient_funds",
        message="Your card has insufficient funds.",
    ),
    TestCard(
        "4000000000000069",
        "Declined: expired card",
        code="expired_card",
        decline_code="expired_card",
        message="Your card has expired.",
        field="card_expiry",
    ),
    TestCard(
        "4000000000000127",
        "Declined: wrong security code",
        code="incorrect_cvc",
        decline_code="incorrect_cvc",
        message="Your card's security code is incorrect.",
        field="card_cvc",
    ),
    TestCard(
        "4000000000000119",
        "Declined: processing error",
        code="processing_error",
        decline_code="processing_error",
        message="An error occurred while processing your card. Try again in a little bit.",
    ),
    TestCard("4000000000000259", "Pays, then the payment is disputed", disputed=True),
    TestCard("4000000000005126", "Pays; a refund succeeds at first and fails later", refunds="failed"),
    TestCard("4000000000007726", "Pays; a refund is pending at first and succeeds later", refunds="pending"),
)

TEST_CARDS: dict[str, TestCard] = {card.number: card for card in _LISTED}


def listed_card(typed: str) -> TestCard | None:
    """Return the test card whose number was typed (spaces and hyphens allowed), or None for every other
    number.
    """
    return TEST_CARDS.get(re.sub(r"[ \-\u00a0]", "", typed))

"""What an order's payments, refunds and disputes come to. Values in, values out; all amounts minor units."""

from collections.abc import Sequence

# A refund in one of these states has left the shop or is leaving it; failed and canceled ones came back.
GONE_BACK = frozenset({"pending", "requires_action", "succeeded"})
# https://docs.stripe.com/disputes/how-disputes-work: early inquiries begin with "warning_" and take no money.
DISPUTE_OPEN = frozenset({"needs_response", "under_review", "appeal_under_review", "appeal_needs_response"})


def payment_state(
    total: int,
    *,
    captured: int,
    refunded: int,
    processing: bool,
    disputes: Sequence[str],
) -> str:
    """Return an order's payment state from its sums.

    ``captured`` is all money taken, of second payments too; ``refunded`` what went back. Returning what was
    paid twice does not make an order refunded: only what goes below its total does.
    """
    if any(status == "lost" for status in disputes):
        return "lost"
    if any(status in DISPUTE_OPEN for status in disputes):
        return "disputed"
    if captured == 0 and total > 0:
        return "processing" if processing else "unpaid"
    owed = min(total, captured)
    below = max(0, refunded - (captured - owed))
    if below == 0:
        return "paid"
    return "refunded" if below >= owed else "part_refunded"


def line_refund(total: int, quantity: int, *, refunded: int, more: int) -> int:
    """Return what ``more`` pieces of a line are worth when ``refunded`` of its ``quantity`` went back before.

    However a line is returned, piece by piece or at once, its refunds sum to its ``total`` exactly.
    """
    return total * (refunded + more) // quantity - total * refunded // quantity

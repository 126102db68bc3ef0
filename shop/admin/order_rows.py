"""The rows of the list of orders: drawn once by the template, with blanks, and filled here for each order.

A template that draws fifty rows anew looks up and escapes a thousand values one by one, which takes several times
longer than all else in the page.
"""

from collections.abc import Mapping, Sequence
from html import escape

from markupsafe import Markup

from shop import money
from shop.orders.lists import Listed
from shop.web.filters import short_moment_in
from shop.web.tools import tools


def filled(
    orders: Sequence[Listed], row: str, states: Mapping[str, str], *, tag: str, flagged: str, address: str
) -> Markup:
    """Return a row for each order.

    ``row`` has blanks, such as ``%(number)s``: number, placed, buyer, marks, to, goods, payment, shipping, total, and
    ``address``, the query of the list. ``states``: what is drawn for each word of ``payment_word`` and
    ``shipping_word``. ``tag`` has one blank; ``flagged`` marks an order that waits for a decision.
    """
    zone, row, tag, address = tools().config.time_zone, str(row), str(tag), escape(address)
    rows = [
        row
        % {
            "number": order.number,
            "address": address,
            "placed": short_moment_in(zone, order.placed_at),
            "buyer": escape(order.name or order.email),
            "marks": _marks(order, tag, flagged) if order.flags or order.tags else "",
            "to": escape(order.goes_to),
            "goods": escape(order.first_goods),
            "payment": states[payment_word(order)],
            "shipping": states[shipping_word(order)],
            "total": money.display(order.total_amount, order.currency),
        }
        for order in orders
    ]
    # Each blank is a number, drawn by the template, or escaped.
    return Markup("".join(rows))  # noqa: S704


def payment_word(order: Listed) -> str:
    """Return what is said about an order's payment: that it never came, or how it stands."""
    gone = order.state in ("pending", "expired", "cancelled") and order.payment_state == "unpaid"
    return order.state if gone else order.payment_state


def shipping_word(order: Listed) -> str:
    """Return what is said about an order's way: ``nothing`` while there is nothing to say."""
    if order.archived:
        return "archived"
    return order.shipping_state if order.state == "paid" else "nothing"


def _marks(order: Listed, tag: str, flagged: str) -> str:
    return (str(flagged) if order.flags else "") + "".join(tag % escape(words) for words in order.tags)

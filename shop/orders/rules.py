"""What an order's states mean to the person who placed it: values in, values out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

from babel import Locale

AMERICAN = Locale("en", "US")
CARD_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "Eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
PAYMENT_METHODS = {"sepa_debit": "SEPA debit", "us_bank_account": "Bank account", "card": "Card"}
# The steps of an order that is shipped, and the step at which each shipping state is now.
STEPS = ("placed", "paid", "packed", "shipped", "delivered")
REACHED = {"to_ship": 2, "on_hold": 2, "part_shipped": 3, "shipped": 3, "delivered": 5}
# How each carrier's numbers look, and where it tells how far a parcel is.
CARRIERS = {
    "UPS": (r"1Z[0-9A-Z]{16}", "https://www.ups.com/track?tracknum={}"),
    "USPS": (r"9[1-5]\d{18,24}|[A-Z]{2}\d{9}US", "https://tools.usps.com/go/TrackConfirmAction?tLabels={}"),
    "FedEx": (r"\d{12}|\d{15}", "https://www.fedex.com/fedextrack/?trknbr={}"),
    "DHL": (r"\d{10}", "https://www.dhl.com/en/express/tracking.html?AWB={}"),
}
CLOSED = ("expired", "cancelled")
# Refunds that count: money that has gone back or is about to.
REFUND_STATES = ("requested", "pending", "requires_action", "succeeded")


@dataclass(frozen=True)
class Standing:
    """Where an order stands: its three states, and what else its sentence depends on."""

    state: str
    payment_state: str
    shipping_state: str
    # Something about it waits for a person's decision.
    flagged: bool = False
    # A payment page may still be open, so word of a payment may come at any moment.
    confirming: bool = False
    # The last payment was tried and did not go through.
    payment_failed: bool = False
    # The days on which it should arrive are known.
    dated: bool = False
    # The buyer has withdrawn from the contract, from all of it or a part.
    withdrawn: Literal["", "part", "whole"] = ""


@dataclass(frozen=True)
class Step:
    """One step of the tracker: its key (``tracker.<name>`` in the phrases) and how far it is."""

    name: str
    state: Literal["done", "now", "next"]


def status_sentence(standing: Standing) -> str:
    """Return the key of the one sentence that says where the order stands (``order_status.…``).

    The only blank in these sentences is arrives: the days in words, see ``arrival_words``.
    """
    return f"order_status.{_status(standing)}"


def _status(standing: Standing) -> str:
    if standing.payment_state in ("processing", "disputed", "lost"):
        return standing.payment_state
    if standing.state in CLOSED:
        return _closed(standing)
    if standing.payment_state == "refunded":
        return "refunded"
    if standing.state == "pending":
        return _pending(standing)
    if standing.withdrawn == "whole":
        return "withdrawn"
    return _paid(standing)


def _closed(standing: Standing) -> str:
    endings = {"refunded": "closed_refunded", "paid": "closed_paid", "part_refunded": "closed_paid"}
    return endings.get(standing.payment_state, standing.state)


def _pending(standing: Standing) -> str:
    if standing.payment_state != "unpaid":
        return "flagged"
    if standing.payment_failed:
        return "payment_failed"
    return "confirming" if standing.confirming else "pending"


def _paid(standing: Standing) -> str:
    if standing.flagged and standing.shipping_state in ("to_ship", "nothing_to_ship"):
        return "flagged"
    if standing.shipping_state == "to_ship":
        return "paid" if standing.dated else "paid_no_date"
    if standing.shipping_state == "nothing_to_ship":
        return "paid_digital"
    if standing.shipping_state == "shipped" and not standing.dated:
        return "shipped_no_date"
    if standing.shipping_state == "on_hold" and standing.withdrawn:
        return "held_withdrawn"
    return standing.shipping_state


def status_note(standing: Standing) -> str:
    """Return the key of a second sentence (blank: amount, the money sent back), or an empty string."""
    if standing.payment_state == "part_refunded":
        return "order_status.part_refunded"
    return "order_status.part_withdrawn" if standing.withdrawn == "part" else ""


def tracker(standing: Standing) -> tuple[Step, ...]:
    """Return the five steps of an order that is shipped; nothing for e-books and for orders that ended."""
    ended = (
        standing.state in CLOSED
        or standing.payment_state in ("refunded", "disputed", "lost")
        or standing.withdrawn == "whole"
    )
    if ended or standing.shipping_state == "nothing_to_ship":
        return ()
    now = 1 if standing.state == "pending" else REACHED[standing.shipping_state]
    return tuple(
        Step(name, "done" if at < now else "now" if at == now else "next") for at, name in enumerate(STEPS)
    )


def may_pay(standing: Standing) -> bool:
    """Whether the buyer can still pay: nothing was paid and the order has not ended."""
    return standing.state == "pending" and standing.payment_state == "unpaid"


def arrival_words(from_on: date | None, to_on: date | None) -> str:
    """Return the days of arrival as people read them: ``Thu, Nov 27 – Sat, Nov 29``; empty when unknown."""
    days = dict.fromkeys(day for day in (from_on, to_on) if day)
    return " – ".join(f"{day:%a, %b} {day.day}" for day in days)


def payment_words(method: str, card_brand: str, card_last4: str) -> str:
    """Return how was paid as people say it: ``Visa ending 4242``."""
    words = (
        CARD_BRANDS.get(card_brand) or PAYMENT_METHODS.get(method) or method.replace("_", " ").capitalize()
    )
    return f"{words} ending {card_last4}" if card_last4 else words


def country_name(country: str) -> str:
    """Return the American English name of an ISO 3166-1 alpha-2 country, or the code itself."""
    return str(AMERICAN.territories.get(country, country))


def address_lines(name: str, address: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return a postal address as it stands on a parcel; empty when there is none."""
    if not address:
        return ()
    parts = {key: str(value).strip() for key, value in address.items() if value}
    place = " ".join(part for part in (parts.get("state"), parts.get("postal_code")) if part)
    town = ", ".join(part for part in (parts.get("city"), place) if part)
    country = country_name(parts["country"]) if "country" in parts else ""
    lines = (name, parts.get("line1"), parts.get("line2"), town, country)
    return tuple(line for line in lines if line)


def token_shaped(token: str) -> bool:
    """Whether ``token`` could be an order's access token; anything else is not worth asking the database."""
    return re.fullmatch(r"[A-Za-z0-9_-]{16,43}", token) is not None


def carrier_of(tracking_number: str) -> str:
    """Return the carrier whose numbers look like this one, or nothing."""
    plain = tracking_number.replace(" ", "").upper()
    return next((name for name, (shape, _) in CARRIERS.items() if re.fullmatch(shape, plain, re.ASCII)), "")


def tracking_address(carrier: str, tracking_number: str) -> str:
    """Return where a carrier tells how far a parcel is, or nothing for a carrier the shop does not know."""
    known = CARRIERS.get(carrier)
    plain = tracking_number.replace(" ", "")
    return known[1].format(quote(plain, safe="")) if known and plain else ""


def pasted_tracking(text: str) -> dict[int, str]:
    """Read lines of an order's number and its tracking number, with comma, semicolon, tab or space between.

    Lines without both are left out; the last one of an order counts. Numbers may begin with #.
    """
    found = {}
    for line in text.splitlines():
        match = re.fullmatch(
            r"\s*\"?#?(\d{1,9})\"?\s*[,;\t ]\s*\"?([0-9A-Za-z -]{1,80}?)\"?\s*(?:[,;].*)?", line, re.ASCII
        )
        if match:
            found[int(match[1])] = match[2].strip()
    return found

"""Explain: what any cart costs anybody at any moment, and why; by the same engine that prices the shop's carts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalog import queries as catalog
from shop.catalog.rules import Item
from shop.checkout import queries
from shop.checkout.rules import Quote, price
from shop.discounts import queries as discounts
from shop.discounts.rules import CodeTerms, CodeTry, Terms, normal_code
from shop.orders.models import Order, OrderLine
from shop.shipping import queries as shipping

MOST_PIECES = 99
MOST_LINES = 50
# HOOK-1:2 as in links, 2 x HOOK-1 and HOOK-1 2 as people write it.
_LINE = re.compile(
    r"(?:(?P<before>[0-9]{1,2})\s*(?:x|×|\*)?\s+)?(?P<sku>[A-Za-z][A-Za-z0-9-]{0,39})(?:\s*[:x×*\s]\s*(?P<after>[0-9]{1,2}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Situation:
    """Who buys what, with which code, sent where, and when. quantities: SKU -> pieces. email: "" for a stranger.
    at: aware UTC.
    """

    quantities: Mapping[str, int]
    code: str
    email: str
    country: str
    at: datetime


@dataclass(frozen=True)
class Explanation:
    """A quote with its trace, what it was made of, and the code as it was looked for ("" for none)."""

    quote: Quote
    items: Mapping[str, Item]
    code: str


def read_cart(text: str) -> tuple[dict[str, int], list[str]]:
    """Return what a pasted cart holds (SKU -> pieces), and the pieces of text that could not be read.

    Understands ``HOOK-1:2, BALL-1``, ``2 x HOOK-1`` and ``HOOK-1 2``, parted by commas or lines, and a link of
    the shop that fills a cart.
    """
    text = text.rpartition("/buy/")[2].partition("?")[0] if "/buy/" in text else text
    quantities: dict[str, int] = {}
    unread: list[str] = []
    for part in re.split(r"[,;\n]+", text[:4000])[:MOST_LINES]:
        found = _LINE.fullmatch(part.strip())
        if found:
            sku = found["sku"].upper()
            pieces = int(found["before"] or found["after"] or 1)
            quantities[sku] = min(quantities.get(sku, 0) + pieces, MOST_PIECES)
        elif part.strip():
            unread.append(part.strip()[:60])
    return {sku: pieces for sku, pieces in quantities.items() if pieces}, unread


def situation_of(session: Session, number: int) -> Situation | None:
    """Return what an order was placed with, or None when there is no such order."""
    order = session.scalars(select(Order).where(Order.number == number)).one_or_none()
    if order is None:
        return None
    quantities: dict[str, int] = {}
    for sku, pieces in session.execute(
        select(OrderLine.sku, OrderLine.quantity).where(OrderLine.order_id == order.id)
    ):
        quantities[sku] = quantities.get(sku, 0) + pieces
    return Situation(quantities, order.code, order.email, order.country, order.placed_at)


def explain(session: Session, situation: Situation, draft: Terms | None = None) -> Explanation:
    """Price a situation at today's prices and tell every rule that was tried.

    ``draft`` is a campaign as somebody is writing it: it takes the place of the one that is kept, as an offer or
    as if its code had been typed. Changes nothing.
    """
    items = catalog.items(session)
    buying = {sku: pieces for sku, pieces in situation.quantities.items() if sku in items}
    currency = next((items[sku].currency for sku in buying), queries.DEFAULT_CURRENCY)
    code = normal_code(situation.code)
    offers, code_try = discounts.offers_and_code(session, code, now=situation.at, from_link=True)
    if draft is not None:
        offers = [terms for terms in offers if terms.campaign_id != draft.campaign_id]
        if draft.automatic:
            offers.append(draft)
        elif code_try is None or code_try.found is None or code_try.found[1].campaign_id == draft.campaign_id:
            known = code_try.found[0] if code_try and code_try.found else CodeTerms(0, code or "CODE")
            code_try = CodeTry(known.code, (known, draft), from_link=True)
    weight = sum(items[sku].weight_grams * pieces for sku, pieces in buying.items())
    ships = any(not items[sku].digital for sku in buying)
    rates = (
        shipping.rates(session, situation.country, weight, currency) if ships and situation.country else []
    )
    customer = queries.customer_of(session, situation.email, situation.country, offers, code_try)
    quote = price(
        queries.lines(buying, items),
        currency,
        offers,
        code_try,
        rates[0] if rates else None,
        customer,
        situation.at,
    )
    return Explanation(quote, items, code_try.typed if code_try else "")

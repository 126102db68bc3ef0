"""The test bench: a cart, somebody and a moment, and every rule that was tried, in words for the shop's people."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shop import money
from shop.admin.narrowing import local_moment
from shop.checkout import explain
from shop.checkout.explain import Explanation, Situation
from shop.checkout.rules import Quote, Trial
from shop.discounts.rules import Check, Terms
from shop.errors import Refused
from shop.orders.queries import LARGEST_NUMBER
from shop.web import filters
from shop.web.tools import tools

# Rules that every campaign has, and the number without which they ask for nothing.
ASKS = {
    "started": "starts_at",
    "not_ended": "ends_at",
    "uses": "most",
    "uses_of_the_code": "most",
    "country": "countries",
    "minimum_subtotal": "asked",
    "minimum_quantity": "minimum",
}


@dataclass(frozen=True)
class Told:
    """One rule in words: whether it holds, and whether that could not be known."""

    words: str
    passed: bool
    assumed: bool


@dataclass(frozen=True)
class Tried:
    """What the bench shows. unread: pieces of the pasted cart that say nothing to the shop; order_unknown: the
    number that is no order's; campaigns: each trial and its rules in words; refusal: what the buyer would read.
    """

    unread: Sequence[str]
    order_unknown: str
    situation: Situation | None
    quote: Quote | None
    campaigns: Sequence[tuple[Trial, Sequence[Told]]]
    refusal: str


def tried(session: Session, typed: Mapping[str, str], draft: Terms | None, *, now: datetime) -> Tried | None:
    """Try what the bench's fields say, with a campaign as it is being written; None when they say nothing."""
    number, text = typed.get("bench_order", "").strip().lstrip("#"), typed.get("bench_cart", "")
    if not number and not text.strip():
        return None
    situation: Situation | None = None
    unread: list[str] = []
    if number:
        known = re.fullmatch(r"[0-9]{1,9}", number, re.ASCII) and int(number) <= LARGEST_NUMBER
        situation = explain.situation_of(session, int(number)) if known else None
        if situation is None:
            return Tried([], number[:20], None, None, [], "")
    else:
        quantities, unread = explain.read_cart(text)
        situation = Situation(
            quantities,
            typed.get("bench_code", ""),
            typed.get("bench_email", "").strip()[:254],
            typed.get("bench_country", "")[:2],
            local_moment(typed.get("bench_at", "").strip(), tools().config.time_zone) or now,
        )
    explained = explain.explain(session, situation, draft)
    gone = [sku for sku in situation.quantities if sku not in explained.items]
    return Tried(
        [*unread, *gone],
        "",
        situation,
        explained.quote,
        [(trial, [told(check) for check in trial.checks]) for trial in explained.quote.trials],
        _refusal(explained),
    )


def told(check: Check) -> Told:
    """Return a rule that was tried as a sentence with its numbers."""
    ending = "assumed" if check.assumed else ("holds" if check.passed else "fails")
    if check.rule in ASKS and not check.numbers[ASKS[check.rule]]:
        ending = "open"
    numbers = {name: _shown(value) for name, value in check.numbers.items()}
    return Told(filters.phrase(f"explain.{check.rule}_{ending}", **numbers), check.passed, check.assumed)


def saved(quote: Quote) -> str:
    """Return what a quote takes off in all, as people read it."""
    return money.display(quote.discount_amount + quote.shipping_discount_amount, quote.currency)


def _refusal(explained: Explanation) -> str:
    refusal: Refused | None = explained.quote.refusal
    return tools().content.refusal(refusal) if refusal else ""


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return filters.moment(value)
    return "–" if value in (None, "") else value

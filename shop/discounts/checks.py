"""Whether a campaign may be used: pure, and every rule that is tried leaves a trace."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from shop import money
from shop.discounts.rules import Check, CodeTerms, Customer, Goods, Terms, is_in, matching
from shop.errors import Reason


def checks(
    terms: Terms,
    code: CodeTerms | None,
    goods: Sequence[Goods],
    currency: str,
    customer: Customer,
    now: datetime,
) -> tuple[Check, ...]:
    """Try every rule of a campaign, and of the code it came by, and return them all, passed or not.

    What no other cart can cure comes first. Before there are goods nothing is asked of them: a code waits.
    """
    return (
        *_window_checks(terms, code, now),
        *_use_checks(terms, code),
        *_customer_checks(terms, code, customer),
        *(_cart_checks(terms, goods, currency, customer) if goods else ()),
    )


class Sight(NamedTuple):
    """A cart at a glance: what it costs before discounts (minor units), its pieces, and what is in it."""

    subtotal_amount: int
    quantity: int
    skus: frozenset[str]


def sight(goods: Sequence[Goods]) -> Sight:
    """Return what ``is_hopeless`` looks at."""
    return Sight(
        sum([line.subtotal_amount for line in goods]),
        sum([line.quantity for line in goods]),
        frozenset([line.sku for line in goods]),
    )


def is_hopeless(terms: Terms, seen: Sight, now: datetime) -> bool:
    """Whether one of ``checks`` is sure to fail, for as little work as can be: of hundreds of campaigns few are
    for a given cart.
    """
    if not terms.active or (terms.max_uses is not None and terms.uses >= terms.max_uses):
        return True
    if (terms.starts_at and terms.starts_at > now) or (terms.ends_at and terms.ends_at <= now):
        return True
    return bool(seen.skus) and (
        terms.minimum_subtotal_amount > seen.subtotal_amount
        or terms.minimum_quantity > seen.quantity
        or bool(terms.skus and terms.skus.isdisjoint(seen.skus))
    )


def _window_checks(terms: Terms, code: CodeTerms | None, now: datetime) -> Iterator[Check]:
    ends = [moment for moment in (terms.ends_at, code.ends_at if code else None) if moment is not None]
    yield Check("active", terms.active and (code is None or code.active), Reason.CODE_DISABLED)
    yield Check(
        "started",
        terms.starts_at is None or terms.starts_at <= now,
        Reason.CODE_NOT_STARTED,
        {"starts_at": terms.starts_at},
    )
    yield Check(
        "not_ended", all(now < end for end in ends), Reason.CODE_ENDED, {"ends_at": min(ends, default=None)}
    )


def _cart_checks(terms: Terms, goods: Sequence[Goods], currency: str, customer: Customer) -> Iterator[Check]:
    meant = matching(terms, goods)
    subtotal = sum([line.unit_amount * line.quantity for line in meant])
    pieces = sum([line.quantity for line in meant])
    missing = max(terms.minimum_subtotal_amount - subtotal, 0)
    yield Check(
        "currency", terms.currency == currency, Reason.CODE_OTHER_CURRENCY, {"currency": terms.currency}
    )
    yield Check(
        "country",
        not terms.countries or not customer.country or customer.country in terms.countries,
        Reason.CODE_NOT_FOR_THIS_COUNTRY,
        {"countries": ", ".join(sorted(terms.countries)), "country": customer.country},
        assumed=bool(terms.countries) and not customer.country,
    )
    yield Check(
        "items",
        bool(meant) or any(is_in(terms, line) for line in goods),
        Reason.CODE_NO_MATCHING_ITEM,
        {"skus": ", ".join(sorted(terms.skus)), "excluded": ", ".join(sorted(terms.excluded_skus))},
    )
    if terms.excludes_reduced:
        yield Check("not_reduced", bool(meant), Reason.CODE_NOT_FOR_REDUCED)
    yield Check(
        "minimum_subtotal",
        not missing,
        Reason.CODE_BELOW_SUBTOTAL,
        {
            "missing": money.display(missing, terms.currency),
            "minimum": money.display(terms.minimum_subtotal_amount, terms.currency),
            "subtotal": money.display(subtotal, terms.currency),
            "asked": terms.minimum_subtotal_amount,
        },
    )
    yield Check(
        "minimum_quantity",
        pieces >= terms.minimum_quantity,
        Reason.CODE_BELOW_QUANTITY,
        {
            "missing": max(terms.minimum_quantity - pieces, 0),
            "minimum": terms.minimum_quantity,
            "pieces": pieces,
        },
    )
    yield from _kind_checks(terms, goods, meant, pieces)


def _kind_checks(
    terms: Terms, goods: Sequence[Goods], meant: Sequence[Goods], pieces: int
) -> Iterator[Check]:
    """What a bundle price or a gift asks of a cart besides."""
    if terms.kind == "bundle_price":
        there = {line.sku for line in meant}
        numbers = {"missing": len(terms.skus - there), "skus": ", ".join(sorted(terms.skus - there))}
        yield Check("bundle", there >= terms.skus, Reason.CODE_BELOW_QUANTITY, numbers)
    if terms.kind == "buy_get":
        needed = terms.buy_quantity + (0 if terms.get_skus else terms.get_quantity)
        yield Check(
            "buy",
            pieces >= needed,
            Reason.CODE_BELOW_QUANTITY,
            {"missing": max(needed - pieces, 0), "minimum": needed, "pieces": pieces},
        )
    if terms.kind == "buy_get" and terms.get_skus:
        there = {line.sku for line in goods}
        numbers = {"skus": ", ".join(sorted(terms.get_skus))}
        yield Check("get", bool(there & terms.get_skus), Reason.CODE_NO_MATCHING_ITEM, numbers)


def _use_checks(terms: Terms, code: CodeTerms | None) -> Iterator[Check]:
    yield Check(
        "uses",
        terms.max_uses is None or terms.uses < terms.max_uses,
        Reason.CODE_USED_UP,
        {"uses": terms.uses, "most": terms.max_uses},
    )
    if terms.budget_amount is not None:
        yield Check(
            "budget",
            terms.spent_amount < terms.budget_amount,
            Reason.CODE_USED_UP,
            {
                "spent": money.display(terms.spent_amount, terms.currency),
                "budget": money.display(terms.budget_amount, terms.currency),
            },
        )
    if code is not None:
        yield Check(
            "uses_of_the_code",
            code.max_uses is None or code.uses < code.max_uses,
            Reason.CODE_USED_UP,
            {"uses": code.uses, "most": code.max_uses},
        )


def _customer_checks(terms: Terms, code: CodeTerms | None, customer: Customer) -> Iterator[Check]:
    if code is not None and code.bound_email:
        yield Check(
            "bound_email",
            not customer.known or code.bound_email == customer.email_normalized,
            Reason.CODE_FOR_ANOTHER_ADDRESS,
            assumed=not customer.known,
        )
    if terms.first_order_only:
        yield Check(
            "first_order",
            not customer.known or customer.orders_before == 0,
            Reason.CODE_FIRST_ORDER_ONLY,
            {"orders_before": customer.orders_before},
            assumed=not customer.known,
        )
    most = terms.limit_per_customer
    if most is not None:
        uses = customer.uses.get(terms.campaign_id, 0)
        yield Check(
            "uses_per_customer",
            not customer.known or uses < most,
            Reason.CODE_USED_BY_YOU,
            {"uses": uses, "most": most},
            assumed=not customer.known,
        )

"""The ways to combine campaigns, each calculated to the end: items first, then the order, then shipping."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shop.discounts import amounts
from shop.discounts.rules import OF_SHIPPING, CodeTerms, Goods, Terms
from shop.shipping import rules as shipping
from shop.shipping.rules import Rate

# The least the payment service takes, in minor units
# (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). A total of 0 never goes there.
MINIMUM_CHARGES: Mapping[str, int] = {
    "AED": 200,
    "AUD": 50,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}


@dataclass(frozen=True)
class Candidate:
    """A campaign that is tried, and the code it came by."""

    terms: Terms
    code: CodeTerms | None


@dataclass(frozen=True)
class Plan:
    """One way to combine campaigns, calculated to the end."""

    used: tuple[tuple[Candidate, int], ...]
    by_sku: Mapping[str, tuple[tuple[int, int], ...]]
    discount_amount: int
    shipping_amount: int
    shipping_discount_amount: int
    price_amount: int
    trimmed_amount: int

    @property
    def rank(self) -> tuple[int, int, bool, list[int]]:
        """Lowest is best: cheapest, then the one that promises most, then the one that spends no code."""
        promises = sum(amount == 0 for _, amount in self.used)
        spends = any(candidate.code for candidate, _ in self.used)
        return (
            self.price_amount,
            -promises,
            spends,
            [candidate.terms.campaign_id for candidate, _ in self.used],
        )

    def uses_code(self) -> bool:
        """Whether the code that was tried is part of it."""
        return any(candidate.code for candidate, _ in self.used)

    def fits(self) -> bool:
        """Whether no campaign would spend more than is left of its budget."""
        lefts = ((candidate.terms.budget_left_amount, amount) for candidate, amount in self.used)
        return all(left is None or amount <= left for left, amount in lefts)


def least_charge(currency: str) -> int:
    """Return the smallest total, but for 0, that the payment service takes (minor units)."""
    return MINIMUM_CHARGES.get(currency, 1)


def combinations(passed: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """What may stand together, each once: nothing, all that combine, those without the code, each that stands alone."""
    together = _together(passed)
    without_code = [candidate for candidate in together if not candidate.code]
    alone = [[candidate] for candidate in passed if not candidate.terms.combinable or candidate.code]
    tried: list[list[Candidate]] = []
    for chosen in ([], together, without_code, *alone):
        if chosen not in tried:
            tried.append(chosen)
            yield chosen


def smaller(passed: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """Those that combine one by one, and all but one of them.

    Worth a try when all together take the goods below the amount from which shipping is free: then a discount
    can cost more than it gives.
    """
    together = _together(passed)
    for one in together:
        yield [one]
        yield [candidate for candidate in together if candidate is not one]


def _together(passed: Sequence[Candidate]) -> list[Candidate]:
    return [candidate for candidate in passed if candidate.terms.combinable]


def calculate(
    goods: Sequence[Goods], chosen: Sequence[Candidate], rate: Rate | None, currency: str, *, ships: bool
) -> Plan:
    """Take everything ``chosen`` off, each campaign in its turn, and charge ``rate`` on what is left."""
    remaining = {line.sku: line.subtotal_amount for line in goods}
    by_sku: dict[str, list[tuple[int, int]]] = {line.sku: [] for line in goods}
    used: list[tuple[Candidate, int]] = []
    off_shipping: list[Candidate] = []
    for candidate in sorted(chosen, key=lambda candidate: candidate.terms.turn):
        if candidate.terms.kind in OF_SHIPPING:
            off_shipping.append(candidate)
            continue
        parts = amounts.amounts_off(candidate.terms, goods, remaining)
        for sku, part in parts.items():
            remaining[sku] -= part
            by_sku[sku].append((candidate.terms.campaign_id, part))
        if parts:
            used.append((candidate, sum(parts.values())))
    subtotal = sum(line.subtotal_amount for line in goods)
    goods_amount, trimmed = sum(remaining.values()), 0
    while True:
        shipping_amount = shipping.charge(rate, rate.counted(subtotal, goods_amount)) if rate else 0
        shipping_uses = list(_off_shipping(off_shipping, rate, shipping_amount)) if ships else []
        shipping_discount_amount = sum(amount for _, amount in shipping_uses)
        lacking = _too_little(goods_amount + shipping_amount - shipping_discount_amount, currency)
        used, given_back = _trim(used, by_sku, lacking) if lacking else (used, 0)
        if not given_back:
            break
        # Goods that cost more may ship for less: once more, until both agree.
        goods_amount += given_back
        trimmed += given_back
    return Plan(
        (*used, *shipping_uses),
        {sku: tuple(parts) for sku, parts in by_sku.items()},
        subtotal - goods_amount,
        shipping_amount,
        shipping_discount_amount,
        goods_amount + shipping_amount - shipping_discount_amount,
        trimmed,
    )


def _off_shipping(
    chosen: Sequence[Candidate], rate: Rate | None, shipping_amount: int
) -> Iterator[tuple[Candidate, int]]:
    """Each campaign that takes something off shipping; the first one promises to while the rate is not known."""
    if rate is None:
        yield from ((candidate, 0) for candidate in chosen[:1])
    for candidate in chosen:
        off = amounts.shipping_off(candidate.terms, shipping_amount)
        if off:
            shipping_amount -= off
            yield candidate, off


def _too_little(total_amount: int, currency: str) -> int:
    """What a total lacks to be one that the payment service takes."""
    least = least_charge(currency)
    return least - total_amount if 0 < total_amount < least else 0


def _trim(
    used: Sequence[tuple[Candidate, int]], by_sku: dict[str, list[tuple[int, int]]], lacking: int
) -> tuple[list[tuple[Candidate, int]], int]:
    """Take ``lacking`` back from what campaigns took off the goods, the last one first; return what was."""
    kept: list[tuple[Candidate, int]] = []
    left = lacking
    for candidate, amount in reversed(used):
        for parts in by_sku.values():
            for at, (campaign_id, part) in enumerate(parts):
                back = min(part, left) if campaign_id == candidate.terms.campaign_id else 0
                parts[at] = (campaign_id, part - back)
                left -= back
                amount -= back
        if amount:
            kept.append((candidate, amount))
    for sku, parts in by_sku.items():
        by_sku[sku] = [part for part in parts if part[1]]
    return kept[::-1], lacking - left

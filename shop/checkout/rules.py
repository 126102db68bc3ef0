"""The price engine: lines, discounts and shipping in, one quote out. Pure, and the only one in the shop."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shop.discounts import rules as discounts
from shop.discounts.rules import Check, CodeTerms, CodeTry, Customer, Goods, Terms
from shop.errors import Reason, Refused
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
class Line:
    """What is to be priced. sku: once per quote. name: as the order will call it. digital: nothing of it is
    shipped. unit_amount: minor units. quantity: pieces, 1 or more.
    """

    sku: str
    name: str
    digital: bool
    unit_amount: int
    quantity: int


@dataclass(frozen=True)
class PricedLine:
    """A line with its price, minor units: total = subtotal - discount, and subtotal = unit x quantity.

    discounts: (campaign id, amount) for each campaign that took something off; they sum to discount_amount.
    """

    sku: str
    name: str
    digital: bool
    unit_amount: int
    quantity: int
    subtotal_amount: int
    discount_amount: int
    total_amount: int
    discounts: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Use:
    """A campaign that the quote makes use of: what discounts.hold keeps for the order.

    code_id, code: None and "" for an automatic offer. name: the campaign's. summary: what it gives, in a few
    words. amount: what it takes off in all, goods and shipping, minor units (0 only for free shipping whose
    rate is not known yet). bound_email: the normalized address it is bound to, or "". free_shipping: the
    amount is off the shipping, not off the goods.
    """

    campaign_id: int
    code_id: int | None
    code: str
    name: str
    summary: str
    amount: int
    bound_email: str = ""
    free_shipping: bool = False


@dataclass(frozen=True)
class Trial:
    """What came of one campaign: the trace from which a price can be explained. checks: every rule that was
    tried. amount: what it takes off, minor units, 0 when it is not used.
    """

    campaign_id: int
    name: str
    code: str
    checks: tuple[Check, ...]
    amount: int

    @property
    def passed(self) -> bool:
        """Whether every rule holds."""
        return all(check.passed for check in self.checks)


@dataclass(frozen=True)
class Quote:
    """What a cart costs, minor units of currency. lines stand in the order they came in.

    discount_amount: off the goods, the sum of the lines'. shipping_amount: the rate's charge, 0 when its
    threshold is reached. shipping_discount_amount: what a free-shipping campaign takes off that.
    total = subtotal - discount + shipping - shipping discount + tax. uses: the campaigns behind it, in the
    order they were taken off. refusal: why the code that was tried does not apply, as the visitor may hear
    it, or None. ships: whether there is anything to ship. trials: every campaign that was tried, and why.
    """

    lines: tuple[PricedLine, ...]
    currency: str
    subtotal_amount: int
    discount_amount: int
    shipping_amount: int
    shipping_discount_amount: int
    tax_amount: int
    total_amount: int
    uses: tuple[Use, ...]
    refusal: Refused | None
    ships: bool
    trials: tuple[Trial, ...]

    @property
    def goods_amount(self) -> int:
        """What the goods cost after discounts."""
        return self.subtotal_amount - self.discount_amount

    @property
    def payable(self) -> bool:
        """Whether the payment service takes this total: nothing at all, or at least its minimum."""
        return self.total_amount == 0 or self.total_amount >= MINIMUM_CHARGES.get(self.currency, 1)


@dataclass(frozen=True)
class _Candidate:
    terms: Terms
    code: CodeTerms | None


@dataclass(frozen=True)
class _Plan:
    """One way to combine campaigns, calculated to the end."""

    used: tuple[tuple[_Candidate, int], ...]
    by_sku: Mapping[str, tuple[tuple[int, int], ...]]
    discount_amount: int
    shipping_amount: int
    shipping_discount_amount: int
    price_amount: int

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
        return any(candidate.code for candidate, _ in self.used)


def price(
    lines: Sequence[Line],
    currency: str,
    offers: Sequence[Terms],
    code_try: CodeTry | None,
    rate: Rate | None,
    customer: Customer,
    now: datetime,
) -> Quote:
    """Return what ``lines`` cost.

    At most one code and any automatic ``offers``; campaigns that are not combinable stand alone; of all that
    is possible the cheapest total for the customer. Taken off items first, then the order, then shipping;
    ``rate`` (None: not known, or nothing ships) is charged on the goods after their discounts. Each amount is
    spread over the lines by the largest remainder; the order of ``lines`` changes no amount.
    """
    goods = [
        Goods(line.sku, line.unit_amount, line.quantity) for line in sorted(lines, key=lambda line: line.sku)
    ]
    if len({line.sku for line in goods}) < len(goods):
        raise ValueError("a SKU stands in two lines")
    ships = any(not line.digital for line in lines)
    rate = rate if ships else None
    candidates = list(_candidates(offers, code_try))
    tried = [
        (candidate, discounts.checks(candidate.terms, candidate.code, goods, currency, customer, now))
        for candidate in candidates
    ]
    passed = [candidate for candidate, checks in tried if all(check.passed for check in checks)]
    plans = [_calculate(goods, chosen, rate, ships=ships) for chosen in _combinations(passed)]
    if plans[1].shipping_amount > plans[0].shipping_amount:
        plans += [_calculate(goods, chosen, rate, ships=ships) for chosen in _smaller(passed)]
    best = min(plans, key=lambda plan: plan.rank)
    return _quote(lines, currency, best, _refusal(code_try, tried, plans, best), tried, ships=ships)


def _candidates(offers: Sequence[Terms], code_try: CodeTry | None) -> Iterator[_Candidate]:
    found = code_try.found if code_try else None
    for terms in offers:
        # One order uses a campaign once: typed, it is a code's, not an offer.
        if not found or terms.campaign_id != found[1].campaign_id:
            yield _Candidate(terms, None)
    if found:
        yield _Candidate(found[1], found[0])


def _combinations(passed: Sequence[_Candidate]) -> Iterator[list[_Candidate]]:
    """What may stand together: nothing, all that combine, those without the code, and each that stands alone."""
    together = _together(passed)
    yield []
    yield together
    if any(candidate.code for candidate in together):
        yield [candidate for candidate in together if not candidate.code]
    for candidate in passed:
        if not candidate.terms.combinable or candidate.code:
            yield [candidate]


def _smaller(passed: Sequence[_Candidate]) -> Iterator[list[_Candidate]]:
    """Those that combine one by one, and all but one of them.

    Worth a try when all together take the goods below the amount from which shipping is free: then a discount
    can cost more than it gives.
    """
    together = _together(passed)
    for one in together:
        yield [one]
        yield [candidate for candidate in together if candidate is not one]


def _together(passed: Sequence[_Candidate]) -> list[_Candidate]:
    return [candidate for candidate in passed if candidate.terms.combinable]


def _calculate(
    goods: Sequence[Goods], chosen: Sequence[_Candidate], rate: Rate | None, *, ships: bool
) -> _Plan:
    remaining = {line.sku: line.subtotal_amount for line in goods}
    by_sku: dict[str, list[tuple[int, int]]] = {line.sku: [] for line in goods}
    used: list[tuple[_Candidate, int]] = []
    free_shipping: list[_Candidate] = []
    for candidate in sorted(chosen, key=lambda candidate: candidate.terms.turn):
        if candidate.terms.kind == "free_shipping":
            free_shipping.append(candidate)
            continue
        parts = discounts.amounts_off(candidate.terms, goods, remaining)
        for sku, part in parts.items():
            remaining[sku] -= part
            by_sku[sku].append((candidate.terms.campaign_id, part))
        if parts:
            used.append((candidate, sum(parts.values())))
    goods_amount = sum(remaining.values())
    shipping_amount = shipping.charge(rate, goods_amount) if rate else 0
    shipping_discount_amount = 0
    if free_shipping and ships and (shipping_amount or not rate):
        shipping_discount_amount = shipping_amount
        used.append((free_shipping[0], shipping_discount_amount))
    return _Plan(
        tuple(used),
        {sku: tuple(parts) for sku, parts in by_sku.items()},
        sum(line.subtotal_amount for line in goods) - goods_amount,
        shipping_amount,
        shipping_discount_amount,
        goods_amount + shipping_amount - shipping_discount_amount,
    )


def _refusal(
    code_try: CodeTry | None,
    tried: Sequence[tuple[_Candidate, Sequence[Check]]],
    plans: Sequence[_Plan],
    best: _Plan,
) -> Refused | None:
    if code_try is None or not code_try.typed:
        return None
    if code_try.found is None:
        return discounts.unknown(code_try)
    for candidate, checks in tried:
        failed = next((check for check in checks if not check.passed), None)
        if candidate.code and failed:
            return discounts.refusal(failed, code_try)
    if best.uses_code() or not best.by_sku:
        return None
    helps = any(plan.uses_code() and plan.price_amount < plans[0].price_amount for plan in plans)
    return Refused(
        Reason.CODE_OFFER_IS_BETTER if helps else Reason.CODE_NOTHING_TO_REDUCE, code=code_try.typed
    )


def _quote(
    lines: Sequence[Line],
    currency: str,
    plan: _Plan,
    refusal: Refused | None,
    tried: Sequence[tuple[_Candidate, tuple[Check, ...]]],
    *,
    ships: bool,
) -> Quote:
    amounts = {candidate.terms.campaign_id: amount for candidate, amount in plan.used}
    return Quote(
        lines=tuple(_priced(line, plan.by_sku[line.sku]) for line in lines),
        currency=currency,
        subtotal_amount=sum(line.unit_amount * line.quantity for line in lines),
        discount_amount=plan.discount_amount,
        shipping_amount=plan.shipping_amount,
        shipping_discount_amount=plan.shipping_discount_amount,
        tax_amount=0,
        total_amount=plan.price_amount,
        uses=tuple(_use(candidate, amount) for candidate, amount in plan.used),
        refusal=refusal,
        ships=ships,
        trials=tuple(
            Trial(
                candidate.terms.campaign_id,
                candidate.terms.name,
                candidate.code.code if candidate.code else "",
                checks,
                amounts.get(candidate.terms.campaign_id, 0),
            )
            for candidate, checks in tried
        ),
    )


def _priced(line: Line, parts: tuple[tuple[int, int], ...]) -> PricedLine:
    subtotal = line.unit_amount * line.quantity
    discount = sum(amount for _, amount in parts)
    return PricedLine(
        line.sku,
        line.name,
        line.digital,
        line.unit_amount,
        line.quantity,
        subtotal,
        discount,
        subtotal - discount,
        parts,
    )


def _use(candidate: _Candidate, amount: int) -> Use:
    terms, code = candidate.terms, candidate.code
    return Use(
        terms.campaign_id,
        code.code_id if code else None,
        code.code if code else "",
        terms.name,
        discounts.summary(terms),
        amount,
        code.bound_email if code else "",
        terms.kind == "free_shipping",
    )

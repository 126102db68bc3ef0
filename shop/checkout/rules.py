"""The price engine: lines, discounts and shipping in, one quote out. Pure, and the only one in the shop."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from shop import money
from shop.checkout.plans import Candidate, Plan, calculate, combinations, least_charge, smaller
from shop.discounts import checks
from shop.discounts import rules as discounts
from shop.discounts.amounts import most_off
from shop.discounts.rules import OF_SHIPPING, Check, CodeTry, Customer, Goods, Terms
from shop.errors import Reason, Refused
from shop.shipping.rules import Rate


@dataclass(frozen=True)
class Line:
    """What is to be priced. sku: once per quote. name: as the order will call it. digital: nothing of it is
    shipped. unit_amount: minor units. quantity: pieces, 1 or more. reduced: it costs less already.
    """

    sku: str
    name: str
    digital: bool
    unit_amount: int
    quantity: int
    reduced: bool = False


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
    words. amount: what it takes off in all, goods and shipping, minor units (0 only off shipping whose
    rate is not known yet). bound_email: the normalized address it is bound to, or "". off_shipping: the
    amount is off the shipping, not off the goods.
    """

    campaign_id: int
    code_id: int | None
    code: str
    name: str
    summary: str
    amount: int
    bound_email: str = ""
    off_shipping: bool = False


@dataclass(frozen=True)
class Trial:
    """What came of one campaign: the trace from which a price can be explained. code, code_id: what it was
    tried by, "" and None for an offer. checks: every rule that was tried. used: whether it is part of the
    price. amount: what it takes off, minor units, 0 when not used.
    """

    campaign_id: int
    name: str
    code: str
    code_id: int | None
    checks: tuple[Check, ...]
    used: bool
    amount: int

    @property
    def passed(self) -> bool:
        """Whether every rule holds."""
        return all(check.passed for check in self.checks)


@dataclass(frozen=True)
class Way:
    """One way to combine campaigns that was weighed: their names, and what the order would cost (minor units)."""

    names: tuple[str, ...]
    total_amount: int
    chosen: bool


@dataclass(frozen=True)
class Quote:
    """What a cart costs, minor units of currency. lines stand in the order they came in.

    discount_amount: off the goods, the sum of the lines'. shipping_amount: the rate's charge, 0 when its
    threshold is reached. shipping_discount_amount: what a free-shipping campaign takes off that.
    total = subtotal - discount + shipping - shipping discount + tax. uses: the campaigns behind it, in the
    order they were taken off. refusal: why the code that was tried does not apply, as the visitor may hear
    it, or None. ships: whether there is anything to ship. trimmed_amount: what was left on the price although
    it could have been taken off, because the payment service takes no smaller sum. trace: how it came about.
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
    trimmed_amount: int
    trace: "Trace" = field(compare=False, repr=False)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every campaign that was tried, and why it is part of the price or not."""
        return self.trace.trials

    @property
    def ways(self) -> tuple[Way, ...]:
        """The combinations that were weighed, the chosen one among them, the cheapest first."""
        return self.trace.ways

    @property
    def code_trial(self) -> Trial | None:
        """What came of the code that was tried, if there is one of that name."""
        return next((trial for trial in self.trials if trial.code_id is not None), None)

    @property
    def code_outcome(self) -> str:
        """Why the code that was tried does not apply, as only the shop's people may hear it; "" when it does."""
        checks = self.code_trial.checks if self.code_trial else ()
        failed = next((check.reason for check in checks if not check.passed), None)
        return str(failed or (self.refusal.reason if self.refusal else ""))

    @property
    def goods_amount(self) -> int:
        """What the goods cost after discounts."""
        return self.subtotal_amount - self.discount_amount

    @property
    def payable(self) -> bool:
        """Whether the payment service takes this total: nothing at all, or at least its minimum."""
        return self.total_amount == 0 or self.total_amount >= least_charge(self.currency)


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
        Goods(line.sku, line.unit_amount, line.quantity, line.reduced)
        for line in sorted(lines, key=lambda line: line.sku)
    ]
    if len({line.sku for line in goods}) < len(goods):
        raise ValueError("a SKU stands in two lines")
    ships = any(not line.digital for line in lines)
    asked = _Asked(goods, currency, offers, code_try, rate if ships else None, customer, now, ships)
    plans = asked.plans()
    best = min(plans, key=lambda plan: plan.rank)
    return _quote(lines, asked, best, _refusal(asked, plans, best))


@dataclass(frozen=True)
class _Asked:
    """Everything a price is made of; goods stand in an order that does not depend on the visitor."""

    goods: Sequence[Goods]
    currency: str
    offers: Sequence[Terms]
    code_try: CodeTry | None
    rate: Rate | None
    customer: Customer
    now: datetime
    ships: bool

    def candidates(self, seen: checks.Sight | None = None) -> Iterator[Candidate]:
        """Yield what could be used: the offers, at a glance (``seen``) only those with hope, and the code's campaign."""
        found = self.code_try.found if self.code_try else None
        for terms in self.offers:
            if seen is not None and checks.is_hopeless(terms, seen, self.now):
                continue
            # One order uses a campaign once: typed, it is a code's, not an offer.
            if not found or terms.campaign_id != found[1].campaign_id:
                yield Candidate(terms, None)
        if found:
            yield Candidate(found[1], found[0])

    def checks(self, candidate: Candidate) -> tuple[Check, ...]:
        """Try every rule of a candidate."""
        rules = checks.checks(
            candidate.terms, candidate.code, self.goods, self.currency, self.customer, self.now
        )
        return (*rules, *_budget_checks(candidate, rules, self.calculated))

    def passes(self, candidate: Candidate) -> bool:
        """Whether every rule of a candidate holds."""
        return all(check.passed for check in self.checks(candidate))

    def plans(self, *, every: bool = False) -> list[Plan]:
        """Return the ways to combine what may be used that fit their budgets, the one without any first.

        Unless ``every``, an offer that stands alone is left out, and none of its rules is tried, when it cannot
        come to the lowest price even if shipping were free.
        """
        seen = checks.sight(self.goods)
        likely = list(self.candidates(seen))
        passed = [one for one in likely if (one.terms.combinable or one.code) and self.passes(one)]
        plans = [self.calculated(chosen) for chosen in combinations(passed)]
        if len(plans) > 1 and plans[1].shipping_amount > plans[0].shipping_amount:
            plans += [self.calculated(chosen) for chosen in smaller(passed)]
        plans = [plan for plan in plans if plan.fits()]
        least = min(plan.price_amount for plan in plans)
        for one in likely:
            if one.terms.combinable or one.code:
                continue
            hopeful = seen.subtotal_amount - most_off(one.terms, self.goods) <= least
            if (every or hopeful) and self.passes(one):
                plan = self.calculated([one])
                if plan.fits():
                    plans.append(plan)
                    least = min(least, plan.price_amount)
        return plans

    def calculated(self, chosen: Sequence[Candidate]) -> Plan:
        """Calculate a combination to the end."""
        return calculate(self.goods, chosen, self.rate, self.currency, ships=self.ships)


class Trace:
    """How a price came about. It is worked out when somebody asks: who only wants the price does not wait for it."""

    def __init__(self, asked: _Asked, best: Plan) -> None:
        self._asked, self._best = asked, best

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """Every campaign that was tried."""
        off = {candidate.terms.campaign_id: amount for candidate, amount in self._best.used}
        return tuple(
            Trial(
                candidate.terms.campaign_id,
                candidate.terms.name,
                candidate.code.code if candidate.code else "",
                candidate.code.code_id if candidate.code else None,
                self._asked.checks(candidate),
                candidate.terms.campaign_id in off,
                off.get(candidate.terms.campaign_id, 0),
            )
            for candidate in self._asked.candidates()
        )

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """What was weighed, each combination once, the cheapest first."""
        plans = self._asked.plans(every=True)
        best = min(plans, key=lambda plan: plan.rank)
        weighed: dict[tuple[str, ...], Way] = {}
        for plan in sorted(plans, key=lambda plan: plan.rank):
            names = tuple(candidate.terms.name for candidate, _ in plan.used)
            weighed.setdefault(names, Way(names, plan.price_amount, chosen=plan is best))
        return tuple(weighed.values())


def _budget_checks(
    candidate: Candidate, rules: Sequence[Check], calculated: Callable[[Sequence[Candidate]], Plan]
) -> Iterator[Check]:
    """Whether what is left of a budget is enough for this order, asked when nothing else is in the way."""
    left = candidate.terms.budget_left_amount
    if left is None or not all(check.passed for check in rules):
        return
    [needed] = [amount for _, amount in calculated([candidate]).used] or [0]
    currency = candidate.terms.currency
    yield Check(
        "budget_left",
        needed <= left,
        Reason.CODE_USED_UP,
        {"left": money.display(left, currency), "needed": money.display(needed, currency)},
    )


def _refusal(asked: _Asked, plans: Sequence[Plan], best: Plan) -> Refused | None:
    code_try = asked.code_try
    if code_try is None or not code_try.typed:
        return None
    if code_try.found is None:
        return discounts.unknown(code_try)
    if best.uses_code():
        return None
    code, terms = code_try.found
    failed = next((check for check in asked.checks(Candidate(terms, code)) if not check.passed), None)
    if failed:
        return discounts.refusal(failed, code_try)
    if not best.by_sku:
        return None
    helps = any(plan.uses_code() and plan.price_amount < plans[0].price_amount for plan in plans)
    return Refused(
        Reason.CODE_OFFER_IS_BETTER if helps else Reason.CODE_NOTHING_TO_REDUCE, code=code_try.typed
    )


def _quote(lines: Sequence[Line], asked: _Asked, plan: Plan, refusal: Refused | None) -> Quote:
    return Quote(
        lines=tuple(_priced(line, plan.by_sku[line.sku]) for line in lines),
        currency=asked.currency,
        subtotal_amount=sum(line.unit_amount * line.quantity for line in lines),
        discount_amount=plan.discount_amount,
        shipping_amount=plan.shipping_amount,
        shipping_discount_amount=plan.shipping_discount_amount,
        tax_amount=0,
        total_amount=plan.price_amount,
        uses=tuple(_use(candidate, amount) for candidate, amount in plan.used),
        refusal=refusal,
        ships=asked.ships,
        trimmed_amount=plan.trimmed_amount,
        trace=Trace(asked, plan),
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


def _use(candidate: Candidate, amount: int) -> Use:
    terms, code = candidate.terms, candidate.code
    return Use(
        terms.campaign_id,
        code.code_id if code else None,
        code.code if code else "",
        terms.name,
        discounts.summary(terms),
        amount,
        code.bound_email if code else "",
        terms.kind in OF_SHIPPING,
    )

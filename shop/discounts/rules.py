"""Campaigns, codes, customers and carts as values; what a campaign is for, and what a visitor hears of it.

checks.py tries the rules of a campaign, amounts.py says how much it takes off.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

from shop import money
from shop.errors import Reason, Refused

Kind = Literal[
    "percent",
    "fixed_order",
    "fixed_item",
    "set_price",
    "bundle_price",
    "buy_get",
    "free_shipping",
    "reduced_shipping",
]
Stage = Literal["items", "order", "shipping"]

# In this order within a stage; a share of a price that was set is less than a price set for a share.
KINDS: tuple[Kind, ...] = (
    "set_price",
    "bundle_price",
    "buy_get",
    "percent",
    "fixed_item",
    "fixed_order",
    "free_shipping",
    "reduced_shipping",
)
OF_ITEMS = frozenset(["fixed_item", "set_price", "bundle_price", "buy_get"])
OF_SHIPPING = frozenset(["free_shipping", "reduced_shipping"])
MAX_CODE_LENGTH = 40
ALL_OF_IT = 10_000
NOTHING: Mapping[int, int] = MappingProxyType({})
NO_NUMBERS: Mapping[str, object] = MappingProxyType({})
# Hyphens, dashes and the minus sign that keyboards and word processors write for one another.
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_STAGES: tuple[Stage, ...] = ("items", "order", "shipping")
# What a stranger hears of a code that he may only have guessed: all four look the same to him.
_ALIKE = frozenset([Reason.CODE_UNKNOWN, Reason.CODE_DISABLED, Reason.CODE_NOT_STARTED, Reason.CODE_ENDED])
# Reasons that may pass: another cart, another country or another day can cure them.
CURABLE = frozenset(
    [
        Reason.CODE_BELOW_SUBTOTAL,
        Reason.CODE_BELOW_QUANTITY,
        Reason.CODE_NO_MATCHING_ITEM,
        Reason.CODE_NOT_FOR_THIS_CART,
        Reason.CODE_NOT_FOR_THIS_COUNTRY,
        Reason.CODE_NOT_FOR_REDUCED,
        Reason.CODE_NOTHING_TO_REDUCE,
        Reason.CODE_OFFER_IS_BETTER,
    ],
)
# Reasons that tell what a campaign is like.
_CONDITIONS = frozenset(
    [
        Reason.CODE_BELOW_SUBTOTAL,
        Reason.CODE_BELOW_QUANTITY,
        Reason.CODE_NO_MATCHING_ITEM,
        Reason.CODE_NOT_FOR_REDUCED,
    ]
)


@dataclass(frozen=True)
class Terms:
    """A campaign as a value; amounts are minor units of currency, moments aware UTC.

    percent_basis_points: for percent and buy_get, 1,500 = 15 %. amount: for the fixed kinds what is taken off,
    for set_price and bundle_price what the piece or one of each costs. buy_quantity, get_quantity: for
    buy_get; of get_skus, or of the cheapest among all. automatic: it needs no code. combinable: it may stand
    beside others. public: its conditions are no secret. skus, countries: what it is limited to, empty for
    everything. excluded_skus, excludes_reduced: what it is never for. minimum_subtotal_amount,
    minimum_quantity: of the goods it is for, before discounts. max_discount_amount, max_units: caps for one
    order. uses, spent_amount: held and redeemed so far (without those of the order that is being priced
    again), up to max_uses and budget_amount. ends_at is the first moment at which it is over.
    """

    campaign_id: int
    name: str
    kind: Kind
    currency: str
    percent_basis_points: int = 0
    amount: int = 0
    buy_quantity: int = 0
    get_quantity: int = 0
    automatic: bool = False
    combinable: bool = True
    public: bool = False
    active: bool = True
    skus: frozenset[str] = frozenset()
    excluded_skus: frozenset[str] = frozenset()
    get_skus: frozenset[str] = frozenset()
    excludes_reduced: bool = False
    countries: frozenset[str] = frozenset()
    minimum_subtotal_amount: int = 0
    minimum_quantity: int = 0
    max_discount_amount: int | None = None
    max_units: int | None = None
    first_order_only: bool = False
    max_uses: int | None = None
    max_uses_per_customer: int | None = None
    uses: int = 0
    budget_amount: int | None = None
    spent_amount: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def stage(self) -> Stage:
        """When it is taken off: items first, then the order, then shipping."""
        if self.kind in OF_SHIPPING:
            return "shipping"
        return "items" if self.kind in OF_ITEMS or self.skus else "order"

    @property
    def turn(self) -> tuple[int, int, int]:
        """Its place in line: by stage; percents before fixed amounts, which is better for the customer."""
        return (_STAGES.index(self.stage), KINDS.index(self.kind), self.campaign_id)

    @property
    def budget_left_amount(self) -> int | None:
        """What is left of its budget (minor units), or None when it has none."""
        return None if self.budget_amount is None else max(self.budget_amount - self.spent_amount, 0)

    @property
    def limit_per_customer(self) -> int | None:
        """How often one customer may use it; a first order can only happen once."""
        if not self.first_order_only:
            return self.max_uses_per_customer
        return min(1, self.max_uses_per_customer if self.max_uses_per_customer is not None else 1)


@dataclass(frozen=True)
class CodeTerms:
    """One code of a campaign as a value. code: its normal form. bound_email: the normalized address whose
    owner alone may use it, or "". uses, ends_at: as in Terms, for this code alone.
    """

    code_id: int
    code: str
    active: bool = True
    bound_email: str = ""
    max_uses: int | None = None
    uses: int = 0
    ends_at: datetime | None = None


@dataclass(frozen=True)
class CodeTry:
    """What a visitor typed and what was found. typed: its normal form. found: the code and its campaign's
    terms, or None. from_link: it came by a link of the shop.
    """

    typed: str
    found: tuple[CodeTerms, Terms] | None = None
    from_link: bool = False


@dataclass(frozen=True)
class Customer:
    """Who buys. email_normalized: "" while not known. country: where to, "" while not known. known: whether
    the address was given; if not, what depends on it is assumed to hold and asked again at checkout.
    orders_before: paid orders of that address. uses: campaign id -> its held and redeemed uses (without those
    of the order that is being priced again).
    """

    email_normalized: str = ""
    country: str = ""
    known: bool = False
    orders_before: int = 0
    uses: Mapping[int, int] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True)
class Goods:
    """One line of a cart as a discount sees it; unit_amount in minor units. reduced: it costs less already."""

    sku: str
    unit_amount: int
    quantity: int
    reduced: bool = False

    @property
    def subtotal_amount(self) -> int:
        """What it costs before discounts."""
        return self.unit_amount * self.quantity


class Check(NamedTuple):
    """One rule that was tried. rule: its name. passed: whether it holds. reason: what is said when it does
    not. numbers: what was compared. assumed: it could not be known yet and counts as passed.

    A tuple, not a dataclass: a cart makes a dozen for each campaign, and these are made three times as fast.
    """

    rule: str
    passed: bool
    reason: Reason
    numbers: Mapping[str, object] = NO_NUMBERS
    assumed: bool = False


def normal_code(text: str) -> str:
    """Return the normal form of a typed code: compatibility forms resolved, upper case, one kind of dash, no
    spaces, no invisible characters; at most 40 characters, "" for nothing.
    """
    # A typed code has a few characters; a longer text is cut before it is worked on.
    text = unicodedata.normalize("NFKC", text[: MAX_CODE_LENGTH * 4]).translate(_DASHES).upper()
    kept = (letter for letter in text if unicodedata.category(letter)[0] not in "CZ")
    return "".join(kept)[:MAX_CODE_LENGTH]


def matches(terms: Terms, line: Goods) -> bool:
    """Whether a campaign is for a line."""
    return is_in(terms, line) and not (terms.excludes_reduced and line.reduced)


def matching(terms: Terms, goods: Sequence[Goods]) -> Sequence[Goods]:
    """Return the lines that a campaign is for."""
    if not (terms.skus or terms.excluded_skus or terms.excludes_reduced):
        return goods
    return [line for line in goods if matches(terms, line)]


def is_in(terms: Terms, line: Goods) -> bool:
    """Whether a line is among the products a campaign is for, reduced already or not."""
    return (not terms.skus or line.sku in terms.skus) and line.sku not in terms.excluded_skus


def summary(terms: Terms) -> str:
    """Return in a few words what a campaign gives: "15% off", "$40.00 off each", "free shipping"."""
    amount = money.display(terms.amount, terms.currency)
    percent = f"{terms.percent_basis_points / 100:g}% off"
    if terms.kind == "buy_get":
        got = "free" if terms.percent_basis_points == ALL_OF_IT else percent
        return f"buy {terms.buy_quantity}, get {terms.get_quantity} {got}"
    return {
        "percent": percent,
        "fixed_order": f"{amount} off",
        "fixed_item": f"{amount} off each",
        "set_price": f"{amount} each",
        "bundle_price": f"{amount} together",
        "free_shipping": "free shipping",
        "reduced_shipping": f"{amount} off shipping",
    }[terms.kind]


def unknown(code_try: CodeTry) -> Refused:
    """Return the refusal of a code that does not exist."""
    return Refused(Reason.CODE_UNKNOWN, code=code_try.typed)


def refusal(failed: Check, code_try: CodeTry) -> Refused:
    """Return what a visitor is told of the first rule that failed.

    Unknown, disabled, ended and not yet started codes sound the same, and conditions with their numbers are
    told only of a campaign that is public or whose code came by a link: a guesser learns nothing.
    """
    values = {"code": code_try.typed, **failed.numbers}
    open_terms = code_try.found is not None and (code_try.found[1].public or code_try.from_link)
    if open_terms:
        return Refused(failed.reason, **values)
    if failed.reason in _ALIKE:
        return unknown(code_try)
    if failed.reason in _CONDITIONS:
        return Refused(Reason.CODE_NOT_FOR_THIS_CART, code=code_try.typed)
    return Refused(failed.reason, code=code_try.typed)

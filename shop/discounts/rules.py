"""What a campaign takes off, and whether it may: pure, and every rule that is tried leaves a trace."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from shop import money
from shop.errors import Reason, Refused

Kind = Literal["percent", "fixed_order", "fixed_item", "free_shipping"]
Stage = Literal["items", "order", "shipping"]

WHOLE_BASIS_POINTS = 10_000
MAX_CODE_LENGTH = 40
NOTHING: Mapping[int, int] = MappingProxyType({})
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
        Reason.CODE_NOTHING_TO_REDUCE,
        Reason.CODE_OFFER_IS_BETTER,
    ],
)


@dataclass(frozen=True)
class Terms:
    """A campaign as a value; amounts are minor units of currency, moments aware UTC.

    percent_basis_points: for kind percent, 1,500 = 15 %. amount: for the fixed kinds. automatic: it needs no
    code. combinable: it may stand beside others. public: its conditions are no secret. skus,
    countries: what it is limited to, empty for everything. minimum_subtotal_amount, minimum_quantity: of the
    goods it is for, before discounts. uses: held and redeemed so far (without those of the order that is
    being priced again). ends_at is the first moment at which it is over.
    """

    campaign_id: int
    name: str
    kind: Kind
    currency: str
    percent_basis_points: int = 0
    amount: int = 0
    automatic: bool = False
    combinable: bool = True
    public: bool = False
    active: bool = True
    skus: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    minimum_subtotal_amount: int = 0
    minimum_quantity: int = 0
    first_order_only: bool = False
    max_uses: int | None = None
    max_uses_per_customer: int | None = None
    uses: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def stage(self) -> Stage:
        """When it is taken off: items first, then the order, then shipping."""
        if self.kind == "free_shipping":
            return "shipping"
        return "items" if self.kind == "fixed_item" or self.skus else "order"

    @property
    def turn(self) -> tuple[int, bool, int]:
        """Its place in line: by stage; percents before fixed amounts, which is better for the customer."""
        return (_STAGES.index(self.stage), self.kind != "percent", self.campaign_id)

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
    """One line of a cart as a discount sees it; unit_amount in minor units."""

    sku: str
    unit_amount: int
    quantity: int

    @property
    def subtotal_amount(self) -> int:
        """What it costs before discounts."""
        return self.unit_amount * self.quantity


@dataclass(frozen=True)
class Check:
    """One rule that was tried. rule: its name. passed: whether it holds. reason: what is said when it does
    not. numbers: what was compared. assumed: it could not be known yet and counts as passed.
    """

    rule: str
    passed: bool
    reason: Reason
    numbers: Mapping[str, object] = field(default_factory=dict)
    assumed: bool = False


def normal_code(text: str) -> str:
    """Return the normal form of a typed code: compatibility forms resolved, upper case, one kind of dash, no
    spaces, no invisible characters; at most 40 characters, "" for nothing.
    """
    # A typed code has a few characters; a longer text is cut before it is worked on.
    text = unicodedata.normalize("NFKC", text[: MAX_CODE_LENGTH * 4]).translate(_DASHES).upper()
    kept = (letter for letter in text if unicodedata.category(letter)[0] not in "CZ")
    return "".join(kept)[:MAX_CODE_LENGTH]


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


def matches(terms: Terms, sku: str) -> bool:
    """Whether a campaign is for ``sku``."""
    return not terms.skus or sku in terms.skus


def amounts_off(terms: Terms, goods: Sequence[Goods], remaining: Mapping[str, int]) -> dict[str, int]:
    """Return what a campaign takes off each SKU (minor units, only those above 0).

    ``remaining`` is what each SKU still costs after the discounts that came before; nothing goes below zero.
    ``goods`` must be in an order that does not depend on the visitor, or one cent may move between lines.
    """
    matching = [line for line in goods if matches(terms, line.sku) and remaining[line.sku] > 0]
    left = [remaining[line.sku] for line in matching]
    if terms.kind == "percent":
        # Half a minor unit goes to the customer.
        off = (sum(left) * terms.percent_basis_points + WHOLE_BASIS_POINTS // 2) // WHOLE_BASIS_POINTS
        parts = money.allocate(off, left)
    elif terms.kind == "fixed_order":
        parts = money.allocate(min(terms.amount, sum(left)), left)
    elif terms.kind == "fixed_item":
        parts = [min(terms.amount * line.quantity, most) for line, most in zip(matching, left, strict=True)]
    else:
        parts = [0] * len(matching)
    return {line.sku: part for line, part in zip(matching, parts, strict=True) if part > 0}


def summary(terms: Terms) -> str:
    """Return in a few words what a campaign gives: "15% off", "$40.00 off each", "free shipping"."""
    if terms.kind == "percent":
        return f"{terms.percent_basis_points / 100:g}% off"
    if terms.kind == "free_shipping":
        return "free shipping"
    each = " each" if terms.kind == "fixed_item" else ""
    return f"{money.display(terms.amount, terms.currency)} off{each}"


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
    if failed.reason in (
        Reason.CODE_BELOW_SUBTOTAL,
        Reason.CODE_BELOW_QUANTITY,
        Reason.CODE_NO_MATCHING_ITEM,
    ):
        return Refused(Reason.CODE_NOT_FOR_THIS_CART, code=code_try.typed)
    return Refused(failed.reason, code=code_try.typed)


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
    matching = [line for line in goods if matches(terms, line.sku)]
    subtotal = sum(line.subtotal_amount for line in matching)
    pieces = sum(line.quantity for line in matching)
    missing = max(terms.minimum_subtotal_amount - subtotal, 0)
    yield Check("currency", terms.currency == currency, Reason.CODE_OTHER_CURRENCY)
    yield Check(
        "country",
        not terms.countries or not customer.country or customer.country in terms.countries,
        Reason.CODE_NOT_FOR_THIS_COUNTRY,
        {"countries": ", ".join(sorted(terms.countries))},
        assumed=bool(terms.countries) and not customer.country,
    )
    yield Check(
        "items", bool(matching), Reason.CODE_NO_MATCHING_ITEM, {"skus": ", ".join(sorted(terms.skus))}
    )
    yield Check(
        "minimum_subtotal",
        not missing,
        Reason.CODE_BELOW_SUBTOTAL,
        {
            "missing": money.display(missing, terms.currency),
            "minimum": money.display(terms.minimum_subtotal_amount, terms.currency),
        },
    )
    yield Check(
        "minimum_quantity",
        pieces >= terms.minimum_quantity,
        Reason.CODE_BELOW_QUANTITY,
        {"missing": max(terms.minimum_quantity - pieces, 0), "minimum": terms.minimum_quantity},
    )


def _use_checks(terms: Terms, code: CodeTerms | None) -> Iterator[Check]:
    yield Check(
        "uses",
        terms.max_uses is None or terms.uses < terms.max_uses,
        Reason.CODE_USED_UP,
        {"uses": terms.uses, "most": terms.max_uses},
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

"""What a campaign is, in one English sentence made of its fields: for whoever writes it, and whoever asks later."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale

from shop import money
from shop.discounts.rules import ALL_OF_IT, Terms

AMERICAN = Locale("en", "US")
_WITH_ARTICLE = frozenset(["AE", "CZ", "DO", "GB", "NL", "PH", "US"])


def sentence(terms: Terms, names: Mapping[str, str], zone: ZoneInfo) -> str:
    """Return the sentence. ``names``: SKU -> name; moments are said in ``zone``, the shop's."""
    way = "Without a code" if terms.automatic else "With a code"
    parts = ", ".join([_gift(terms, names), *_conditions(terms, names, zone)])
    company = "combines with other offers" if terms.combinable else "stands alone"
    return f"{way}, {parts}; it {company}."


def _gift(terms: Terms, names: Mapping[str, str]) -> str:
    amount, percent = _money(terms, terms.amount), f"{terms.percent_basis_points / 100:g}% off"
    return {
        "percent": f"{percent} {_dearest(terms, names) or _goods(terms, names)}",
        "fixed_order": f"{amount} off {_goods(terms, names)}",
        "fixed_item": f"{amount} off {_dearest(terms, names, each=True) or _each(terms, names)}",
        "set_price": f"{_dearest(terms, names, each=True) or _each(terms, names)} for {amount}",
        "bundle_price": f"{_joined(terms.skus, names, 'and')} together for {amount}{_sets(terms)}",
        "buy_get": _buy_get(terms, names, percent),
        "free_shipping": f"free shipping{_with(terms, names)}",
        "reduced_shipping": f"{amount} off shipping{_with(terms, names)}",
    }[terms.kind]


def _goods(terms: Terms, names: Mapping[str, str]) -> str:
    if terms.skus:
        return _joined(terms.skus, names, "and")
    return "everything" if terms.excluded_skus or terms.excludes_reduced else "the whole order"


def _each(terms: Terms, names: Mapping[str, str]) -> str:
    return f"each {_joined(terms.skus, names, 'or') if terms.skus else 'piece'}"


def _dearest(terms: Terms, names: Mapping[str, str], *, each: bool = False) -> str:
    """Which pieces, where not all of them count; "" where they do."""
    if terms.max_units is None:
        return ""
    of = f" of {_joined(terms.skus, names, 'or')}" if terms.skus else ""
    if terms.max_units == 1:
        return f"the dearest piece{of}"
    return f"{'each of ' if each else ''}the {terms.max_units} dearest pieces{of}"


def _sets(terms: Terms) -> str:
    if terms.max_units is None:
        return ""
    return f", {_times(terms.max_units)} an order"


def _buy_get(terms: Terms, names: Mapping[str, str], percent: str) -> str:
    got = "free" if terms.percent_basis_points == ALL_OF_IT else f"at {percent}"
    most = f" ({terms.max_units} at most)" if terms.max_units is not None else ""
    pool = _joined(terms.skus, names, "or") if terms.skus else "piece"
    if terms.buy_quantity == 1:
        bought = f"for each {pool} bought"
    else:
        bought = f"for every {terms.buy_quantity} bought" + (f" of {pool}" if terms.skus else "")
    if terms.get_skus:
        return f"{bought}, {terms.get_quantity} {_joined(terms.get_skus, names, 'or')} {got}{most}"
    return f"{bought}, {terms.get_quantity} more {got}, always the cheapest{most}"


def _with(terms: Terms, names: Mapping[str, str]) -> str:
    return f" with {_joined(terms.skus, names, 'or')}" if terms.skus else ""


def _conditions(terms: Terms, names: Mapping[str, str], zone: ZoneInfo) -> Iterator[str]:
    if terms.excluded_skus:
        yield f"except {_joined(terms.excluded_skus, names, 'and')}"
    if terms.excludes_reduced:
        yield "but nothing that is reduced already"
    if terms.max_discount_amount is not None:
        yield f"up to {_money(terms, terms.max_discount_amount)} an order"
    these = "these" if terms.skus or terms.excluded_skus or terms.excludes_reduced else "the goods"
    if terms.minimum_subtotal_amount:
        yield f"when {these} come to {_money(terms, terms.minimum_subtotal_amount)} or more"
    if terms.minimum_quantity:
        pieces = "piece" if terms.minimum_quantity == 1 else "pieces"
        of_these = " of these" if these == "these" else ""
        yield f"with {terms.minimum_quantity} {pieces}{of_these} or more"
    if terms.countries:
        yield f"in orders to {_listed(sorted(map(_country, terms.countries)), 'or')} only"
    if terms.first_order_only:
        yield "for a first order only"
    elif terms.max_uses_per_customer is not None:
        yield f"{_times(terms.max_uses_per_customer)} per customer"
    if terms.max_uses is not None:
        yield f"{_times(terms.max_uses)} in all"
    if terms.budget_amount is not None:
        yield f"until {_money(terms, terms.budget_amount)} have been given"
    if terms.starts_at is not None:
        yield _start(terms.starts_at, zone)
    if terms.ends_at is not None:
        yield _end(terms.ends_at, zone)


def _country(code: str) -> str:
    name = AMERICAN.territories.get(code, code)
    return f"the {name}" if code in _WITH_ARTICLE else name


def _times(count: int) -> str:
    return "once" if count == 1 else f"at most {'twice' if count == 2 else f'{count:,} times'}"


def _start(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"from {_day(local) if (local.hour, local.minute) == (0, 0) else _moment(at, zone)}"


def _end(at: datetime, zone: ZoneInfo) -> str:
    """An end at midnight is the day before, to its last minute."""
    local = at.astimezone(zone)
    if (local.hour, local.minute) == (0, 0):
        return f"through {_day(local - timedelta(days=1))}"
    return f"until {_moment(at, zone)}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{_day(local)}, {local.hour % 12 or 12}:{local:%M} {local:%p}"


def _day(at: datetime) -> str:
    return f"{at:%b} {at.day}, {at.year}"


def _joined(skus: Collection[str], names: Mapping[str, str], word: str) -> str:
    return _listed([names.get(sku, sku) for sku in sorted(skus)], word)


def _listed(words: Sequence[str], word: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {word} {words[-1]}"


def _money(terms: Terms, amount: int) -> str:
    return money.display(amount, terms.currency)

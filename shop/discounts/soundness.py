"""Whether a set of rules can be explained: what contradicts itself, never happens or gives the shop away is refused."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from shop import money
from shop.discounts.rules import ALL_OF_IT, OF_SHIPPING, Terms


@dataclass(frozen=True)
class Ware:
    """A product as the rules of a campaign meet it: its price in minor units, and whether it is reduced already."""

    name: str
    unit_amount: int
    reduced: bool = False


@dataclass(frozen=True)
class Fault:
    """Something wrong with a campaign. name: the field to look at. key: of its sentence in content/phrases.yaml
    (below campaign_faults); values: its blanks, ready for people.
    """

    name: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def faults(terms: Terms, wares: Mapping[str, Ware], countries: Collection[str]) -> list[Fault]:
    """Return what is wrong with a set of rules, in the order of the form. ``wares``: what the shop sells, by SKU.
    ``countries``: where it ships to. Empty when somebody could explain it to a buyer.
    """
    return [
        *_gift_faults(terms),
        *_product_faults(terms, wares),
        *_price_faults(terms, wares),
        *_cap_faults(terms),
        *_condition_faults(terms, countries),
        *_limit_faults(terms),
    ]


def _gift_faults(terms: Terms) -> Iterator[Fault]:
    if not terms.name:
        yield Fault("name", "name_missing")
    if terms.kind in ("percent", "buy_get") and not 0 < terms.percent_basis_points <= ALL_OF_IT:
        yield Fault("percent", "percent_range")
    if terms.kind not in ("percent", "buy_get", "free_shipping") and terms.amount <= 0:
        yield Fault("amount", "amount_missing")
    if terms.kind == "buy_get" and (terms.buy_quantity < 1 or terms.get_quantity < 1):
        yield Fault("buy_quantity", "quantities_missing")


def _product_faults(terms: Terms, wares: Mapping[str, Ware]) -> Iterator[Fault]:
    both = terms.skus & terms.excluded_skus
    if both:
        yield Fault("excluded_skus", "in_and_out", {"names": _names(both, wares)})
    elif wares and not _meant(terms, wares):
        yield Fault("excluded_skus", "nothing_left")
    if terms.kind == "bundle_price":
        if len(terms.skus) < 2:
            yield Fault("skus", "bundle_of_one")
        if terms.excluded_skus:
            yield Fault("excluded_skus", "bundle_excludes")
    if terms.get_skus and not terms.skus:
        yield Fault("skus", "gift_of_everything")
    twice = terms.get_skus & (terms.skus | terms.excluded_skus)
    if twice:
        yield Fault("get_skus", "bought_and_given", {"names": _names(twice, wares)})


def _price_faults(terms: Terms, wares: Mapping[str, Ware]) -> Iterator[Fault]:
    meant = _meant(terms, wares)
    if terms.kind == "set_price" and meant and all(wares[sku].unit_amount <= terms.amount for sku in meant):
        yield Fault("amount", "set_price_saves_nothing", {"price": _money(terms, terms.amount)})
    if terms.kind == "bundle_price" and terms.skus and terms.skus <= wares.keys():
        one_by_one = sum(wares[sku].unit_amount for sku in terms.skus)
        if terms.amount >= one_by_one:
            values = {"price": _money(terms, terms.amount), "one_by_one": _money(terms, one_by_one)}
            yield Fault("amount", "bundle_saves_nothing", values)


def _cap_faults(terms: Terms) -> Iterator[Fault]:
    if terms.max_discount_amount is not None and terms.kind in ("fixed_order", "reduced_shipping"):
        yield Fault("max_discount", "cap_of_fixed")
    if terms.max_units is not None and (terms.kind == "fixed_order" or terms.kind in OF_SHIPPING):
        yield Fault("max_units", "pieces_of_no_piece")
    if terms.minimum_quantity and terms.kind in ("bundle_price", "buy_get"):
        yield Fault("minimum_quantity", "quantity_is_said")
    most = terms.max_discount_amount or (terms.amount if terms.kind == "fixed_order" else 0)
    if terms.budget_amount is not None and terms.budget_amount < max(most, 1):
        values = {"budget": _money(terms, terms.budget_amount), "most": _money(terms, most)}
        yield Fault("budget", "budget_too_small", values)


def _condition_faults(terms: Terms, countries: Collection[str]) -> Iterator[Fault]:
    strange = terms.countries - set(countries)
    if countries and strange:
        yield Fault("countries", "countries_not_served", {"countries": ", ".join(sorted(strange))})
    if terms.starts_at and terms.ends_at and terms.starts_at >= terms.ends_at:
        yield Fault("ends_at", "window_empty")
    if terms.first_order_only and (terms.max_uses_per_customer or 1) > 1:
        yield Fault("max_uses_per_customer", "first_order_twice")


def _limit_faults(terms: Terms) -> Iterator[Fault]:
    most = terms.max_uses
    if most is not None and terms.max_uses_per_customer and terms.max_uses_per_customer > most:
        yield Fault("max_uses_per_customer", "customer_above_all", {"most": most})
    if most is not None and most < terms.uses:
        yield Fault("max_uses", "below_uses", {"uses": terms.uses})
    if terms.budget_amount is not None and terms.budget_amount < terms.spent_amount:
        yield Fault("budget", "below_spent", {"spent": _money(terms, terms.spent_amount)})
    bounded = most is not None or terms.budget_amount is not None or terms.max_discount_amount is not None
    if terms.kind == "percent" and terms.percent_basis_points == ALL_OF_IT and not bounded:
        yield Fault("percent", "gives_the_shop_away")


def _meant(terms: Terms, wares: Mapping[str, Ware]) -> list[str]:
    """The products that can be reduced at all."""
    return [
        sku
        for sku, ware in wares.items()
        if (not terms.skus or sku in terms.skus)
        and sku not in terms.excluded_skus
        and not (terms.excludes_reduced and ware.reduced)
    ]


def _names(skus: Collection[str], wares: Mapping[str, Ware]) -> str:
    return ", ".join(sorted(wares[sku].name if sku in wares else sku for sku in skus))


def _money(terms: Terms, amount: int) -> str:
    return money.display(amount, terms.currency)

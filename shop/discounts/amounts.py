"""How much a campaign takes off goods and shipping: integers in, integers out, nothing below zero."""

from collections.abc import Mapping, Sequence

from shop import money
from shop.discounts.rules import OF_SHIPPING, Goods, Terms, matching

WHOLE_BASIS_POINTS = 10_000


def amounts_off(terms: Terms, goods: Sequence[Goods], remaining: Mapping[str, int]) -> dict[str, int]:
    """Return what a campaign takes off each SKU (minor units, only those above 0).

    ``remaining`` is what each SKU still costs after the discounts that came before; nothing goes below zero.
    ``goods`` must be in an order that does not depend on the visitor, or one cent may move between lines.
    """
    pieces = _pieces(terms, goods)
    lines = [line for line in goods if pieces.get(line.sku) and remaining[line.sku] > 0]
    costs = [remaining[line.sku] * pieces[line.sku] // line.quantity for line in lines]
    parts = _parts(terms, [pieces[line.sku] for line in lines], costs)
    most = terms.max_discount_amount
    if most is not None and sum(parts) > most:
        parts = money.allocate(most, parts)
    return {line.sku: part for line, part in zip(lines, parts, strict=True) if part > 0}


def most_off(terms: Terms, goods: Sequence[Goods]) -> int:
    """Return what ``amounts_off`` takes off at most in all (minor units), in a fraction of its time."""
    meant = matching(terms, goods)
    off = sum([line.unit_amount * line.quantity for line in meant])
    if terms.kind == "buy_get":
        # The cheapest of some pieces cost no more than as many on average.
        each = terms.buy_quantity + terms.get_quantity
        among = sum([line.subtotal_amount for line in goods if line.sku in terms.get_skus])
        off = among if terms.get_skus else -(-off * terms.get_quantity // each)
    if terms.kind in ("percent", "buy_get"):
        off = (off * terms.percent_basis_points + WHOLE_BASIS_POINTS // 2) // WHOLE_BASIS_POINTS
    elif terms.kind == "fixed_order":
        off = min(terms.amount, off)
    elif terms.kind == "fixed_item":
        off = sum([min(terms.amount, line.unit_amount) * line.quantity for line in meant])
    elif terms.kind == "set_price":
        off = sum([max(line.unit_amount - terms.amount, 0) * line.quantity for line in meant])
    elif terms.kind in OF_SHIPPING:
        off = 0
    return off if terms.max_discount_amount is None else min(off, terms.max_discount_amount)


def shipping_off(terms: Terms, shipping_amount: int) -> int:
    """Return what a campaign takes off a shipping charge (minor units)."""
    off = shipping_amount if terms.kind == "free_shipping" else min(terms.amount, shipping_amount)
    return off if terms.max_discount_amount is None else min(off, terms.max_discount_amount)


def bundles(terms: Terms, goods: Sequence[Goods]) -> int:
    """Return how often the products of a bundle price lie in a cart together."""
    quantities = {line.sku: line.quantity for line in matching(terms, goods)}
    return min((quantities.get(sku, 0) for sku in terms.skus), default=0)


def _parts(terms: Terms, pieces: Sequence[int], costs: Sequence[int]) -> list[int]:
    """What is taken off lines of which ``pieces`` count and cost ``costs`` together."""
    if terms.kind in ("percent", "buy_get"):
        # Half a minor unit goes to the customer.
        off = (sum(costs) * terms.percent_basis_points + WHOLE_BASIS_POINTS // 2) // WHOLE_BASIS_POINTS
        return money.allocate(off, costs)
    if terms.kind == "fixed_order":
        return money.allocate(min(terms.amount, sum(costs)), costs)
    if terms.kind == "fixed_item":
        return [min(terms.amount * count, cost) for count, cost in zip(pieces, costs, strict=True)]
    if terms.kind == "set_price":
        return [max(cost - terms.amount * count, 0) for count, cost in zip(pieces, costs, strict=True)]
    if terms.kind == "bundle_price":
        return money.allocate(max(sum(costs) - terms.amount * min(pieces, default=0), 0), costs)
    return [0] * len(costs)


def _pieces(terms: Terms, goods: Sequence[Goods]) -> dict[str, int]:
    """SKU -> how many of its pieces are reduced."""
    meant = matching(terms, goods)
    if terms.kind == "bundle_price":
        count = bundles(terms, goods)
        return {line.sku: count if terms.max_units is None else min(count, terms.max_units) for line in meant}
    if terms.kind == "buy_get":
        return _cheapest(terms, goods, meant)
    if terms.max_units is None:
        return {line.sku: line.quantity for line in meant}
    # Of more pieces than are reduced the dearest count: that is better for the customer.
    return _first(sorted(meant, key=lambda line: (-line.unit_amount, line.sku)), terms.max_units)


def _cheapest(terms: Terms, goods: Sequence[Goods], meant: Sequence[Goods]) -> dict[str, int]:
    """Of what one may choose from, the cheapest pieces: so many for each time enough was bought."""
    bought = sum(line.quantity for line in meant)
    if terms.get_skus:
        times, pool = bought // terms.buy_quantity, [line for line in goods if line.sku in terms.get_skus]
    else:
        times, pool = bought // (terms.buy_quantity + terms.get_quantity), list(meant)
    count = times * terms.get_quantity
    count = count if terms.max_units is None else min(count, terms.max_units)
    return _first(sorted(pool, key=lambda line: (line.unit_amount, line.sku)), count)


def _first(lines: Sequence[Goods], count: int) -> dict[str, int]:
    taken: dict[str, int] = {}
    for line in lines:
        taken[line.sku] = min(line.quantity, count)
        count -= taken[line.sku]
    return taken

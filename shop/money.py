"""Money is an integer of minor units and a currency: never a float, never a Decimal in a table."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency

# Currencies whose smallest unit is the unit itself, as the payment service counts them
# (https://docs.stripe.com/currencies#zero-decimal).
ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ],
)


def decimals(currency: str) -> int:
    """Return how many decimal places the minor unit of ``currency`` (ISO 4217, upper case) stands for."""
    return 0 if currency in ZERO_DECIMAL else 2


@lru_cache(maxsize=4096)
def display(amount: int, currency: str) -> str:
    """Return ``amount`` minor units as people read it: ``display(14900, "USD") == "$149.00"``."""
    places = decimals(currency)
    # A true minus sign lines up with the figures and is read aloud as one.
    return format_currency(Decimal(amount).scaleb(-places), currency, locale="en_US").replace("-", "\u2212")


def plain(amount: int, currency: str) -> str:
    """Return ``amount`` minor units as a bare decimal number for feeds and markup: ``"149.00"``."""
    places = decimals(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split ``amount`` (minor units, not negative) in proportion to ``weights`` by the largest remainder.

    The parts sum to ``amount`` exactly and no part exceeds its weight while ``amount <= sum(weights)``.
    Ties go to the earlier weight. Raises ValueError when there is something to split and nothing to split it over.
    """
    whole = sum(weights)
    if amount == 0:
        return [0] * len(weights)
    if amount < 0 or whole <= 0:
        raise ValueError(f"cannot split {amount} over {list(weights)}")
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % whole), at))
    for at in by_remainder[: amount - sum(parts)]:
        parts[at] += 1
    return parts

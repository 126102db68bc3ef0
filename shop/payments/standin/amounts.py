"""Money as Stripe counts it: integers of minor units (https://docs.stripe.com/currencies)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from shop.payments.standin.parameters import words

LARGEST_AMOUNT = 99_999_999

CURRENCIES = frozenset(
    words(
        "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd "
        "cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq "
        "gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd "
        "lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk "
        "php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top "
        "try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw"
    )
)

# https://docs.stripe.com/currencies#zero-decimal; ISK and UGX keep two decimals in the API.
_NO_DECIMALS = frozenset(words("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"))
_THREE_DECIMALS = frozenset(words("bhd jod kwd omr tnd"))

# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
_SMALLEST_CHARGE = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "cad": "CA$", "aud": "A$", "nzd": "NZ$", "jpy": "¥"}


def decimals(currency: str) -> int:
    """Return how many decimals people write for the currency: 0, 2 or 3."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def smallest_charge(currency: str) -> int:
    """Return the least amount, in minor units, that can be charged in the currency."""
    return _SMALLEST_CHARGE.get(currency, 1)


def written(amount: int, currency: str) -> str:
    """Return the amount of minor units as people read it: 5990, "usd" gives $59.90."""
    places = decimals(currency)
    number = f"{abs(Decimal(amount).scaleb(-places)):,.{places}f}"
    sign = _SIGNS.get(currency)
    text = f"{sign}{number}" if sign else f"{number} {currency.upper()}"
    return f"-{text}" if amount < 0 else text


def share_of(amount: int, percent: float) -> int:
    """Return that percentage of the amount in minor units, halves rounded up."""
    exact = Decimal(amount) * Decimal(str(percent)) / 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split the amount in proportion to the weights; the parts sum to it exactly."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place))
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def processing_fee(amount: int) -> int:
    """Return a plausible fee in minor units (2.9 % + 30), so that reports have something to show."""
    return share_of(amount, 2.9) + 30

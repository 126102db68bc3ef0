"""Reading where the shop ships to, how, and for how much."""

from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from shop.shipping.models import ShippingCountry, ShippingRate, ShippingZone
from shop.shipping.rules import Rate

ZONES = ShippingZone.metadata.tables["shipping_zones"]
SERVED = ShippingCountry.metadata.tables["shipping_countries"]
RATES = ShippingRate.metadata.tables["shipping_rates"]

_COUNTRIES = (
    select(SERVED.c.country)
    .join(ZONES, ZONES.c.id == SERVED.c.zone_id)
    .order_by(ZONES.c.position, SERVED.c.country)
)
RATE_COLUMNS = (
    RATES.c.method,
    RATES.c.name,
    RATES.c.amount,
    RATES.c.currency,
    RATES.c.free_from_amount,
    RATES.c.handling_days_min,
    RATES.c.handling_days_max,
    RATES.c.transit_days_min,
    RATES.c.transit_days_max,
)
FITS = (
    RATES.c.currency == bindparam("currency"),
    RATES.c.min_weight_grams <= bindparam("weight"),
    (RATES.c.max_weight_grams.is_(None)) | (RATES.c.max_weight_grams >= bindparam("weight")),
)
# Of two weight ranges that touch in one gram the heavier one counts.
RATE_ORDER = (
    RATES.c.position,
    RATES.c.method,
    RATES.c.min_weight_grams.desc(),
)
_RATES = (
    select(ZONES.c.name.label("zone_name"), *RATE_COLUMNS)
    .join(ZONES, ZONES.c.id == RATES.c.zone_id)
    .join(
        SERVED,
        and_(SERVED.c.zone_id == RATES.c.zone_id, SERVED.c.country == bindparam("country")),
    )
    .where(*FITS)
    .order_by(*RATE_ORDER)
)
ZONE_COUNTRIES = select(SERVED.c.zone_id, SERVED.c.country).order_by(SERVED.c.country)
ZONE_RATES = (
    select(RATES.c.zone_id, ZONES.c.name.label("zone_name"), *RATE_COLUMNS)
    .join(ZONES, ZONES.c.id == RATES.c.zone_id)
    .where(*FITS)
    .order_by(ZONES.c.position, *RATE_ORDER)
)


def countries(session: Session) -> list[str]:
    """Return the countries the shop ships to (ISO 3166-1 alpha-2), the home zone's first."""
    return list(session.connection().scalars(_COUNTRIES))


def rates(session: Session, country: str, weight_grams: int, currency: str) -> list[Rate]:
    """Return the ways to ship ``weight_grams`` to ``country``, the usual one first; none if not served."""
    rows = session.connection().execute(
        _RATES, {"country": country, "weight": weight_grams, "currency": currency}
    )
    by_method: dict[str, Rate] = {}
    for row in rows:
        by_method.setdefault(row.method, _rate(row))
    return list(by_method.values())


def _rate(row: Any) -> Rate:
    return Rate(
        row.zone_name,
        row.method,
        row.name,
        row.amount,
        row.currency,
        row.free_from_amount,
        (row.handling_days_min, row.handling_days_max),
        (row.transit_days_min, row.transit_days_max),
    )


def zone_rates(session: Session, weight_grams: int, currency: str) -> list[tuple[Rate, tuple[str, ...]]]:
    """Return for each zone, in their order, its usual rate for ``weight_grams`` and its countries."""
    countries: dict[int, list[str]] = {}
    for zone_id, country in session.execute(ZONE_COUNTRIES):
        countries.setdefault(zone_id, []).append(country)
    rows = session.execute(ZONE_RATES, {"weight": weight_grams, "currency": currency})
    usual: dict[int, Rate] = {}
    for row in rows:
        usual.setdefault(row.zone_id, _rate(row))
    return [(rate, tuple(countries[zone_id])) for zone_id, rate in usual.items() if zone_id in countries]

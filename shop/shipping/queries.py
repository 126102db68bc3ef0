"""Reading where the shop ships to, how, and for how much."""

from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from shop.shipping.models import ShippingCountry, ShippingRate, ShippingZone
from shop.shipping.rules import Rate

COUNTRIES = (
    select(ShippingCountry.country)
    .join(ShippingZone, ShippingZone.id == ShippingCountry.zone_id)
    .order_by(ShippingZone.position, ShippingCountry.country)
)
RATE_COLUMNS = (
    ShippingRate.method,
    ShippingRate.name,
    ShippingRate.amount,
    ShippingRate.currency,
    ShippingRate.free_from_amount,
    ShippingRate.handling_days_min,
    ShippingRate.handling_days_max,
    ShippingRate.transit_days_min,
    ShippingRate.transit_days_max,
)
FITS = (
    ShippingRate.currency == bindparam("currency"),
    ShippingRate.min_weight_grams <= bindparam("weight"),
    (ShippingRate.max_weight_grams.is_(None)) | (ShippingRate.max_weight_grams >= bindparam("weight")),
)
# Of two weight ranges that touch in one gram the heavier one counts.
RATE_ORDER = (
    ShippingRate.position,
    ShippingRate.amount,
    ShippingRate.method,
    ShippingRate.min_weight_grams.desc(),
)
RATES = (
    select(ShippingZone.name.label("zone_name"), *RATE_COLUMNS)
    .join(ShippingZone, ShippingZone.id == ShippingRate.zone_id)
    .join(
        ShippingCountry,
        and_(
            ShippingCountry.zone_id == ShippingRate.zone_id, ShippingCountry.country == bindparam("country")
        ),
    )
    .where(*FITS)
    .order_by(*RATE_ORDER)
)
ZONE_COUNTRIES = select(ShippingCountry.zone_id, ShippingCountry.country).order_by(ShippingCountry.country)
ZONE_RATES = (
    select(ShippingRate.zone_id, ShippingZone.name.label("zone_name"), *RATE_COLUMNS)
    .join(ShippingZone, ShippingZone.id == ShippingRate.zone_id)
    .where(*FITS)
    .order_by(ShippingZone.position, *RATE_ORDER)
)


def countries(session: Session) -> list[str]:
    """Return the countries the shop ships to (ISO 3166-1 alpha-2), the home zone's first."""
    return list(session.scalars(COUNTRIES))


def rates(session: Session, country: str, weight_grams: int, currency: str) -> list[Rate]:
    """Return the ways to ship ``weight_grams`` to ``country``, the usual one first; none if not served."""
    rows = session.execute(RATES, {"country": country, "weight": weight_grams, "currency": currency})
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

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
RATES = (
    select(
        ShippingZone.name.label("zone_name"),
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
    .join(ShippingZone, ShippingZone.id == ShippingRate.zone_id)
    .join(
        ShippingCountry,
        and_(
            ShippingCountry.zone_id == ShippingRate.zone_id, ShippingCountry.country == bindparam("country")
        ),
    )
    .where(
        ShippingRate.currency == bindparam("currency"),
        ShippingRate.min_weight_grams <= bindparam("weight"),
        (ShippingRate.max_weight_grams.is_(None)) | (ShippingRate.max_weight_grams >= bindparam("weight")),
    )
    # Of two weight ranges that touch in one gram the heavier one counts.
    .order_by(
        ShippingRate.position, ShippingRate.amount, ShippingRate.method, ShippingRate.min_weight_grams.desc()
    )
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

"""Reading where the shop ships to, how, and for how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.db import Kept
from shop.shipping.models import ShippingCountry, ShippingRate, ShippingZone
from shop.shipping.rules import Rate
from shop.statements import Statement

ZONES = ShippingZone.metadata.tables["shipping_zones"]
SERVED = ShippingCountry.metadata.tables["shipping_countries"]
RATES = ShippingRate.metadata.tables["shipping_rates"]

_COUNTRIES = Statement(
    select(SERVED.c.zone_id, SERVED.c.country)
    .join(ZONES, ZONES.c.id == SERVED.c.zone_id)
    .order_by(ZONES.c.position, SERVED.c.country)
)
# Of two weight ranges that touch in one gram the heavier one counts.
_RATES = Statement(
    select(RATES, ZONES.c.name.label("zone_name"))
    .join(ZONES, ZONES.c.id == RATES.c.zone_id)
    .order_by(ZONES.c.position, RATES.c.position, RATES.c.method, RATES.c.min_weight_grams.desc())
)


@dataclass(frozen=True)
class _Offer:
    """A rate with the weights it is for."""

    rate: Rate
    least_grams: int
    most_grams: int | None

    def fits(self, weight_grams: int, currency: str) -> bool:
        return (
            self.rate.currency == currency
            and self.least_grams <= weight_grams
            and (self.most_grams is None or weight_grams <= self.most_grams)
        )


@dataclass(frozen=True)
class _World:
    """Where the shop ships to: country -> zone id, the home zone's first; zone id -> its offers in order."""

    zones: Mapping[str, int]
    offers: Mapping[int, Sequence[_Offer]]


def _read(session: Session) -> _World:
    zones = {row.country: row.zone_id for row in _COUNTRIES.all(session)}
    offers: dict[int, list[_Offer]] = {}
    for row in _RATES.all(session):
        offers.setdefault(row.zone_id, []).append(
            _Offer(_rate(row), row.min_weight_grams, row.max_weight_grams)
        )
    return _World(zones, offers)


# Every cart page asks, and the answer changes a few times a year.
_WORLD: Kept[_World] = Kept(_read)


def countries(session: Session) -> list[str]:
    """Return the countries the shop ships to (ISO 3166-1 alpha-2), the home zone's first."""
    return list(_WORLD.get(session).zones)


def rates(session: Session, country: str, weight_grams: int, currency: str) -> list[Rate]:
    """Return the ways to ship ``weight_grams`` to ``country``, the usual one first; none if not served."""
    world = _WORLD.get(session)
    by_method: dict[str, Rate] = {}
    for offer in world.offers.get(world.zones.get(country, 0), ()):
        if offer.fits(weight_grams, currency):
            by_method.setdefault(offer.rate.method, offer.rate)
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
        row.counts_before_discounts,
    )


def zone_rates(session: Session, weight_grams: int, currency: str) -> list[tuple[Rate, tuple[str, ...]]]:
    """Return for each zone, in their order, its usual rate for ``weight_grams`` and its countries."""
    world = _WORLD.get(session)
    countries: dict[int, list[str]] = {}
    for country, zone_id in world.zones.items():
        countries.setdefault(zone_id, []).append(country)
    found = []
    for zone_id, offers in world.offers.items():
        usual = next((offer.rate for offer in offers if offer.fits(weight_grams, currency)), None)
        if usual is not None and zone_id in countries:
            found.append((usual, tuple(countries[zone_id])))
    return found

"""Where the shop ships to, on both databases."""

from sqlalchemy import Engine

from shop.db import reading, writing
from shop.shipping import queries
from shop.shipping.models import ShippingCountry, ShippingRate, ShippingZone


def a_rate(zone_id: int, method: str, amount: int, **columns: object) -> ShippingRate:
    days = {"transit_days_min": 2, "transit_days_max": 5}
    values = {
        "zone_id": zone_id,
        "method": method,
        "name": method.title(),
        "amount": amount,
        "currency": "USD",
    }
    return ShippingRate(**values | days | columns)


def a_map(engine: Engine) -> None:
    """Two zones; at home two methods, one of them by weight."""
    with writing(engine) as session:
        home, abroad = ShippingZone(name="Home", position=1), ShippingZone(name="Abroad", position=2)
        session.add_all([home, abroad])
        session.flush()
        session.add_all(ShippingCountry(country=code, zone_id=abroad.id) for code in ("DE", "CA"))
        session.add(ShippingCountry(country="US", zone_id=home.id))
        session.add_all(
            [
                a_rate(home.id, "express", 2500, position=2),
                a_rate(home.id, "standard", 695, position=1, max_weight_grams=2000),
                a_rate(home.id, "standard", 595, position=1, min_weight_grams=2000, max_weight_grams=9000),
                a_rate(abroad.id, "standard", 2900),
            ]
        )


def test_countries_stand_in_the_order_of_their_zones(engine: Engine) -> None:
    a_map(engine)
    with reading(engine) as session:
        assert queries.countries(session) == ["US", "CA", "DE"]


def test_the_usual_way_comes_first_and_the_weight_decides_its_price(engine: Engine) -> None:
    a_map(engine)
    with reading(engine) as session:

        def prices(country: str, weight: int) -> list[tuple[str, int]]:
            return [(rate.method, rate.amount) for rate in queries.rates(session, country, weight, "USD")]

        assert prices("US", 900) == [("standard", 695), ("express", 2500)]
        assert prices("US", 5000) == [("standard", 595), ("express", 2500)]
        assert prices("US", 9001) == [("express", 2500)]
        assert prices("DE", 100) == [("standard", 2900)]


def test_two_weight_ranges_that_touch_give_the_heavier_one(engine: Engine) -> None:
    a_map(engine)
    with reading(engine) as session:
        assert queries.rates(session, "US", 2000, "USD")[0].amount == 595


def test_a_country_that_is_not_served_and_another_currency_have_no_rates(engine: Engine) -> None:
    a_map(engine)
    with reading(engine) as session:
        assert queries.rates(session, "ZZ", 100, "USD") == []
        assert queries.rates(session, "US", 100, "EUR") == []

"""The demo data."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from shop.catalog import queries as catalog
from shop.catalog.models import Stock, StockMovement
from shop.db import reading
from shop.discounts.models import Campaign, CampaignCountry, CampaignItem, Code, Redemption
from shop.errors import SettingRefused
from shop.seed import seed
from shop.shipping.models import ShippingCountry, ShippingRate, ShippingZone
from tests.orders.made import NOW
from tests.rows import every_row


def test_a_fresh_shop_has_seven_skus_at_their_demo_prices(engine: Engine) -> None:
    assert seed(engine, live=False, now=NOW)
    with reading(engine) as session:
        items = catalog.items(session)
    assert {sku: item.unit_amount for sku, item in items.items()} == {
        "HOOK-1": 14900,
        "BALL-1": 2900,
        "BOOK-PB": 2495,
        "BOOK-EB": 1495,
        "SET-FULL": 17900,
        "SET-READ": 16400,
        "SET-GENTLE": 4600,
    }
    for item in items.values():
        assert item.currency == "USD"
        if item.parts:
            assert item.weight_grams == sum(items[sku].weight_grams * each for sku, each in item.parts)
            assert item.unit_amount < sum(items[sku].unit_amount * each for sku, each in item.parts)


def test_seeding_again_changes_nothing(engine: Engine) -> None:
    seed(engine, live=False, now=NOW)
    before = every_row(engine)
    assert not seed(engine, live=False, now=NOW + timedelta(days=1))
    assert every_row(engine) == before


def test_a_live_shop_is_never_given_demo_data(engine: Engine) -> None:
    before = every_row(engine)
    with pytest.raises(SettingRefused, match="SHOP_MODE"):
        seed(engine, live=True, now=NOW)
    assert every_row(engine) == before


def test_demo_stock_comes_from_the_ledger(engine: Engine) -> None:
    seed(engine, live=False, now=NOW)
    with reading(engine) as session:
        shelf = dict(session.execute(select(Stock.sku, Stock.on_hand)).all())
        ledger = session.execute(
            select(StockMovement.sku, func.sum(StockMovement.delta))
            .where(StockMovement.reason == "opening")
            .group_by(StockMovement.sku)
        )
        assert shelf == dict(ledger.all()) == {"HOOK-1": 120, "BALL-1": 300, "BOOK-PB": 200}


def test_the_demo_ships_to_eighteen_countries_at_their_rates(engine: Engine) -> None:
    seed(engine, live=False, now=NOW)
    with reading(engine) as session:
        rows = session.execute(
            select(
                ShippingCountry.country,
                ShippingRate.amount,
                ShippingRate.free_from_amount,
                ShippingRate.transit_days_min,
                ShippingRate.transit_days_max,
            )
            .join(ShippingZone, ShippingZone.id == ShippingCountry.zone_id)
            .join(ShippingRate, ShippingRate.zone_id == ShippingZone.id)
        )
        rates = {country: tuple(rate) for country, *rate in rows}
    assert len(rates) == 18
    assert rates["US"] == (695, 7500, 2, 5)
    assert rates["CA"] == (1900, None, 6, 12)
    assert {rates[country] for country in rates if country not in ("US", "CA")} == {(2900, None, 6, 12)}


def test_the_demo_codes_show_every_kind_and_every_end(engine: Engine) -> None:
    seed(engine, live=False, now=NOW)
    with reading(engine) as session:
        found = session.execute(select(Code.code, Campaign).join(Campaign, Campaign.id == Code.campaign_id))
        codes = dict(found.all())
        limited = set(session.scalars(select(CampaignItem.sku)))
        countries = set(session.scalars(select(CampaignCountry.country)))
        used_up = codes["EARLY20"]
        uses = session.scalar(select(func.count()).select_from(Redemption))
    assert set(codes) == {"RUN15", "DESKBREAK", "HOOK40", "PTPRO20", "CH-DEMO-10", "OLDCODE", "EARLY20"}
    assert {campaign.kind for campaign in codes.values()} == {"percent", "fixed_item", "free_shipping"}
    assert (limited, countries) == ({"HOOK-1"}, {"US"})
    assert codes["HOOK40"].ends_at == NOW + timedelta(days=60)
    assert codes["OLDCODE"].ends_at < NOW
    assert codes["CH-DEMO-10"].first_order_only
    assert codes["CH-DEMO-10"].max_uses_per_customer == 1
    # The counters are the redemptions, and there is none: nothing in the demo is made up twice.
    assert (codes["EARLY20"].max_uses, used_up.redeemed, uses) == (0, 0, 0)

"""The demo goods, shipping and codes: every invented value is here, and none of it is for a live shop."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shop.catalog import actions as stock
from shop.catalog import editing
from shop.catalog.models import BundlePart, Product, Variant
from shop.db import publish_change, writing
from shop.discounts.models import Campaign, CampaignCountry, CampaignItem, Code
from shop.errors import SettingRefused
from shop.shipping.models import ShippingCountry, ShippingRate, ShippingZone
from shop.welcome.models import WelcomeOffer

CURRENCY = "USD"
BY = "demo data"


@dataclass(frozen=True)
class Goods:
    """One SKU: price in cents, weight in grams, the pieces on the shelf and its place, or the parts it is made of."""

    product: str
    sku: str
    slug: str
    name: str
    price_amount: int
    weight_grams: int = 0
    label: str = ""
    digital: bool = False
    on_hand: int = 0
    reorder_at: int = 0
    location: str = ""
    parts: Sequence[str] = ()


@dataclass(frozen=True)
class Zone:
    """Countries that share one flat price in cents, with business days on the road."""

    name: str
    countries: str
    amount: int
    transit_days: tuple[int, int]
    free_from_amount: int | None = None


@dataclass(frozen=True)
class Offer:
    """A campaign with one code; ``begins`` and ``ends`` are days from now, ``rules`` are its columns."""

    code: str
    name: str
    kind: str
    rules: dict[str, Any]
    comment: str
    begins: int | None = None
    ends: int | None = None
    skus: Sequence[str] = ()
    countries: Sequence[str] = field(default=())
    # How many personal codes of it may go to readers of the free chapter.
    reader_codes: int = 0


BOOK = "Tight Hip, Twisted Core"
GOODS = (
    Goods(
        "Hip Hook",
        "HOOK-1",
        "hip-hook",
        "Hip Hook",
        14900,
        900,
        on_hand=120,
        reorder_at=25,
        location="A-03-2",
    ),
    Goods(
        "Hip Release Ball",
        "BALL-1",
        "hip-release-ball",
        "Hip Release Ball",
        2900,
        320,
        on_hand=300,
        reorder_at=60,
        location="A-01-1",
    ),
    Goods(
        BOOK,
        "BOOK-PB",
        "tight-hip-twisted-core",
        f"{BOOK}, paperback",
        2495,
        360,
        label="Paperback",
        on_hand=200,
        reorder_at=40,
        location="B-02-4",
    ),
    Goods(
        BOOK,
        "BOOK-EB",
        "tight-hip-twisted-core-ebook",
        f"{BOOK}, e-book",
        1495,
        label="E-book (PDF and EPUB)",
        digital=True,
    ),
    Goods(
        "Complete program",
        "SET-FULL",
        "complete-program",
        "Complete program",
        17900,
        1580,
        parts=("HOOK-1", "BALL-1", "BOOK-PB"),
    ),
    Goods(
        "Hook and book",
        "SET-READ",
        "hook-and-book",
        "Hook and book",
        16400,
        1260,
        parts=("HOOK-1", "BOOK-PB"),
    ),
    Goods(
        "Gentle start", "SET-GENTLE", "gentle-start", "Gentle start", 4600, 680, parts=("BALL-1", "BOOK-PB")
    ),
)
ZONES = (
    Zone("United States", "US", 695, (2, 5), free_from_amount=7500),
    Zone("Canada", "CA", 1900, (6, 12)),
    Zone("Europe", "GB IE DE FR NL BE ES IT AT SE DK NO FI CH", 2900, (6, 12)),
    Zone("Australia and New Zealand", "AU NZ", 2900, (6, 12)),
)
OFFERS = (
    Offer(
        "RUN15",
        "15% off for podcast listeners",
        "percent",
        {"percent_basis_points": 1500, "public": True},
        "Demo: read out on a running podcast.",
    ),
    Offer(
        "DESKBREAK",
        "Free US shipping over $25",
        "free_shipping",
        {"minimum_subtotal_amount": 2500, "public": True},
        "Demo: for people who sit all day.",
        countries=("US",),
    ),
    Offer(
        "HOOK40",
        "$40 off the Hip Hook",
        "fixed_item",
        {"amount": 4000, "public": True},
        "Demo: a promotion with an end date.",
        ends=60,
        skus=("HOOK-1",),
    ),
    Offer(
        "PTPRO20",
        "20% off for practitioners",
        "percent",
        {"percent_basis_points": 2000},
        "Demo: given to physical therapists.",
    ),
    Offer(
        "CH-DEMO-10",
        "10% off a first order",
        "percent",
        {"percent_basis_points": 1000, "first_order_only": True, "max_uses_per_customer": 1},
        "Demo: readers of the free chapter get personal codes of it; this one stands for them.",
        reader_codes=5000,
    ),
    Offer(
        "OLDCODE",
        "10% off, last season",
        "percent",
        {"percent_basis_points": 1000, "public": True},
        "Demo: has ended.",
        begins=-90,
        ends=-30,
    ),
    # No use is left from the beginning, so the counters agree with the redemptions: there are none.
    Offer(
        "EARLY20",
        "20% off for the first buyers",
        "percent",
        {"percent_basis_points": 2000, "public": True, "max_uses": 0},
        "Demo: is used up.",
    ),
)


def seed(engine: Engine, *, live: bool, now: datetime) -> bool:
    """Fill an empty shop with the demo data, in one transaction; return whether it did.

    A shop that already has products is left as it is. Raises SettingRefused in live mode: invented prices
    must never be charged.
    """
    if live:
        raise SettingRefused("SHOP_MODE is live; demo data is only for SHOP_MODE=demo.")
    with writing(engine) as session:
        if session.scalar(select(func.count()).select_from(Product)):
            return False
        _add_goods(session, now)
        for position, zone in enumerate(ZONES, start=1):
            _add_zone(session, zone, position)
        for offer in OFFERS:
            _add_offer(session, offer, now)
        publish_change(session)
    return True


def _add_goods(session: Session, now: datetime) -> None:
    products: dict[str, Product] = {}
    for position, goods in enumerate(GOODS, start=1):
        if goods.product not in products:
            products[goods.product] = Product(name=goods.product, position=position)
            session.add(products[goods.product])
            session.flush()
        session.add(_variant(goods, products[goods.product].id, position, now))
    session.flush()
    for goods in GOODS:
        session.add_all(BundlePart(bundle_sku=goods.sku, part_sku=part) for part in goods.parts)
        if not goods.digital and not goods.parts:
            stock.open_stock(session, goods.sku, goods.on_hand, reorder_at=goods.reorder_at, by=BY, now=now)
            editing.set_location(session, goods.sku, goods.location)


def _variant(goods: Goods, product_id: int, position: int, now: datetime) -> Variant:
    return Variant(
        product_id=product_id,
        sku=goods.sku,
        slug=goods.slug,
        name=goods.name,
        label=goods.label,
        price_amount=goods.price_amount,
        currency=CURRENCY,
        weight_grams=goods.weight_grams,
        digital=goods.digital,
        position=position,
        updated_at=now,
    )


def _add_zone(session: Session, zone: Zone, position: int) -> None:
    row = ShippingZone(name=zone.name, position=position)
    session.add(row)
    session.flush()
    session.add_all(ShippingCountry(country=country, zone_id=row.id) for country in zone.countries.split())
    session.add(
        ShippingRate(
            zone_id=row.id,
            method="standard",
            name="Standard shipping",
            amount=zone.amount,
            currency=CURRENCY,
            free_from_amount=zone.free_from_amount,
            transit_days_min=zone.transit_days[0],
            transit_days_max=zone.transit_days[1],
        )
    )


def _add_offer(session: Session, offer: Offer, now: datetime) -> None:
    campaign = Campaign(
        slug=offer.code.lower(),
        codes_made=1,
        name=offer.name,
        kind=offer.kind,
        currency=CURRENCY,
        comment=offer.comment,
        starts_at=_days_from(now, offer.begins),
        ends_at=_days_from(now, offer.ends),
        created_at=now,
        **offer.rules,
    )
    session.add(campaign)
    session.flush()
    session.add(Code(campaign_id=campaign.id, code=offer.code, created_at=now))
    if offer.reader_codes:
        session.add(WelcomeOffer(campaign_id=campaign.id, max_codes=offer.reader_codes))
    session.add_all(CampaignItem(campaign_id=campaign.id, sku=sku) for sku in offer.skus)
    session.add_all(CampaignCountry(campaign_id=campaign.id, country=country) for country in offer.countries)


def _days_from(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)

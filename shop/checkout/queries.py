"""A cart priced as the shop is at this moment, for the cart page, the checkout form and ``place``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from shop import email_address
from shop.cart import rules as carts
from shop.cart.rules import Cart, Change, Entry, Ware
from shop.catalog import queries as catalog
from shop.catalog.models import StockHold
from shop.catalog.rules import Item, one_by_one, shortages, surely_there
from shop.checkout.rules import Line, Quote, price
from shop.checkout.sets import SetOffer, set_offer
from shop.config import Config
from shop.db import constant
from shop.discounts import queries as discounts
from shop.discounts.rules import CodeTry, Customer, Terms
from shop.errors import Reason, Refused
from shop.orders.models import Order
from shop.shipping import queries as shipping
from shop.shipping import rules as shipping_rules
from shop.shipping.rules import Rate
from shop.statements import Asked, Statement

# The shop's days do not depend on any setting.
SHOP_ZONE = Config().time_zone
# What an empty cart is priced in.
DEFAULT_CURRENCY = "USD"

ORDERS = Order.metadata.tables["orders"]
HOLDS = StockHold.metadata.tables["stock_holds"]

_OWN_ORDER = Statement(
    select(ORDERS.c.id, HOLDS.c.sku, HOLDS.c.quantity)
    .join_from(
        ORDERS,
        HOLDS,
        and_(HOLDS.c.order_id == ORDERS.c.id, HOLDS.c.state == constant("held")),
        isouter=True,
    )
    .where(ORDERS.c.cart_key == bindparam("cart_key"), ORDERS.c.state == constant("pending"))
)
_ORDERS_BEFORE = Statement(
    select(func.count()).where(ORDERS.c.email_normalized == bindparam("email"), ORDERS.c.paid_at.is_not(None))
)


@dataclass(frozen=True)
class PricedCart:
    """A cart and all that can be said of it now. Amounts are minor units of quote.currency.

    cart: as it was given; entries that are no longer for sale are in ``gone`` and not in the quote.
    quote: what it costs. items: every variant of the catalogue by SKU. countries: where the shop ships to.
    country: the one this was priced for. rates, rate: the ways to ship it there, and the one taken (None when
    nothing ships or nothing fits). arrives: first and last day, if something ships. shortages: SKU -> how many
    could be had. obstacle: why this cart cannot be ordered as it is, or None; a refused code is none. What only the
    cart's page shows is found out when it is asked for.
    """

    cart: Cart
    quote: Quote
    items: Mapping[str, Item]
    countries: Sequence[str]
    country: str
    rates: Sequence[Rate]
    rate: Rate | None
    arrives: tuple[date, date] | None
    shortages: Mapping[str, int]
    obstacle: Refused | None

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What is not as the visitor saw it."""
        return carts.changes(self.cart, _wares(self.cart, self.items, self.shortages))

    @cached_property
    def gone(self) -> tuple[Entry, ...]:
        """Entries that are not for sale."""
        return tuple(entry for entry in self.cart.entries if not _for_sale(entry.sku, self.items))

    @cached_property
    def free_shipping_distance(self) -> int | None:
        """How much is missing for free shipping (minor units), None when it is free or never will be."""
        rate, quote = self.rate, self.quote
        if rate is None or quote.shipping_amount == quote.shipping_discount_amount:
            return None
        return shipping_rules.distance_to_free(rate, rate.counted(quote.subtotal_amount, quote.goods_amount))

    @cached_property
    def code_words(self) -> str:
        """What the code in use gives, in a few words, "" without one."""
        return next((use.summary for use in self.quote.uses if use.code), "")

    @cached_property
    def set_offer(self) -> SetOffer | None:
        """A set that would be cheaper."""
        return set_offer(_buying(self.cart, self.items), self.items)


@dataclass(frozen=True)
class Filled:
    """A cart after something was put in or taken out, and the name of that."""

    cart: Cart
    name: str


@dataclass(frozen=True)
class _OwnOrder:
    """The unpaid order that the same cart made before: what it holds is there for this cart again."""

    id: int | None
    held: Mapping[str, int]


NO_ORDER = _OwnOrder(None, {})


def keep(session: Session) -> None:
    """Have this process keep what prices are made of, if it does not yet: the transaction of an order keeps nothing."""
    catalog.items_shown(session)
    catalog.bundled(session)
    shipping.countries(session)
    discounts.keep(session)


def price_cart(
    session: Session,
    cart: Cart,
    *,
    now: datetime,
    email: str = "",
    country: str = "",
    method: str = "",
    zone: ZoneInfo = SHOP_ZONE,
    ordered: bool = True,
    code_rows: Sequence[Any] | None = None,
) -> PricedCart:
    """Return ``cart`` at the prices, stock and rules of ``now`` (aware UTC).

    Without ``email`` the conditions that need one are taken to hold. Without ``country`` it is the cart's, or
    the shop's own; without ``method`` the usual way of shipping. Raises Refused(COUNTRY_NOT_SERVED) and
    Refused(SHIPPING_UNKNOWN) for ones that were given and do not exist. What the unpaid order of this same
    cart holds counts as free; ``ordered`` is False where it is known that it has none. ``code_rows`` are those
    of ``asked_code``, where that was asked. The number of queries does not depend on the size of the cart.
    """
    items, own = catalog.items_shown(session), NO_ORDER
    short: Mapping[str, int] = {}
    if not surely_there(_buying(cart, items), items):
        items, own = catalog.items(session), _own_order(session, cart) if ordered else NO_ORDER
        short = _short(cart, items, own)
    buying = _buying(cart, items)
    countries = shipping.countries(session)
    country = _country(cart, countries, country)
    currency = next((items[sku].currency for sku in buying), DEFAULT_CURRENCY)
    weight = sum(items[sku].weight_grams * quantity for sku, quantity in buying.items())
    ships = any(not items[sku].digital for sku in buying)
    rates = shipping.rates(session, country, weight, currency) if ships and country else []
    rate = _rate(rates, method) if ships else None
    offers, code_try = discounts.offers_and_code(
        session, cart.code, now=now, from_link=cart.code_from_link, rows=code_rows
    )
    if ordered and discounts.limited(offers, code_try, known=bool(email)):
        own = _own_order(session, cart) if own is NO_ORDER else own
        offers, code_try = discounts.without_order(session, own.id, offers, code_try)
    customer = customer_of(session, email, country, offers, code_try, own)
    quote = price(lines(buying, items), currency, offers, code_try, rate, customer, now)
    return PricedCart(
        cart=cart,
        quote=quote,
        items=items,
        countries=countries,
        country=country,
        rates=rates,
        rate=rate,
        arrives=shipping_rules.arrival(rate, now, zone) if rate else None,
        shortages=short,
        obstacle=_obstacle(cart, quote, rate, short, items),
    )


def asked_code(cart: Cart) -> Asked:
    """Return what looks the cart's code up."""
    return discounts.asked_code(cart.code)


def fill(session: Session, cart: Cart, sku: str, quantity: int, *, exactly: bool = False) -> Filled:
    """Return ``cart`` with ``quantity`` more pieces of ``sku``, or ``exactly`` so many; then 0 takes it out.

    All its prices count as seen afterwards. Raises Refused: ITEM_UNKNOWN, ITEM_NOT_FOR_SALE, SOLD_OUT and
    NOT_ENOUGH_STOCK (with everything else in the cart, a bundle and its parts together), and what the cart
    itself refuses.
    """
    items = catalog.items_shown(session)
    seen = carts.see(cart, {item.sku: item.unit_amount for item in items.values()})
    if exactly and quantity == 0:
        return Filled(carts.remove(seen, sku), items[sku].name if sku in items else sku)
    item = items.get(sku)
    if item is None:
        raise Refused(Reason.ITEM_UNKNOWN)
    if not item.active:
        raise Refused(Reason.ITEM_NOT_FOR_SALE, name=item.name)
    put = carts.change if exactly else carts.add
    filled = put(seen, sku, quantity, seen_amount=item.unit_amount)
    if not surely_there(_buying(filled, items), items):
        items = catalog.items(session)
        left = _short(filled, items, _own_order(session, cart)).get(sku)
        if left is not None:
            raise _out_of_stock(item, left)
    return Filled(filled, item.name)


def _own_order(session: Session, cart: Cart) -> _OwnOrder:
    if not cart.key:
        return NO_ORDER
    rows = _OWN_ORDER.all(session, {"cart_key": cart.key})
    return _OwnOrder(
        rows[0].id if rows else None, {row.sku: row.quantity for row in rows if row.sku is not None}
    )


def _for_sale(sku: str, items: Mapping[str, Item]) -> bool:
    return sku in items and items[sku].active


def _buying(cart: Cart, items: Mapping[str, Item]) -> dict[str, int]:
    return {entry.sku: entry.quantity for entry in cart.entries if _for_sale(entry.sku, items)}


def _short(cart: Cart, items: Mapping[str, Item], own: _OwnOrder) -> dict[str, int]:
    return shortages(_buying(cart, items), items, _free(items, own))


def _out_of_stock(item: Item, left: int) -> Refused:
    if left:
        return Refused(Reason.NOT_ENOUGH_STOCK, name=item.name, left=left)
    return Refused(Reason.SOLD_OUT, name=item.name)


def _free(items: Mapping[str, Item], own: _OwnOrder) -> dict[str, int]:
    """Return the free pieces of each stocked SKU, those of the cart's own order among them."""
    return {
        item.sku: (item.available or 0) + own.held.get(item.sku, 0)
        for item in items.values()
        if not item.parts and not item.digital
    }


def _country(cart: Cart, countries: Sequence[str], asked: str) -> str:
    if asked and asked not in countries:
        raise Refused(Reason.COUNTRY_NOT_SERVED)
    wanted = asked or cart.country
    return wanted if wanted in countries else next(iter(countries), "")


def _rate(rates: Sequence[Rate], asked: str) -> Rate | None:
    found = next((rate for rate in rates if asked in ("", rate.method)), None)
    if asked and found is None:
        raise Refused(Reason.SHIPPING_UNKNOWN)
    return found


def customer_of(
    session: Session,
    email: str,
    country: str,
    offers: Sequence[Terms],
    code_try: CodeTry | None,
    own: _OwnOrder = NO_ORDER,
) -> Customer:
    """Return what the rules of campaigns ask of who buys; without ``email`` she is not known yet."""
    if not email:
        return Customer(country=country)
    normalized = email_address.normalize(email)
    terms = [*offers, code_try.found[1]] if code_try and code_try.found else offers
    limited = [campaign.campaign_id for campaign in terms if campaign.limit_per_customer is not None]
    asks_for_orders = any(campaign.first_order_only for campaign in terms)
    return Customer(
        normalized,
        country,
        known=True,
        orders_before=_ORDERS_BEFORE.scalar(session, {"email": normalized}) if asks_for_orders else 0,
        uses=discounts.uses_of_customer(session, normalized, limited, without_order_id=own.id),
    )


def lines(buying: Mapping[str, int], items: Mapping[str, Item]) -> list[Line]:
    """Return what is bought (SKU -> pieces) as the price engine takes it."""
    return [
        Line(
            sku,
            items[sku].name,
            items[sku].digital,
            items[sku].unit_amount,
            quantity,
            # A set that costs less than its parts is reduced already.
            reduced=one_by_one(items[sku], items) is not None,
        )
        for sku, quantity in buying.items()
    ]


def _wares(cart: Cart, items: Mapping[str, Item], short: Mapping[str, int]) -> dict[str, Ware]:
    found = [items[entry.sku] for entry in cart.entries if entry.sku in items]
    return {
        item.sku: Ware(item.name, item.unit_amount, item.currency, item.active, short.get(item.sku))
        for item in found
    }


def _obstacle(
    cart: Cart, quote: Quote, rate: Rate | None, short: Mapping[str, int], items: Mapping[str, Item]
) -> Refused | None:
    gone = next((sku for sku in cart.quantities if not _for_sale(sku, items)), None)
    if gone is not None:
        return Refused(Reason.ITEM_NOT_FOR_SALE, name=items[gone].name if gone in items else gone)
    for sku, left in short.items():
        return _out_of_stock(items[sku], left)
    if not quote.lines:
        return Refused(Reason.CART_EMPTY)
    if quote.ships and rate is None:
        return Refused(Reason.SHIPPING_UNKNOWN)
    if not quote.payable:
        return Refused(Reason.TOTAL_TOO_SMALL)
    return None

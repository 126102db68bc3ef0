"""The shop window: home, the shelf and the product pages. They are the same for everybody."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from shop.articles import rules as articles
from shop.catalog import queries as catalog
from shop.catalog.rules import Item, one_by_one
from shop.clock import now
from shop.content import Content, Question, markdown_line
from shop.db import reading
from shop.shipping import queries as shipping
from shop.shipping.rules import arrival, charge
from shop.web import linked_data
from shop.web.cards import Card, Delivery, cards_of
from shop.web.linked_data import Crumb
from shop.web.pages import fresh_until, public_page
from shop.web.tools import publisher, tools, url_of_static

blueprint = Blueprint("catalog", __name__)

# Until a visitor has said where to, shipping is shown for here.
HOME_COUNTRY = "US"
SHELF_SINGLES = ("hip-hook", "hip-release-ball", "tight-hip-twisted-core")
# Whose questions stand on the front page.
FIRST_TOOL = "hip-hook"
SESSION_DRAWINGS = ("step-mat", "step-tip", "step-pivot", "step-other-side")
# The book that the free chapter is from.
BOOK = "tight-hip-twisted-core"
LATEST = 3
AMERICAN = Locale("en", "US")


@blueprint.get("/")
@public_page
def home() -> ResponseReturnValue:
    """The front page."""
    cards = _cards()
    content = tools().content
    return render_template(
        "catalog/home.html",
        doings=articles.doings(content.topics, content.articles),
        hurts=articles.hurts(content.topics),
        latest=articles.latest(content.articles.values(), LATEST),
        linked=linked_data.graph(publisher(), linked_data.website(publisher())),
        program=[cards[slug] for slug in SHELF_SINGLES if slug in cards],
        questions=_questions_about(cards.get(FIRST_TOOL)),
        sets=[card for card in cards.values() if card.item.parts],
        steps=_session_steps(content),
    )


@blueprint.get("/shop")
@public_page
def shelf() -> ResponseReturnValue:
    """Everything that is for sale."""
    cards = list(_cards().values())
    return render_template(
        "catalog/shelf.html",
        singles=[card for card in cards if not card.item.parts],
        sets=[card for card in cards if card.item.parts],
    )


@blueprint.get("/products/<slug>")
@public_page
def product(slug: str) -> ResponseReturnValue:
    """One product: what it is for, what it costs, who should not use it, how it works."""
    at = now()
    zone = tools().config.time_zone
    with reading(tools().engine) as session:
        items = catalog.items(session)
        item = next((item for item in items.values() if item.slug == slug and item.active), None)
        if item is None:
            abort(404)
        deliveries = sorted(
            _deliveries(session, item, at, zone), key=lambda delivery: HOME_COUNTRY not in delivery.countries
        )
    cards = cards_of(items, tools().content)
    _until_tomorrow(at, zone)
    crumbs = (Crumb("Home", "/"), Crumb("Shop", "/shop"), Crumb(item.name, f"/products/{slug}"))
    return render_template(
        "catalog/product.html",
        card=cards[slug],
        options=[cards[option.slug] for option in _options(item, items)],
        formats=_formats(item, items),
        deliveries=deliveries,
        destinations=_destinations(deliveries),
        articles=articles.explaining(cards[slug].words, tools().content.articles.values()),
        crumbs=crumbs,
        linked=_linked(cards[slug], deliveries, crumbs),
        chapter=slug.startswith(BOOK),
        complete=[cards[other] for other in cards[slug].words.complete_with if other in cards],
    )


def _cards() -> dict[str, Card]:
    with reading(tools().engine) as session:
        items = catalog.items(session)
    return cards_of(items, tools().content)


def _options(item: Item, items: Mapping[str, Item]) -> list[Item]:
    """Return ``item`` itself, then the bundles it belongs to, those that save most first."""
    bundles = [
        other for other in items.values() if other.active and item.sku in dict(other.parts) and other != item
    ]

    def saving(bundle: Item) -> int:
        return (one_by_one(bundle, items) or bundle.unit_amount) - bundle.unit_amount

    return [item, *sorted(bundles, key=saving, reverse=True)]


def _formats(item: Item, items: Mapping[str, Item]) -> list[Item]:
    """Return the variants of the same product, itself among them; nothing when there is only one."""
    same = [other for other in items.values() if other.active and other.product_name == item.product_name]
    return same if len(same) > 1 else []


def _deliveries(session: Session, item: Item, at: datetime, zone: ZoneInfo) -> list[Delivery]:
    """Return the usual way of shipping one ``item`` to each zone; nothing for what is downloaded."""
    if item.digital:
        return []
    return [
        Delivery(
            rate,
            charge(rate, item.unit_amount),
            arrival(rate, at, zone),
            countries,
        )
        for rate, countries in shipping.zone_rates(session, item.weight_grams, item.currency)
    ]


def _destinations(deliveries: Sequence[Delivery]) -> list[tuple[str, int]]:
    """Return the name of every country one can ship to, our own first, and the number of its delivery, from 1."""
    named = [
        (country != HOME_COUNTRY, str(AMERICAN.territories[country]), number)
        for number, delivery in enumerate(deliveries, 1)
        for country in delivery.countries
    ]
    return [(name, number) for _, name, number in sorted(named)]


def _linked(card: Card, deliveries: Sequence[Delivery], crumbs: Sequence[Crumb]) -> linked_data.Node:
    """Return what the product's page says to search engines."""
    shop = publisher()
    pictures = [
        shop.base_url + url_of_static(f"img/products/{picture.file}-700.jpg")
        for picture in card.words.pictures
    ]
    return linked_data.graph(
        shop,
        linked_data.product(shop, card, pictures=pictures, deliveries=deliveries),
        linked_data.breadcrumbs(shop, crumbs),
    )


def _until_tomorrow(at: datetime, zone: ZoneInfo) -> None:
    """The days of arrival move on at midnight in the shop's time zone."""
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    fresh_until(datetime.combine(tomorrow, time(), zone))


def _questions_about(card: Card | None) -> tuple[Question, ...]:
    return card.words.sections["questions"].questions if card else ()


def _session_steps(content: Content) -> list[tuple[str, Markup, str]]:
    """Return the four steps of a session: a few words, a sentence that may name muscles, and a drawing."""
    return [
        (
            content.phrase(f"home.how_{step}"),
            markdown_line(content.phrase(f"home.how_{step}_detail")),
            drawing,
        )
        for step, drawing in enumerate(SESSION_DRAWINGS, 1)
    ]

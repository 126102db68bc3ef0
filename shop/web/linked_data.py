"""What a page says to search engines, as JSON-LD: built from the values that the page itself shows.

One @graph a page. The vocabulary is schema.org's; what Google reads of it stands at
developers.google.com/search/docs/appearance/structured-data. Nothing is said here that a visitor does not see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shop.content import Article, Chapter
from shop.money import plain
from shop.web.cards import Card, Delivery

AVAILABILITY = {"in_stock": "InStock", "low": "LimitedAvailability", "sold_out": "OutOfStock"}
# By how the label of a variant begins.
BOOK_FORMATS = {"Paperback": "Paperback", "E-book": "EBook"}
# What the guarantee's sentence in content/phrases.yaml promises.
RETURN_DAYS = 30

Node = dict[str, Any]


@dataclass(frozen=True)
class Crumb:
    """A step of the way to a page; the last one is the page itself."""

    name: str
    path: str


@dataclass(frozen=True)
class Publisher:
    """Who is behind the pages: the shop, and the people its settings name."""

    name: str
    base_url: str
    author: str = ""
    reviewer: str = ""

    @property
    def key(self) -> str:
        """The name under which other nodes refer to the shop."""
        return f"{self.base_url}/#shop"


def graph(publisher: Publisher, *nodes: Node) -> Node:
    """Return one document: the shop itself and ``nodes``."""
    shop = {
        "@type": "Organization",
        "@id": publisher.key,
        "name": publisher.name,
        "url": f"{publisher.base_url}/",
    }
    return {"@context": "https://schema.org", "@graph": [shop, *nodes]}


def website(publisher: Publisher) -> Node:
    """Return the node of the home page."""
    return {
        "@type": "WebSite",
        "name": publisher.name,
        "url": f"{publisher.base_url}/",
        "publisher": {"@id": publisher.key},
    }


def breadcrumbs(publisher: Publisher, crumbs: Sequence[Crumb]) -> Node:
    """Return the way to the page."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": crumb.name,
                "item": publisher.base_url + crumb.path,
            }
            for position, crumb in enumerate(crumbs, 1)
        ],
    }


def item_list(publisher: Publisher, articles: Iterable[Article]) -> Node:
    """Return a list of articles in the order in which they stand on the page."""
    return {
        "@type": "ItemList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": article.title,
                "url": f"{publisher.base_url}/learn/{article.slug}",
            }
            for position, article in enumerate(articles, 1)
        ],
    }


def article(publisher: Publisher, shown: Article) -> Node:
    """Return the node of an article. A page that a named person has reviewed says so."""
    address = f"{publisher.base_url}/learn/{shown.slug}"
    author = {"@type": "Person", "name": publisher.author} if publisher.author else {"@id": publisher.key}
    node: Node = {
        "@type": "Article",
        "@id": f"{address}#article",
        "headline": shown.title,
        "description": shown.summary,
        "url": address,
        "mainEntityOfPage": address,
        "datePublished": shown.published_on.isoformat(),
        "dateModified": shown.updated_on.isoformat(),
        "timeRequired": f"PT{shown.minutes}M",
        "inLanguage": "en-US",
        "author": author,
        "publisher": {"@id": publisher.key},
    }
    if shown.sources:
        node["citation"] = [
            {"@type": "CreativeWork", "name": source.text, "url": source.address} for source in shown.sources
        ]
    if publisher.reviewer:
        node["@type"] = ["Article", "MedicalWebPage"]
        node["reviewedBy"] = {"@type": "Person", "name": publisher.reviewer}
        node["lastReviewed"] = shown.updated_on.isoformat()
    return node


def chapter(publisher: Publisher, shown: Chapter, *, path: str, book: str) -> Node:
    """Return the node of the free chapter at ``path``, which is the first of ``book``."""
    address = publisher.base_url + path
    return {
        "@type": "Chapter",
        "@id": f"{address}#chapter",
        "name": shown.title,
        "alternativeHeadline": shown.subtitle,
        "url": address,
        "dateModified": shown.updated_on.isoformat(),
        "timeRequired": f"PT{shown.minutes}M",
        "inLanguage": "en-US",
        "isAccessibleForFree": True,
        "isPartOf": {"@type": "Book", "name": book},
        "publisher": {"@id": publisher.key},
    }


def product(
    publisher: Publisher, card: Card, *, pictures: Sequence[str], deliveries: Sequence[Delivery]
) -> Node:
    """Return the node of a product; ``pictures`` are absolute addresses of those that are shown."""
    item = card.item
    address = f"{publisher.base_url}/products/{item.slug}"
    format_ = next((kind for begin, kind in BOOK_FORMATS.items() if item.label.startswith(begin)), "")
    node: Node = {
        "@type": ["Product", "Book"] if format_ else "Product",
        "@id": f"{address}#product",
        "name": item.name,
        "description": card.words.purpose.striptags(),
        "sku": item.sku,
        "image": list(pictures),
        "brand": {"@type": "Brand", "name": publisher.name},
        "offers": _offer(publisher, card, address, deliveries),
    }
    if format_:
        node["bookFormat"] = f"https://schema.org/{format_}"
    return node


def _offer(publisher: Publisher, card: Card, address: str, deliveries: Sequence[Delivery]) -> Node:
    item = card.item
    offer: Node = {
        "@type": "Offer",
        "url": address,
        "price": plain(item.unit_amount, item.currency),
        "priceCurrency": item.currency,
        "availability": f"https://schema.org/{AVAILABILITY[card.stock]}",
        "itemCondition": "https://schema.org/NewCondition",
        "seller": {"@id": publisher.key},
    }
    if deliveries:
        offer["shippingDetails"] = [_shipping(delivery) for delivery in deliveries]
        offer["hasMerchantReturnPolicy"] = {
            "@type": "MerchantReturnPolicy",
            "applicableCountry": [country for delivery in deliveries for country in delivery.countries],
            "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
            "merchantReturnDays": RETURN_DAYS,
        }
    return offer


def _shipping(delivery: Delivery) -> Node:
    rate = delivery.rate
    return {
        "@type": "OfferShippingDetails",
        "shippingRate": {
            "@type": "MonetaryAmount",
            "value": plain(delivery.amount, rate.currency),
            "currency": rate.currency,
        },
        "shippingDestination": [
            {"@type": "DefinedRegion", "addressCountry": country} for country in delivery.countries
        ],
        "deliveryTime": {
            "@type": "ShippingDeliveryTime",
            "handlingTime": _days(rate.handling_days),
            "transitTime": _days(rate.transit_days),
        },
    }


def _days(days: tuple[int, int]) -> Node:
    return {"@type": "QuantitativeValue", "minValue": days[0], "maxValue": days[1], "unitCode": "DAY"}

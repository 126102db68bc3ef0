"""The pages about the shop itself. Their words are content/pages/<slug>.md; all are the same for everybody."""

from babel import Locale
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from shop.catalog import queries as catalog
from shop.db import reading
from shop.shipping import queries as shipping
from shop.shipping.rules import Rate
from shop.web import linked_data
from shop.web.linked_data import RETURN_DAYS, Crumb
from shop.web.pages import public_page
from shop.web.tools import publisher, tools

blueprint = Blueprint("about", __name__)

HOME = Crumb("Home", "/")
AMERICAN = Locale("en", "US")


@blueprint.get("/returns")
@public_page
def returns() -> ResponseReturnValue:
    """How to send something back, what shipping costs, and how long it takes."""
    with reading(tools().engine) as session:
        shipped = [item for item in catalog.items(session).values() if item.active and not item.digital]
        # Where rates go by weight, the dearest single product stands for all: no cart is a nasty surprise.
        example = max(shipped, key=lambda item: (not item.parts, item.weight_grams), default=None)
        rates = shipping.zone_rates(session, example.weight_grams, example.currency) if example else []
    return _leaf(
        "returns",
        days=RETURN_DAYS,
        example=example,
        rates=[_row(rate, countries) for rate, countries in rates],
    )


@blueprint.get("/privacy")
@public_page
def privacy() -> ResponseReturnValue:
    """What is kept of a visitor, why, and for how long."""
    return _leaf("privacy")


@blueprint.get("/accessibility")
@public_page
def accessibility() -> ResponseReturnValue:
    """What everybody can rely on, how it is checked, and what does not work yet."""
    return _leaf("accessibility")


@blueprint.get("/contact")
@public_page
def contact() -> ResponseReturnValue:
    """Where to write to."""
    return _leaf("contact")


@blueprint.get("/medical-note")
@public_page
def medical_note() -> ResponseReturnValue:
    """What the shop can and cannot tell."""
    return _leaf("medical-note", safety=tools().content.safety)


def _leaf(slug: str, **more: object) -> str:
    leaf = tools().content.leaf(slug)
    crumbs = (HOME, Crumb(leaf.title, f"/{slug}"))
    return render_template(
        f"about/{slug.replace('-', '_')}.html",
        leaf=leaf,
        crumbs=crumbs,
        linked=linked_data.graph(publisher(), linked_data.breadcrumbs(publisher(), crumbs)),
        **more,
    )


def _row(rate: Rate, countries: tuple[str, ...]) -> tuple[Rate, list[str], tuple[int, int]]:
    """Return a rate, the countries its name does not say, and the least and most business days until arrival."""
    names = sorted(str(AMERICAN.territories[country]) for country in countries)
    if all(name in rate.zone_name for name in names):
        names = []
    least = rate.handling_days[0] + rate.transit_days[0]
    return rate, names, (least, rate.handling_days[1] + rate.transit_days[1])

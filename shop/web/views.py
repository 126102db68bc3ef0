"""Pages for machines: is the process alive, can it serve, and what is there to be found."""

import json
from datetime import date

from flask import Blueprint, Response
from sqlalchemy import select

from shop.catalog import queries as catalog
from shop.db import PublicVersion, reading
from shop.web import syndication
from shop.web.pages import public_page
from shop.web.tools import publisher, tools, url_of_static

blueprint = Blueprint("web", __name__)

# What a program has no business at; the pages themselves say noindex as well.
NOT_FOR_ROBOTS = (
    *("/admin", "/buy/", "/cart", "/checkout", "/demo/", "/free-chapter/", "/go/", "/orders/"),
    *("/unsubscribe/",),
)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers; asks nothing else."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say that the database answers and has its tables; 503 by the error page when it does not."""
    with reading(tools().engine) as session:
        session.scalars(select(PublicVersion.number)).one()
    return Response("ready\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@public_page
def sitemap() -> Response:
    """Say which pages there are, and when their words changed."""
    content = tools().content
    with reading(tools().engine) as session:
        for_sale = [item.slug for item in catalog.items(session).values() if item.active]
    changed = [article.updated_on for article in content.articles.values()]
    newest: date | None = max(changed, default=None)
    pages: list[tuple[str, date | None]] = [
        ("/", None),
        ("/shop", None),
        *((f"/products/{slug}", None) for slug in for_sale),
    ]
    pages += [("/learn", newest), ("/learn/causes", newest), ("/learn/effects", newest)]
    pages += [(f"/learn/{article.slug}", article.updated_on) for article in content.articles.values()]
    pages += [(f"/{slug}", leaf.updated_on) for slug, leaf in content.leaves.items()]
    pages.append(("/free-chapter", content.chapter.updated_on))
    return Response(syndication.sitemap(publisher(), pages), content_type="application/xml; charset=utf-8")


@blueprint.get("/robots.txt")
@public_page
def robots() -> Response:
    """Say where programs may go."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS), ""]
    lines += [f"Sitemap: {publisher().base_url}/sitemap.xml", ""]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


@blueprint.get("/site.webmanifest")
@public_page
def manifest() -> Response:
    """Say how the shop looks on a home screen (w3.org/TR/appmanifest)."""
    icons = [
        {
            "src": url_of_static(f"img/icons/{name}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for name, purpose in (("icon", "any"), ("maskable", "maskable"))
        for size in (192, 512)
    ]
    name = publisher().name
    said = {
        "name": name,
        "short_name": name,
        "description": tools().content.phrase("home.description"),
        "id": "/",
        "start_url": "/",
        "display": "browser",
        "background_color": "#faf7f5",
        "theme_color": "#37131f",
        "icons": icons,
    }
    return Response(json.dumps(said), content_type="application/manifest+json")


@blueprint.get("/llms.txt")
@public_page
def llms() -> Response:
    """Say what there is to read, for programs that read Markdown."""
    content = tools().content
    with reading(tools().engine) as session:
        slugs = [item.slug for item in catalog.items(session).values() if item.active]
    summary = content.phrase("home.description")
    products = {slug: content.product(slug) for slug in slugs}
    text = syndication.llms(publisher(), summary, content.articles.values(), products, content.leaves)
    return Response(text, content_type="text/plain; charset=utf-8")

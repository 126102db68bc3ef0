"""The web program: settings -> database -> words -> payment service -> tools -> views."""

import gc
from functools import partial

import structlog
from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from shop import clock
from shop.about import views as about
from shop.admin import style
from shop.admin import views as admin
from shop.articles import views as articles
from shop.cart import views as cart
from shop.catalog import views as catalog
from shop.chapter import views as chapter
from shop.checkout import views as checkout
from shop.config import ROOT, Config
from shop.content import WordsRefused, read_content
from shop.content.plates import Plates
from shop.db import open_engine
from shop.heap import give_back
from shop.mail import views as mail
from shop.orders import views as orders
from shop.payments.gateway import Gateway
from shop.payments.stripe import StripeGateway
from shop.search import views as search
from shop.subscribers import views as subscribers
from shop.web import drawings, error_pages, filters, guard, headers, redirects, request_log, sharing
from shop.web import views as web
from shop.web.compression import Compressed
from shop.web.freshness import words_version
from shop.web.front import Front
from shop.web.headers import Secured
from shop.web.loader import WrittenOut
from shop.web.signed_cookies import NoticeSessions
from shop.web.static_files import StaticFiles
from shop.web.tools import Tools
from shop.web.versions import watch
from shop.web.visits import Visits, shop_day

log = structlog.get_logger("web")

BLUEPRINTS = [
    web.blueprint,
    catalog.blueprint,
    about.blueprint,
    articles.blueprint,
    chapter.blueprint,
    cart.blueprint,
    checkout.blueprint,
    orders.blueprint,
    search.blueprint,
    subscribers.blueprint,
    mail.blueprint,
    admin.blueprint,
    style.blueprint,
]


def create_app(config: Config, gateway: Gateway | None = None) -> Flask:
    """Put the shop together. ``gateway`` is the payment service; without one, the settings name it."""
    app = Flask("shop", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME=config.cookie("session"),
        SESSION_COOKIE_SECURE=config.https,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.session_interface = NoticeSessions()
    # No view or hook here is a coroutine; Flask would look at each of them again for every request.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    app.jinja_environment = filters.Templates
    # All templates stay in a plain table (cache_size -1): the library's own notes the order in which they were used.
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "cache_size": -1,
    }
    app.extensions["shop"] = Tools(
        config=config,
        engine=open_engine(config.database_url),
        gateway=gateway or StripeGateway.of(config),
        content=read_content(ROOT / "content", left_out=_say_left_out if config.live else None),
    )
    statics = StaticFiles(
        Compressed(Secured(app.wsgi_app, config)), ROOT / "static", headers.security_headers(config)
    )
    app.wsgi_app = statics  # type: ignore[method-assign]
    app.extensions["static_files"] = statics
    app.jinja_loader = WrittenOut(
        str(ROOT / "templates"), lambda: app.extensions["shop"].content, statics.url
    )
    app.jinja_env.globals["static_url"] = statics.url
    app.jinja_env.globals["share_picture"] = partial(sharing.picture, statics)
    app.jinja_env.globals["drawing_url"] = lambda name: statics.url(f"{drawings.FOLDER}{name}.svg")
    app.jinja_env.globals["plate_named"] = Plates(ROOT / "static" / "img" / "plates").get
    request_log.install(app)
    guard.install(app, config.base_url)
    redirects.install(app)
    filters.install(app, config)
    error_pages.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _say_left_out(fault: WordsRefused) -> None:
    """A live shop opens without the article that has a mistake, rather than not at all."""
    log.error("article left out", error=str(fault))


def in_front(app: Flask) -> StaticFiles:
    """Put the page cache between the static files and ``app``; return what answers first."""
    tools: Tools = app.extensions["shop"]
    statics: StaticFiles = app.extensions["static_files"]
    front = Front(
        statics.app,
        is_public=lambda path: is_public_page(app, path),
        versions=watch(tools.config.database_url),
        words=words_version(app, statics, ROOT / "templates", live=tools.config.live),
        base_url=tools.config.base_url,
        time_zone=tools.config.time_zone,
    )
    statics.app = Visits(
        front,
        tools.engine,
        articles=lambda: app.extensions["shop"].content.articles,
        today=shop_day(clock.now, tools.config.time_zone),
    )
    return statics


def warm(app: Flask) -> None:
    """Compile every template, so that the first visitor of each page does not wait for it."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    # Compiling takes several times what the compiled pages keep.
    gc.collect()
    give_back()
    # What is there by now stays: looking through it again and again for what nobody uses takes a twentieth of a
    # second each time, and some visitor waits for it.
    gc.freeze()


def answers(path: str) -> bool:
    """Whether a GET of ``path`` leads to a view; needs no settings and no database."""
    bare = Flask("shop", static_folder=None)
    for blueprint in BLUEPRINTS:
        bare.register_blueprint(blueprint)
    return bare.url_map.bind("").test(path, "GET")


def is_public_page(app: Flask, path: str) -> bool:
    """Whether a GET of ``path`` (as WSGI gives it) leads to a view marked by ``public_page``."""
    try:
        endpoint, _ = app.url_map.bind("").match(path.encode("latin-1").decode("utf-8", "replace"), "GET")
    except HTTPException:
        return False
    return bool(getattr(app.view_functions[endpoint], "is_public_page", False))

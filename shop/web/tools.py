"""What every view works with: settings, database, payment service and words."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, cast

from flask import Request, current_app, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop import clock
from shop.checkout.till import Till
from shop.config import Config
from shop.content import Content
from shop.db import reading
from shop.payments.gateway import Gateway
from shop.web.linked_data import Publisher
from shop.web.pages import VERSION
from shop.web.static_files import StaticFiles


@dataclass(frozen=True)
class Tools:
    """The shop's tools, made once when the program starts."""

    config: Config
    engine: Engine
    gateway: Gateway
    content: Content


def this_request() -> Request:
    """Return the request itself, for who asks much of it: ``request`` looks it up at every word."""
    return cast(Request, cast(Any, request)._get_current_object())


def tools() -> Tools:
    """Return the tools of the app that answers this request."""
    return cast(Tools, current_app.extensions["shop"])


def reads() -> AbstractContextManager[Session]:
    """Open a session that only reads; what is kept by the public version is not older than this request."""
    return reading(tools().engine, version=request.environ.get(VERSION))


def till() -> Till:
    """Return what the money path works with, with the real clock."""
    mine = tools()
    return Till(mine.engine, mine.gateway, mine.config, mine.content, clock.now)


def publisher() -> Publisher:
    """Return who is behind the pages, as the settings name them."""
    config = tools().config
    return Publisher(config.shop_name, config.base_url.rstrip("/"), config.shop_author, config.shop_reviewer)


def url_of_static(path: str) -> str:
    """Return the address of the file at ``path`` under static/; raises LookupError when there is none."""
    statics: StaticFiles = current_app.extensions["static_files"]
    return statics.url(path)

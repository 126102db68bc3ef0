"""What every view works with: settings, database, payment service and words."""

from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy import Engine

from shop import clock
from shop.checkout.till import Till
from shop.config import Config
from shop.content import Content
from shop.payments.gateway import Gateway


@dataclass(frozen=True)
class Tools:
    """The shop's tools, made once when the program starts."""

    config: Config
    engine: Engine
    gateway: Gateway
    content: Content


def tools() -> Tools:
    """Return the tools of the app that answers this request."""
    return cast(Tools, current_app.extensions["shop"])


def till() -> Till:
    """Return what the money path works with, with the real clock."""
    mine = tools()
    return Till(mine.engine, mine.gateway, mine.config, mine.content, clock.now)

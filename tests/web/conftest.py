"""A shop with demo goods, with and without the page cache in front of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, request
from werkzeug.test import Client

from shop.app import create_app, in_front
from shop.config import Config, load
from shop.web.front import Front
from shop.web.visits import Visits


@dataclass
class Fronted:
    """The app behind its page cache, a visitor, and the paths that reached Flask."""

    app: Flask
    front: Front
    visitor: Client
    reached: list[str] = field(default_factory=list)


@pytest.fixture
def config(database_url: str) -> Config:
    return load({"DATABASE_URL": database_url, "SECRET_KEY": "x" * 40, "PORT": "8000"})


@pytest.fixture
def app(config: Config, demo_goods: None) -> Iterator[Flask]:
    """The app, with demo goods in its database."""
    app = create_app(config)
    yield app
    app.extensions["shop"].engine.dispose()


@pytest.fixture
def fronted(app: Flask) -> Iterator[Fronted]:
    """The app behind its page cache."""
    reached: list[str] = []
    app.before_request(lambda: reached.append(request.full_path.rstrip("?")))
    statics = in_front(app)
    visits = statics.app
    assert isinstance(visits, Visits)
    front = visits.app
    assert isinstance(front, Front)
    yield Fronted(app, front, Client(statics), reached)
    front.versions.close()

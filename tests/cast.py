"""The cast: who looks at a page. Each of them has a browser of their own on the same shop with demo goods."""

import secrets
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shop import clock
from shop.app import create_app
from shop.config import Config, load
from shop.db import writing
from shop.staff import actions as staff_actions

PASSWORD = "a long enough password"


@pytest.fixture
def config(database_url: str) -> Config:
    """The settings of a demo shop on this test's database."""
    return load({"DATABASE_URL": database_url, "SECRET_KEY": "k" * 40, "PORT": "8000"})


@pytest.fixture
def app(config: Config, demo_goods: None) -> Iterator[Flask]:
    """The web program, with the demo goods in its database."""
    app = create_app(config)
    yield app
    app.extensions["shop"].engine.dispose()


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Somebody the shop knows nothing of."""
    return app.test_client()


@pytest.fixture
def member(app: Flask, engine: Engine) -> Callable[[str], FlaskClient]:
    """Signs in a member of a role: `member("read_only")`. Their address is `<role>@example.com`."""

    def signed_in(role: str) -> FlaskClient:
        token, now = secrets.token_urlsafe(32), clock.now()
        with writing(engine) as session:
            made = staff_actions.create_member(
                session, f"{role}@example.com", name="", role=role, password=PASSWORD, now=now
            )
            staff_actions.sign_in(session, made.id, token, device="test", now=now)
        browser = app.test_client()
        browser.set_cookie("staff", token, path="/admin")
        return browser

    return signed_in


@pytest.fixture
def owner(member: Callable[[str], FlaskClient]) -> FlaskClient:
    """The owner, signed in."""
    return member("owner")


@pytest.fixture
def staff(member: Callable[[str], FlaskClient]) -> FlaskClient:
    """Somebody who packs and answers, signed in."""
    return member("staff")


@pytest.fixture
def onlooker(member: Callable[[str], FlaskClient]) -> FlaskClient:
    """Somebody who may only look, signed in."""
    return member("read_only")

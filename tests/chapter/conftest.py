"""The shop with its chapter, and the chapter as a book."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from shop import clock
from shop.app import create_app
from shop.chapter.book import Book, book
from shop.chapter.press import DRESS
from shop.config import ROOT, load
from shop.content import Content, read_content
from shop.content.plates import Plates
from shop.db import writing
from shop.mail.models import OutboxLetter
from shop.seed import seed
from shop.tokens import token_of
from shop.web.tools import Tools
from shop.welcome.ask import Wish, ask
from shop.welcome.confirm import confirm
from shop.welcome.desk import Desk

PLATES = Plates(ROOT / "static" / "img" / "plates")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_templates: dict[bool, Path]) -> Iterator[Flask]:
    """The shop with its demo goods."""
    path = tmp_path_factory.mktemp("chapter") / "shop.sqlite"
    shutil.copy(sqlite_templates[False], path)
    app = create_app(load({"DATABASE_URL": f"sqlite:///{path}", "SHOP_NAME": "Aletha"}))
    tools: Tools = app.extensions["shop"]
    seed(tools.engine, live=False, now=datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
    yield app
    tools.engine.dispose()


@pytest.fixture(scope="module")
def token(shop: Flask) -> str:
    """The token of a reader's link."""
    tools: Tools = shop.extensions["shop"]
    desk, now = Desk(tools.config, tools.content), clock.now()
    with writing(tools.engine) as session:
        ask(session, desk, Wish("maya@example.com"), now=now)
        seed = session.scalars(select(OutboxLetter.blanks)).one()["chapter_url"]["seed"]
        made = token_of(tools.config.secret_key, seed)
        confirm(session, desk, made, network="", now=now)
    return made


@pytest.fixture(scope="module")
def kept(shop: Flask) -> Path:
    """The folder in which the shop keeps what it has printed."""
    tools: Tools = shop.extensions["shop"]
    return tools.config.var / "chapter"


@pytest.fixture(scope="module")
def content() -> Content:
    """The words of the shop."""
    return read_content(ROOT / "content")


@pytest.fixture(scope="module")
def made(content: Content) -> Book:
    """The chapter, ready to be set."""
    return book(
        content,
        PLATES.get,
        dress=DRESS.read_text(encoding="utf-8"),
        shop_name="Aletha",
        base_url="https://shop.example",
    )

"""A shop with three articles of the tests' own and two drawings, on the words of the shop."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.config import ROOT
from shop.content import Content, read_content
from shop.content.plates import Plates
from shop.web.tools import Tools

HERE = Path(__file__).parent / "articles"
PLATES = HERE / "plates"


def copy_words(folder: Path) -> Path:
    """The words of the shop with the tests' articles instead of its own."""
    shutil.copytree(ROOT / "content", folder, ignore=shutil.ignore_patterns("articles"))
    shutil.copytree(HERE / "content", folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """The words, read once."""
    return read_content(copy_words(tmp_path_factory.mktemp("words") / "content"))


@pytest.fixture
def room(app: Flask, words: Content) -> Flask:
    """The web program with those words and drawings."""
    use_words(app, words)
    app.jinja_env.globals["plate_named"] = Plates(PLATES).get
    app.jinja_env.globals["drawing_url"] = "/static/img/plates/{}.svg".format
    return app


@pytest.fixture
def reader(room: Flask) -> FlaskClient:
    """Somebody who came to read, and whom the shop knows nothing of."""
    return room.test_client()


def use_words(app: Flask, words: Content) -> None:
    """Let the program say these words."""
    tools: Tools = app.extensions["shop"]
    app.extensions["shop"] = replace(tools, content=words)


@pytest.fixture
def with_setting(room: Flask) -> Callable[..., None]:
    """Changes settings of the running program: `with_setting(shop_author="A. Name")`."""

    def change(**settings: str) -> None:
        tools: Tools = room.extensions["shop"]
        config = replace(tools.config, **settings)
        room.extensions["shop"] = replace(tools, config=config)
        room.jinja_env.globals["shop"] = replace(
            room.jinja_env.globals["shop"], author=config.shop_author, reviewer=config.shop_reviewer
        )

    return change

"""In demo mode changed words, templates and style sheets show without a restart; mistakes keep the old ones."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from shop.config import ROOT
from shop.content import read_content
from shop.web import freshness
from shop.web.freshness import Freshness, words_version
from shop.web.static_files import StaticFiles

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Freshness]:
    """A copy of the words, templates and style sheets, looked at each time."""
    monkeypatch.setattr(freshness, "LOOK_SECONDS", 0.0)
    shutil.copytree(ROOT / "content", tmp_path / "content")
    for name in ("templates", "static"):
        (tmp_path / name).mkdir()
    app.extensions["shop"] = replace(app.extensions["shop"], content=read_content(tmp_path / "content"))
    statics = StaticFiles(app.wsgi_app, tmp_path / "static", [])
    return tmp_path, Freshness(app, statics, tmp_path / "templates")


def test_changed_words_move_the_version_and_are_read(app: Flask, house: tuple[Path, Freshness]) -> None:
    folder, fresh = house
    before = fresh.version()
    assert fresh.version() == before
    phrases = folder / "content/phrases.yaml"
    phrases.write_text(phrases.read_text().replace("Please type the code first.", "Type it first, please."))
    assert fresh.version() != before
    assert app.extensions["shop"].content.phrase("refusals.code_empty") == "Type it first, please."


@pytest.mark.parametrize("name", ["templates/new.html", "static/new.css"])
def test_a_new_template_or_style_sheet_moves_the_version(house: tuple[Path, Freshness], name: str) -> None:
    folder, fresh = house
    before = fresh.version()
    (folder / name).write_text("new")
    assert fresh.version() != before
    if name.startswith("static"):
        assert fresh.statics.url("new.css")


def test_words_with_a_mistake_leave_the_old_ones_standing(app: Flask, house: tuple[Path, Freshness]) -> None:
    folder, fresh = house
    before = app.extensions["shop"].content
    (folder / "content/phrases.yaml").write_text("a: [")
    fresh.version()
    assert app.extensions["shop"].content is before


def test_in_live_mode_no_file_is_looked_at(app: Flask, house: tuple[Path, Freshness]) -> None:
    folder, fresh = house
    version = words_version(app, fresh.statics, folder / "templates", live=True)
    before = version()
    (folder / "content/phrases.yaml").unlink()
    assert version() == before

"""Changed words show without a restart, in demo mode templates and style sheets too; mistakes keep the old ones."""

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
    return tmp_path, Freshness(app, statics, tmp_path / "templates", live=False)


def test_changed_words_move_the_version_and_are_read(app: Flask, house: tuple[Path, Freshness]) -> None:
    folder, fresh = house
    before = fresh.version()
    assert fresh.version() == before
    phrases = folder / "content/phrases.yaml"
    phrases.write_text(phrases.read_text().replace("Please type the code first.", "Type it first, please."))
    assert fresh.version() != before
    assert app.extensions["shop"].content.phrase("refusals.code_empty") == "Type it first, please."


def test_a_changed_sentence_is_on_the_next_page(app: Flask, house: tuple[Path, Freshness]) -> None:
    folder, fresh = house
    assert "Your cart is empty." in app.test_client().get("/cart").get_data(as_text=True)
    phrases = folder / "content/phrases.yaml"
    phrases.write_text(phrases.read_text().replace("Your cart is empty.", "Nothing in here yet."))
    fresh.look()
    assert "Nothing in here yet." in app.test_client().get("/cart").get_data(as_text=True)


def test_a_template_that_was_changed_is_read_anew(app: Flask, house: tuple[Path, Freshness]) -> None:
    folder, fresh = house
    page = folder / "templates/page.html"
    page.write_text("before")
    app.jinja_loader.searchpath = [str(folder / "templates")]  # type: ignore[union-attr]
    assert app.jinja_env.get_template("page.html").render() == "before"
    page.write_text("after")
    fresh.version()
    assert app.jinja_env.get_template("page.html").render() == "after"


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


def test_a_mistake_is_told_once_and_not_at_every_look(
    house: tuple[Path, Freshness], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, fresh = house
    (folder / "content/phrases.yaml").write_text("a: [")
    for _ in range(3):
        fresh.version()
    said = capsys.readouterr().out + caplog.text
    assert said.count("phrases.yaml, line") == 1


def test_mended_words_are_read(app: Flask, house: tuple[Path, Freshness]) -> None:
    folder, fresh = house
    phrases = folder / "content/phrases.yaml"
    whole = phrases.read_text()
    phrases.write_text("a: [")
    fresh.version()
    phrases.write_text(whole + "new: 'A sentence.'\n")
    fresh.version()
    assert app.extensions["shop"].content.phrase("new") == "A sentence."


def test_in_live_mode_only_words_are_looked_at(app: Flask, house: tuple[Path, Freshness]) -> None:
    folder, fresh = house
    version = words_version(app, fresh.statics, folder / "templates", live=True)
    before = version()
    (folder / "templates/new.html").write_text("new")
    (folder / "static/new.css").write_text("new")
    assert version() == before
    (folder / "content/phrases.yaml").write_text((folder / "content/phrases.yaml").read_text() + "new: 'x'\n")
    assert version() != before


def test_in_live_mode_words_with_a_mistake_leave_every_page_as_it_was(
    app: Flask, house: tuple[Path, Freshness]
) -> None:
    folder, fresh = house
    version = words_version(app, fresh.statics, folder / "templates", live=True)
    before = version(), app.extensions["shop"].content
    (folder / "content/products/hip-hook.md").write_text("---\ntitle: [\n---\n")
    assert (version(), app.extensions["shop"].content) == before

"""Drawings that come as pictures bring their own colors, by light and by dark, and nothing they do not need."""

from xml.etree import ElementTree

import pytest
from werkzeug.test import Client

from shop.config import ROOT
from shop.web.drawings import blocks, rules_for, with_used_variables
from shop.web.static_files import StaticFiles


@pytest.fixture(scope="module")
def statics() -> StaticFiles:
    return StaticFiles(lambda _environ, _start: [], ROOT / "static", [])


def test_a_drawing_asked_for_as_a_picture_has_its_colors_by_light_and_by_dark(statics: StaticFiles) -> None:
    drawing = Client(statics).get(statics.url("img/plates/step-find.svg")).text
    ElementTree.fromstring(drawing)
    assert "--fascia: #f6e9e5" in drawing
    assert drawing.index("prefers-color-scheme: dark") < drawing.index("--fascia: #2d1c21")
    assert ".plate-label{fill: var(--plate-words)" in drawing
    assert "plate-organ" not in drawing
    assert "@keyframes" not in drawing


def test_every_drawing_is_still_well_formed_and_small(statics: StaticFiles) -> None:
    for path in (ROOT / "static/img/plates").glob("*.svg"):
        served = Client(statics).get(statics.url(f"img/plates/{path.name}")).data
        ElementTree.fromstring(served)
        assert len(served) < path.stat().st_size + 7 * 1024, path.name


def test_a_rule_stays_only_for_classes_that_are_there() -> None:
    css = "@layer a,b;.x{color: red}.y,.x .z{top: 0}@media print{.y{left: 0}.x{left: 1px}}@keyframes k{from{top: 0}}"
    assert rules_for(css, {"x", "z"}) == ".x{color: red}.x .z{top: 0}@media print{.x{left: 1px}}"


def test_a_variable_stays_only_while_something_asks_for_it() -> None:
    css = ":root{--a: var(--b);--b: 1px;--c: var(--d);--d: 2px;}.x{top: var(--a)}"
    assert with_used_variables(css) == ":root{--a: var(--b);--b: 1px;}.x{top: var(--a)}"


def test_blocks_hold_blocks() -> None:
    assert list(blocks("@layer a;@media x{.y{top: 0}}.z{}")) == [("@media x", ".y{top: 0}"), (".z", "")]

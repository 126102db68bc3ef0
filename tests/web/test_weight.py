"""What a first visit to a page weighs, compressed as browsers get it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.web.static_files import StaticFiles

KB = 1000
PAGES = ["/", "/shop", "/products/hip-hook", "/products/complete-program", "/products/tight-hip-twisted-core"]


def weight(app: Flask, address: str) -> int:
    """The bytes of a file under static/ as a browser gets it."""
    statics: StaticFiles = app.extensions["static_files"]
    name = address.removeprefix("/static/")
    encoding, body = statics.served[name][0].body("br, gzip")
    assert encoding == ("br" if name.endswith((".css", ".js")) else ""), name
    return len(body)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_its_budget(app: Flask, stranger: FlaskClient, path: str) -> None:
    page = stranger.get(path, headers={"Accept-Encoding": "br"})
    html = stranger.get(path).text
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', html)
    scripts = re.findall(r'<script type="module" src="([^"]+)"', html)
    fonts = re.findall(r'href="([^"]+)" as="font"', html)
    assert len(page.data) < (50 if path == "/" else 25) * KB
    assert sum(weight(app, sheet) for sheet in sheets) < 14 * KB
    assert sum(weight(app, script) for script in scripts) < 12 * KB
    assert sum(weight(app, font) for font in fonts) < 50 * KB
    pictures = len(re.findall(r"<picture>", html.partition("</fieldset>")[0].partition("<main")[2]))
    # A gallery shows one picture large and every one small; the other large ones wait until they are chosen.
    first_screen = 1 + pictures // 2 if path.startswith("/products/") else min(pictures, 3)
    assert 1 + len(sheets) + len(scripts) + len(fonts) + first_screen <= 12

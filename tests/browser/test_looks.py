"""Pages look as they did: the style page and the key pages, at two widths, by light and by dark.

The pictures of tests/browser/looks are a quarter of the size, so that the drawing of letters makes no difference
between two Chromiums. After a change of looks that is meant: ``LOOKS=renew make test TESTS=tests/browser/test_looks.py``,
look at the pictures, and commit them.
"""

import base64
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import Engine

from shop.db import writing
from tests.orders.made import a_paid_order

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LOOKS = Path(__file__).parent / "looks"
# Arrival dates and a cart's age are counted from here.
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
PAGES = {
    "style": "/admin/style",
    "home": "/",
    "shop": "/shop",
    "product": "/products/hip-hook",
    "book": "/products/tight-hip-twisted-core",
    "cart": "/cart",
    "checkout": "/checkout",
    "order": "/orders/token-of-order-0001001",
    "find": "/orders/find",
    "not-found": "/nothing-here",
    "article": "/learn/how-to-use-the-hip-hook",
}
SCALE = 0.25
# How much of a page may differ: a hair's breadth of layout, not a changed color or a part that has moved.
TOLERANCE = 0.02
LOAD_ALL = """async () => {
  const pictures = [...document.images].filter(picture => picture.checkVisibility());
  for (const picture of pictures) picture.loading = "eager";
  await Promise.all([document.fonts.ready, ...pictures.map(picture => picture.decode().catch(() => {}))]);
}"""
SHRINK = """async png => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + png;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
  canvas.getContext("2d").drawImage(picture, 0, 0);
  return canvas.toDataURL("image/webp", .7).split(",")[1];
}"""
DIFFERENCE = """async ([png, webp]) => {
  const dots = [];
  for (const source of ["data:image/png;base64," + png, "data:image/webp;base64," + webp]) {
    const picture = new Image();
    picture.src = source;
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
    const ink = canvas.getContext("2d");
    ink.drawImage(picture, 0, 0);
    dots.push(ink.getImageData(0, 0, picture.width, picture.height));
  }
  const [one, other] = dots;
  const common = Math.min(one.data.length, other.data.length);
  let different = Math.abs(one.data.length - other.data.length) / 4;
  for (let at = 0; at < common; at += 4) {
    const apart = channel => Math.abs(one.data[at + channel] - other.data[at + channel]);
    if (Math.max(apart(0), apart(1), apart(2)) > 48) different += 1;
  }
  return different / (Math.max(one.data.length, other.data.length) / 4);
}"""


@pytest.fixture
def address(moment: None, address: str) -> str:
    """The shop on that Monday."""
    return address


@pytest.fixture
def moment() -> Iterator[None]:
    """The same day every time."""
    with time_machine.travel(MONDAY, tick=True):
        yield


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_looks_as_it_did(
    address: str, engine: Engine, owner: FlaskClient, open_page: Callable[..., Page], width: int
) -> None:
    with writing(engine) as session:
        a_paid_order(session, 1001, {"HOOK-1": 1, "BOOK-PB": 2})
    scales = open_page()
    changed = {}
    for scheme in ("light", "dark"):
        page = open_page(size={"width": width, "height": 900}, color_scheme=scheme, device_scale_factor=SCALE)
        cookie = owner.get_cookie("staff", path="/admin")
        assert cookie is not None
        page.context.add_cookies([{"name": "staff", "value": cookie.value, "url": f"{address}/admin"}])
        page.goto(f"{address}/buy/HOOK-1:1,BALL-1:2")
        for name, path in PAGES.items():
            page.goto(address + path)
            page.evaluate(LOAD_ALL)
            shown = base64.b64encode(page.screenshot(full_page=True)).decode()
            kept = LOOKS / f"{name}-{width}-{scheme}.webp"
            if os.environ.get("LOOKS") == "renew":
                LOOKS.mkdir(exist_ok=True)
                kept.write_bytes(base64.b64decode(scales.evaluate(SHRINK, shown)))
            apart = scales.evaluate(DIFFERENCE, [shown, base64.b64encode(kept.read_bytes()).decode()])
            if apart > TOLERANCE:
                changed[kept.name] = round(apart, 3)
    assert changed == {}

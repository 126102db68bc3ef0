"""Make the shop's icons for screens and tabs that take no SVG, from static/img/favicon.svg.

Run by hand when that drawing has changed, with what the tests need and Pillow (11 or newer):

    python -m art.draw_icons

A maskable icon may be cut to a circle: its ground reaches the edge, and its drawing stays within the middle.
"""

import re

from PIL import Image

from art.photograph import Camera, camera
from shop.config import ROOT

SOURCE = ROOT / "static" / "img" / "favicon.svg"
TARGET = ROOT / "static" / "img" / "icons"
ROUND = re.compile(r' rx="[0-9.]+"')
# Of the icon's width: how far a maskable drawing is drawn in.
SAFE = 0.12


def drawn(lens: Camera, size: int, *, whole: bool = False, margin: float = 0) -> Image.Image:
    """The icon ``size`` pixels wide; ``whole``: its ground fills the square, as phones round it themselves."""
    svg = SOURCE.read_text(encoding="utf-8")
    if whole:
        svg = ROUND.sub("", svg)
    box = 32 * margin
    svg = svg.replace('viewBox="0 0 32 32"', f'viewBox="{-box} {-box} {32 + 2 * box} {32 + 2 * box}"')
    ground = "#37131f" if whole else "transparent"
    style = f"html, body {{ margin: 0; background: {ground}; }} svg {{ display: block; width: {size}px; }}"
    return lens.take(f"<!doctype html><style>{style}</style>{svg}", size, size, clear=not whole)


def save(picture: Image.Image, name: str) -> None:
    """Write an icon; two flat colors and what lies between them need no more."""
    path = TARGET / f"{name}.png"
    picture.convert("RGBA").quantize(64, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)
    print(path.name, path.stat().st_size)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    with camera() as lens:
        save(drawn(lens, 32), "icon-32")
        save(drawn(lens, 180, whole=True, margin=0.06), "apple-touch-180")
        for size in (192, 512):
            save(drawn(lens, size), f"icon-{size}")
            save(drawn(lens, size, whole=True, margin=SAFE), f"maskable-{size}")

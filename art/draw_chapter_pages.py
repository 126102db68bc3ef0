"""Make the pictures of the free chapter for its landing page: the cover, and two facing pages with drawings.

Run by hand when the chapter or its layout has changed, with what the shop needs and Pillow (11 or newer):

    python -m art.draw_chapter_pages
"""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from PIL import Image, ImageDraw

from shop.chapter.book import book
from shop.chapter.press import DRESS, FONTS, LAYOUT, lay_out
from shop.config import ROOT
from shop.content import read_content
from shop.content.plates import Plates

TARGET = ROOT / "static" / "img" / "chapter"
PARTS = (2, 3, 4)
COVER_WIDTH = 600
SPREAD_WIDTH = 1400
# A left page and the right one that faces it.
SPREAD = (6, 7)
GUTTER = 46


def pages() -> list[Image.Image]:
    """Every page of the chapter as a picture, at twice the size that is shown."""
    content = read_content(ROOT / "content")
    made = book(
        content,
        Plates(ROOT / "static" / "img" / "plates").get,
        dress=DRESS.read_text(encoding="utf-8"),
        shop_name="Aletha",
        base_url="https://example.com",
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(made, folder)
        drawn = typst.compile(
            folder / LAYOUT.name,
            root=folder,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="png",
            ppi=240,
        )
    return [Image.open(BytesIO(png)).convert("RGB") for png in drawn]


def spread(left: Image.Image, right: Image.Image) -> Image.Image:
    """Two pages side by side, with the shade of the fold between them."""
    width, height = left.size
    both = Image.new("RGB", (2 * width, height))
    both.paste(left, (0, 0))
    both.paste(right, (width, 0))
    shade = Image.new("L", both.size, 0)
    draw = ImageDraw.Draw(shade)
    for distance in range(GUTTER):
        depth = round(38 * (1 - distance / GUTTER) ** 2)
        for x in (width - 1 - distance, width + distance):
            draw.line([(x, 0), (x, height)], fill=depth)
    both.paste(Image.new("RGB", both.size, "#37131f"), mask=shade)
    return both


def save(picture: Image.Image, name: str, widest: int) -> None:
    """Write the picture in three widths, as AVIF and WebP, and the widest as JPEG too."""
    for part in PARTS:
        width = widest * part // 4
        small = picture.resize(
            (width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS
        )
        small.save(TARGET / f"{name}-{width}.avif", quality=58, speed=2)
        small.save(TARGET / f"{name}-{width}.webp", quality=78, method=6)
    small.save(TARGET / f"{name}-{widest}.jpg", quality=80, optimize=True, progressive=True)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    drawn = pages()
    save(drawn[0], "cover", COVER_WIDTH)
    save(spread(drawn[SPREAD[0] - 1], drawn[SPREAD[1] - 1]), "spread", SPREAD_WIDTH)
    print(len(drawn), "pages;", *(f"{path.name} {path.stat().st_size}" for path in sorted(TARGET.iterdir())))

"""Make the product pictures of the pages from full-size renders: three widths, in AVIF, WebP and JPEG.

Run by hand when a render changes, with Pillow (11 or newer) in an environment of your own:

    python art/shrink_pictures.py <folder of render-*.jpg>

Every picture is square; its name on the page is the render's without ``render-``.
"""

import sys
from pathlib import Path

from PIL import Image

WIDTHS = (320, 480, 700)
TARGET = Path(__file__).resolve().parent.parent / "static" / "img" / "products"


def shrink(source: Path) -> None:
    """Write every width and format of one render."""
    name = source.stem.removeprefix("render-")
    with Image.open(source) as render:
        square = render.convert("RGB")
        for width in WIDTHS:
            small = square.resize((width, width), Image.Resampling.LANCZOS)
            small.save(TARGET / f"{name}-{width}.avif", quality=62, speed=2)
            small.save(TARGET / f"{name}-{width}.webp", quality=80, method=6)
        square.resize((700, 700), Image.Resampling.LANCZOS).save(
            TARGET / f"{name}-700.jpg", quality=82, optimize=True, progressive=True
        )


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for path in sorted(Path(sys.argv[1]).glob("render-*.jpg")):
        shrink(path)
        print(path.name)

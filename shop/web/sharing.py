"""The picture beside a link to a page, wherever somebody posts it: drawn by art/draw_share_pictures.py."""

import hashlib

from shop.web.static_files import StaticFiles

WIDTH, HEIGHT = 1200, 630
# The one of the shop itself, for every page that has none of its own.
SHOP = "img/share/shop.png"
# Drawings are small as PNG, photographs as JPEG.
PHOTOGRAPHED = ("product", "chapter")


def file_of(kind: str, slug: str, *words: str) -> str:
    """Return the file under static/ of one page's picture; ``words`` are what can be read and seen on it.

    They are part of the name, so that a picture with old words is no longer found.
    """
    mark = hashlib.sha256("\0".join(words).encode()).hexdigest()[:8]
    return f"img/share/{kind}-{slug}-{mark}.{'jpg' if kind in PHOTOGRAPHED else 'png'}"


def picture(statics: StaticFiles, kind: str, slug: str, *words: str) -> str:
    """Return the file of a page's own picture, or the shop's where none with these words has been drawn."""
    own = file_of(kind, slug, *words)
    try:
        statics.url(own)
    except LookupError:
        return SHOP
    return own

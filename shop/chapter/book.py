"""What the printed chapter is made of: its words as values, and its drawings in the dress of the book."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from shop.chapter.blocks import Node, blocks
from shop.content import Content, Safety
from shop.content.body import Figure, Offer, Piece, Procedure
from shop.content.plates import Plate

LABEL = re.compile(r"<text\b.*?</text>", re.DOTALL)
SVG_OPENING = re.compile(r"<svg\b[^>]*>")


@dataclass(frozen=True)
class Book:
    """The chapter ready to be set: ``matter`` is what the typesetter reads, ``drawings`` are SVG files by name."""

    matter: dict[str, object]
    drawings: dict[str, str]


def book(
    content: Content,
    plate_named: Callable[[str], Plate | None],
    *,
    dress: str,
    shop_name: str,
    base_url: str,
) -> Book:
    """Put the chapter, the safety lists and the drawings together.

    ``dress`` is the style sheet of the drawings on paper. Links within the shop get ``base_url`` in front,
    because a PDF is read elsewhere. A drawing that is not there is left out with its caption.
    """
    chapter = content.chapter
    drawings: dict[str, str] = {}
    pieces: list[Node] = []
    for piece in chapter.pieces:
        pieces += _piece(piece, plate_named, drawings, dress)
    matter: dict[str, object] = {
        "title": chapter.title,
        "subtitle": chapter.subtitle,
        "book": content.phrase("chapter.book"),
        "from": content.phrase("chapter.from"),
        "plate": content.phrase("chapter.plate"),
        "part": content.phrase("chapter.part"),
        "part_free": content.phrase("chapter.part_free"),
        "shop": shop_name,
        "address": base_url,
        "back": content.phrase("chapter.back"),
        "read_on": content.phrase("chapter.read_on", address=f"{base_url}/learn"),
        "updated": content.phrase("chapter.updated", day=written(chapter.updated_on)),
        "day": [chapter.updated_on.year, chapter.updated_on.month, chapter.updated_on.day],
        "summary": content.phrase("chapter.description"),
        "pieces": pieces,
        "safety": safety_nodes(content.safety, content),
    }
    return Book({key: _whole(value, base_url) for key, value in matter.items()}, drawings)


def written(day: date) -> str:
    """Return a day as a book writes it: November 23, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def safety_nodes(safety: Safety, content: Content) -> dict[str, object]:
    """Return the lists of the last pages, the mark that they are to be confirmed, and the medical note."""
    return {
        "title": content.phrase("chapter.safety_title"),
        "mark": content.phrase("chapter.safety_mark"),
        "note": blocks(str(safety.disclaimer)),
        "lists": [
            {"title": checklist.title, "items": [blocks(str(item)) for item in checklist.items]}
            for checklist in (safety.emergency, safety.soon, safety.ask_first)
        ],
    }


def _piece(
    piece: Piece, plate_named: Callable[[str], Plate | None], drawings: dict[str, str], dress: str
) -> list[Node]:
    if isinstance(piece, Figure):
        plate = plate_named(piece.plate)
        if plate is None:
            return []
        drawings[f"{plate.name}.svg"] = dressed(plate.svg, dress)
        alternative = f"{plate.title}. {plate.description}"
        caption = blocks(str(piece.caption))
        return [{"kind": "figure", "file": f"{plate.name}.svg", "alt": alternative, "inner": caption}]
    if isinstance(piece, Procedure):
        return [{"kind": "steps", "inner": [_step(blocks(str(step.html))) for step in piece.steps]}]
    if isinstance(piece, Offer):
        return []
    return blocks(str(piece.html))


def _step(nodes: list[Node]) -> Node:
    return {"kind": "step", "inner": nodes}


def dressed(svg: str, dress: str) -> str:
    """Return a drawing with the style sheet ``dress`` in it: on paper nothing stands around it to dress it.

    Each label gets a halo, as a copy behind it, since the typesetter draws the outline of one letter over the
    letter before it.
    """
    lettered = LABEL.sub(lambda label: label[0].replace('class="', 'class="plate-halo ', 1) + label[0], svg)
    return SVG_OPENING.sub(lambda opening: f"{opening[0]}<style>{dress}</style>", lettered, count=1)


def _whole(value: object, base_url: str) -> object:
    """Return the value with every link within the shop made whole."""
    if isinstance(value, list):
        return [_whole(item, base_url) for item in value]
    if isinstance(value, dict):
        return {
            key: base_url + item
            if key == "href" and isinstance(item, str) and item.startswith("/")
            else _whole(item, base_url)
            for key, item in value.items()
        }
    return value

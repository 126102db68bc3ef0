"""The free chapter: its landing page, the page to read it on, and the PDF. They are the same for everybody."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from shop.catalog import queries as catalog
from shop.chapter.book import book
from shop.chapter.press import DRESS, printed, version
from shop.config import ROOT
from shop.content import markdown_line
from shop.content.body import Figure
from shop.content.plates import Plates
from shop.db import reading
from shop.web import linked_data
from shop.web.cards import cards_of
from shop.web.linked_data import Crumb
from shop.web.pages import PUBLIC, public_page
from shop.web.tools import publisher, tools

blueprint = Blueprint("chapter", __name__)

PLATES = Plates(ROOT / "static" / "img" / "plates")
HOME, LEARN = Crumb("Home", "/"), Crumb("Learn", "/learn")
# The goods that the chapter ends with.
OFFERED = ("tight-hip-twisted-core", "hip-hook")


@blueprint.get("/free-chapter")
@public_page
def landing() -> ResponseReturnValue:
    """What is in chapter one, a look inside, and the ways to read it."""
    content = tools().content
    crumbs = (HOME, LEARN, Crumb(content.phrase("chapter.crumb"), "/free-chapter"))
    return render_template(
        "chapter/landing.html",
        chapter=content.chapter,
        inside=[markdown_line(content.phrase(f"chapter.inside_{line}")) for line in (1, 2, 3)],
        crumbs=crumbs,
        linked=_linked(crumbs),
    )


@blueprint.get("/free-chapter/read")
@public_page
def read() -> ResponseReturnValue:
    """The chapter as a page."""
    content = tools().content
    with reading(tools().engine) as session:
        cards = cards_of(catalog.items(session), content)
    crumbs = (
        HOME,
        Crumb(content.phrase("chapter.crumb"), "/free-chapter"),
        Crumb(content.chapter.title, "/free-chapter/read"),
    )
    return render_template(
        "chapter/read.html",
        chapter=content.chapter,
        safety=content.safety,
        offered=[cards[slug] for slug in OFFERED if slug in cards],
        crumbs=crumbs,
        linked=_linked(
            crumbs,
            linked_data.chapter(
                publisher(), content.chapter, path="/free-chapter/read", book=content.phrase("chapter.book")
            ),
        ),
    )


@blueprint.get("/free-chapter/chapter.pdf")
def pdf() -> ResponseReturnValue:
    """The chapter as a PDF; the browser shows it, and asks again with its ETag."""
    content, config = tools().content, tools().config
    edition = _edition()
    response = Response(mimetype="application/pdf")
    response.set_etag(edition)
    response.headers["Cache-Control"] = PUBLIC
    response.headers["Content-Disposition"] = f'inline; filename="{_file_name(content.chapter.title)}"'
    if edition in request.if_none_match:
        return response.make_conditional(request)
    response.data = printed(
        edition,
        lambda: book(
            content,
            PLATES.get,
            dress=DRESS.read_text(encoding="utf-8"),
            shop_name=config.shop_name,
            base_url=publisher().base_url,
        ),
        config.var / "chapter",
    )
    return response.make_conditional(request, accept_ranges=True, complete_length=len(response.data))


def _edition() -> str:
    """Return what tells this PDF from one with other words, drawings or addresses."""
    content, config = tools().content, tools().config
    names = [piece.plate for piece in content.chapter.pieces if isinstance(piece, Figure)]
    drawings = [path for name in names if (path := PLATES.folder / f"{name}.svg").exists()]
    return version([content.version, config.shop_name, config.base_url], drawings)


def _file_name(title: str) -> str:
    """Return the title as the name of a file: the-muscle-you-never-met.pdf."""
    letters = "".join(letter if letter.isalnum() else " " for letter in title.lower())
    return "-".join(letters.encode("ascii", "ignore").decode().split()) + ".pdf"


def _linked(crumbs: Sequence[Crumb], *nodes: linked_data.Node) -> linked_data.Node:
    return linked_data.graph(publisher(), *nodes, linked_data.breadcrumbs(publisher(), crumbs))

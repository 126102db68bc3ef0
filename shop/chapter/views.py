"""The free chapter: the page that offers it, the way to it by a letter, the page to read it on, and the PDF.

The offer is the same for everybody. The chapter itself is opened by a personal link, which is sent to whoever asks.
"""

from collections.abc import Sequence

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from shop import clock
from shop.catalog import queries as catalog
from shop.chapter import forms
from shop.chapter.book import book
from shop.chapter.press import DRESS, printed, version
from shop.config import ROOT
from shop.content import Chapter, Content, markdown_line
from shop.content.body import Figure, Prose
from shop.content.plates import Plates
from shop.db import reading, writing
from shop.email_address import normalize
from shop.errors import Reason, Refused
from shop.subscribers import queries as subscribers
from shop.subscribers.models import Reader
from shop.subscribers.rules import coarse_network
from shop.web import linked_data, posts
from shop.web.cards import cards_of
from shop.web.linked_data import Crumb
from shop.web.pace import steady
from shop.web.pages import PRIVATE, public_page
from shop.web.throttles import allow, client_address
from shop.web.tools import publisher, tools
from shop.welcome import letters
from shop.welcome.ask import ask, send_again
from shop.welcome.confirm import confirm
from shop.welcome.desk import Desk
from shop.welcome.queries import code_of

blueprint = Blueprint("chapter", __name__)

PLATES = Plates(ROOT / "static" / "img" / "plates")
HOME = Crumb("Home", "/")
# The goods that the chapter ends with.
OFFERED = ("tight-hip-twisted-core", "hip-hook")


# Windows in seconds and tries in each: a mailbox is not to be flooded, a household or an office may have many readers.
PER_ADDRESS = ((3600, 8), (24 * 3600, 15))
PER_NETWORK = ((3600, 60), (24 * 3600, 300))
# A token cannot be guessed; this only keeps somebody who tries from keeping the database busy.
TRIES_PER_NETWORK, TRIES_SECONDS = 120, 600


@blueprint.get("/free-chapter")
@public_page
def landing() -> ResponseReturnValue:
    """What is in chapter one, how it begins, and the form that sends it. ``from`` names article and place."""
    source, slot = forms.origin(request.args.get("from", ""))
    return _landing(source=forms.source(source, tools().content.articles), slot=forms.slot(slot))


@blueprint.post("/free-chapter")
def sign_up() -> ResponseReturnValue:
    """Send the chapter to an address. The answer is the same, letter by letter, whatever is known of the address."""
    typed = request.form.get("email", "")[:400]
    try:
        wish = forms.wish(request.form, articles=tools().content.articles, network=client_address())
        if not posts.by_robot(request.form):
            _allow("sign-up-network", client_address(), PER_NETWORK)
            _allow("sign-up-address", normalize(wish.email), PER_ADDRESS)
            with steady(), writing(tools().engine) as session:
                ask(session, _desk(), wish, now=clock.now())
    except Refused as refused:
        page = _landing(
            source=forms.source(request.form.get("source", ""), tools().content.articles),
            slot=forms.slot(request.form.get("slot", "")),
            email=typed,
            error=tools().content.refusal(refused),
        )
        return page, 429 if refused.reason is Reason.TOO_MANY_TRIES else 422
    return _sent()


@blueprint.get("/free-chapter/<token>")
def opening(token: str) -> ResponseReturnValue:
    """The page behind the link of a letter. Opening it changes nothing, whoever or whatever opens it."""
    with reading(tools().engine) as session:
        link = subscribers.link(session, token, "chapter", now=clock.now())
        if link is None or link.expired:
            return _closed(token if link else "")
        reader = session.get_one(Reader, link.reader_id)
        return _private(
            "chapter/open.html", token=token, chapter=_content().chapter, reader=reader.state == "confirmed"
        )


@blueprint.post("/free-chapter/<token>")
def open_chapter(token: str) -> ResponseReturnValue:
    """Confirm and open the chapter; with a link whose time is over, send a new one to the same address."""
    now = clock.now()
    allow(
        tools().engine,
        "chapter-network",
        client_address(),
        limit=TRIES_PER_NETWORK,
        seconds=TRIES_SECONDS,
        now=now,
    )
    try:
        with writing(tools().engine) as session:
            confirm(session, _desk(), token, network=coarse_network(client_address()), now=now)
    except Refused as refused:
        if refused.reason is not Reason.LINK_EXPIRED:
            return _closed("")
        with reading(tools().engine) as session:
            link = subscribers.link(session, token, "chapter", now=now)
        _allow("sign-up-again", str(link.reader_id if link else ""), PER_ADDRESS)
        with writing(tools().engine) as session:
            send_again(session, _desk(), token, now=now)
        return _sent()
    return redirect(f"/free-chapter/{token}/read", 303)


@blueprint.get("/free-chapter/<token>/read")
def read(token: str) -> ResponseReturnValue:
    """The chapter as a page, with the reader's code above it."""
    with reading(tools().engine) as session:
        reader = _reader(session, token)
        if isinstance(reader, Response):
            return reader
        code = code_of(session, reader, now=clock.now())
        cards = cards_of(catalog.items(session), _content())
    desk = _desk()
    return _private(
        "chapter/read.html",
        token=token,
        chapter=_content().chapter,
        safety=_content().safety,
        offered=[cards[slug] for slug in OFFERED if slug in cards],
        code=code if code and code.state == "unused" else None,
        saving=letters.saving(desk, code) if code else "",
        last_day=letters.last_day(desk, code.ends_at) if code else "",
        crumbs=(
            HOME,
            Crumb(_content().phrase("chapter.crumb"), "/free-chapter"),
            Crumb(_content().chapter.title, f"/free-chapter/{token}/read"),
        ),
    )


@blueprint.get("/free-chapter/<token>/chapter.pdf")
def pdf(token: str) -> ResponseReturnValue:
    """The chapter as a PDF; the browser shows it, and asks again with its ETag."""
    with reading(tools().engine) as session:
        reader = _reader(session, token)
    if isinstance(reader, Response):
        return reader
    content, config = _content(), tools().config
    edition = _edition()
    response = Response(mimetype="application/pdf")
    response.set_etag(edition)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
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


def _landing(*, source: str, slot: str, email: str = "", error: str = "") -> str:
    content = _content()
    return render_template(
        "chapter/landing.html",
        chapter=content.chapter,
        inside=[markdown_line(content.phrase(f"chapter.inside_{line}")) for line in (1, 2, 3)],
        beginning=_beginning(content.chapter),
        questions=[
            (content.phrase(f"chapter.question_{number}"), content.phrase(f"chapter.answer_{number}"))
            for number in (1, 2, 3)
        ],
        source=source,
        slot=slot or "landing",
        email=email,
        error=error,
        linked=linked_data.graph(
            publisher(),
            linked_data.chapter(
                publisher(), content.chapter, path="/free-chapter", book=content.phrase("chapter.book")
            ),
        ),
    )


def _beginning(chapter: Chapter) -> Markup:
    """Return the first paragraphs of the chapter, up to its first heading: for everybody to read."""
    prose = next((piece.html for piece in chapter.pieces if isinstance(piece, Prose)), Markup())
    return Markup(prose.partition("<h2")[0])  # noqa: S704 - a part of what is cleaned already


def _reader(session: Session, token: str) -> Reader | Response:
    """Return whose chapter a link opens; or the page for a link that does not, or has not been confirmed yet."""
    link = subscribers.link(session, token, "chapter", now=clock.now())
    if link is None or link.expired:
        return _closed(token if link else "")
    reader = session.get_one(Reader, link.reader_id)
    if reader.state == "pending":
        return make_response(redirect(f"/free-chapter/{token}", 303))
    return reader


def _sent() -> Response:
    return _private("chapter/sent.html")


def _closed(token: str) -> Response:
    """Answer for a link that opens nothing; ``token`` of one whose time is over can be sent anew."""
    response = _private("chapter/closed.html", token=token)
    response.status_code = 410 if token else 404
    return response


def _private(template: str, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = PRIVATE
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _allow(kind: str, subject: str, windows: Sequence[tuple[int, int]]) -> None:
    for seconds, limit in windows:
        allow(tools().engine, kind, subject, limit=limit, seconds=seconds, now=clock.now())


def _content() -> Content:
    return tools().content


def _desk() -> Desk:
    return Desk(tools().config, tools().content)


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

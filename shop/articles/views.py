"""The reading room: articles, hubs and the ways between them. All pages are the same for everybody."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop.articles import actions, rules
from shop.articles.plain import plain
from shop.catalog import queries as catalog
from shop.clock import now
from shop.content import Article, Content
from shop.content.body import Procedure
from shop.db import reading, writing
from shop.web import linked_data, syndication
from shop.web.cards import Card, cards_of
from shop.web.linked_data import Crumb
from shop.web.pages import public_page
from shop.web.throttles import allow, client_address
from shop.web.tools import publisher, tools

blueprint = Blueprint("articles", __name__)

HOME, LEARN = Crumb("Home", "/"), Crumb("Learn", "/learn")
ANSWERS = {"yes": True, "no": False}
# One person may answer for each article now and then; a program that presses the button all day is stopped.
ANSWERS_A_DAY = 20
DAY_SECONDS = 24 * 60 * 60


@blueprint.get("/learn")
@public_page
def index() -> ResponseReturnValue:
    """Everything there is to read."""
    content = tools().content
    articles = list(content.articles.values())
    lead = rules.lead(articles)
    shelves = rules.shelves(articles)
    return render_template(
        "articles/index.html",
        lead=lead,
        start=rules.start_here(articles, besides=lead),
        shelves=shelves,
        chapter=content.chapter,
        topics=content.topics,
        doings=rules.doings(content.topics, content.articles),
        hurts=rules.hurts(content.topics),
        linked=_linked(
            (HOME, LEARN),
            linked_data.item_list(publisher(), [each for shelf in shelves.values() for each in shelf]),
        ),
    )


@blueprint.get("/learn/causes")
@public_page
def causes() -> ResponseReturnValue:
    """What tightens hips: every topic, written about or planned."""
    return _hub("causes")


@blueprint.get("/learn/effects")
@public_page
def effects() -> ResponseReturnValue:
    """What people feel with it: every topic, written about or planned."""
    return _hub("effects")


@blueprint.get("/learn/feed.xml")
@public_page
def feed() -> ResponseReturnValue:
    """The articles as an Atom feed."""
    content = tools().content
    title = content.phrase("learn.feed_title", shop=publisher().name)
    body = syndication.atom(publisher(), title, content.articles.values())
    return Response(body, content_type="application/atom+xml; charset=utf-8")


@blueprint.get("/learn/<slug>")
@public_page
def article(slug: str) -> ResponseReturnValue:
    """One article."""
    shown = _article(slug)
    content = tools().content
    before, after = rules.neighbors(shown, content.articles.values())
    crumbs = (HOME, LEARN, Crumb(shown.title, f"/learn/{slug}"))
    return render_template(
        "articles/article.html",
        article=shown,
        safety=content.safety,
        cards=_cards(),
        chapter=content.chapter,
        related=rules.related(shown, content.articles),
        before=before,
        after=after,
        crumbs=crumbs,
        linked=_linked(crumbs, linked_data.article(publisher(), shown)),
    )


@blueprint.get("/learn/<slug>.md")
@public_page
def as_markdown(slug: str) -> ResponseReturnValue:
    """One article as plain Markdown."""
    shown = _article(slug)
    content = tools().content
    shop = publisher()
    signed = content.phrase("learn.by", name=shop.author or shop.name)
    response = Response(
        plain(shown, content.safety, base_url=shop.base_url, signed=signed),
        content_type="text/markdown; charset=utf-8",
    )
    response.headers["Link"] = f'<{shop.base_url}/learn/{slug}>; rel="canonical"'
    return response


@blueprint.get("/learn/<slug>/steps/<key>")
@public_page
def steps(slug: str, key: str) -> ResponseReturnValue:
    """The steps of one procedure, for a sheet of paper beside the mat."""
    shown = _article(slug)
    procedure = next(
        (piece for piece in shown.pieces if isinstance(piece, Procedure) and piece.key == key), None
    )
    if procedure is None:
        abort(404)
    crumbs = (HOME, LEARN, Crumb(shown.title, f"/learn/{slug}"))
    return render_template(
        "articles/steps.html",
        article=shown,
        procedure=procedure,
        safety=tools().content.safety,
        crumbs=crumbs,
    )


@blueprint.get("/learn/<slug>/feedback")
@public_page
def thanks(slug: str) -> ResponseReturnValue:
    """Thank somebody who has said whether the article was useful."""
    shown = _article(slug)
    return render_template(
        "articles/thanks.html", article=shown, related=rules.related(shown, tools().content.articles)
    )


@blueprint.post("/learn/<slug>/feedback")
def answer(slug: str) -> ResponseReturnValue:
    """Count whether the article was useful: a total of the day, nobody's name."""
    _article(slug)
    useful = ANSWERS.get(request.form.get("useful", ""))
    if useful is None:
        abort(400)
    at = now()
    engine = tools().engine
    allow(engine, "feedback", client_address(), limit=ANSWERS_A_DAY, seconds=DAY_SECONDS, now=at)
    with writing(engine) as session:
        counted_on = at.astimezone(tools().config.time_zone).date()
        actions.count_answer(session, slug, useful=useful, counted_on=counted_on)
    return redirect(f"/learn/{slug}/feedback", 303)


def _hub(kind: str) -> str:
    content = tools().content
    groups = content.topics.causes if kind == "causes" else content.topics.effects
    crumbs = (HOME, LEARN, Crumb(content.phrase(f"learn.{kind}"), f"/learn/{kind}"))
    return render_template(
        "articles/hub.html",
        kind=kind,
        groups=[(group, rules.places(group.topics, content.articles)) for group in groups],
        crumbs=crumbs,
        linked=_linked(crumbs),
    )


def _article(slug: str) -> Article:
    content: Content = tools().content
    if slug not in content.articles:
        abort(404)
    return content.articles[slug]


def _cards() -> dict[str, Card]:
    with reading(tools().engine) as session:
        items = catalog.items(session)
    return cards_of(items, tools().content)


def _linked(crumbs: Sequence[Crumb], *nodes: linked_data.Node) -> linked_data.Node:
    return linked_data.graph(publisher(), *nodes, linked_data.breadcrumbs(publisher(), crumbs))

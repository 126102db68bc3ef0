"""Which article stands where."""

from dataclasses import replace

import pytest

from shop.articles import rules
from shop.content import Article, Content


@pytest.fixture
def articles(words: Content) -> dict[str, Article]:
    """Three articles: a cause, a how-to, an anatomy."""
    return dict(words.articles)


def slugs(articles: list[Article]) -> list[str]:
    """Their names."""
    return [article.slug for article in articles]


def test_the_newest_articles_come_first(articles: dict[str, Article]) -> None:
    assert slugs(rules.latest(articles.values(), 2)) == ["two-neighbors", "stride"]


def test_articles_of_one_day_keep_the_order_of_their_series(articles: dict[str, Article]) -> None:
    day = articles["desk-day"].published_on
    same = [replace(article, published_on=day) for article in articles.values()]
    assert slugs(rules.latest(same, 3)) == ["desk-day", "stride", "two-neighbors"]


def test_the_article_last_brought_up_to_date_leads(articles: dict[str, Article]) -> None:
    assert rules.lead(list(articles.values())).slug == "desk-day"
    assert rules.lead([]) is None


def test_a_newcomer_is_given_one_article_of_each_kind(articles: dict[str, Article]) -> None:
    overview = replace(articles["stride"], slug="overview", kind="overview")
    listed = [*articles.values(), overview]
    assert slugs(rules.start_here(listed, besides=None)) == ["overview", "two-neighbors", "stride"]


def test_a_kind_that_is_missing_or_leads_gives_its_place_to_another(articles: dict[str, Article]) -> None:
    listed = list(articles.values())
    assert slugs(rules.start_here(listed, besides=None)) == ["two-neighbors", "stride", "desk-day"]
    assert slugs(rules.start_here(listed, besides=articles["stride"])) == ["two-neighbors", "desk-day"]


def test_shelves_without_an_article_are_left_out(articles: dict[str, Article]) -> None:
    shelves = rules.shelves([articles["desk-day"], articles["two-neighbors"]])
    assert {shelf: slugs(found) for shelf, found in shelves.items()} == {
        "causes": ["desk-day"],
        "anatomy": ["two-neighbors"],
    }


def test_neighbors_are_those_of_the_same_series(articles: dict[str, Article]) -> None:
    desk, stride = articles["desk-day"], articles["stride"]
    assert rules.neighbors(desk, articles.values()) == (None, stride)
    assert rules.neighbors(stride, articles.values()) == (desk, None)
    assert rules.neighbors(articles["two-neighbors"], articles.values()) == (None, None)


def test_related_articles_are_those_it_names_and_then_those_on_its_topics(
    articles: dict[str, Article],
) -> None:
    assert slugs(rules.related(articles["desk-day"], articles)) == ["stride", "two-neighbors"]
    alike = replace(articles["two-neighbors"], slug="alike", causes=("sitting",))
    alone = replace(articles["desk-day"], related=("not-there", "desk-day"))
    assert slugs(rules.related(alone, {**articles, "desk-day": alone, "alike": alike}))[0] == "alike"


def test_a_product_is_explained_by_the_articles_that_name_it_those_with_steps_first(words: Content) -> None:
    found = rules.explaining(words.product("hip-hook"), words.articles.values())
    assert slugs(found) == ["stride", "desk-day"]


def test_a_set_is_explained_by_the_articles_of_its_parts(words: Content) -> None:
    found = rules.explaining(words.product("gentle-start"), words.articles.values())
    assert slugs(found) == ["stride", "desk-day", "two-neighbors"]


def test_a_topic_leads_to_its_article_or_names_the_nearest_one_that_is_there(
    words: Content, articles: dict[str, Article]
) -> None:
    topic = words.topics.causes[0].topics[0]
    written = replace(topic, article="desk-day", nearest="stride")
    planned = replace(topic, article="not-there", nearest="stride")
    alone = replace(topic, article="", nearest="not-there")
    found = rules.places([written, planned, alone], articles)
    assert [(place.article, place.nearest) for place in found] == [
        (articles["desk-day"], articles["stride"]),
        (None, articles["stride"]),
        (None, None),
    ]


def test_what_somebody_does_leads_to_the_article_or_to_the_topic(words: Content) -> None:
    ways = {way.key: way.address for way in rules.doings(words.topics, words.articles)}
    assert ways == {
        "sit": "/learn/causes#sitting",
        "drive": "/learn/causes#driving",
        "run": "/learn/causes#running",
        "lift": "/learn/causes#heavy-lifting",
        "stretch": "/learn/causes#stretching",
    }
    written = dict(words.articles) | {"hip-pain-from-sitting": words.articles["desk-day"]}
    assert rules.doings(words.topics, written)[0].address == "/learn/hip-pain-from-sitting"


def test_where_it_hurts_leads_to_that_part_of_the_body(words: Content) -> None:
    ways = rules.hurts(words.topics)
    assert len(ways) == 7
    assert ways[0].address == "/learn/effects#back"

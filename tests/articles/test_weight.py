"""What a reader's phone has to fetch for an article, with the words and drawings as they are."""

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

MOST_BYTES = 60 * 1024


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_article_weighs_more_than_sixty_kilobytes_on_its_way(app: Flask, stranger: FlaskClient) -> None:
    slugs = list(app.extensions["shop"].content.articles)
    assert len(slugs) == 7
    weights = {slug: len(brotli.compress(stranger.get(f"/learn/{slug}").data, quality=5)) for slug in slugs}
    assert {slug: weight for slug, weight in weights.items() if weight > MOST_BYTES} == {}

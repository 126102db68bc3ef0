"""The seven articles of the shop have every part that is promised of an article, and steps that can be seen."""

from shop.config import ROOT
from shop.content import read_content
from shop.content.body import Figure, Procedure

CONTENT = read_content(ROOT / "content")
PLATES = {path.stem for path in (ROOT / "static" / "img" / "plates").glob("*.svg")}
SLUGS = {
    "hip-pain-after-running",
    "hip-pain-while-driving",
    "twisted-pelvis-realignment",
    "how-to-use-the-hip-hook",
    "hip-flexor-anatomy",
    "hip-pain-from-sitting",
    "tight-hip-flexors-epidemic",
}


def test_each_article_has_every_part() -> None:
    assert set(CONTENT.articles) == SLUGS
    for article in CONTENT.articles.values():
        assert article.contents, article.slug
        assert len(article.questions) >= 2, article.slug
        assert article.key_points, article.slug
        assert article.see_clinician, article.slug
        assert article.sources, article.slug
        assert article.products, article.slug
        assert 0 < len(article.short_answer.striptags().split()) < 50, article.slug
        assert 120 <= len(article.summary) <= 165, article.slug
        assert any(isinstance(piece, Figure) for piece in article.pieces), article.slug


def test_each_step_of_the_four_procedures_has_a_drawing_of_its_own() -> None:
    steps = {
        piece.key: [step.plate for step in piece.steps]
        for article in CONTENT.articles.values()
        for piece in article.pieces
        if isinstance(piece, Procedure)
    }
    assert {key: len(plates) for key, plates in steps.items()} == {
        "hip-hook-session": 8,
        "realignment": 4,
        "desk-setup": 4,
        "car-seat-setup": 4,
    }
    drawn = [plate for plates in steps.values() for plate in plates]
    assert set(drawn) <= PLATES
    assert len(set(drawn)) == len(drawn)

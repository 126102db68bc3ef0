"""The grade of a text: what counts as its prose, and how long words and sentences weigh."""

import pytest

from shop.config import ROOT
from shop.content import read_content
from shop.content.body import tokens_of
from shop.content.grade import grade, running_prose, syllables


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "hip one pressed tight the moved aches while knees 90 6.4 breath you’re"),
        (2, "muscle people pelvis rested handle places something being loosely body’s science"),
        (3, "iliac exercise clinician realign studying"),
        (4, "iliacus anatomy piriformis variation"),
        (5, "iliopsoas ipsilateral"),
    ],
)
def test_syllables_are_counted_as_they_are_said(count: int, words: str) -> None:
    assert not {word: said for word in words.split() if (said := syllables(word)) != count}


def test_the_grade_is_the_one_of_flesch_and_kincaid() -> None:
    assert grade(["The hip is a joint. It can bend."]) == pytest.approx(0.39 * 8 / 2 + 11.8 * 8 / 8 - 15.59)
    assert grade([]) == grade(["…"]) == 0


def test_longer_sentences_and_longer_words_ask_for_more_school() -> None:
    choppy = "You sit. It hurts. You rise. It pulls."
    joined = "When you sit it hurts, and when you rise it pulls."
    learned = (
        "Whenever you remain seated it becomes uncomfortable, and afterward, rising, it noticeably pulls."
    )
    assert grade([choppy]) < grade([joined]) < grade([learned])


def test_only_the_paragraphs_between_headings_steps_boxes_and_tables_are_graded() -> None:
    text = """## A heading {#a}

One *paragraph*,
cited[^x], with a [link](/learn).

- an item

| a | b |
|---|---|
| c | d |

::: steps way
1. Step.
:::

::: warning
Stop.
:::

::: figure stride
A caption.
:::

Another one.
"""
    assert running_prose(tokens_of(text)) == ["One paragraph, cited, with a link.", "Another one."]


def test_every_article_of_the_shop_reads_at_grade_8_to_10() -> None:
    articles = read_content(ROOT / "content").articles
    grades = {slug: grade(running_prose(tokens_of(one.markdown))) for slug, one in articles.items()}
    assert len(grades) == 7
    assert not {slug: asked for slug, asked in grades.items() if not 8 <= asked <= 10}

"""What is asked, what fits best, and what is shown of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.search.rules import EXCERPT_LETTERS, Asked, Entry, Found, asked_for, candidates, excerpt, ranked
from shop.search.words import searchable


def entry(
    title: str = "", summary: str = "", heading: str = "", body: str = "", kind: str = "article"
) -> Entry:
    """A page with these words."""
    words = (searchable(title), searchable(summary), searchable(heading), searchable(body))
    return Entry(kind, f"/{title}", title, summary, body, words)


def titles(entries: list[Entry], text: str, **near: tuple[str, ...]) -> list[str]:
    """The titles of what is found, best first."""
    return [found.title for found in ranked(entries, asked_for(text, near), limit=20)]


def marked(found: Entry, text: str) -> str:
    """An excerpt, with brackets around what is marked."""
    asked = asked_for(text, {})
    parts = excerpt(found, asked, candidates(asked))
    return "".join(f"[{part.text}]" if part.marked else part.text for part in parts)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("running hips", ["=run", "=hip"]),
        ("why do my hips hurt", ["=hip", "=hurt"]),
        ("hip hips", ["=hip", "=hip"]),
        ("hip hip", ["=hip"]),
        ("the", ["=the"]),
        ("a", []),
        ("?!", []),
    ],
)
def test_a_text_asks_for_its_telling_words(text: str, forms: list[str]) -> None:
    assert [asked.forms[0] for asked in asked_for(text, {})] == forms


def test_only_the_last_word_is_a_beginning_and_only_from_two_letters_on() -> None:
    assert [asked.beginning for asked in asked_for("hip runn", {})] == ["", "runn"]
    assert [asked.beginning for asked in asked_for("hip 5", {})] == ["", ""]
    assert [asked.beginning for asked in asked_for("release the", {})] == [""]


def test_no_more_than_sixteen_words_are_looked_for() -> None:
    assert len(asked_for(" ".join(f"word{number}" for number in range(100)), {})) == 16


def test_other_words_for_a_word_are_looked_for_in_every_form_of_it() -> None:
    assert asked_for("aches now", {"ache": ("pain", "hurt")})[0] == Asked(("=ach", "=pain", "=hurt"), "")


def test_a_word_counts_more_in_the_title_than_in_the_summary_than_in_a_heading_than_in_the_text() -> None:
    entries = [
        entry("body", body="psoas " * 50),
        entry("heading", heading="psoas " * 3),
        entry("summary", summary="psoas " * 3),
        entry("psoas"),
    ]
    assert titles(entries, "psoas") == ["psoas", "summary", "heading", "body"]


def test_a_title_with_nothing_else_in_it_fits_better() -> None:
    assert titles([entry("How to use the hip hook well"), entry("Hip Hook")], "hip hook")[0] == "Hip Hook"


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    entries = [entry(f"Hip {name}", body="driving") for name in ("running", "sitting", "walking")]
    entries.append(entry("Driving and the rest", body="hip"))
    assert titles(entries, "hip driving")[0] == "Driving and the rest"


def test_pages_with_all_the_words_are_found_and_no_others() -> None:
    entries = [entry("Hip"), entry("Ball"), entry("Text", body="a ball for the hip")]
    [found] = ranked(entries, asked_for("hip ball", {}), limit=20)
    assert (found.title, found.complete) == ("Text", True)


def test_where_no_page_has_all_the_words_those_with_most_are_found_and_say_so() -> None:
    entries = [entry("Hip"), entry("Hip ball")]
    [found] = ranked(entries, asked_for("hip ball xyzzy", {}), limit=20)
    assert (found.title, found.complete) == ("Hip ball", False)


def test_a_beginning_finds_the_word_behind_the_one_that_was_meant() -> None:
    entries = [entry("Text", summary="running"), entry("Summary", summary="runny")]
    assert titles(entries, "runn") == ["Text", "Summary"]
    assert titles(entries, "running") == ["Text"]
    assert titles(entries, "runn now") == []


def test_a_word_as_it_was_typed_fits_better_than_one_close_to_it() -> None:
    entries = [entry("Pain"), entry("Ache")]
    assert titles(entries, "aches now", ache=("pain",)) == ["Ache", "Pain"]


def test_what_fits_equally_well_keeps_its_order() -> None:
    entries = [entry("one", body="psoas"), entry("two", body="psoas"), entry("three", body="psoas")]
    assert titles(entries, "psoas") == ["one", "two", "three"]


def test_a_topic_stands_behind_a_page_that_says_the_same() -> None:
    entries = [entry("Golf", kind="topic"), entry("Golf", kind="article")]
    assert [found.kind for found in ranked(entries, asked_for("golf", {}), limit=2)] == ["article", "topic"]


def test_no_more_is_found_than_was_wanted() -> None:
    assert len(ranked([entry(f"psoas {n}") for n in range(9)], asked_for("psoas", {}), limit=3)) == 3


def test_an_excerpt_marks_every_form_of_the_words_and_nothing_else() -> None:
    found = entry(summary="Running hips: the hip’s runners ran, and hippos watch.")
    assert marked(found, "run hips") == "[Running] [hips]: the [hip’s] runners ran, and hippos watch."
    assert marked(entry(summary="Ménière and meniere."), "meniere") == "[Ménière] and [meniere]."
    assert marked(entry(summary="The therapist thinks then."), "the") == "The [therapist] thinks then."


def test_an_excerpt_is_the_line_with_most_of_the_words() -> None:
    found = entry(
        summary="About the hip.", body="One line about a ball.\nAnother line about the ball of the hip."
    )
    assert marked(found, "hip ball") == "Another line about the [ball] of the [hip]."
    assert marked(found, "hip") == "About the [hip]."


def test_a_page_found_by_other_words_shows_its_summary() -> None:
    assert marked(entry(summary="About the hip."), "psoas") == "About the hip."


def test_a_long_line_is_cut_at_words_around_what_was_asked_for() -> None:
    line = f"{'first words ' * 30}here is the psoas, {'last words ' * 30}"
    shown = marked(entry(body=line), "psoas")
    assert shown.startswith("… ")
    assert "[psoas]" in shown
    assert shown.endswith(" …")
    assert set(shown.removeprefix("… ").removesuffix(" …").replace(",", "").split()) == {
        *("first", "words", "here", "is", "the", "[psoas]", "last"),
    }


@given(st.text(alphabet="ab .-’é\n", max_size=600), st.sampled_from(["a", "ab", "ab ba", "b ab aab"]))
def test_an_excerpt_is_a_run_of_the_page_and_never_long(text: str, asked_text: str) -> None:
    asked = asked_for(f"{asked_text} ab", {})
    found = entry(summary="nothing", body=text)
    parts = [part.text for part in excerpt(found, asked, candidates(asked))]
    shown = "".join(parts).removeprefix("… ").removesuffix(" …")
    assert shown in text or shown == "nothing"
    assert len(shown) <= EXCERPT_LETTERS
    assert all(parts)


@given(st.lists(st.text(max_size=30), max_size=4), st.text(max_size=60))
def test_any_text_ranks_any_pages(texts: list[str], asked_text: str) -> None:
    entries = [entry(text, summary=text, body=text) for text in texts]
    found: list[Found] = ranked(entries, asked_for(asked_text, {"a": ("b",)}), limit=3)
    assert [result.rank for result in found] == sorted((result.rank for result in found), reverse=True)

"""What is left of a word without its ending."""

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.config import ROOT
from shop.search.stems import stem

# The examples of Porter's paper, by step.
OF_THE_PAPER = """
caresses ponies ties caress cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned
falling hissing fizzed failing filing happy sky relational conditional rational valenci hesitanci digitizer conformabli
radicalli differentli vileli analogousli vietnamization predication operator feudalism decisiveness hopefulness
callousness formaliti sensitiviti sensibiliti triplicate formative formalize electriciti electrical hopeful goodness
revival allowance inference airliner gyroscopic adjustable defensible irritant replacement adjustment dependent
adoption homologou communism activate angulariti homologous effective bowdlerize probate rate cease controll roll
"""


def stems_of_sqlite(words: list[str]) -> list[str]:
    """What SQLite's Porter stemmer makes of them."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(word, tokenize='porter ascii')")
    connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(texts, instance)")
    connection.executemany("INSERT INTO texts (rowid, word) VALUES (?, ?)", list(enumerate(words)))
    stems = [term for (term,) in connection.execute("SELECT term FROM terms ORDER BY doc")]
    connection.close()
    return stems


@pytest.mark.parametrize(
    "forms",
    [
        "run runs running",
        "sit sits sitting",
        "drive drives driving",
        "muscle muscles",
        "stretch stretches stretched stretching",
        "release releases released releasing",
        "pregnancy pregnancies",
        "tight tightness",
    ],
)
def test_the_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


def test_words_that_only_look_alike_keep_stems_of_their_own() -> None:
    assert (
        len({stem(word) for word in ("sit", "site", "hip", "hop", "core", "corn", "pelvis", "pelvic")}) == 8
    )


def test_every_word_of_the_shop_and_of_the_paper_has_the_stem_that_sqlite_gives_it() -> None:
    texts = [path.read_text().lower() for path in (ROOT / "content").rglob("*") if path.is_file()]
    words = sorted({*re.findall(r"[a-z]{3,40}", " ".join(texts)), *OF_THE_PAPER.split()} - {"ies"})
    assert len(words) > 2000
    assert dict(zip(words, map(stem, words), strict=True)) == dict(
        zip(words, stems_of_sqlite(words), strict=True)
    )


@given(st.text(max_size=50))
def test_any_text_has_a_stem_that_is_no_longer_than_it(text: str) -> None:
    assert len(stem(text)) <= len(text)
    assert stem(text)[:2] == text[:2]

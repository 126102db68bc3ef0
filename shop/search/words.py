"""How a text becomes the words that are searched: cut, folded, and each word also as its stem.

A line of searchable words looks like `` running =run hips =hip ``: the word as it is written, for what is typed
so far, and behind ``=`` its stem, for every form of it. Each entry has a space on both sides, so that counting
text in it counts words.
"""

import re
from collections.abc import Iterator

from shop.folding import fold
from shop.search.stems import stem

MAX_WORD = 40
COMPOUND = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:[-‐‑][^\W_]+(?:['’][^\W_]+)*)*")
SIMPLE = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
APOSTROPHES = str.maketrans("", "", "'’")
# Words that stand in every text and say nothing about it.
STOP_WORDS = frozenset(
    word
    for line in (
        "a about after all also am an and any are as at be because been before being but by can could did do does",
        "doing dont for from had has have having he her here him his how i if im in into is isnt it its ive just",
        "like may me more most my no not now of on one only or other our out over own s same she should so some such",
        "t than that thats the their them then there these they this those to too under until up very was we were",
        "what when where which while who why will with would you your",
    )
    for word in line.split()
)


def plain_word(found: str) -> str:
    """Return a folded word as it is searched: without a possessive 's, apostrophes or what is beyond 40 letters."""
    return re.sub(r"['’]s$", "", found).translate(APOSTROPHES)[:MAX_WORD]


def split(text: str) -> list[str]:
    """Return the words of ``text`` in their order, folded; parts of a compound are words of their own."""
    return [plain_word(found) for found in SIMPLE.findall(fold(text))]


def telling(words: list[str]) -> list[str]:
    """Return ``words`` without those that say nothing."""
    return [word for word in words if word not in STOP_WORDS]


def searchable(text: str) -> str:
    """Return the line of searchable words of ``text``. A compound such as e-book is also one word, ebook."""
    entries = [entry for word in telling(_with_compounds(text)) for entry in (word, stemmed(word))]
    return f" {' '.join(entries)} " if entries else ""


def stemmed(word: str) -> str:
    """Return how the stem of ``word`` stands in a line of searchable words."""
    return f"={stem(word)}"


def _with_compounds(text: str) -> list[str]:
    return [word for found in COMPOUND.findall(fold(text)) for word in _parts(found)]


def _parts(found: str) -> Iterator[str]:
    parts = [plain_word(part) for part in SIMPLE.findall(found)]
    yield from parts
    if len(parts) > 1:
        yield "".join(parts)[:MAX_WORD]

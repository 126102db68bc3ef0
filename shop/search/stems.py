"""What is left of an English word without its ending: running, runs -> run.

M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980, with the author's two later departures
(bli, logi); https://tartarus.org/martin/PorterStemmer/. SQLite's own stemmer follows the same rules, and the tests
compare the two.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

STEP_2 = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble",
    "alli": "al", "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate",
    "alism": "al", "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive",
    "biliti": "ble", "logi": "log",
}  # fmt: skip
STEP_3 = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate",
    "iti", "ous", "ive", "ize",
)  # fmt: skip
# A y counts as a vowel after a consonant.
VOWEL = "(?:[aeiou]|(?<=[^aeiouy])y)"
CONSONANT = "(?:[^aeiouy]|(?<![^aeiouy])y)"
HAS_VOWEL = re.compile(VOWEL)
MEASURE = re.compile(f"{VOWEL}+{CONSONANT}+")
DOUBLE = re.compile(r"([^aeiouylsz])\1$")
SHORT = re.compile(f"{CONSONANT}{VOWEL}[^aeiouwxy]$")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the stem of ``word`` (small letters). Words of one or two letters, and of other scripts, stay."""
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return word
    for step in (_plural, _past, _final_y, _double_suffix, _suffix, _last_suffix, _final_e):
        word = step(word)
    return word


def _measure(part: str) -> int:
    """How many times a vowel is followed by a consonant in ``part``; Porter's m."""
    return len(MEASURE.findall(part))


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    for ending in ("ed", "ing"):
        if word.endswith(ending):
            rest = word.removesuffix(ending)
            return _mended(rest) if HAS_VOWEL.search(rest) else word
    return word


def _mended(rest: str) -> str:
    """Give back what a word lost or gained when -ed or -ing was put on: hop(p)ing, fil(e)ing."""
    if rest.endswith(("at", "bl", "iz")):
        return f"{rest}e"
    if DOUBLE.search(rest):
        return rest[:-1]
    return f"{rest}e" if _measure(rest) == 1 and SHORT.search(rest) else rest


def _final_y(word: str) -> str:
    return f"{word[:-1]}i" if word.endswith("y") and HAS_VOWEL.search(word[:-1]) else word


def _longest(word: str, endings: Sequence[str] | Mapping[str, str]) -> str:
    return max((ending for ending in endings if word.endswith(ending)), key=len, default="")


def _replaced(word: str, endings: Mapping[str, str]) -> str:
    ending = _longest(word, endings)
    rest = word.removesuffix(ending)
    return rest + endings[ending] if ending and _measure(rest) else word


def _double_suffix(word: str) -> str:
    return _replaced(word, STEP_2)


def _suffix(word: str) -> str:
    return _replaced(word, STEP_3)


def _last_suffix(word: str) -> str:
    ending = _longest(word, STEP_4)
    rest = word.removesuffix(ending)
    if _measure(rest) < 2 or (ending == "ion" and not rest.endswith(("s", "t"))):
        return word
    return rest


def _final_e(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        measure = _measure(rest)
        if measure > 1 or (measure == 1 and not SHORT.search(rest)):
            word = rest
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word

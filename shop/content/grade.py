"""How many years of school a text asks for: the grade of Flesch and Kincaid.

Kincaid and others, Derivation of new readability formulas, Naval Technical Training Command, Research Branch
Report 8-75, 1975. It sees long sentences and long words, and nothing else: it is a warning light, not a judge.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from markdown_it.token import Token

SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+")
# A word with hyphens counts as its parts, which never makes a text look harder than it is.
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d[\d.,]*")
ENDINGS = re.compile(r"['’](?:s|d|ll|ve|re|m)?")
VOWELS = re.compile(r"[aeiouyé]+")
# An e that is written and not said: at the end, before s or d, and in the middle of a compound.
SILENT = re.compile(
    r"(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$|(?<=[aeiouy])e$|(?<=[^aeiouydtl])ed$|(?<=[aeiouy]l)ed$"
    r"|(?<=[^aeiouyszxcghl])es$|(?<=[aeiouy]l)es$"
    r"|(?<=^som)e|(?<=ev)e(?=ry|ning)|(?<=[^aeiouy])e(?=(?:ly|ments?|ful|less|ness|where|thing|times|land|holds?)$)"
)
# Vowels that stand side by side and are said one after the other.
APART = re.compile(
    r"i(?:a(?!l$|lly|n$|ns$|ge)|o(?!n|us)|u|i|e(?=t|nce|nt$|r$))|(?<=[^tcsg])ia(?=l|n)"
    r"|eo(?!us)|e(?:ing|um|us$|au|at(?=i|es?$|ed$))"
    r"|(?<=[^gq])u(?:ou|a(?=l|t|r)|ing|e(?=nce|l))|oa(?=s|c)|[ao]ing|ying|ism$|[ai]re[ds]?$|oyal"
)
# Against the CMU Pronouncing Dictionary these rules miscount one word in two hundred of our articles.
KNOWN = {
    **dict.fromkeys(("one", "ones", "are", "use", "ache", "aches", "great", "please", "break", "breaks"), 1),
    **dict.fromkeys(("people", "muscle", "muscles", "being", "patient", "patients", "science"), 2),
    **dict.fromkeys(("area", "areas", "idea", "ideas", "realign", "clinician"), 3),
}


def plain(inline: Token) -> str:
    """Return the words of a paragraph, item or heading without marks and citations."""
    children = inline.children or ()
    return "".join(
        " " if child.type == "softbreak" else child.content for child in children if child.type != "citation"
    )


def running_prose(tokens: Sequence[Token]) -> list[str]:
    """Return the paragraphs that stand by themselves: no heading, step, item, table, box or caption."""
    return [
        plain(token)
        for before, token in pairwise(tokens)
        if before.type == "paragraph_open" and before.level == 0
    ]


def grade(paragraphs: Iterable[str]) -> float:
    """Return the school grade of plain paragraphs; a text without words has grade 0."""
    sentences = [part for text in paragraphs for part in SENTENCE_END.split(text) if WORD.search(part)]
    words = [word for sentence in sentences for word in WORD.findall(sentence)]
    if not words:
        return 0.0
    spoken = sum(map(syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * spoken / len(words) - 15.59


def syllables(word: str) -> int:
    """Return how many syllables an English word has, by rule; a number counts as one."""
    letters = ENDINGS.sub("", word.lower())
    if letters in KNOWN:
        return KNOWN[letters]
    said = SILENT.sub("", letters) if len(letters) > 3 else letters
    return max(1, len(VOWELS.findall(said)) + len(APART.findall(said)))

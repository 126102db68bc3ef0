"""What is asked, what fits best, and which of its words are shown: values in, values out, on any database."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from re import Pattern
from string import ascii_lowercase

from shop.folding import fold
from shop.search.words import STOP_WORDS, plain_word, split, stemmed, telling

MAX_WORDS = 16
# A beginning of one letter fits nearly everything.
MIN_BEGINNING = 2
# How much a word counts in the title, the summary, the headings and the text.
WEIGHTS = (16.0, 5.0, 3.0, 1.0)
# What only begins like the asked word, or means something close, counts half.
NEAR = 0.5
# From how many times on another mention adds little.
ENOUGH = 2.0
# The line of a topic in its list says less than a page of its own; who looks for pain does not look for the shop.
WORTH = {"topic": 0.5, "about": 0.5}
EXCERPT_LETTERS = 180
# So much of an excerpt may stand before the first word that was asked for.
LEAD_LETTERS = 60
SHORT_LINE = 60


def _variants() -> dict[str, str]:
    """Every small letter as a pattern that also fits it with an accent."""
    accented: dict[str, str] = {letter: letter for letter in ascii_lowercase}
    for letter in map(chr, range(0xC0, 0x250)):
        plain = fold(letter)
        if plain in accented:
            accented[plain] += letter
    return {plain: f"[{letters}]" for plain, letters in (accented | {"i": f"{accented['i']}y"}).items()}


VARIANTS = _variants()


@dataclass(frozen=True)
class Asked:
    """One word that is looked for: in this form or another, in words close to it, or as a beginning.

    ``forms`` are stems as they stand in a line of searchable words; the first is that of the word itself.
    """

    forms: tuple[str, ...]
    beginning: str


@dataclass(frozen=True)
class Entry:
    """A page as it is kept: what is shown of it, and its searchable words by their weight."""

    kind: str
    path: str
    title: str
    summary: str
    body: str
    words: tuple[str, str, str, str]


@dataclass(frozen=True)
class Part:
    """A run of an excerpt; ``marked`` when it is one of the words that were asked for."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Found:
    """A page that fits. ``complete``: it has all the words asked for; ``rank``: the higher, the better."""

    kind: str
    title: str
    path: str
    excerpt: tuple[Part, ...]
    rank: float
    complete: bool


def asked_for(text: str, near: Mapping[str, Sequence[str]]) -> tuple[Asked, ...]:
    """Return what ``text`` asks for; nothing when it holds no word.

    The last word may be unfinished, so it is a beginning too. ``near`` gives other words for a word: its usual
    misspellings lead to the right one, everyday words to those of the articles.
    """
    typed = split(text)
    words = telling(typed)
    unfinished = typed[-1] if typed and len(typed[-1]) >= MIN_BEGINNING else ""
    if not words and unfinished:
        words = [unfinished]  # "the" may be on its way to "therapist"
    by_stem = {stemmed(word): others for word, others in near.items()}
    distinct = list(dict.fromkeys(words))[:MAX_WORDS]
    return tuple(
        Asked(
            forms=tuple(dict.fromkeys(stemmed(form) for form in (word, *by_stem.get(stemmed(word), ())))),
            beginning=word if word == unfinished else "",
        )
        for word in distinct
    )


def ranked(entries: Sequence[Entry], asked: Sequence[Asked], *, limit: int) -> list[Found]:
    """Return the ``limit`` entries that fit best, best first.

    Only those that have the most of the words asked for: all of them, if any page does. A word counts more in
    a title than in a summary, a heading or the text, more in a short title, and more the fewer pages have it.
    """
    counts = [[_counts(entry, word) for word in asked] for entry in entries]
    having = [sum(any(parts) for parts in of_entry) for of_entry in counts]
    most = max(having, default=0)
    if most == 0:
        return []
    rarity = _rarity(counts)
    best = [
        (_rank(entry, of_entry, rarity) * WORTH.get(entry.kind, 1), -place, entry)
        for place, (entry, of_entry, has) in enumerate(zip(entries, counts, having, strict=True))
        if has == most
    ]
    best.sort(key=lambda scored: scored[:2], reverse=True)
    candidate = candidates(asked)
    return [
        Found(entry.kind, entry.title, entry.path, excerpt(entry, asked, candidate), rank, most == len(asked))
        for rank, _, entry in best[:limit]
    ]


def _counts(entry: Entry, word: Asked) -> tuple[float, ...]:
    """How often each part of ``entry`` has ``word``; what the title says counts as said in every part."""
    own, *close = (f"{form} " for form in word.forms)
    title, *others = (
        line.count(own)
        + NEAR * sum(line.count(form) for form in close)
        + (NEAR * line.count(f" {word.beginning}") if word.beginning else 0)
        for line in entry.words
    )
    return (title, *(title + other for other in others))


def _rarity(counts: Sequence[Sequence[tuple[float, ...]]]) -> list[list[float]]:
    """How much a word tells in each part: the more, the fewer of the entries have it there."""
    return [
        [
            log(1 + len(counts) / max(1, sum(of_entry[word][part] > 0 for of_entry in counts)))
            for part in range(4)
        ]
        for word in range(len(counts[0]))
    ]


def _rank(entry: Entry, counts: Sequence[tuple[float, ...]], rarity: Sequence[Sequence[float]]) -> float:
    length = max(1, entry.words[0].count("="))
    in_title = sum(parts[0] > 0 for parts in counts)
    weights = (WEIGHTS[0] * (1 + in_title / length), *WEIGHTS[1:])
    return sum(
        weight * telling_of * count / (count + ENOUGH)
        for parts, rarities in zip(counts, rarity, strict=True)
        for weight, telling_of, count in zip(weights, rarities, parts, strict=True)
    )


def excerpt(entry: Entry, asked: Sequence[Asked], candidate: Pattern[str]) -> tuple[Part, ...]:
    """Return a few words of ``entry`` around those asked for: of its summary, or of the line that has more of them.

    ``candidate`` is what ``candidates`` gives for ``asked``.
    """
    best, hits = entry.summary, _hits(entry.summary, asked, candidate)
    merit = (len({word for _, _, word in hits}), True)
    if merit[0] < len(asked):
        for line in entry.body.splitlines():
            there = _hits(line, asked, candidate)
            if there and (len({word for _, _, word in there}), len(line) >= SHORT_LINE) > merit:
                best, hits = line, there
                merit = (len({word for _, _, word in there}), len(line) >= SHORT_LINE)
    return tuple(_parts(best, hits))


def candidates(asked: Sequence[Asked]) -> Pattern[str]:
    """Return a pattern for every word that begins like one of those asked for, accents or not.

    A stem keeps the first letters of its word, but for a y that became an i.
    """
    heads = {
        text[:3] for word in asked for text in (*(form[1:] for form in word.forms), word.beginning) if text
    }
    patterns = ["".join(VARIANTS.get(letter, re.escape(letter)) for letter in head) for head in sorted(heads)]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(patterns)})[^\W_]*(?:['’][^\W_]+)*", re.IGNORECASE)


def _hits(line: str, asked: Sequence[Asked], candidate: Pattern[str]) -> list[tuple[int, int, int]]:
    """Return where ``line`` has which of the words: begin, end, place in ``asked``."""
    return [
        (found.start(), found.end(), place)
        for found in candidate.finditer(line)
        if (place := _place(plain_word(fold(found[0])), asked)) is not None
    ]


def _place(word: str, asked: Sequence[Asked]) -> int | None:
    if word in STOP_WORDS:
        return None
    form = stemmed(word)
    for place, wanted in enumerate(asked):
        if form in wanted.forms or (wanted.beginning and word.startswith(wanted.beginning)):
            return place
    return None


def _parts(line: str, hits: Sequence[tuple[int, int, int]]) -> Iterator[Part]:
    begin, end = _window(line, hits)
    at = begin
    if begin:
        yield Part("… ", marked=False)
    for start, stop, _ in hits:
        if begin <= start and stop <= end:
            if start > at:
                yield Part(line[at:start], marked=False)
            yield Part(line[start:stop], marked=True)
            at = stop
    if at < end:
        yield Part(line[at:end], marked=False)
    if end < len(line):
        yield Part(" …", marked=False)


def _window(line: str, hits: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """Return where an excerpt of ``line`` begins and ends: at words, around most of what was asked for."""
    if len(line) <= EXCERPT_LETTERS or not hits:
        return 0, _word_end(line, EXCERPT_LETTERS)

    def held(start: int) -> int:
        end = start + EXCERPT_LETTERS - LEAD_LETTERS
        return len({word for at, stop, word in hits if start <= at and stop <= end})

    first = max(hits, key=lambda hit: (held(hit[0]), -hit[0]))[0]
    sentence = line.rfind(". ", 0, first)
    begin = 0 if sentence < 0 else sentence + len(". ")
    # Not too far ahead of the word, and not so late that the line ends before the excerpt is full.
    lead = min(first - LEAD_LETTERS, len(line) - EXCERPT_LETTERS)
    if begin < first - LEAD_LETTERS or begin > len(line) - EXCERPT_LETTERS:
        begin = min(first, line.find(" ", max(0, lead - 1)) + 1) if lead > 0 else 0
    return begin, _word_end(line, begin + EXCERPT_LETTERS)


def _word_end(line: str, limit: int) -> int:
    """Return the last end of a word in ``line`` that is not beyond ``limit``."""
    if len(line) <= limit:
        return len(line)
    space = line.rfind(" ", 0, limit + 1)
    return space if space > limit // 2 else limit

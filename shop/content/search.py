"""Other words for the words that visitors search for, from content/search.yaml."""

import re
from pathlib import Path

from shop.content.header import read_yaml

FILE = "search.yaml"
ONE_WORD = re.compile(r"[a-z0-9]+")


def read_near_words(folder: Path) -> dict[str, tuple[str, ...]]:
    """Read the other words by the word that is searched for; without the file there are none.

    Raises WordsRefused with file and line.
    """
    if not (folder / FILE).exists():
        return {}
    header = read_yaml(folder / FILE, folder)
    near: dict[str, tuple[str, ...]] = {}
    for word, others, line in header.leaves():
        near[word] = tuple(others.split())
        if not all(ONE_WORD.fullmatch(one) for one in (word, *near[word])) or not near[word]:
            header.complain_at(line, "write one word, a colon, and one or a few words, all in small letters.")
    header.settle()
    return near

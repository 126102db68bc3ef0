"""The short sentences of content/phrases.yaml and the letters of content/emails."""

import re
from dataclasses import dataclass
from pathlib import Path

from shop.content.header import read_words, read_yaml
from shop.content.memory import remembered

BLANK = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True)
class LetterWords:
    """A letter of content/emails: its subject and its Markdown body, blanks still open."""

    subject: str
    body: str


@remembered
def read_letter(path: Path, folder: Path) -> LetterWords:
    """Read a letter. Raises WordsRefused with file and line."""
    header, body, _ = read_words(path, folder)
    subject = header.value("subject")
    if not isinstance(subject, str) or not subject.strip():
        raise header.refuse("", "a letter needs a subject: line in its header.")
    if not body.strip():
        raise header.refuse("", "the letter has no words below its header.")
    return LetterWords(subject=subject.strip(), body=body.strip() + "\n")


def read_phrases(folder: Path) -> dict[str, str]:
    """Read the sentences by their keys. Raises WordsRefused with file and line."""
    return _read_phrases(folder / "phrases.yaml", folder)


@remembered
def _read_phrases(path: Path, folder: Path) -> dict[str, str]:
    header = read_yaml(path, folder)
    phrases: dict[str, str] = {}
    for key, value, line in header.leaves():
        if not value.strip() or BLANK.sub("", value).count("{"):
            header.complain_at(line, f"{key} is empty, or a blank is not written {{like_this}}.")
        phrases[key] = value
    header.settle()
    return phrases

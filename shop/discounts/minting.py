"""How codes are made and read in: letters that cannot be mistaken for one another, nothing rude, nothing to guess."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shop import email_address
from shop.clock import YEARS
from shop.discounts.rules import MAX_CODE_LENGTH, normal_code
from shop.errors import Refused

# Without vowels, and without 0 O, 1 I L, 2 Z, 5 S, 6 G and 8 B, which people read for one another.
ALPHABET = "CDFHJKMNPQRTVWXY3479"
SHORTEST, LONGEST = 6, 16
MOST_AT_ONCE = 100_000
LONGEST_PREFIX = 20
# Of so many guesses one may hit a code of the batch: guessing is throttled to a few dozen an hour.
GUESSES = 1_000_000
# Read as a person would read them: digits for the letters they look like, V for the vowel U.
_READ_AS = str.maketrans("3479VY", "EATGUI")
_RUDE = re.compile(
    "ANAL|ARD|CAC|CCK|CNT|CRAP|CUM|CUNT|DAMN|DCK|DEAD|DICK|DIK|FAG|FART|FAT|FCK|FUC|FUK|FUQ|HATE|HH|HTLR|JAP|JEW"
    "|KIKE|KILL|KKK|KNT|KUNT|NAG|NEGR|NGR|NIG|NUT|PEE|PIG|PRICK|PRK|PRN|PUTA|QUEER|RAPE|RTRD|TARD|TIT|TURD|TWAT"
    "|UGHH|UGI|WANK|WNK|WTF|XXX"
)
COLUMNS = ("code", "email", "max_uses", "ends_on")


@dataclass(frozen=True)
class NewCode:
    """A code that is to be written. code: its normal form. bound_email: as mail is sent to it, or "".
    max_uses: None for any number. ends_at: the first moment it no longer works, or None.
    """

    code: str
    bound_email: str = ""
    max_uses: int | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class BadRow:
    """A line of a file that cannot be read in, and the key of why (below import_faults in phrases.yaml)."""

    line: int
    key: str
    text: str


def is_rude(code: str) -> bool:
    """Whether somebody could read something into a code that no shop would write."""
    return bool(_RUDE.search(code.replace("-", "").translate(_READ_AS)))


def is_guessable(count: int, length: int) -> bool:
    """Whether so many codes of so few letters could be found by trying."""
    spellings_of_length: int = len(ALPHABET) ** length
    return count * GUESSES > spellings_of_length


def spellings(prefix: str, length: int, choose: Callable[[Sequence[str]], str]) -> Iterator[str]:
    """Yield codes without end: the prefix, a dash, letters in groups of four. ``choose`` picks one at random."""
    while True:
        letters = "".join(choose(ALPHABET) for _ in range(length))
        if not is_rude(letters):
            groups = [letters[start : start + 4] for start in range(0, length, 4)]
            yield "-".join([prefix, *groups] if prefix else groups)


def read_rows(text: str, zone: ZoneInfo) -> tuple[list[tuple[int, NewCode]], list[BadRow]]:
    """Return the codes of a CSV file with their lines, and its bad rows.

    The first line names the columns: code, and if wanted email, max_uses, ends_on (the last day a code works,
    in ``zone``). Nothing may be written when there is a bad row.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=None))
    try:
        return _read_lines(reader, zone)
    except csv.Error as error:
        return [], [BadRow(reader.line_num, "unreadable", str(error)[:80])]


def _read_lines(reader: Any, zone: ZoneInfo) -> tuple[list[tuple[int, NewCode]], list[BadRow]]:
    header = [name.strip().lower() for name in next(reader, [])]
    if "code" not in header or set(header) - set(COLUMNS) or len(set(header)) < len(header):
        return [], [BadRow(1, "header", ", ".join(header)[:80])]
    found: list[tuple[int, NewCode]] = []
    bad: list[BadRow] = []
    seen: set[str] = set()
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        read = _read_row(dict(zip(header, cells, strict=False)), len(cells) - len(header), zone)
        if isinstance(read, NewCode) and read.code in seen:
            read = "twice"
        if isinstance(read, NewCode):
            seen.add(read.code)
            found.append((reader.line_num, read))
        else:
            bad.append(BadRow(reader.line_num, read, ",".join(cells)[:80]))
    return found, bad


def _read_row(row: dict[str, str], too_many: int, zone: ZoneInfo) -> NewCode | str:
    """A row as a code, or the key of what is wrong with it."""
    code = normal_code(row.get("code", ""))
    if too_many > 0:
        return "cells"
    if not code or len(row["code"].strip()) > MAX_CODE_LENGTH or not re.fullmatch(r"[A-Z0-9-]+", code):
        return "code"
    uses, email, ends_on = (row.get(name, "").strip() for name in ("max_uses", "email", "ends_on"))
    if uses and not (re.fullmatch(r"[0-9]{1,9}", uses, re.ASCII) and int(uses)):
        return "max_uses"
    try:
        bound = email_address.parse(email) if email else ""
    except Refused:
        return "email"
    try:
        day = datetime.strptime(ends_on, "%Y-%m-%d").replace(tzinfo=zone) if ends_on else None
    except ValueError:
        return "ends_on"
    if day and day.year not in YEARS:
        return "ends_on"
    return NewCode(code, bound, int(uses) if uses else None, day + timedelta(days=1) if day else None)

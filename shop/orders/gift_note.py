"""The note that a buyer wants to lie in the parcel: plain words, and few."""

import unicodedata

from shop.errors import Reason, Refused

# As long as its column. A label of 4 by 6 inches holds so much beside the goods.
LONGEST = 300
MOST_LINES = 6
# What turns the direction of the words behind it, past the end of the note too. Right-to-left words need none of it.
TURNS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
NEW_LINES = ("\r\n", "\r", "\u2028", "\u2029")


def read(typed: str) -> str:
    """Return a note as it is kept: its lines without spaces around them, no two empty ones together; "" for none.

    Raises Refused: GIFT_NOTE_LETTERS for control characters, GIFT_NOTE_LONG (most) and GIFT_NOTE_LINES (most).
    """
    for new_line in NEW_LINES:
        typed = typed.replace(new_line, "\n")
    typed = typed.replace("\t", " ").translate(TURNS)
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in typed if letter != "\n"):
        raise Refused(Reason.GIFT_NOTE_LETTERS)
    lines: list[str] = []
    for line in (line.strip() for line in typed.split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    note = "\n".join(lines).strip()
    if len(note) > LONGEST:
        raise Refused(Reason.GIFT_NOTE_LONG, most=LONGEST)
    if note.count("\n") >= MOST_LINES:
        raise Refused(Reason.GIFT_NOTE_LINES, most=MOST_LINES)
    return note

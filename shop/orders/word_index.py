"""What staff find an order by besides its numbers: its words are folded here when they are written, and so is what is
looked for. Each database keeps an index of them that follows every row by itself. Migration 0018 says the same.
"""

import re
from collections.abc import Mapping
from typing import Any

from shop.folding import fold

WORD = re.compile(r"[^\W_]+")
# What is beyond says nothing any more, and PostgreSQL takes no word of any length.
LONGEST_WORD = 40
# PostgreSQL's index also knows in which block of so many ids an order is: it cannot give the newest first, but it can
# be asked for the newest alone.
BLOCK = 16_384
INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE order_words USING fts5(words, note_words, content='orders', content_rowid='id',"
        " tokenize='ascii', prefix='2 3', detail=none)",
        "CREATE TRIGGER orders_words_in AFTER INSERT ON orders BEGIN"
        " INSERT INTO order_words (rowid, words, note_words) VALUES (new.id, new.words, new.note_words); END",
        "CREATE TRIGGER orders_words_out AFTER DELETE ON orders BEGIN"
        " INSERT INTO order_words (order_words, rowid, words, note_words)"
        " VALUES ('delete', old.id, old.words, old.note_words); END",
        "CREATE TRIGGER orders_words_changed AFTER UPDATE OF words, note_words ON orders BEGIN"
        " INSERT INTO order_words (order_words, rowid, words, note_words)"
        " VALUES ('delete', old.id, old.words, old.note_words);"
        " INSERT INTO order_words (rowid, words, note_words) VALUES (new.id, new.words, new.note_words); END",
    ),
    "postgresql": (
        "ALTER TABLE orders ADD COLUMN word_index tsvector GENERATED ALWAYS AS (array_to_tsvector("
        f"array_remove(string_to_array(words || ' ' || note_words || ' #' || (id / {BLOCK})::text, ' '), ''))) STORED",
        "CREATE INDEX ix_orders_word_index ON orders USING gin (word_index)",
    ),
}


def words_of(*texts: str) -> str:
    """Return the words of texts as they are found: folded, each once, with spaces between them."""
    found = (word[:LONGEST_WORD] for word in WORD.findall(fold(" ".join(texts))))
    return " ".join(dict.fromkeys(found))


def order_words(name: str, email: str, phone: str, address: Mapping[str, Any] | None) -> str:
    """Return the words of an order, but for its notes."""
    place = address or {}
    return words_of(name, email, phone, *(str(place.get(part) or "") for part in ("city", "postal_code")))

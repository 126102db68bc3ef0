"""Orders are found by words without accents, written by the shop and the same on both databases"""
# ruff: noqa: S608  only our own expressions are put together here

import re
import unicodedata
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AT_ONCE = 2000
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
ORDERS = sa.table(
    "orders",
    *(sa.column(name) for name in ("id", "name", "email", "phone", "words", "note_words")),
    sa.column("address", sa.JSON()),
)
NOTES = sa.table(
    "order_events", *(sa.column(name) for name in ("id", "order_id", "kind")), sa.column("detail", sa.JSON())
)
INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE order_words USING fts5(words, note_words, content='orders', content_rowid='id',"
        " tokenize='ascii', prefix='2 3', detail=none)",
        "INSERT INTO order_words (order_words) VALUES ('rebuild')",
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
        "array_remove(string_to_array(words || ' ' || note_words || ' #' || (id / 16384)::text, ' '), ''))) STORED",
        "CREATE INDEX ix_orders_word_index ON orders USING gin (word_index)",
    ),
}
INDEX_OFF = {
    "sqlite": (
        "DROP TRIGGER orders_words_changed",
        "DROP TRIGGER orders_words_out",
        "DROP TRIGGER orders_words_in",
        "DROP TABLE order_words",
    ),
    "postgresql": ("DROP INDEX ix_orders_word_index", "ALTER TABLE orders DROP COLUMN word_index"),
}
# How it was before, as 0007 and 0013 say.
BEFORE_WORDS = (
    "new.name || ' ' || new.email || ' ' || new.phone || ' ' || coalesce(json_extract(new.address, '$.city'), '')"
    " || ' ' || coalesce(json_extract(new.address, '$.postal_code'), '')"
)
BEFORE_NOTES = (
    "coalesce((SELECT group_concat(json_extract(detail, '$.text'), ' ') FROM order_events"
    " WHERE order_id = {order} AND kind = 'note'), '')"
)
BEFORE_NEWS = BEFORE_NOTES.format(order="new.order_id")
BEFORE_NOTED = f"UPDATE order_words SET notes = {BEFORE_NEWS} WHERE rowid = new.order_id; END"
BEFORE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE order_words USING fts5(words, notes, tokenize='unicode61', prefix='2 3')",
        f"INSERT INTO order_words (rowid, words, notes) SELECT new.id, {BEFORE_WORDS},"
        f" {BEFORE_NOTES.format(order='new.id')} FROM orders AS new",
        "CREATE TRIGGER orders_words_in AFTER INSERT ON orders BEGIN"
        f" INSERT INTO order_words (rowid, words, notes) VALUES (new.id, {BEFORE_WORDS}, ''); END",
        "CREATE TRIGGER orders_words_changed AFTER UPDATE OF name, email, phone, address ON orders BEGIN"
        f" UPDATE order_words SET words = {BEFORE_WORDS} WHERE rowid = new.id; END",
        "CREATE TRIGGER orders_words_out AFTER DELETE ON orders BEGIN"
        " DELETE FROM order_words WHERE rowid = old.id; END",
        f"CREATE TRIGGER order_notes_in AFTER INSERT ON order_events WHEN new.kind = 'note' BEGIN {BEFORE_NOTED}",
        "CREATE TRIGGER order_notes_changed AFTER UPDATE OF detail ON order_events WHEN new.kind = 'note' BEGIN"
        f" {BEFORE_NOTED}",
    ),
    "postgresql": (
        "CREATE INDEX ix_orders_words ON orders USING gin (to_tsvector('simple', regexp_replace(name || ' ' || email"
        " || ' ' || phone || ' ' || coalesce(address ->> 'city', '') || ' ' || coalesce(address ->> 'postal_code', ''),"
        " '\\W+', ' ', 'g')))",
        "CREATE INDEX ix_order_events_notes ON order_events USING gin"
        " (to_tsvector('simple', regexp_replace(coalesce(detail ->> 'text', ''), '\\W+', ' ', 'g'))) WHERE kind = 'note'",
    ),
}
BEFORE_OFF = {
    "sqlite": (
        "DROP TRIGGER order_notes_changed",
        "DROP TRIGGER order_notes_in",
        "DROP TRIGGER orders_words_out",
        "DROP TRIGGER orders_words_changed",
        "DROP TRIGGER orders_words_in",
        "DROP TABLE order_words",
    ),
    "postgresql": ("DROP INDEX ix_order_events_notes", "DROP INDEX ix_orders_words"),
}


def upgrade() -> None:
    database = op.get_bind().dialect.name
    for statement in BEFORE_OFF[database]:
        op.execute(statement)
    for column in ("words", "note_words"):
        op.add_column("orders", sa.Column(column, sa.Text(), nullable=False, server_default=""))
    _write_words(op.get_bind())
    for statement in INDEX[database]:
        op.execute(statement)


def downgrade() -> None:
    database = op.get_bind().dialect.name
    for statement in INDEX_OFF[database]:
        op.execute(statement)
    for column in ("note_words", "words"):
        op.drop_column("orders", column)
    for statement in BEFORE[database]:
        op.execute(statement)


def _write_words(bind: sa.Connection) -> None:
    notes: dict[int, list[str]] = defaultdict(list)
    for order_id, detail in bind.execute(
        sa.select(NOTES.c.order_id, NOTES.c.detail).where(NOTES.c.kind == "note")
    ):
        notes[order_id].append(str(detail.get("text") or ""))
    write = sa.update(ORDERS).where(ORDERS.c.id == sa.bindparam("of_id"))
    write = write.values(words=sa.bindparam("new_words"), note_words=sa.bindparam("new_notes"))
    columns = (ORDERS.c.id, ORDERS.c.name, ORDERS.c.email, ORDERS.c.phone, ORDERS.c.address)
    last = 0
    while rows := bind.execute(
        sa.select(*columns).where(ORDERS.c.id > last).order_by(ORDERS.c.id).limit(AT_ONCE)
    ).all():
        bind.execute(
            write,
            [
                {
                    "of_id": row.id,
                    "new_words": _words(
                        row.name,
                        row.email,
                        row.phone,
                        *(str((row.address or {}).get(part) or "") for part in ("city", "postal_code")),
                    ),
                    "new_notes": _words(*notes[row.id]),
                }
                for row in rows
            ],
        )
        last = rows[-1].id


def _words(*texts: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", " ".join(texts)).casefold())
    folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(PLAIN)
    return " ".join(dict.fromkeys(word[:40] for word in re.findall(r"[^\W_]+", folded)))

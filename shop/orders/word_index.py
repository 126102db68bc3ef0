"""How each database finds orders by the words in them. Migrations 0007 and 0013 say the same."""
# ruff: noqa: S608  only our own expressions are put together here

# What staff find an order by besides its numbers: each database keeps its own index of these words, and it follows
# every row by itself.
SQLITE_WORDS = (
    "new.name || ' ' || new.email || ' ' || new.phone || ' ' || coalesce(json_extract(new.address, '$.city'), '')"
    " || ' ' || coalesce(json_extract(new.address, '$.postal_code'), '')"
)
SQLITE_NOTES = (
    "coalesce((SELECT group_concat(json_extract(detail, '$.text'), ' ') FROM order_events"
    " WHERE order_id = {order} AND kind = 'note'), '')"
)
POSTGRESQL_WORDS = (
    "to_tsvector('simple', regexp_replace(name || ' ' || email || ' ' || phone || ' ' || coalesce(address ->> 'city', '')"
    " || ' ' || coalesce(address ->> 'postal_code', ''), '\\W+', ' ', 'g'))"
)
POSTGRESQL_NOTES = "to_tsvector('simple', regexp_replace(coalesce(detail ->> 'text', ''), '\\W+', ' ', 'g'))"
WORDS_INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE order_words USING fts5(words, notes, tokenize='unicode61', prefix='2 3')",
        "CREATE TRIGGER orders_words_in AFTER INSERT ON orders BEGIN"
        f" INSERT INTO order_words (rowid, words, notes) VALUES (new.id, {SQLITE_WORDS}, ''); END",
        "CREATE TRIGGER orders_words_changed AFTER UPDATE OF name, email, phone, address ON orders BEGIN"
        f" UPDATE order_words SET words = {SQLITE_WORDS} WHERE rowid = new.id; END",
        "CREATE TRIGGER orders_words_out AFTER DELETE ON orders BEGIN"
        " DELETE FROM order_words WHERE rowid = old.id; END",
    ),
    "postgresql": (f"CREATE INDEX ix_orders_words ON orders USING gin ({POSTGRESQL_WORDS})",),
}
NOTES_INDEX = {
    "sqlite": (
        "CREATE TRIGGER order_notes_in AFTER INSERT ON order_events WHEN new.kind = 'note' BEGIN"
        f" UPDATE order_words SET notes = {SQLITE_NOTES.format(order='new.order_id')}"
        " WHERE rowid = new.order_id; END",
        "CREATE TRIGGER order_notes_changed AFTER UPDATE OF detail ON order_events WHEN new.kind = 'note' BEGIN"
        f" UPDATE order_words SET notes = {SQLITE_NOTES.format(order='new.order_id')}"
        " WHERE rowid = new.order_id; END",
    ),
    "postgresql": (
        f"CREATE INDEX ix_order_events_notes ON order_events USING gin ({POSTGRESQL_NOTES}) WHERE kind = 'note'",
    ),
}

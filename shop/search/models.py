"""What can be found: one row per page, made anew from the words whenever they have changed."""

from sqlalchemy import CheckConstraint, Integer, String, Text, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base

# How each database finds words in these columns; both follow every row by themselves.
INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index USING fts5(title_words, summary_words, heading_words, body_words,"
        " content='search_documents', content_rowid='id', tokenize='ascii tokenchars ''=''', prefix='2 3 4',"
        " detail=none)",
        "CREATE TRIGGER search_documents_in AFTER INSERT ON search_documents BEGIN"
        " INSERT INTO search_index (rowid, title_words, summary_words, heading_words, body_words)"
        " VALUES (new.id, new.title_words, new.summary_words, new.heading_words, new.body_words); END",
        "CREATE TRIGGER search_documents_out AFTER DELETE ON search_documents BEGIN"
        " INSERT INTO search_index (search_index, rowid, title_words, summary_words, heading_words, body_words)"
        " VALUES ('delete', old.id, old.title_words, old.summary_words, old.heading_words, old.body_words); END",
        "CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN"
        " INSERT INTO search_index (search_index, rowid, title_words, summary_words, heading_words, body_words)"
        " VALUES ('delete', old.id, old.title_words, old.summary_words, old.heading_words, old.body_words);"
        " INSERT INTO search_index (rowid, title_words, summary_words, heading_words, body_words)"
        " VALUES (new.id, new.title_words, new.summary_words, new.heading_words, new.body_words); END",
    ),
    # Lines of searchable words begin and end with a space, so there are empty pieces between them.
    "postgresql": (
        "ALTER TABLE search_documents ADD COLUMN words tsvector GENERATED ALWAYS AS (array_to_tsvector("
        "array_remove(string_to_array(title_words || summary_words || heading_words || body_words, ' '), '')"
        ")) STORED",
        "CREATE INDEX ix_search_documents_words ON search_documents USING gin (words)",
    ),
}


class SearchDocument(Base):
    """A page that can be found. ``*_words`` are lines of searchable words, see words.py; ids are places in the list."""

    __tablename__ = "search_documents"
    __table_args__ = (
        CheckConstraint("kind IN ('article', 'product', 'chapter', 'topic', 'about')", name="kind_known"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    title_words: Mapped[str] = mapped_column(Text)
    summary_words: Mapped[str] = mapped_column(Text)
    heading_words: Mapped[str] = mapped_column(Text)
    body_words: Mapped[str] = mapped_column(Text)


class SearchVersion(Base):
    """One row: the version of the words that the documents were made from."""

    __tablename__ = "search_version"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(64))


@event.listens_for(SearchDocument.__table__, "after_create")
def _add_index(_table: object, connection: Connection, **_options: object) -> None:
    for statement in INDEX[connection.dialect.name]:
        connection.exec_driver_sql(statement)

"""Search: the documents that can be found, and each database's index of their words"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

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


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("title_words", sa.Text(), nullable=False),
        sa.Column("summary_words", sa.Text(), nullable=False),
        sa.Column("heading_words", sa.Text(), nullable=False),
        sa.Column("body_words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('article', 'product', 'chapter', 'topic')",
            name=op.f("ck_search_documents_kind_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")),
        sa.UniqueConstraint("path", name=op.f("uq_search_documents_path")),
    )
    op.create_table(
        "search_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_version")),
    )
    for statement in INDEX[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_version")
    op.drop_table("search_documents")

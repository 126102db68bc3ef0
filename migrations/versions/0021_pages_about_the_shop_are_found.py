"""The pages about the shop itself can be found: one more kind of document. The index is made anew from the words"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NAME = "ck_search_documents_kind_known"
BEFORE = "kind IN ('article', 'product', 'chapter', 'topic')"
AFTER = "kind IN ('article', 'product', 'chapter', 'topic', 'about')"

TRIGGERS = (
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
)


def upgrade() -> None:
    _allow(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM search_documents WHERE kind = 'about'")
    _allow(BEFORE)


def _allow(kinds: str) -> None:
    """Put another rule in the place of the one about kinds. SQLite copies the table, and loses its triggers."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(NAME), "search_documents")
        op.create_check_constraint(op.f(NAME), "search_documents", sa.text(kinds))
        return
    for trigger in ("in", "out", "changed"):
        op.execute(f"DROP TRIGGER search_documents_{trigger}")
    with op.batch_alter_table("search_documents", recreate="always") as table:
        table.drop_constraint(op.f(NAME))
        table.create_check_constraint(op.f(NAME), sa.text(kinds))
    for statement in TRIGGERS:
        op.execute(statement)

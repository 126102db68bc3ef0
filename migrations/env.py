"""Alembic runs inside the connection that shop.migration.migrate opens; there is no ini file and no offline mode."""

from alembic import context

from shop.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

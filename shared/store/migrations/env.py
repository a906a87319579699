"""Alembic's entry: runs on the connection that `shared.store.migrate` opened."""

from __future__ import annotations

from alembic import context

from shared.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_server_default=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()

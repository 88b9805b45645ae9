"""Where Alembic starts: it migrates on the connection, and in the transaction, that it is handed."""

from __future__ import annotations

from alembic import context

from knowledge.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()

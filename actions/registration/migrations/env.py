"""Run by Alembic: applies the migrations on the connection that `store.open_store` hands over."""

from alembic import context

from actions.registration.tables import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

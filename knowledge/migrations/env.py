"""Run by Alembic: applies the migrations on the connection that `knowledge.database.open_engine` hands over."""

from alembic import context

from knowledge.unanswered_store import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, version_table="knowledge_version", render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()

"""Run by Alembic: applies the migrations on the connection that `bot.memory.opening` hands over."""

from alembic import context

from bot.memory.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, version_table="bot_version", render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()

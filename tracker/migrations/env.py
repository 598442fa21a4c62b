"""Run by Alembic for every command; the connection comes from `tracker.migrate`, which owns its transaction."""

from alembic import context

from tracker.migrate import load_models

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=load_models(),
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()

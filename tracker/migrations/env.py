"""Run by Alembic for every command; the connection comes from `tracker.migrate`, which owns its transaction."""

from alembic import context

from tracker.migrate import load_models, ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=load_models(),
    compare_type=True,
    include_schemas=True,
    include_name=ours,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()

"""Alembic environment and revisions; `tracker.migrate` runs them."""

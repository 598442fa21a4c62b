"""notes of the desk under keys of their own

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "desk_entry", sa.Column("note_key_sealed", sa.LargeBinary(), nullable=True), schema="discipline"
    )


def downgrade() -> None:
    op.drop_column("desk_entry", "note_key_sealed", schema="discipline")

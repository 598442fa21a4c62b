"""everybody whom a draft names, not the person alone

What the drafts of before say lies sealed, and a migration knows no keys: of them the person alone stays known.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clue", sa.Column("named_index", sa.ARRAY(sa.LargeBinary()), nullable=True))
    op.execute("UPDATE clue SET named_index = ARRAY[name_index] WHERE name_index IS NOT NULL")
    op.drop_column("clue", "name_index")


def downgrade() -> None:
    op.add_column("clue", sa.Column("name_index", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE clue SET name_index = named_index[1]")
    op.drop_column("clue", "named_index")

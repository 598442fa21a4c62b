"""signatures of texts, by which repeats are found

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("signature", sa.LargeBinary(), nullable=True))
    op.add_column("ticket", sa.Column("bands", postgresql.ARRAY(sa.BigInteger()), nullable=True))
    op.create_index("ix_ticket_bands", "ticket", ["bands"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_ticket_bands", table_name="ticket", postgresql_using="gin")
    op.drop_column("ticket", "bands")
    op.drop_column("ticket", "signature")

"""the order of the queue

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SOONEST = "coalesce(due_at, stage_due_at, '9999-01-01 00:00:00+00'::timestamptz)"


def upgrade() -> None:
    op.create_index("ix_ticket_soonest", "ticket", [sa.text(SOONEST), "id"])


def downgrade() -> None:
    op.drop_index("ix_ticket_soonest", table_name="ticket")

"""a request sent twice issues one document

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("once_key", sa.String(length=120), nullable=True))
    op.create_unique_constraint(op.f("uq_document_once_key"), "document", ["once_key"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_document_once_key"), "document", type_="unique")
    op.drop_column("document", "once_key")

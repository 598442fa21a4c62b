"""the words as they came, sealed where something was hidden in them; the complainant's address

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_original",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_original_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "seq", name=op.f("pk_ticket_original")),
    )
    op.add_column("complainant", sa.Column("address_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("complainant", "address_sealed")
    op.drop_table("ticket_original")

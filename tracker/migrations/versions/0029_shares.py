"""explicit shares of tickets

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_share",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("from_office_id", sa.BigInteger(), nullable=True),
        sa.Column("shared_by_id", sa.BigInteger(), nullable=True),
        sa.Column("shared_by_name", sa.String(length=80), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_office_id"], ["office.id"], name=op.f("fk_ticket_share_from_office_id_office")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_ticket_share_office_id_office")),
        sa.ForeignKeyConstraint(
            ["shared_by_id"], ["account.id"], name=op.f("fk_ticket_share_shared_by_id_account")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_share_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_share")),
    )
    op.create_index(
        "ix_ticket_share_in_force",
        "ticket_share",
        ["office_id", "ticket_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_ticket_share_ticket_id"), "ticket_share", ["ticket_id"])
    op.create_index(
        "ix_ticket_assisting_office_id",
        "ticket",
        ["assisting_office_id"],
        postgresql_where=sa.text("assisting_office_id IS NOT NULL"),
    )
    op.create_index("ix_ticket_supervised", "ticket", ["id"], postgresql_where=sa.text("supervised"))


def downgrade() -> None:
    op.drop_index("ix_ticket_supervised", table_name="ticket")
    op.drop_index("ix_ticket_assisting_office_id", table_name="ticket")
    op.drop_index(op.f("ix_ticket_share_ticket_id"), table_name="ticket_share")
    op.drop_index("ix_ticket_share_in_force", table_name="ticket_share")
    op.drop_table("ticket_share")

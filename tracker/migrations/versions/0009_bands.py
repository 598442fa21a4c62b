"""bands of signatures in a table of their own, the tickets of a person in order

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_band",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_band_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("band", "ticket_id", name=op.f("pk_ticket_band")),
    )
    op.execute(
        "INSERT INTO ticket_band (band, ticket_id) "
        "SELECT DISTINCT unnest(bands), id FROM ticket WHERE bands IS NOT NULL"
    )
    op.drop_index("ix_ticket_bands", table_name="ticket")
    op.drop_column("ticket", "bands")
    for column in ("phone_index", "id_no_index"):
        op.drop_index(f"ix_complainant_{column}", table_name="complainant")
        op.create_index(f"ix_complainant_{column}_ticket_id", "complainant", [column, "ticket_id"])


def downgrade() -> None:
    for column in ("phone_index", "id_no_index"):
        op.drop_index(f"ix_complainant_{column}_ticket_id", table_name="complainant")
        op.create_index(f"ix_complainant_{column}", "complainant", [column])
    op.add_column("ticket", sa.Column("bands", postgresql.ARRAY(sa.BigInteger()), nullable=True))
    op.execute(
        "UPDATE ticket SET bands = own.bands FROM "
        "(SELECT ticket_id, array_agg(band) AS bands FROM ticket_band GROUP BY ticket_id) AS own "
        "WHERE own.ticket_id = ticket.id"
    )
    op.create_index("ix_ticket_bands", "ticket", ["bands"], postgresql_using="gin")
    op.drop_table("ticket_band")

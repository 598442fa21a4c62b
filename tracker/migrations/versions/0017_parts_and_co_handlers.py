"""parts of a split ticket; co-handlers with a clock of their own

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.add_column("ticket", sa.Column("n_parts", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_foreign_key(op.f("fk_ticket_parent_id_ticket"), "ticket", "ticket", ["parent_id"], ["id"])
    op.create_index(
        "ix_ticket_parent_id", "ticket", ["parent_id"], postgresql_where=sa.text("parent_id IS NOT NULL")
    )
    op.add_column("co_handler", sa.Column("days", sa.Integer(), nullable=True))
    op.add_column("co_handler", sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("co_handler", sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_co_handler_open", "co_handler", ["ticket_id"], postgresql_where=sa.text("done_at IS NULL")
    )
    # those still open follow the lead from here on
    op.execute("UPDATE co_handler SET due_at = NULL WHERE done_at IS NULL")


def downgrade() -> None:
    op.execute(
        "UPDATE co_handler SET due_at = ticket.due_at FROM ticket"
        " WHERE ticket.id = co_handler.ticket_id AND co_handler.due_at IS NULL"
    )
    op.drop_index("ix_co_handler_open", table_name="co_handler")
    op.drop_column("co_handler", "recalled_at")
    op.drop_column("co_handler", "overdue_at")
    op.drop_column("co_handler", "days")
    op.drop_index("ix_ticket_parent_id", table_name="ticket")
    op.drop_constraint(op.f("fk_ticket_parent_id_ticket"), "ticket", type_="foreignkey")
    op.drop_column("ticket", "n_parts")
    op.drop_column("ticket", "parent_id")

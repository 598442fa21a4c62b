"""groups of tickets about one matter

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ZERO = sa.text("0")


def _points_at(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "ticket_group",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("n_tickets", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=12), server_default=sa.text("''"), nullable=False),
        sa.Column("sums", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("heads", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        _points_at("ticket_group", "id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_group")),
    )
    op.create_index(
        "ix_ticket_group_heads",
        "ticket_group",
        ["heads"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix_ticket_group_last_at", "ticket_group", ["last_at"], postgresql_where=sa.text("n_tickets > 1")
    )
    op.create_table(
        "ticket_group_member",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        _points_at("ticket_group_member", "ticket_id", "ticket"),
        _points_at("ticket_group_member", "group_id", "ticket_group"),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_group_member")),
    )
    op.create_index(op.f("ix_ticket_group_member_group_id"), "ticket_group_member", ["group_id"])
    op.create_table(
        "ticket_group_choice",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _points_at("ticket_group_choice", "ticket_id", "ticket"),
        _points_at("ticket_group_choice", "other_id", "ticket"),
        _points_at("ticket_group_choice", "account_id", "account"),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_ticket_group_choice")),
    )
    op.create_index(op.f("ix_ticket_group_choice_other_id"), "ticket_group_choice", ["other_id"])
    op.create_table(
        "ticket_group_word",
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("n_tickets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_ticket_group_word")),
    )
    op.create_table(
        "ticket_group_mark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last_ticket_id", sa.BigInteger(), server_default=ZERO, nullable=False),
        sa.Column("n_tickets", sa.BigInteger(), server_default=ZERO, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_group_mark")),
    )


def downgrade() -> None:
    for table in ("mark", "word", "choice", "member"):
        op.drop_table(f"ticket_group_{table}")
    op.drop_table("ticket_group")

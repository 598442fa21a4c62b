"""addresses of notices, deliveries by account, the dead-letter list, letters to superior departments

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notice_address",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notice_address_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "gateway", name=op.f("pk_notice_address")),
    )
    _deliveries()
    _letters()


def _deliveries() -> None:
    op.add_column("delivery", sa.Column("account_id", sa.BigInteger(), nullable=True))
    op.add_column("delivery", sa.Column("gave_up_at", MOMENT, nullable=True))
    op.add_column("delivery", sa.Column("dropped_at", MOMENT, nullable=True))
    op.add_column("delivery", sa.Column("dropped_by_name", sa.String(length=80), nullable=True))
    op.add_column("delivery", sa.Column("drop_reason", sa.String(length=200), nullable=True))
    op.create_foreign_key(
        op.f("fk_delivery_account_id_account"), "delivery", "account", ["account_id"], ["id"]
    )
    op.create_index(op.f("ix_delivery_account_id"), "delivery", ["account_id"])
    op.drop_constraint(op.f("uq_delivery_notice_id_gateway"), "delivery")
    op.create_unique_constraint(
        op.f("uq_delivery_notice_id_gateway_account_id"), "delivery", ["notice_id", "gateway", "account_id"]
    )
    op.create_index(
        "ix_delivery_notice_id_gateway",
        "delivery",
        ["notice_id", "gateway"],
        unique=True,
        postgresql_where=sa.text("account_id IS NULL"),
    )
    op.create_index(
        "ix_delivery_dead", "delivery", ["id"], postgresql_where=sa.text("gave_up_at IS NOT NULL")
    )
    op.execute("UPDATE delivery SET gave_up_at = now() WHERE next_try_at IS NULL AND sent_at IS NULL")


def _letters() -> None:
    op.create_table(
        "superior_letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("superior_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by_name", sa.String(length=80), nullable=True),
        sa.Column("is_sent", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_superior_letter_ticket_id_ticket")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_superior_letter_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["superior_id"], ["body.id"], name=op.f("fk_superior_letter_superior_id_body")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_superior_letter")),
        sa.UniqueConstraint(
            "ticket_id", "superior_id", name=op.f("uq_superior_letter_ticket_id_superior_id")
        ),
    )
    op.create_index(
        "ix_superior_letter_open",
        "superior_letter",
        ["office_id", "id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("superior_letter")
    op.execute("DELETE FROM delivery WHERE account_id IS NOT NULL")
    for name in ("ix_delivery_dead", "ix_delivery_notice_id_gateway", "ix_delivery_account_id"):
        op.drop_index(name, "delivery")
    op.drop_constraint(op.f("uq_delivery_notice_id_gateway_account_id"), "delivery")
    op.create_unique_constraint(op.f("uq_delivery_notice_id_gateway"), "delivery", ["notice_id", "gateway"])
    op.drop_constraint(op.f("fk_delivery_account_id_account"), "delivery")
    for name in ("drop_reason", "dropped_by_name", "dropped_at", "gave_up_at", "account_id"):
        op.drop_column("delivery", name)
    op.drop_table("notice_address")

"""versions of routing rules; the duty list

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

EMPTY = sa.text("''")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in (
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("office_code", sa.String(length=20), server_default=EMPTY, nullable=False),
        sa.Column("refers_to", sa.String(length=64), server_default=EMPTY, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=True),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=80), server_default=EMPTY, nullable=False),
        sa.Column("reason", sa.Text(), server_default=EMPTY, nullable=False),
    ):
        op.add_column("routing_rule", column)
    op.create_foreign_key(
        op.f("fk_routing_rule_recorded_by_id_account"), "routing_rule", "account", ["recorded_by_id"], ["id"]
    )
    op.drop_constraint(op.f("uq_routing_rule_code"), "routing_rule", type_="unique")
    op.create_unique_constraint(op.f("uq_routing_rule_code_version"), "routing_rule", ["code", "version"])
    op.create_table(
        "duty_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("category_code", sa.String(length=8), nullable=True),
        sa.Column("division_code", sa.String(length=9), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("office_code", sa.String(length=20), server_default=EMPTY, nullable=False),
        sa.Column("basis", sa.Text(), server_default=EMPTY, nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_duty_item_category_code_category")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_duty_item_division_code_division")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_duty_item_recorded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_item")),
    )
    op.create_index("ix_duty_item_effective", "duty_item", ["effective_to", "effective_from"])
    op.create_index("ix_duty_item_key", "duty_item", ["division_code", "item", "category_code"])


def downgrade() -> None:
    op.drop_table("duty_item")
    op.execute(
        "DELETE FROM routing_rule WHERE (code, version) NOT IN (SELECT code, max(version) FROM routing_rule GROUP BY code)"
    )
    op.drop_constraint(op.f("uq_routing_rule_code_version"), "routing_rule", type_="unique")
    op.create_unique_constraint(op.f("uq_routing_rule_code"), "routing_rule", ["code"])
    op.drop_constraint(op.f("fk_routing_rule_recorded_by_id_account"), "routing_rule", type_="foreignkey")
    for name in (
        "reason", "recorded_by_name", "recorded_by_id", "recorded_at", "refers_to", "office_code", "version"
    ):  # fmt: skip
        op.drop_column("routing_rule", name)

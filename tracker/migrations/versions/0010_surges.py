"""counts of each day, days judged, surge alarms

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BLANK = sa.text("''")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "surge_count",
        sa.Column("category_code", sa.String(length=8), nullable=False),
        sa.Column("division_code", sa.String(length=9), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("n_tickets", sa.Integer(), nullable=False),
        sa.Column("n_people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("category_code", "division_code", "day", name=op.f("pk_surge_count")),
    )
    op.create_index("ix_surge_count_day", "surge_count", ["day"])
    op.create_table(
        "surge_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("judged_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_surge_day")),
    )
    _alarms()


def _alarms() -> None:
    op.create_table(
        "surge_alarm",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("category_code", sa.String(length=8), nullable=False),
        sa.Column("division_code", sa.String(length=9), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("n_days", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("n_tickets", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column(
            "parts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column(
            "chart", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_by_name", sa.String(length=80), server_default=BLANK, nullable=False),
        sa.Column("remark", sa.Text(), server_default=BLANK, nullable=False),
        sa.Column("is_false", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_surge_alarm_category_code_category")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_surge_alarm_division_code_division")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_surge_alarm_office_id_office")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["account.id"], name=op.f("fk_surge_alarm_answered_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surge_alarm")),
    )
    op.create_index(op.f("ix_surge_alarm_office_id"), "surge_alarm", ["office_id"])
    op.create_index(
        "uq_surge_alarm_open",
        "surge_alarm",
        ["category_code", "division_code"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_surge_alarm_cell", "surge_alarm", ["category_code", "division_code", "last_on"])
    op.create_index(
        "ix_surge_alarm_untold", "surge_alarm", ["id"], postgresql_where=sa.text("told_at IS NULL")
    )


def downgrade() -> None:
    for table in ("surge_alarm", "surge_day", "surge_count"):
        op.drop_table(table)

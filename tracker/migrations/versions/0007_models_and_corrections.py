"""models, switches, costs, corrections, trainings

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EMPTY = sa.text("'{}'")
BLANK = sa.text("''")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _models()
    _corrections()


def _models() -> None:
    op.create_table(
        "text_model",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("folder", sa.String(length=200), server_default=BLANK, nullable=False),
        sa.Column("trained_at", MOMENT, nullable=False),
        sa.Column("data_sha256", sa.String(length=64), nullable=False),
        sa.Column("n_rows", sa.Integer(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False),
        sa.Column("compared", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False),
        sa.Column(
            "thresholds", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("because", sa.Text(), server_default=BLANK, nullable=False),
        sa.Column("switched_at", MOMENT, nullable=True),
        sa.Column("switched_by_name", sa.String(length=80), server_default=BLANK, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_model")),
        sa.UniqueConstraint("version", name=op.f("uq_text_model_version")),
    )
    op.create_index(
        "uq_text_model_active",
        "text_model",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "model_switch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("from_version", sa.String(length=60), nullable=True),
        sa.Column("to_version", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_model_switch_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_switch")),
    )
    op.create_table(
        "triage_cost",
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("wrong", sa.Float(), nullable=False),
        sa.Column("look", sa.Float(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by_name", sa.String(length=80), server_default=BLANK, nullable=False),
        sa.PrimaryKeyConstraint("label", name=op.f("pk_triage_cost")),
    )


def _corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=10), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), server_default=BLANK, nullable=False),
        sa.Column("content", sa.Text(), server_default=BLANK, nullable=False),
        sa.Column("machine_label", sa.String(length=10), nullable=True),
        sa.Column("machine_share", sa.Float(), nullable=True),
        sa.Column("model_version", sa.String(length=60), nullable=True),
        sa.Column("old_label", sa.String(length=10), nullable=True),
        sa.Column("label", sa.String(length=10), nullable=True),
        sa.Column("old_office_id", sa.BigInteger(), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("why", sa.Text(), server_default=BLANK, nullable=False),
        sa.Column("frozen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["ticket_event.id"], name=op.f("fk_correction_event_id_ticket_event")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_correction_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["old_office_id"], ["office.id"], name=op.f("fk_correction_old_office_id_office")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_correction_office_id_office")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_correction_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("event_id", "subject", name=op.f("uq_correction_event_id_subject")),
    )
    op.create_index("ix_correction_latest", "correction", ["ticket_id", "subject", "event_id"])
    op.create_index("ix_correction_subject_at", "correction", ["subject", "at"])
    op.create_table(
        "retraining",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by_name", sa.String(length=80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("last_correction_id", sa.BigInteger(), nullable=False),
        sa.Column("n_corrections", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=True),
        sa.Column("because", sa.Text(), server_default=BLANK, nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["account.id"], name=op.f("fk_retraining_asked_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retraining")),
    )
    op.create_index(
        "uq_retraining_under_way",
        "retraining",
        [sa.text("(finished_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("retraining", "correction", "triage_cost", "model_switch", "text_model"):
        op.drop_table(table)

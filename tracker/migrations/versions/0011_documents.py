"""supervision documents: numbers, texts, files, receipts, rechecks

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "document_prefix",
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("prefix", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_document_prefix_office_id_office")
        ),
        sa.PrimaryKeyConstraint("office_id", "kind", name=op.f("pk_document_prefix")),
        sa.UniqueConstraint("prefix", name=op.f("uq_document_prefix_prefix")),
    )
    op.create_table(
        "document_counter",
        sa.Column("prefix", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_document_counter")),
    )
    op.create_table(
        "document_template",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by_name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_document_template")),
    )
    _documents()
    _parts()


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("prefix", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("to_office_id", sa.BigInteger(), nullable=True),
        sa.Column("to_body_id", sa.BigInteger(), nullable=True),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("letter", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_by_name", sa.String(length=80), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("due_provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("from_receipt", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("receipt_due_at", MOMENT, nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("signed_by_name", sa.String(length=80), nullable=True),
        sa.Column("receipt_note", sa.String(length=200), nullable=True),
        sa.Column("receipt_recorded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_name", sa.String(length=80), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("voided_at", MOMENT, nullable=True),
        sa.Column("voided_by_name", sa.String(length=80), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_document_office_id_office")),
        sa.ForeignKeyConstraint(
            ["to_office_id"], ["office.id"], name=op.f("fk_document_to_office_id_office")
        ),
        sa.ForeignKeyConstraint(["to_body_id"], ["body.id"], name=op.f("fk_document_to_body_id_body")),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["account.id"], name=op.f("fk_document_issued_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_recorded_by_id"],
            ["account.id"],
            name=op.f("fk_document_receipt_recorded_by_id_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("number", name=op.f("uq_document_number")),
        sa.UniqueConstraint("prefix", "year", "serial", name=op.f("uq_document_prefix_year_serial")),
    )
    op.create_index("ix_document_office", "document", ["office_id", "id"])
    op.create_index("ix_document_to_office", "document", ["to_office_id", "id"])
    op.create_index(op.f("ix_document_to_body_id"), "document", ["to_body_id"])
    op.create_index(
        "ix_document_unsigned",
        "document",
        ["receipt_due_at"],
        postgresql_where=sa.text("signed_at IS NULL AND voided_at IS NULL"),
    )


def _parts() -> None:
    op.create_table(
        "document_ticket",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_ticket_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_document_ticket_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("document_id", "ticket_id", name=op.f("pk_document_ticket")),
    )
    op.create_index(op.f("ix_document_ticket_ticket_id"), "document_ticket", ["ticket_id"])
    op.create_table(
        "document_file",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("n_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_file_document_id_document")
        ),
        sa.PrimaryKeyConstraint("document_id", "format", name=op.f("pk_document_file")),
    )
    op.create_table(
        "document_recheck",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("new_due_at", MOMENT, nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_recheck_document_id_document")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_document_recheck_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_recheck")),
    )
    op.create_index(op.f("ix_document_recheck_document_id"), "document_recheck", ["document_id"])


def downgrade() -> None:
    for table in (
        "document_recheck",
        "document_file",
        "document_ticket",
        "document",
        "document_template",
        "document_counter",
        "document_prefix",
    ):
        op.drop_table(table)

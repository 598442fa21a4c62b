"""templates of replies, what was pointed out in a reply, scans of evidence, bulk batches that can be undone

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reply_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("category_code", sa.String(length=8), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_reply_template_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_reply_template_category_code_category")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
    )
    op.create_index(
        "ix_reply_template_key",
        "reply_template",
        [
            sa.literal_column("coalesce(office_id, 0)"),
            sa.literal_column("coalesce(category_code, '')"),
            "outcome",
        ],
        unique=True,
    )
    op.add_column(
        "reply",
        sa.Column(
            "findings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column("reply", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "evidence_file",
        sa.Column("scan", sa.String(length=20), server_default=sa.text("'unscanned'"), nullable=False),
    )
    op.add_column("evidence_file", sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "bulk_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_bulk_batch_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_batch")),
    )
    op.create_index("ix_bulk_batch_by_id_at", "bulk_batch", ["by_id", "at"])
    op.create_table(
        "bulk_item",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["bulk_batch.id"], name=op.f("fk_bulk_item_batch_id_bulk_batch")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_bulk_item_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("batch_id", "ticket_id", name=op.f("pk_bulk_item")),
    )
    op.create_index(op.f("ix_bulk_item_ticket_id"), "bulk_item", ["ticket_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bulk_item_ticket_id"), table_name="bulk_item")
    op.drop_table("bulk_item")
    op.drop_index("ix_bulk_batch_by_id_at", table_name="bulk_batch")
    op.drop_table("bulk_batch")
    op.drop_column("evidence_file", "scanned_at")
    op.drop_column("evidence_file", "scan")
    op.drop_column("reply", "withdrawn_at")
    op.drop_column("reply", "findings")
    op.drop_index("ix_reply_template_key", table_name="reply_template")
    op.drop_table("reply_template")

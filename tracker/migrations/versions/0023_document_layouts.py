"""own Word layouts of documents

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_layout",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("n_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_name", sa.String(length=80), nullable=False),
        sa.Column("in_use", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_document_layout_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_layout")),
    )
    op.create_index(
        "ix_document_layout_in_use",
        "document_layout",
        ["kind", sa.text("coalesce(office_id, 0)")],
        unique=True,
        postgresql_where=sa.text("in_use"),
    )
    op.add_column("document", sa.Column("layout_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_document_layout_id_document_layout"), "document", "document_layout", ["layout_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_document_layout_id_document_layout"), "document", type_="foreignkey")
    op.drop_column("document", "layout_id")
    op.drop_table("document_layout")

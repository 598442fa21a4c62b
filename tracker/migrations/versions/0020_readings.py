"""who read what, and the seals over it

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "read_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("office_path", sa.String(length=60), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.String(length=80), nullable=False),
        sa.Column("asked", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("seal_n", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_read_entry_actor_id_account")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_read_entry_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_entry")),
    )
    unsealed = sa.text("seal_n IS NULL")
    op.create_index("ix_read_entry_unsealed", "read_entry", ["id"], postgresql_where=unsealed)
    op.create_index("ix_read_entry_seal_n", "read_entry", ["seal_n", "id"])
    op.create_index("ix_read_entry_thing_id", "read_entry", ["thing", "thing_id", "id"])
    op.create_index("ix_read_entry_actor_id", "read_entry", ["actor_id", "id"])
    op.create_table(
        "read_seal",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_entries", sa.Integer(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_read_seal")),
    )


def downgrade() -> None:
    op.drop_table("read_seal")
    op.drop_table("read_entry")

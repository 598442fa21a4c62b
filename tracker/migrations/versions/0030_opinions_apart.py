"""what was said at the steps of a clue, apart from the record of them

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clue_opinion",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["clue_entry.id"], name=op.f("fk_clue_opinion_entry_id_clue_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_clue_opinion")),
    )
    op.execute(
        "INSERT INTO clue_opinion (entry_id, sealed) SELECT e.id, e.opinion_sealed FROM clue_entry e "
        "JOIN clue c ON c.id = e.clue_id WHERE e.opinion_sealed IS NOT NULL "
        "AND (c.stage <> 'sent' OR e.step IN ('read', 'evidence', 'retimed'))"
    )
    op.execute("UPDATE clue SET because = '' WHERE stage = 'sent'")
    op.drop_column("clue_entry", "opinion_sealed")


def downgrade() -> None:
    op.add_column("clue_entry", sa.Column("opinion_sealed", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE clue_entry e SET opinion_sealed = o.sealed FROM clue_opinion o WHERE o.entry_id = e.id"
    )
    op.drop_table("clue_opinion")

"""returns are signed, may be settled later, and become precedents

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_UNRULED = sa.text("ruling IS NULL AND ended_at IS NULL AND signed IS NOT FALSE")
_ACCOUNT_KEYS = ("signed_by_id", "settled_by_id")


def upgrade() -> None:
    _widen_returns()
    _make_precedents()
    op.add_column("evidence_file", sa.Column("return_request_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_evidence_file_return_request_id_return_request"),
        "evidence_file",
        "return_request",
        ["return_request_id"],
        ["id"],
    )
    op.create_index(op.f("ix_evidence_file_return_request_id"), "evidence_file", ["return_request_id"])


def _widen_returns() -> None:
    at = sa.DateTime(timezone=True)
    for column in (
        sa.Column("signed", sa.Boolean(), nullable=True),
        sa.Column("signed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("signed_at", at, nullable=True),
        sa.Column("sign_opinion", sa.Text(), nullable=True),
        sa.Column("ended_at", at, nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.Column("ruled_at_desk", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("settled_office_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_reason", sa.Text(), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", at, nullable=True),
    ):
        op.add_column("return_request", column)
    for name in _ACCOUNT_KEYS:
        op.create_foreign_key(
            op.f(f"fk_return_request_{name}_account"), "return_request", "account", [name], ["id"]
        )
    op.create_foreign_key(
        op.f("fk_return_request_settled_office_id_office"),
        "return_request",
        "office",
        ["settled_office_id"],
        ["id"],
    )
    # until now a return went out as it was asked for, and one whose ticket went another way was left lying
    op.execute("UPDATE return_request SET signed = true, signed_at = requested_at")
    op.execute(
        "UPDATE return_request SET ended_at = ticket.last_event_at, ended_why = '工单已进入其他环节，原退单申请失效。' "
        "FROM ticket WHERE ticket.id = return_request.ticket_id AND ruling IS NULL "
        "AND ticket.status <> 'return_requested'"
    )
    op.create_index("ix_return_request_unruled", "return_request", ["ticket_id"], postgresql_where=_UNRULED)
    op.create_index(
        "ix_return_request_ruled_at",
        "return_request",
        ["ruled_at"],
        postgresql_where=sa.text("ruling IS NOT NULL"),
    )


def _make_precedents() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "precedent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("body_id", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.String(length=8), nullable=False),
        sa.Column("division_code", sa.String(length=9), nullable=True),
        sa.Column("office_code", sa.String(length=20), nullable=False),
        sa.Column("ticket_number", sa.String(length=20), nullable=False),
        sa.Column("ruling", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ruled_office_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=80), nullable=False),
        sa.Column("effective_at", at, nullable=False),
        sa.Column("ended_at", at, nullable=True),
        sa.Column("ended_by_name", sa.String(length=80), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_precedent_body_id_body")),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_precedent_category_code_category")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_precedent_division_code_division")
        ),
        sa.ForeignKeyConstraint(
            ["ruled_office_id"], ["office.id"], name=op.f("fk_precedent_ruled_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_precedent_recorded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_precedent")),
    )
    op.create_index("ix_precedent_body_id_category_code", "precedent", ["body_id", "category_code"])


def downgrade() -> None:
    op.drop_index(op.f("ix_evidence_file_return_request_id"), table_name="evidence_file")
    op.drop_column("evidence_file", "return_request_id")
    op.drop_table("precedent")
    op.drop_index("ix_return_request_ruled_at", table_name="return_request")
    op.drop_index("ix_return_request_unruled", table_name="return_request")
    for name in (
        *("settled_at", "settled_by_id", "settled_reason", "settled_office_id", "ruled_at_desk"),
        *("ended_why", "ended_at", "sign_opinion", "signed_at", "signed_by_id", "signed"),
    ):
        op.drop_column("return_request", name)

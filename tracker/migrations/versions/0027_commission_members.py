"""keys of commissions sealed to people

Key pairs of before, which lay under one key file, are dropped: every commission is set up anew with `tracker commission
setup`, and until then nothing can be sent to it. Packages sealed to them stay and can no longer be opened, so whoever has
open ones brings them to an end before this step.

Revision ID: 0027
Revises: 0026
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

PROGRESS_BEFORE = """
CREATE VIEW discipline.progress AS
SELECT number, commission_code, stage, sent_at, digest, signed_at, signed_by, receipt_hash, forwarded_to,
       released, released_at
FROM discipline.package
"""
PROGRESS = """
CREATE VIEW discipline.progress AS
SELECT number, commission_code, stage, sent_at, digest, signed_at, signed_by, receipt_hash, receipt_signature,
       receipt_generation, forwarded_to, released, released_at
FROM discipline.package
"""
D: dict[str, Any] = {"schema": "discipline"}
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("DROP VIEW discipline.progress")
    op.drop_table("commission_key", **D)
    op.execute("UPDATE discipline.commission SET public_key = NULL")
    op.add_column("commission", sa.Column("generation", sa.Integer(), nullable=True), **D)
    op.add_column("commission", sa.Column("custodian_key", sa.LargeBinary(), nullable=True), **D)
    op.add_column("commission", sa.Column("custodians_since", MOMENT, nullable=True), **D)
    op.add_column(
        "commission",
        sa.Column("second_person", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        **D,
    )
    op.create_table(
        "commission_key",
        sa.Column("commission_code", sa.String(length=9), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("verify_key", sa.LargeBinary(), nullable=False),
        sa.Column("voucher", sa.LargeBinary(), nullable=True),
        sa.Column("custodian_copy", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["commission_code"],
            ["discipline.commission.code"],
            name=op.f("fk_commission_key_commission_code_commission"),
        ),
        sa.PrimaryKeyConstraint("commission_code", "generation", name=op.f("pk_commission_key")),
        **D,
    )
    op.create_table(
        "member_key",
        sa.Column("liaison_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("ops", sa.Integer(), nullable=False),
        sa.Column("mem", sa.BigInteger(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["liaison_id"], ["discipline.liaison.id"], name=op.f("fk_member_key_liaison_id_liaison")
        ),
        sa.PrimaryKeyConstraint("liaison_id", name=op.f("pk_member_key")),
        **D,
    )
    op.create_table(
        "key_copy",
        sa.Column("liaison_id", sa.BigInteger(), nullable=False),
        sa.Column("commission_code", sa.String(length=9), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commission_code", "generation"],
            ["discipline.commission_key.commission_code", "discipline.commission_key.generation"],
            name=op.f("fk_key_copy_commission_code_commission_key"),
        ),
        sa.ForeignKeyConstraint(
            ["liaison_id"], ["discipline.liaison.id"], name=op.f("fk_key_copy_liaison_id_liaison")
        ),
        sa.PrimaryKeyConstraint("liaison_id", "commission_code", "generation", name=op.f("pk_key_copy")),
        **D,
    )
    op.drop_column("liaison", "password_hash", **D)
    op.add_column("liaison", sa.Column("temporary_until", MOMENT, nullable=True), **D)
    op.add_column("liaison", sa.Column("left_at", MOMENT, nullable=True), **D)
    op.execute("DELETE FROM discipline.liaison_session")
    op.add_column("liaison_session", sa.Column("member_key", sa.LargeBinary(), nullable=True), **D)
    op.add_column("liaison_token", sa.Column("member_key", sa.LargeBinary(), nullable=True), **D)
    op.add_column(
        "liaison_token", sa.Column("label", sa.String(length=80), server_default="", nullable=False), **D
    )
    op.add_column(
        "liaison_token", sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False), **D
    )
    op.create_unique_constraint(op.f("uq_liaison_token_id"), "liaison_token", ["id"], **D)
    op.alter_column("desk_entry", "liaison_id", existing_type=sa.BigInteger(), nullable=True, **D)
    op.add_column("package", sa.Column("generation", sa.Integer(), server_default="0", nullable=False), **D)
    op.alter_column("package", "generation", server_default=None, **D)
    op.add_column("package", sa.Column("receipt_signature", sa.LargeBinary(), nullable=True), **D)
    op.add_column("package", sa.Column("receipt_generation", sa.Integer(), nullable=True), **D)
    op.create_table(
        "envelope_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("commission_code", sa.String(length=9), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("agreed_by", sa.String(length=40), nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["number", "commission_code"],
            ["discipline.package.number", "discipline.package.commission_code"],
            name=op.f("fk_envelope_request_number_commission_code_package"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["discipline.liaison.id"], name=op.f("fk_envelope_request_asked_by_id_liaison")
        ),
        sa.ForeignKeyConstraint(
            ["agreed_by_id"], ["discipline.liaison.id"], name=op.f("fk_envelope_request_agreed_by_id_liaison")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope_request")),
        **D,
    )
    op.create_index(
        "ix_envelope_request_package", "envelope_request", ["number", "commission_code", "id"], **D
    )
    for name in ("asked_by_id", "agreed_by_id"):
        op.create_index(op.f(f"ix_envelope_request_{name}"), "envelope_request", [name], **D)
    op.execute(PROGRESS)


def downgrade() -> None:
    op.execute("DROP VIEW discipline.progress")
    op.drop_table("envelope_request", **D)
    for name in ("receipt_generation", "receipt_signature", "generation"):
        op.drop_column("package", name, **D)
    op.execute("ALTER TABLE discipline.desk_entry ALTER COLUMN liaison_id SET NOT NULL")
    op.drop_constraint(op.f("uq_liaison_token_id"), "liaison_token", **D)
    for name in ("id", "label", "member_key"):
        op.drop_column("liaison_token", name, **D)
    op.drop_column("liaison_session", "member_key", **D)
    for name in ("left_at", "temporary_until"):
        op.drop_column("liaison", name, **D)
    op.add_column(
        "liaison", sa.Column("password_hash", sa.String(length=200), server_default="!", nullable=False), **D
    )
    op.alter_column("liaison", "password_hash", server_default=None, **D)
    op.drop_table("key_copy", **D)
    op.drop_table("member_key", **D)
    op.drop_table("commission_key", **D)
    op.create_table(
        "commission_key",
        sa.Column("commission_code", sa.String(length=9), nullable=False),
        sa.Column("private_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["commission_code"],
            ["discipline.commission.code"],
            name=op.f("fk_commission_key_commission_code_commission"),
        ),
        sa.PrimaryKeyConstraint("commission_code", name=op.f("pk_commission_key")),
        **D,
    )
    for name in ("second_person", "custodians_since", "custodian_key", "generation"):
        op.drop_column("commission", name, **D)
    op.execute(PROGRESS_BEFORE)

"""recovery codes, alarms of accounts, limited tokens, unified sign-in, and where liaisons signed in from

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("oidc_issuer", sa.String(length=200), nullable=True))
    op.add_column("account", sa.Column("oidc_subject", sa.String(length=255), nullable=True))
    op.create_unique_constraint(
        op.f("uq_account_oidc_issuer_oidc_subject"), "account", ["oidc_issuer", "oidc_subject"]
    )
    op.add_column("api_token", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_token", sa.Column("scopes", sa.ARRAY(sa.String(length=40)), nullable=True))
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    op.create_table(
        "account_alarm",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_alarm_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_alarm")),
    )
    op.create_index("ix_account_alarm_account_id_id", "account_alarm", ["account_id", "id"])
    op.create_index(
        "ix_account_alarm_owed", "account_alarm", ["id"], postgresql_where=sa.text("told_at IS NULL")
    )
    op.execute(
        "DELETE FROM discipline.liaison_session"
    )  # nobody is worse off than asked to sign in once more
    op.add_column(
        "liaison_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        schema="discipline",
    )
    op.create_unique_constraint(op.f("uq_liaison_session_id"), "liaison_session", ["id"], schema="discipline")
    op.add_column("liaison_session", sa.Column("address", sa.String(length=45)), schema="discipline")
    op.add_column(
        "liaison_session",
        sa.Column("browser", sa.String(length=200), nullable=False, server_default=""),
        schema="discipline",
    )
    op.create_table(
        "liaison_recovery_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("liaison_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["liaison_id"],
            ["discipline.liaison.id"],
            name=op.f("fk_liaison_recovery_code_liaison_id_liaison"),
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_liaison_recovery_code")),
        schema="discipline",
    )
    op.create_index(
        op.f("ix_liaison_recovery_code_liaison_id"),
        "liaison_recovery_code",
        ["liaison_id"],
        schema="discipline",
    )


def downgrade() -> None:
    op.drop_table("liaison_recovery_code", schema="discipline")
    for column in ("browser", "address", "id"):
        op.drop_column("liaison_session", column, schema="discipline")
    op.drop_table("account_alarm")
    op.drop_table("recovery_code")
    op.drop_column("api_token", "scopes")
    op.drop_column("api_token", "expires_at")
    op.drop_column("account", "oidc_subject")
    op.drop_column("account", "oidc_issuer")

"""first tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("ticket_number_seq")))
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("parent_code", sa.String(length=8), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_redirect", sa.Boolean(), nullable=False),
        sa.Column("redirect_channel", sa.Text(), nullable=True),
        sa.Column("is_clue_sign", sa.Boolean(), nullable=False),
        sa.Column("needs_evidence", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["category.code"], name=op.f("fk_category_parent_code_category")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    op.create_index(op.f("ix_category_parent_code"), "category", ["parent_code"], unique=False)
    op.create_table(
        "channel",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_channel")),
    )
    op.create_table(
        "deadline_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("clock", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), server_default="", nullable=False),
        sa.Column("category_prefix", sa.String(length=16), server_default="", nullable=False),
        sa.Column("urgency", sa.String(length=16), server_default="", nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("closes_at", sa.Time(), server_default="17:30", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint(
            "clock IN ('dispatch', 'sign', 'handle', 'extension', 'extension_count', 'yellow', 'urge', 'circulate', 'rule', 'call_back', 'call_back_attempts', 'clue_send', 'clue_decide', 'clue_deliver', 'clue_forward', 'clue_dispose', 'correct', 'decision_report', 'recheck_ask', 'recheck_answer', 'prosecutor_reply', 'prosecutor_result', 'withdraw_publication')",
            name=op.f("ck_deadline_rule_clock"),
        ),
        sa.CheckConstraint(
            "unit IN ('hour', 'working_day', 'calendar_day', 'month', 'times')",
            name=op.f("ck_deadline_rule_unit"),
        ),
        sa.CheckConstraint("amount BETWEEN 0 AND 3660", name=op.f("ck_deadline_rule_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_rule")),
        sa.UniqueConstraint("code", name=op.f("uq_deadline_rule_code")),
    )
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column(
            "level",
            sa.Enum("province", "city", "county", "township", name="level", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("parent_code", sa.String(length=9), nullable=True),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("is_special", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["division.code"], name=op.f("fk_division_parent_code_division")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
    )
    op.create_index(op.f("ix_division_parent_code"), "division", ["parent_code"], unique=False)
    op.create_index(
        "ix_division_path", "division", ["path"], unique=False, postgresql_ops={"path": "text_pattern_ops"}
    )
    op.create_table(
        "failed_sign_in",
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("n_failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_failed_sign_in")),
    )
    op.create_index(op.f("ix_failed_sign_in_failed_at"), "failed_sign_in", ["failed_at"], unique=False)
    op.create_table(
        "body",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("aliases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("division_code", sa.String(length=9), nullable=False),
        sa.Column(
            "level",
            sa.Enum("province", "city", "county", "township", name="level", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column(
            "domain",
            sa.Enum(
                "市场监管",
                "生态环境",
                "交通运输",
                "城市管理",
                "应急管理",
                "农业农村",
                "文化旅游",
                "自然资源",
                "住房建设",
                "人力社保",
                "卫生健康",
                "税务",
                "消防",
                "公安交管",
                "水利",
                "教育",
                "镇街综合执法",
                "其他",
                name="domain",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("superior_id", sa.BigInteger(), nullable=True),
        sa.Column("is_vertical", sa.Boolean(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "department",
                "government",
                "outpost",
                "township_team",
                "supervision",
                name="bodykind",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_body_division_code_division")
        ),
        sa.ForeignKeyConstraint(["superior_id"], ["body.id"], name=op.f("fk_body_superior_id_body")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("code", name=op.f("uq_body_code")),
    )
    op.create_index("ix_body_division_code_domain", "body", ["division_code", "domain"], unique=False)
    op.create_index(op.f("ix_body_name"), "body", ["name"], unique=False)
    op.create_index(op.f("ix_body_superior_id"), "body", ["superior_id"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=50), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["year"], ["calendar_year.year"], name=op.f("fk_calendar_day_year_calendar_year")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_index(op.f("ix_calendar_day_year"), "calendar_day", ["year"], unique=False)
    op.create_table(
        "office",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("short_name", sa.String(length=60), nullable=False),
        sa.Column(
            "level",
            sa.Enum("province", "city", "county", "township", name="level", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("division_code", sa.String(length=9), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_office_division_code_division")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["office.id"], name=op.f("fk_office_parent_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("code", name=op.f("uq_office_code")),
    )
    op.create_index(op.f("ix_office_division_code"), "office", ["division_code"], unique=False)
    op.create_index(op.f("ix_office_parent_id"), "office", ["parent_id"], unique=False)
    op.create_index(
        "ix_office_path", "office", ["path"], unique=False, postgresql_ops={"path": "text_pattern_ops"}
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("display_name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("totp_secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_account_created_by_id_account")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_account_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_index(op.f("ix_account_office_id"), "account", ["office_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("office_path", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.String(length=80), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_audit_entry_actor_id_account")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_audit_entry_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_action_id", "audit_entry", ["action", "id"], unique=False)
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], unique=False)
    op.create_index("ix_audit_entry_thing_thing_id", "audit_entry", ["thing", "thing_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_secret_hash")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("receipt_code", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("channel_code", sa.String(length=40), nullable=False),
        sa.Column("source_no", sa.String(length=80), nullable=True),
        sa.Column("idempotency_key", sa.String(length=120), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_text", sa.String(length=300), nullable=True),
        sa.Column("division_code", sa.String(length=9), nullable=True),
        sa.Column("respondent_name", sa.String(length=200), nullable=True),
        sa.Column("respondent_body_id", sa.BigInteger(), nullable=True),
        sa.Column("respondent_level", sa.String(length=20), nullable=True),
        sa.Column("officer_name", sa.String(length=80), nullable=True),
        sa.Column("officer_cert_no", sa.String(length=80), nullable=True),
        sa.Column("party_kind", sa.String(length=20), nullable=True),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("category_code", sa.String(length=8), nullable=True),
        sa.Column("category_by", sa.String(length=20), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column(
            "top3", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column(
            "words", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("model_version", sa.String(length=80), nullable=True),
        sa.Column("domain", sa.String(length=40), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("intake_office_id", sa.BigInteger(), nullable=False),
        sa.Column("assisting_office_id", sa.BigInteger(), nullable=True),
        sa.Column("handler_id", sa.BigInteger(), nullable=True),
        sa.Column("routing_rule", sa.String(length=60), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column(
            "candidates",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("designated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_rule", sa.String(length=60), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("stage_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended_days", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event", sa.String(length=40), nullable=False),
        sa.Column("supervised", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("n_urged", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("n_returns", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("n_reworks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("n_repeats", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("excluded_from_ranking", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("status_before", sa.String(length=20), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("n_events", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assisting_office_id"], ["office.id"], name=op.f("fk_ticket_assisting_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_ticket_category_code_category")
        ),
        sa.ForeignKeyConstraint(
            ["channel_code"], ["channel.code"], name=op.f("fk_ticket_channel_code_channel")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_ticket_created_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_ticket_division_code_division")
        ),
        sa.ForeignKeyConstraint(["handler_id"], ["account.id"], name=op.f("fk_ticket_handler_id_account")),
        sa.ForeignKeyConstraint(
            ["intake_office_id"], ["office.id"], name=op.f("fk_ticket_intake_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["ticket.id"], name=op.f("fk_ticket_merged_into_id_ticket")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_ticket_office_id_office")),
        sa.ForeignKeyConstraint(
            ["respondent_body_id"], ["body.id"], name=op.f("fk_ticket_respondent_body_id_body")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("channel_code", "source_no", name=op.f("uq_ticket_channel_code_source_no")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ticket_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
        sa.UniqueConstraint("receipt_code", name=op.f("uq_ticket_receipt_code")),
    )
    op.create_index(op.f("ix_ticket_category_code"), "ticket", ["category_code"], unique=False)
    op.create_index(
        "ix_ticket_check",
        "ticket",
        ["next_check_at"],
        unique=False,
        postgresql_where=sa.text(
            "status NOT IN ('archived', 'closed', 'merged', 'not_accepted', 'redirected', 'terminated', 'withdrawn')"
        ),
    )
    op.create_index(op.f("ix_ticket_division_code"), "ticket", ["division_code"], unique=False)
    op.create_index("ix_ticket_due_at_id", "ticket", ["due_at", "id"], unique=False)
    op.create_index(op.f("ix_ticket_intake_office_id"), "ticket", ["intake_office_id"], unique=False)
    op.create_index(op.f("ix_ticket_merged_into_id"), "ticket", ["merged_into_id"], unique=False)
    op.create_index("ix_ticket_queue", "ticket", ["office_id", "status", "due_at", "id"], unique=False)
    op.create_index("ix_ticket_received_at_id", "ticket", ["received_at", "id"], unique=False)
    op.create_index(op.f("ix_ticket_respondent_body_id"), "ticket", ["respondent_body_id"], unique=False)
    op.create_index("ix_ticket_search", "ticket", ["search"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_ticket_status"), "ticket", ["status"], unique=False)
    op.create_index(
        "ix_ticket_untriaged",
        "ticket",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('received', 'triaged')"),
    )
    op.create_table(
        "co_handler",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_co_handler_office_id_office")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_co_handler_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_co_handler")),
        sa.UniqueConstraint("ticket_id", "office_id", name=op.f("uq_co_handler_ticket_id_office_id")),
    )
    op.create_index(op.f("ix_co_handler_office_id"), "co_handler", ["office_id"], unique=False)
    op.create_table(
        "complainant",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_no_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone_tail_index", sa.LargeBinary(), nullable=True),
        sa.Column("id_no_index", sa.LargeBinary(), nullable=True),
        sa.Column("anonymous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("hide_identity", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_complainant_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_complainant")),
    )
    op.create_index(op.f("ix_complainant_id_no_index"), "complainant", ["id_no_index"], unique=False)
    op.create_index(op.f("ix_complainant_phone_index"), "complainant", ["phone_index"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_extension_decided_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["account.id"], name=op.f("fk_extension_requested_by_id_account")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_extension_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_ticket_id"), "extension", ["ticket_id"], unique=False)
    op.create_table(
        "return_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("claimed_office_id", sa.BigInteger(), nullable=True),
        sa.Column("from_status", sa.String(length=20), nullable=False),
        sa.Column("routing_rule", sa.String(length=60), nullable=True),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ruling", sa.String(length=20), nullable=True),
        sa.Column("ruling_reason", sa.Text(), nullable=True),
        sa.Column("ruled_office_id", sa.BigInteger(), nullable=True),
        sa.Column("ruled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["claimed_office_id"], ["office.id"], name=op.f("fk_return_request_claimed_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_return_request_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["account.id"], name=op.f("fk_return_request_requested_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["ruled_by_id"], ["account.id"], name=op.f("fk_return_request_ruled_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["ruled_office_id"], ["office.id"], name=op.f("fk_return_request_ruled_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_return_request_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_request")),
    )
    op.create_index(op.f("ix_return_request_office_id"), "return_request", ["office_id"], unique=False)
    op.create_index(op.f("ix_return_request_ticket_id"), "return_request", ["ticket_id"], unique=False)
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("from_status", sa.String(length=20), nullable=True),
        sa.Column("to_status", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("is_internal", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_ticket_event_actor_id_account")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_ticket_event_office_id_office")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_event_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_event")),
        sa.UniqueConstraint("ticket_id", "seq", name=op.f("uq_ticket_event_ticket_id_seq")),
    )
    op.create_index("ix_ticket_event_at", "ticket_event", ["at"], unique=False)
    op.create_index(
        "ix_ticket_event_unfollowed",
        "ticket_event",
        ["id"],
        unique=False,
        postgresql_where=sa.text("followed_at IS NULL"),
    )
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["linked_by_id"], ["account.id"], name=op.f("fk_ticket_link_linked_by_id_account")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name=op.f("fk_ticket_link_other_id_ticket")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_link_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
        sa.UniqueConstraint("ticket_id", "other_id", name=op.f("uq_ticket_link_ticket_id_other_id")),
    )
    op.create_index(op.f("ix_ticket_link_other_id"), "ticket_link", ["other_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_link_other_id"), table_name="ticket_link")
    op.drop_table("ticket_link")
    op.drop_index(
        "ix_ticket_event_unfollowed",
        table_name="ticket_event",
        postgresql_where=sa.text("followed_at IS NULL"),
    )
    op.drop_index("ix_ticket_event_at", table_name="ticket_event")
    op.drop_table("ticket_event")
    op.drop_index(op.f("ix_return_request_ticket_id"), table_name="return_request")
    op.drop_index(op.f("ix_return_request_office_id"), table_name="return_request")
    op.drop_table("return_request")
    op.drop_index(op.f("ix_extension_ticket_id"), table_name="extension")
    op.drop_table("extension")
    op.drop_index(op.f("ix_complainant_phone_index"), table_name="complainant")
    op.drop_index(op.f("ix_complainant_id_no_index"), table_name="complainant")
    op.drop_table("complainant")
    op.drop_index(op.f("ix_co_handler_office_id"), table_name="co_handler")
    op.drop_table("co_handler")
    op.drop_index(
        "ix_ticket_untriaged",
        table_name="ticket",
        postgresql_where=sa.text("status IN ('received', 'triaged')"),
    )
    op.drop_index(op.f("ix_ticket_status"), table_name="ticket")
    op.drop_index("ix_ticket_search", table_name="ticket", postgresql_using="gin")
    op.drop_index(op.f("ix_ticket_respondent_body_id"), table_name="ticket")
    op.drop_index("ix_ticket_received_at_id", table_name="ticket")
    op.drop_index("ix_ticket_queue", table_name="ticket")
    op.drop_index(op.f("ix_ticket_merged_into_id"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_intake_office_id"), table_name="ticket")
    op.drop_index("ix_ticket_due_at_id", table_name="ticket")
    op.drop_index(op.f("ix_ticket_division_code"), table_name="ticket")
    op.drop_index(
        "ix_ticket_check",
        table_name="ticket",
        postgresql_where=sa.text(
            "status NOT IN ('archived', 'closed', 'merged', 'not_accepted', 'redirected', 'terminated', 'withdrawn')"
        ),
    )
    op.drop_index(op.f("ix_ticket_category_code"), table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(op.f("ix_sign_in_account_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index("ix_audit_entry_thing_thing_id", table_name="audit_entry")
    op.drop_index("ix_audit_entry_at", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_actor_id"), table_name="audit_entry")
    op.drop_index("ix_audit_entry_action_id", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_api_token_account_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_account_office_id"), table_name="account")
    op.drop_table("account")
    op.drop_index("ix_office_path", table_name="office", postgresql_ops={"path": "text_pattern_ops"})
    op.drop_index(op.f("ix_office_parent_id"), table_name="office")
    op.drop_index(op.f("ix_office_division_code"), table_name="office")
    op.drop_table("office")
    op.drop_index(op.f("ix_calendar_day_year"), table_name="calendar_day")
    op.drop_table("calendar_day")
    op.drop_index(op.f("ix_body_superior_id"), table_name="body")
    op.drop_index(op.f("ix_body_name"), table_name="body")
    op.drop_index("ix_body_division_code_domain", table_name="body")
    op.drop_table("body")
    op.drop_index(op.f("ix_failed_sign_in_failed_at"), table_name="failed_sign_in")
    op.drop_table("failed_sign_in")
    op.drop_index("ix_division_path", table_name="division", postgresql_ops={"path": "text_pattern_ops"})
    op.drop_index(op.f("ix_division_parent_code"), table_name="division")
    op.drop_table("division")
    op.drop_table("deadline_rule")
    op.drop_table("channel")
    op.drop_index(op.f("ix_category_parent_code"), table_name="category")
    op.drop_table("category")
    op.drop_table("calendar_year")
    op.execute(sa.schema.DropSequence(sa.Sequence("ticket_number_seq")))

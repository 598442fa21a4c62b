"""local closures, odd working hours, the record of calendar changes, and what deadlines were counted from

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
UNITS_BEFORE = "'hour', 'working_day', 'calendar_day', 'month', 'times'"
UNITS = "'hour', 'working_hour', 'working_day', 'calendar_day', 'month', 'times'"
COUNTED_FROM = """
UPDATE ticket SET due_from_at = coalesce(
    (SELECT max(e.at) FROM ticket_event e WHERE e.ticket_id = ticket.id AND e.to_status = 'rework'
        AND e.from_status IN ('reviewed', 'called_back', 'closed')), dispatched_at)
WHERE due_rule IS NOT NULL AND due_at IS NOT NULL AND status NOT IN ('archived', 'closed')
"""
# the days a deadline holds are counted where it stands: rules counted in days and months alike keep them
COUNTED_DAYS = """
UPDATE ticket SET due_days = (
    SELECT count(*) FROM generate_series(
        (due_from_at AT TIME ZONE 'Asia/Shanghai')::date + 1, (due_at AT TIME ZONE 'Asia/Shanghai')::date,
        interval '1 day') AS one
    LEFT JOIN calendar_day d ON d.day = one::date
    WHERE coalesce(d.is_working, extract(isodow FROM one) < 6))
WHERE due_from_at IS NOT NULL AND due_at > due_from_at
    AND due_rule IN (SELECT code FROM deadline_rule WHERE unit = 'working_day')
"""


def upgrade() -> None:
    op.add_column("calendar_day", sa.Column("hours", sa.String(length=60), server_default="", nullable=False))
    _closures()
    _changes()
    op.drop_constraint(op.f("ck_deadline_rule_unit"), "deadline_rule")
    op.create_check_constraint(op.f("ck_deadline_rule_unit"), "deadline_rule", f"unit IN ({UNITS})")
    op.add_column("ticket", sa.Column("due_from_at", MOMENT, nullable=True))
    op.add_column("ticket", sa.Column("due_days", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("stage_rule", sa.String(length=64), nullable=True))
    op.add_column("ticket", sa.Column("stage_from_at", MOMENT, nullable=True))
    op.add_column("ticket", sa.Column("stage_amount", sa.Integer(), nullable=True))
    op.execute(COUNTED_FROM)
    op.execute(COUNTED_DAYS)


def _closures() -> None:
    op.create_table(
        "calendar_closure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=50), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_calendar_closure_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_closure")),
        sa.UniqueConstraint("office_id", "day", name=op.f("uq_calendar_closure_office_id_day")),
    )
    op.create_index(op.f("ix_calendar_closure_day"), "calendar_closure", ["day"])


def _changes() -> None:
    op.create_table(
        "calendar_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("office_path", sa.String(length=60), server_default="/", nullable=False),
        sa.Column("reached_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_change")),
    )
    op.create_index(
        "ix_calendar_change_owed", "calendar_change", ["id"], postgresql_where=sa.text("done_at IS NULL")
    )


def downgrade() -> None:
    for name in ("stage_amount", "stage_from_at", "stage_rule", "due_days", "due_from_at"):
        op.drop_column("ticket", name)
    op.execute("UPDATE deadline_rule SET unit = 'hour' WHERE unit = 'working_hour'")
    op.drop_constraint(op.f("ck_deadline_rule_unit"), "deadline_rule")
    op.create_check_constraint(op.f("ck_deadline_rule_unit"), "deadline_rule", f"unit IN ({UNITS_BEFORE})")
    op.drop_table("calendar_change")
    op.drop_table("calendar_closure")
    op.drop_column("calendar_day", "hours")

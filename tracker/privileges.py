"""What each database role may touch; applied after every migration, harmless when repeated.

`tracker_app` (web, worker, clock) owns the daily work but can neither rewrite the audit log nor read a sealed package.
`tracker_discipline` (the liaisons' process) sees its own schema and the calendar, nothing of tickets or accounts.
Where the roles do not exist (one role for everything) nothing is granted and nothing protects; `tracker doctor` and
docs/decisions/020-clue-secrecy.md say so.
"""

from sqlalchemy import Connection, text

APP, DISCIPLINE = "tracker_app", "tracker_discipline"

_APP: tuple[str, ...] = (
    "GRANT USAGE ON SCHEMA public TO tracker_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tracker_app",
    "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO tracker_app",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM tracker_app",
    "REVOKE UPDATE, DELETE ON audit_entry, ticket_event, clue_entry FROM tracker_app",
    "GRANT UPDATE (followed_at) ON ticket_event TO tracker_app",
    "REVOKE UPDATE, DELETE ON read_entry, read_seal FROM tracker_app",
    "GRANT UPDATE (seal_n) ON read_entry TO tracker_app",
    "REVOKE UPDATE, DELETE ON document_file, document_layout FROM tracker_app",
    "GRANT UPDATE (in_use) ON document_layout TO tracker_app",
    "REVOKE ALL ON ALL TABLES IN SCHEMA discipline FROM tracker_app",
    "GRANT USAGE ON SCHEMA discipline TO tracker_app",
    "GRANT SELECT (code, name, level, parent_code, public_key, generation) ON discipline.commission TO tracker_app",
    (
        "GRANT SELECT (commission_code, generation, public_key, verify_key, made_at, ended_at) "
        "ON discipline.commission_key TO tracker_app"
    ),
    (
        "GRANT INSERT (number, commission_code, generation, sender_name, sent_at, ciphertext, envelope, digest, n_evidence) "
        "ON discipline.package TO tracker_app"
    ),
    "GRANT INSERT ON discipline.package_evidence, discipline.package_piece TO tracker_app",
    "REVOKE UPDATE ON clue_piece, clue_opinion FROM tracker_app",
    "GRANT SELECT ON discipline.progress TO tracker_app",
)

_DISCIPLINE: tuple[str, ...] = (
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM tracker_discipline",
    "GRANT USAGE ON SCHEMA public, discipline TO tracker_discipline",
    "GRANT SELECT ON calendar_day, calendar_year, deadline_rule, alembic_version TO tracker_discipline",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA discipline TO tracker_discipline",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA discipline TO tracker_discipline",
    "REVOKE UPDATE, DELETE ON discipline.desk_entry FROM tracker_discipline",
    "REVOKE DELETE ON discipline.package, discipline.commission_key FROM tracker_discipline",
    "REVOKE DELETE ON discipline.envelope_request FROM tracker_discipline",
    "REVOKE UPDATE, DELETE ON discipline.package_evidence, discipline.package_piece FROM tracker_discipline",
)


def apply(connection: Connection) -> list[str]:
    """Grant and revoke as the owner of the tables; return the roles that exist and were served."""
    if not connection.scalar(text("SELECT to_regclass('discipline.package') IS NOT NULL")):
        return []
    served = []
    for role, statements in ((APP, _APP), (DISCIPLINE, _DISCIPLINE)):
        if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
            continue
        for statement in statements:
            connection.execute(text(statement))
        served.append(role)
    return served

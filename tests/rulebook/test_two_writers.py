"""Two administrators at once: each change is sound alone, both together are not, and the second is told so."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.factories import NOW, person
from tracker import db
from tracker.errors import Invalid
from tracker.routing import queries, versions
from tracker.routing.facts import DecisionKind, Rule, Target

FIRST = Rule(
    "first",
    105,
    {"kind": "department", "level": "county"},
    DecisionKind.DISPATCH,
    Target.OFFICE,
    because="由{office}承办。",
    basis="市级通知",
    verified=False,
    effective_from=date(2026, 3, 2),
    office_code="440100",
)
SECOND = replace(FIRST, code="second")


def test_the_second_writer_waits_and_is_refused(seeded_copy):
    engine = db.connect(seeded_copy())

    def write_second():
        with Session(engine) as session:
            versions.add_rule(session, person(session, "administrator"), SECOND, reason="也加", now=NOW)
            session.commit()

    with ThreadPoolExecutor(1) as pool, Session(engine) as session:
        versions.add_rule(session, person(session, "administrator"), FIRST, reason="先加", now=NOW)
        waiting = pool.submit(write_second)
        session.commit()
        with pytest.raises(Invalid) as refused:
            waiting.result(timeout=60)
    assert refused.value.code == "rule_overlap"
    with Session(engine) as session:
        assert [row.code for row in queries.rule_versions(session) if row.code in {"first", "second"}] == [
            "first"
        ]
    engine.dispose()

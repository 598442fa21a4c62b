"""The reply templates every installation begins with: of no office, for every office to write its own over."""

import csv
from datetime import datetime
from importlib import resources

from sqlalchemy.orm import Session

from tracker.permissions import SYSTEM
from tracker.replies import queries, wording
from tracker.replies.models import ReplyTemplate
from tracker.replies.rules import Outcome


def rows() -> list[tuple[str | None, Outcome, str]]:
    """Return (category code or None for all, outcome, text) of every template shipped; raises Invalid for a bad one."""
    source = resources.files("tracker.replies") / "data" / "reply_templates.csv"
    lines = source.read_text(encoding="utf-8").splitlines()
    return [
        (row["category"] or None, Outcome(row["outcome"]), wording.check(row["text"]))
        for row in csv.DictReader(lines)
    ]


def seed(session: Session, *, now: datetime) -> None:
    """Add the templates that are not there yet; what was edited stays as it is."""
    known = {(row.category_code, row.outcome) for row in queries.templates(session, [])}
    session.add_all(
        ReplyTemplate(
            category_code=category,
            outcome=outcome.value,
            wording=text,
            changed_at=now,
            changed_by_name=SYSTEM.name,
        )
        for category, outcome, text in rows()
        if (category, outcome.value) not in known
    )

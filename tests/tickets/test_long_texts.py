"""What is too long is refused or counted, never cut off without a word."""

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status
from tracker.tickets.schemas import CONTENT_MAX


def test_one_character_too_many_is_refused_and_nothing_is_written(by, session: Session) -> None:
    words = "查" * CONTENT_MAX
    assert by("operator").post("/api/v1/tickets", factories.complaint(content=words)).status_code == 201
    answer = by("operator").post("/api/v1/tickets", factories.complaint(content=words + "。"))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert answer.get_json()["fields"]["content"] == ["长度应为1至20000字。"]
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_characters_are_counted_not_bytes(by) -> None:
    rare = "𠮷" * CONTENT_MAX  # four bytes each, two halves in a browser
    assert by("operator").post("/api/v1/tickets", factories.complaint(content=rare)).status_code == 201


def test_no_browser_cuts_a_pasted_text(by, session: Session) -> None:
    intake = by("operator").get("/intake").text
    assert f'data-most="{CONTENT_MAX}"' in intake
    ticket = factories.standing(session, Status.IN_PROGRESS)
    boxes = re.findall(r"<textarea[^>]*>", intake + by("officer").get(f"/tickets/{ticket.number}").text)
    assert len(boxes) > 5
    assert not [one for one in boxes if "maxlength" in one]

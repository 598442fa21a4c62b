"""The deadlines of clues counted again after the calendar changed. They count by the national calendar alone."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar import service as calendar
from tracker.calendar.deadlines import Clock
from tracker.calendar.models import CalendarChange
from tracker.clues.models import Clue
from tracker.clues.package import RETIMED
from tracker.clues.propose import enter
from tracker.permissions import SYSTEM
from tracker.screens import moment

_BEGAN: dict[Clock, Callable[[Clue], datetime | None]] = {
    Clock.CLUE_SEND: lambda clue: clue.proposed_at,
    Clock.CLUE_DECIDE: lambda clue: clue.co_signed_at,
    Clock.CLUE_DELIVER: lambda clue: clue.approved_at,
}
"""From when each clock of a clue runs."""


def recount(session: Session, change: CalendarChange, now: datetime) -> int:
    """Count the running clock of every clue again and return how many moved, each told in the clue's own record.

    What is still ahead is never moved into the past. A closure of one office changes nothing here.
    """
    if change.office_path != "/":
        return 0
    table, n_moved = calendar.timetable(session), 0
    rules = {rule.code: rule for rule in table.rules}
    running = select(Clue).where(Clue.due_at.is_not(None), Clue.due_rule.is_not(None)).with_for_update()
    for clue in session.scalars(running):
        rule = rules.get(clue.due_rule or "")
        began = _BEGAN[rule.clock](clue) if rule and rule.clock in _BEGAN else None
        if rule is None or began is None or clue.due_at is None:
            continue
        due_at = table.again(rule.code, from_at=began).due_at
        if due_at == clue.due_at or due_at < now < clue.due_at:
            continue
        words = f"时限由{moment(clue.due_at)}改为{moment(due_at)}，因{change.what}（{change.why}）"
        enter(session, clue, SYSTEM, RETIMED, words, now=now)
        clue.due_at = due_at
        n_moved += 1
    return n_moved

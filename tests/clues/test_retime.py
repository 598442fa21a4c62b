"""The running clock of a clue on a calendar that changed."""

from datetime import timedelta

from sqlalchemy import select

from tracker.calendar import queries as calendar_queries
from tracker.calendar import service as calendar
from tracker.clock import local_date
from tracker.clues import queries, retime
from tracker.clues.models import Clue
from tracker.permissions import SYSTEM


def test_a_clue_is_counted_again_by_the_national_calendar_and_says_so_in_its_own_record(sides):
    number = sides.propose()
    now = sides.clock()
    with sides.office.unit_of_work() as session:
        clue = session.scalars(select(Clue).where(Clue.number == number)).one()
        due_at = clue.due_at
        day = local_date(due_at)
        calendar.set_day(session, SYSTEM, day, is_working=False, note="台风停工", why="台风", now=now)
        [change, *_] = calendar_queries.changes(session, SYSTEM, day.year)
        assert retime.recount(session, change, now) >= 1
        assert clue.due_at == due_at + timedelta(days=1)
        entry, words = queries.entries(session, clue)[-1]
        assert entry.step == "retimed"
        assert "台风" in words
        assert retime.recount(session, change, now) == 0
        change.office_path = "/440000/440100/"
        clue.due_at = due_at
        assert retime.recount(session, change, now) == 0
        session.rollback()

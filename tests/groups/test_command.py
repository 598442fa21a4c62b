"""`tracker groups rebuild` and the workers' job."""

from sqlalchemy.orm import Session

from tests.groups.test_service import MIXER, PARKING, grouped, ids, take
from tracker import db
from tracker.groups import command
from tracker.jobs import Job
from workers.clock import SCHEDULE


def test_everything_is_grouped_again(session: Session, database: db.Database) -> None:
    mixer, parking = take(session, *MIXER), take(session, *PARKING, first=10)
    session.commit()
    for _ in range(2):
        assert command.rebuild(database) == 6
        session.expire_all()
        assert grouped(session) == {ids(mixer), ids(parking)}


def test_the_clock_rings_for_groups() -> None:
    assert Job.GROUPS in {turn.job for turn in SCHEDULE}

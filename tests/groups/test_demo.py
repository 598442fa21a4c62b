"""What the demonstration has to show of many people: two matters, and an alarm about the newer one."""

from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.groups.test_service import drain
from tests.surges.made import STREET, quiet_weeks
from tracker.demo import crowd
from tracker.demo.replay import Stage
from tracker.demo.staff import Staff
from tracker.groups.models import GroupMember
from tracker.surges.models import SurgeAlarm
from tracker.tickets.models import Ticket
from workers.surges import one_round


def test_the_demonstration_has_two_groups_and_a_surge(session: Session) -> None:
    quiet_weeks(session)
    random = Random(1)
    crowd.load(Stage(session, factories.REGISTRY, Staff(session, random, NOW), random, NOW))
    drain(session)
    story = func.split_part(Ticket.source_no, "-", 2)
    told = select(story, func.count()).join(GroupMember, GroupMember.ticket_id == Ticket.id)
    of_the_demo = told.where(Ticket.source_no.startswith("demo-")).group_by(GroupMember.group_id, story)
    groups = {(story, n) for story, n in session.execute(of_the_demo) if n > 1}
    assert groups == {("signs", len(crowd.SIGNS)), ("checks", len(crowd.CHECKS))}
    while one_round(session, NOW):
        session.flush()
    alarms = session.scalars(select(SurgeAlarm)).all()
    assert [(one.category_code, one.division_code) for one in alarms] == [("A3", STREET)]

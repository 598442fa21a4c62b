"""The demo's supervision: one instruction that waits, one that was answered, and some tickets sorted."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from tracker.demo.replay import Stage, in_working_time
from tracker.offices.models import Office
from tracker.permissions import Role
from tracker.supervision import queries, service
from tracker.supervision.rules import SORT_LABELS, Sort
from tracker.tickets.actions import perform
from tracker.tickets.models import Ticket
from tracker.tickets.rules import HANDLING

CITY, COUNTY = "440100", "440106"
N_SORTED = 4


def load(stage: Stage) -> None:
    """Let a leader of the city ask about two tickets of a county, its office answer one, and the arbiter sort some."""
    city, county = (
        stage.session.scalars(select(Office).where(Office.code == code)).one() for code in (CITY, COUNTY)
    )
    found = _in_hand(stage, county)
    arbiter = stage.staff.person(city, Role.ARBITER)
    for one, text in zip(
        found[:2], ("请查清是否存在重复检查，限期报告。", "请依法核实，向群众说明。"), strict=False
    ):
        at = max(in_working_time(stage, stage.now - timedelta(days=2)), one.last_event_at)
        given = {"text": text, "given_by": "郑某 副市长", "days": 5}
        perform(stage.session, arbiter, stage.registry["instruct"], one.number, given, now=min(at, stage.now))
    for one in found[1:2]:
        asked = queries.instructions(stage.session, one)[0]
        officer = stage.staff.person(county, Role.OFFICER)
        service.answer(stage.session, officer, asked.id, "已到现场核实，并向诉求人作了说明。", now=stage.now)
    for one in found[: N_SORTED - 1]:
        service.sort(stage.session, arbiter, one.number, None, "", now=stage.now)
    for one in found[N_SORTED - 1 : N_SORTED]:
        opinion = f"同一单位近期问题集中，按{SORT_LABELS[Sort.SPECIAL]}办理。"
        service.sort(stage.session, arbiter, one.number, Sort.SPECIAL, opinion, now=stage.now)


def _in_hand(stage: Stage, office: Office) -> Sequence[Ticket]:
    """Return some tickets in hand at the office, the oldest first."""
    found = select(Ticket).where(
        Ticket.office_id == office.id, Ticket.status.in_([one.value for one in HANDLING])
    )
    return stage.session.scalars(found.order_by(Ticket.received_at).limit(N_SORTED)).all()

"""The demo's supervision documents: one urged and answered, one put right, one that nobody signed for yet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from tracker.demo.replay import Stage, in_working_time
from tracker.documents import issue, service
from tracker.documents.letters import BASES
from tracker.documents.models import Document
from tracker.documents.rules import Kind
from tracker.offices.models import Body, Division, Office
from tracker.permissions import Actor, Role
from tracker.tickets.models import Ticket
from tracker.tickets.rules import HANDLING

CITY, COUNTY = "440100", "440106"


def load(stage: Stage) -> None:
    """Issue the documents about tickets of one county and let each go as far as its story says."""
    city, county = (
        stage.session.scalars(select(Office).where(Office.code == code)).one() for code in (CITY, COUNTY)
    )
    arbiter = stage.staff.person(city, Role.ARBITER)
    head, officer = stage.staff.person(county, Role.REVIEWER), stage.staff.person(county, Role.OFFICER)
    _urged(stage, arbiter, officer, _tickets(stage, county, of_body=False))
    about_bodies = _tickets(stage, county, of_body=True)
    _reminded(stage, head, about_bodies[:1])
    _advised(stage, head, about_bodies[1:2])


def _tickets(stage: Stage, office: Office, *, of_body: bool) -> Sequence[Ticket]:
    """Return two tickets in hand at the office, the oldest first. of_body: not about a body outside the county."""
    found = select(Ticket).where(
        Ticket.office_id == office.id, Ticket.status.in_([one.value for one in HANDLING])
    )
    if of_body:
        own = Division.path.startswith(office.path) & Body.is_vertical.is_(False)
        found = found.outerjoin(Ticket.respondent_body).outerjoin(Body.division)
        found = found.where(or_(Ticket.respondent_body_id.is_(None), own)).order_by(Body.id.is_(None))
    found = found.options(joinedload(Ticket.respondent_body)).order_by(Ticket.received_at).limit(2)
    return stage.session.scalars(found).all()


def _body(ticket: Ticket) -> str:
    return ticket.respondent_body.code if ticket.respondent_body else f"{COUNTY}-SC"


def _at(stage: Stage, found: Sequence[Ticket], days_ago: int) -> datetime:
    at = in_working_time(stage, stage.now - timedelta(days=days_ago))
    return min(max([at, *(one.last_event_at for one in found)]), stage.now)


def _issued(
    stage: Stage, who: Actor, kind: Kind, found: Sequence[Ticket], at: datetime, **given: Any
) -> Document:
    asked = {"kind": kind.value, "tickets": [one.number for one in found], "basis": BASES[kind], **given}
    return issue.issue(stage.session, who, asked, now=at)


def _urged(stage: Stage, arbiter: Actor, officer: Actor, found: Sequence[Ticket]) -> None:
    if not found:
        return
    at = _at(stage, found, 6)
    made = _issued(
        stage,
        arbiter,
        Kind.URGING,
        found,
        at,
        to_office=COUNTY,
        subject="涉企检查投诉办理进度",
        facts="上述工单派单后进展缓慢，未见实质性核查记录。",
        demand="一、逐件核查并约谈涉及单位；\n二、将核查情况和处理意见书面报告。",
    )
    at = min(in_working_time(stage, at + timedelta(hours=5)), stage.now)
    service.sign(stage.session, officer, made.id, {}, now=at)
    at = min(in_working_time(stage, at + timedelta(days=2)), stage.now)
    service.answer(
        stage.session, officer, made.id, "已调取检查记录并约谈涉及单位，拟于本周内答复诉求人。", now=at
    )


def _reminded(stage: Stage, head: Actor, found: Sequence[Ticket]) -> None:
    for one in found:
        at = _at(stage, found, 5)
        made = _issued(
            stage,
            head,
            Kind.REMINDER,
            found,
            at,
            to_body=_body(one),
            subject="规范现场检查",
            facts="现场检查时未主动出示执法证件，未告知检查事由。",
            demand="请对照行政检查程序规定自查，并组织执法人员学习。",
        )
        at = min(in_working_time(stage, at + timedelta(days=1)), stage.now)
        service.sign(stage.session, head, made.id, {"signed_by": "办公室 吴某"}, now=at)
        service.answer(stage.session, head, made.id, "已开展自查并组织全体执法人员学习。", now=at)
        checked = {"outcome": "corrected", "finding": "抽查三份检查记录，程序完备。"}
        at = min(in_working_time(stage, at + timedelta(days=1)), stage.now)
        service.recheck(stage.session, head, made.id, checked, now=at)


def _advised(stage: Stage, head: Actor, found: Sequence[Ticket]) -> None:
    for one in found:
        _issued(
            stage,
            head,
            Kind.OPINION,
            found,
            _at(stage, found, 5),
            to_body=_body(one),
            facts="同一事项一个月内多次检查，未纳入年度检查计划，也未履行审批手续。",
            demand="一、停止无计划的重复检查；\n二、补正审批手续，依法处理相关责任人员。",
        )

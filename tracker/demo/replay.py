"""Replaying demo tickets through the real services, every step at its own moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.clock import LOCAL, local
from tracker.demo import fates
from tracker.demo.fates import Step
from tracker.demo.staff import Staff
from tracker.demo.texts import Complaint
from tracker.errors import TrackerError
from tracker.offices.models import Office
from tracker.permissions import Actor, Role
from tracker.replies import evidence
from tracker.tickets import actions, clocks, receive, sweep
from tracker.tickets.actions import Action
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

log = structlog.get_logger()

WORK = time(8, 40), time(17, 20)


@dataclass(frozen=True)
class Stage:
    """What a replay needs: session, actions by name, people, chance, and the true present."""

    session: Session
    registry: Mapping[str, Action]
    staff: Staff
    random: Random
    now: datetime


def in_working_time(stage: Stage, at: datetime) -> datetime:
    """Return the moment, or a moment in the next working time when nobody works then."""
    calendar = clocks.timetable(stage.session).calendar
    here = local(at)
    while not calendar.is_working(here.date()) or here.time() > WORK[1]:
        here = datetime.combine(here.date() + timedelta(days=1), WORK[0], LOCAL)
        here += timedelta(minutes=stage.random.randrange(200))
    if here.time() < WORK[0]:
        here = datetime.combine(here.date(), WORK[0], LOCAL) + timedelta(minutes=stage.random.randrange(90))
    return here


def take_in(stage: Stage, operator: Actor, complaint: Complaint, at: datetime, source_no: str) -> Ticket:
    """Log the complaint as the operator and return its ticket."""
    given = {
        "channel": complaint.channel,
        "kind": complaint.kind,
        "title": complaint.title,
        "content": complaint.content,
        "place_text": complaint.place,
        "source_no": source_no,
        "urgent": complaint.urgent,
        "complainant": {
            "name": complaint.name,
            "phone": complaint.phone,
            "anonymous": complaint.anonymous,
            "hide_identity": complaint.hide_identity,
        },
        "received_at": at,
    }
    return receive.receive(stage.session, operator, given, now=at).ticket


def live(stage: Stage, ticket: Ticket, operator: Actor, steps: list[Step], at: datetime) -> None:
    """Let the steps happen until the present is reached; a refused step ends the story there, which is honest."""
    if ticket.status == Status.MANUAL:
        at = in_working_time(stage, at + timedelta(hours=stage.random.uniform(0.5, 6)))
        if at > stage.now or not _sorted_by_hand(stage, ticket, operator, at):
            return
    for step in steps:
        at = in_working_time(stage, at + timedelta(hours=step.after_h))
        if at > stage.now:
            return
        if not _done(stage, ticket, operator, step, at):
            return
        if step.action == "call-back" and ticket.status in {Status.CLOSED, Status.CALLED_BACK}:
            return
    return


def _sorted_by_hand(stage: Stage, ticket: Ticket, operator: Actor, at: datetime) -> bool:
    if stage.now - at < timedelta(days=4) and stage.random.random() < 0.6:
        return False  # nobody came to it yet
    if (ticket.category_code or "").startswith("J"):
        gives = {"channel": "12345热线其他专席", "reason": "不属于行政执法监督事项，已向诉求人说明。"}
        return _perform(stage, ticket, operator, "redirect", gives, at) and False
    top = ticket.candidates[0]["office_code"] if ticket.candidates else None
    gives = {
        "office": top or "440106",
        "reason": "人工研判：按被投诉单位同级确定。",
        "category": ticket.category_code or "F3",
    }
    return _perform(stage, ticket, operator, "redispatch", gives, at)


def _done(stage: Stage, ticket: Ticket, operator: Actor, step: Step, at: datetime) -> bool:
    who = _who(stage, ticket, operator, step)
    gives = dict(step.gives)
    if step.action == "reply" and (ticket.category_code or "").startswith("A"):
        evidence.attach(stage.session, who, ticket, name="核查笔录.pdf", content=fates.EVIDENCE, now=at)
    if step.action == "co-handle" and str(ticket.office.level) == "city":
        gives["office"] = "440106"
    if gives.get("office") == fates.ABOVE:
        gives["office"] = _above(stage, ticket).code
    if step.action == "reply":
        gives["public_text"] = f"【{ticket.title[:18]}】{gives['public_text']}"
    return _perform(stage, ticket, who, step.action, gives, at)


def _who(stage: Stage, ticket: Ticket, operator: Actor, step: Step) -> Actor:
    if step.who == "operator":
        return operator
    if step.who == "above":
        return stage.staff.person(_above(stage, ticket), Role.REVIEWER)
    role = Role(step.who)
    if role is Role.ARBITER:
        return stage.staff.person(_above(stage, ticket), role)
    second = ticket.n_reworks % 2 if role is Role.OFFICER else 0  # another one in every round of rework
    return stage.staff.person(ticket.office, role, second)


def _above(stage: Stage, ticket: Ticket) -> Office:
    parent = stage.session.get(Office, ticket.office.parent_id) if ticket.office.parent_id else None
    return parent or ticket.office


def _perform(
    stage: Stage, ticket: Ticket, who: Actor, name: str, gives: Mapping[str, object], at: datetime
) -> bool:
    if ticket.next_check_at is not None and ticket.next_check_at <= at:
        sweep.pass_time(stage.session, ticket, at)
    try:
        with stage.session.begin_nested():
            actions.perform(stage.session, who, stage.registry[name], ticket.number, gives, now=at)
    except TrackerError as refusal:
        log.info(
            "demo_step_refused",
            action=name,
            status=str(ticket.status),
            code=refusal.code,
            why=refusal.message,
        )
        stage.session.refresh(ticket)
        return False
    return True


def archive_old(stage: Stage, older_than: timedelta) -> None:
    """Archive what was closed long ago, ten days after its closing."""
    closed = stage.session.scalars(
        select(Ticket).where(Ticket.status == Status.CLOSED.value, Ticket.closed_at < stage.now - older_than)
    )
    for ticket in closed:
        stage.session.refresh(ticket, ["office", "intake_office"])
        at = in_working_time(stage, (ticket.closed_at or stage.now) + timedelta(days=10))
        _perform(stage, ticket, stage.staff.person(ticket.intake_office, Role.OPERATOR), "archive", {}, at)

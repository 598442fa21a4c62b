"""The demo's clues: proposed by one officer, co-signed by another, decided by the head, two of them sent."""

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from tracker.clues import propose, service
from tracker.clues.rules import Step
from tracker.demo.replay import Stage, in_working_time
from tracker.offices.models import Office
from tracker.permissions import Role
from tracker.tickets.models import Ticket

OFFICE = "440106"
STORIES: tuple[tuple[dict[str, Any], tuple[Step, ...]], ...] = (
    (
        {
            "person": "罗某成",
            "unit": "天河区某街道综合行政执法队",
            "post": "中队长",
            "rank": "section",
            "facts": "诉求人称其以“协调费”名义两次收取现金共八千元，并提供了转账截图和通话录音。",
            "amount_fen": 800000,
            "occurred": "2026年9月至10月",
            "place": "天河区",
        },
        (Step.CO_SIGN, Step.APPROVE, Step.SEND),
    ),
    (
        {
            "person": "邓某平",
            "unit": "天河区某监管所",
            "post": "副所长",
            "rank": "section",
            "facts": "检查前多次向被检查企业透露检查时间，并安排亲属为该企业代办整改手续。",
            "occurred": "2026年8月以来",
            "place": "天河区棠下",
        },
        (Step.CO_SIGN, Step.APPROVE, Step.SEND),
    ),
    (
        {
            "person": "沈某",
            "unit": "广州市某支队",
            "post": "支队领导",
            "rank": "division",
            "facts": "诉求人反映其指定检测机构，检测费由该机构与其亲属公司分成，附合同复印件。",
            "amount_fen": 12600000,
            "occurred": "2025年至2026年",
            "place": "广州市",
        },
        (Step.CO_SIGN,),
    ),
    (
        {
            "person": "不详（执法证号尾号317）",
            "unit": "天河区某执法队",
            "post": "队员",
            "rank": "unknown",
            "facts": "诉求人称现场一名队员索要两条香烟后放弃处罚，愿意当面指认。",
            "occurred": "2026年11月上旬",
            "place": "天河区石牌",
        },
        (),
    ),
)


def load(stage: Stage) -> None:
    """Propose the clues from tickets of one office and let each go as far as its story says."""
    office = stage.session.scalars(select(Office).where(Office.code == OFFICE)).one()
    tickets = stage.session.scalars(
        select(Ticket)
        .where(
            Ticket.office_id == office.id,
            or_(Ticket.category_code.like("H%"), Ticket.category_code.like("A%")),
        )
        .options(joinedload(Ticket.office))
        .order_by(Ticket.category_code.desc(), Ticket.received_at.desc())
        .limit(len(STORIES))
    ).all()
    first, second = (stage.staff.person(office, Role.OFFICER, place) for place in (0, 1))
    head = stage.staff.person(office, Role.REVIEWER)
    who = {Step.CO_SIGN: second, Step.APPROVE: head, Step.SEND: head}
    for days_ago, (ticket, (given, steps)) in enumerate(zip(tickets, STORIES, strict=False), start=3):
        at = max(in_working_time(stage, stage.now - timedelta(days=9 - days_ago)), ticket.received_at)
        clue = propose.propose(stage.session, first, ticket.number, given, now=min(at, stage.now))
        for step in steps:
            at = min(in_working_time(stage, at + timedelta(hours=5)), stage.now)
            service.perform(stage.session, who[step], clue.number, step, {"opinion": "同意移送。"}, now=at)

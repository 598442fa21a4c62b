"""The demo's ties: a complaint split into two matters, and one reply for three people who said the same."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.demo import fates
from tracker.demo.fates import Step
from tracker.demo.replay import Stage, in_working_time, live, take_in
from tracker.demo.texts import Complaint
from tracker.offices.models import Office
from tracker.permissions import Role
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

COUNTY, NEIGHBOUR, OUTPOST = "440106", "440104", "440106006"
SIGNS = "我在石牌街道开小吃店，城管局对同样的招牌别家不罚只罚我"
VISITS = "越秀区的分店，市场监督管理局一个月检查六次，没有检查通知"
PARTS = (
    {
        "title": "招牌执法标准不一",
        "content": f"{SIGNS}，要求说明裁量依据。",
        "category": "C1",
        "office": COUNTY,
    },
    {
        "title": "分店一个月检查六次",
        "content": f"{VISITS}，影响经营。",
        "category": "A3",
        "office": NEIGHBOUR,
    },
)
SAME = (
    (
        "夜市摊位清理前后不一致",
        "石牌街道夜市，城管局上周说可以摆到十点，这周八点就来清理，执法标准前后不一致。",
    ),
    ("夜市清理时间说变就变", "石牌街道夜市的清理时间说变就变，城管局没有公告，执法标准前后不一致。"),
    ("摆摊时间没有准数", "石牌街道夜市摆摊，城管局每次来说的时间都不同，执法标准前后不一致。"),
)
_ACCEPT = Step(5, "officer", "accept")
_REVIEW = Step(6, "reviewer", "review", {"approve": True, "opinion": "同意答复。"})
_TO_COUNTY = Step(
    1, "operator", "redispatch", {"office": COUNTY, "reason": "事发地在天河区", "category": "C1"}
)


def load(stage: Stage) -> None:
    """Take the complaints in and let them go as far as their stories say."""
    _split(stage)
    _merged(stage)


def _taken(stage: Stage, nth: int, title: str, content: str, days_ago: float) -> Ticket:
    """Return a complaint taken in at the county's desk and dispatched to the county."""
    office = stage.session.scalars(select(Office).where(Office.code == COUNTY)).one()
    operator = stage.staff.person(office, Role.OPERATOR)
    at = min(in_working_time(stage, stage.now - timedelta(days=days_ago)), stage.now)
    complaint = Complaint(
        title=title,
        content=content,
        place="广州市天河区石牌街道",
        kind="complaint",
        channel="12345",
        name="黄某" + "甲乙丙丁"[nth],
        phone=f"1990000{9100 + nth}",
        anonymous=False,
        hide_identity=False,
        urgent=False,
    )
    ticket = take_in(stage, operator, complaint, at, f"demo-tie-{nth}")
    there = ticket.status == Status.DISPATCHED and ticket.office.code == COUNTY
    live(stage, ticket, operator, [] if there else [_TO_COUNTY], at)
    return ticket


def _go(stage: Stage, ticket: Ticket, *steps: Step) -> None:
    desk = stage.staff.person(ticket.intake_office, Role.OPERATOR)
    live(stage, ticket, desk, list(steps), ticket.last_event_at)


def _split(stage: Stage) -> None:
    """One matter is settled; in the other a co-handler has days of its own; the parent waits."""
    whole = _taken(stage, 0, "招牌处罚不公，分店检查频繁", f"{SIGNS}；另外{VISITS}。", 11)
    split = {"parts": list(PARTS), "reason": "两个区、两个部门的两件事，分别核查"}
    _go(stage, whole, _ACCEPT, Step(3, "officer", "split", split))
    parts = stage.session.scalars(
        select(Ticket)
        .where(Ticket.parent_id == whole.id)
        .options(joinedload(Ticket.office), joinedload(Ticket.intake_office))
        .order_by(Ticket.id)
    ).all()
    asked = {"office": OUTPOST, "task": "请协助走访周边商户，核实检查次数。", "days": 3}
    for part, steps in zip(
        parts,
        (
            (_ACCEPT, fates.reply(stage.random, 40), _REVIEW),
            (_ACCEPT, Step(30, "officer", "co-handle", asked)),
        ),
        strict=True,
    ):
        _go(stage, part, *steps)


def _merged(stage: Stage) -> None:
    """Three say the same: answered at once, one content, one done again, the lead's caller not reached yet."""
    lead, *others = (
        _taken(stage, nth, title, content, 13 - nth / 5) for nth, (title, content) in enumerate(SAME, start=1)
    )
    merge = {"lead": lead.number, "reason": "同一地点、同一时段、同一执法行为"}
    for other in others:
        _go(stage, other, Step(2, "operator", "merge", merge))
    after = max((one.last_event_at for one in others), default=lead.last_event_at)
    wait = (after - lead.last_event_at).total_seconds() / 3600
    _go(stage, lead, Step(wait + 3, "officer", "accept"), fates.reply(stage.random, 50), _REVIEW)
    for other, content in zip(others, (True, False), strict=True):
        stage.session.refresh(other)
        stage.session.refresh(other, ["office", "intake_office"])
        _go(stage, other, fates.call_back(stage.random, content=content))
    _go(stage, lead, Step(8, "operator", "call-back", {"reached": False, "remark": "无人接听"}))

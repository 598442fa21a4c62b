"""A month in which everything happened that a figure can count, and what came after it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.world import BAD, GOOD, World
from tracker.indicators import rules, service
from tracker.permissions import Actor, Role
from tracker.tickets import receive
from tracker.tickets.models import Ticket
from tracker.tickets.sweep import sweep

MARCH = date(2026, 3, 1), date(2026, 3, 31)
APRIL_1 = datetime(2026, 3, 31, 16, tzinfo=UTC)
"""Midnight in Guangzhou: the first moment after March."""

REASON = {"reason": "按规定办理此步骤"}
RETURN = {"reason": "not_our_duty", "basis": "职责清单", "statement": "不属于本单位职责"}
SIGNED = {"approve": True, "opinion": "同意退单"}
APPEAL = {"reason": "超出法律规定", "proof": "录音第2分钟"}
UNREACHED = {"reached": False, "remark": "无人接听"}


def leader(world: World, code: str = "440100") -> Actor:
    office = world.office(code)
    return Actor(None, "领导", Role.LEADER, office.id, office.path, str(office.level), office.name)


def counts(world: World, office: str = "440100", *, now: datetime | None = None) -> dict[str, int]:
    """Every figure of March, told at that moment (now unless said)."""
    who = leader(world)
    of = service.scope(world.session, who, office, *MARCH, now=now or world.now)
    return service.report(world.session, who, of).counts


def rates(world: World, office: str = "440106") -> dict[tuple[str, bool], tuple[int, int]]:
    who = leader(world)
    of = service.scope(world.session, who, office, *MARCH, now=world.now)
    found = service.report(world.session, who, of).rates()
    return {(one.rate.code, one.rate.adjusted): (one.counted, one.of) for one in found}


def march(world: World) -> dict[str, Ticket]:
    """Let March pass; return the tickets by what became of them, the clock standing at midnight of 1 April."""
    op, officer, arbiter = world.operator, world.officer, world.arbiter
    made = {
        "closed": world.closed("C1", division_code="440106006"),
        "closed_too": world.closed("E1", division_code="440105"),
        "excluded": world.closed("F2"),
        "redone": world.reviewed("C2"),
        "dropped": world.reviewed("E2"),
        "appealed": world.reviewed("F3"),
        "unsigned": world.dispatched("G2"),
        "in_hand": world.in_progress("C3"),
        "overruled": world.dispatched(),
        "sent_on": world.dispatched(),
        "lead": world.dispatched(),
        "merged": world.dispatched(),
        "redirected": world.dispatched(),
        "rejected": world.dispatched(),
        "unreached": world.reviewed(),
        "extended": world.in_progress(),
    }
    made["excluded"].excluded_from_ranking = True
    for name in ("redone", "dropped", "appealed"):
        world.act(op, made[name], "call-back", BAD)
    world.act(op, world.again(made["redone"]), "call-back", GOOD)
    for name in ("dropped", "appealed"):
        world.act(officer, made[name], "appeal", APPEAL)
    world.act(arbiter, made["dropped"], "decide-appeal", {"approve": True, "opinion": "成立"})
    for name, ruling in (
        ("overruled", {"ruling": "uphold", "reason": "原派单正确"}),
        ("sent_on", {"ruling": "redispatch", "office": "440105", "reason": "属越秀管辖"}),
    ):
        world.act(officer, made[name], "return", RETURN)
        world.act(world.reviewer, made[name], "sign-return", SIGNED)
        world.act(arbiter, made[name], "rule", ruling)
    world.act(op, made["merged"], "merge", {"lead": made["lead"].number, **REASON})
    world.act(op, made["redirected"], "redirect", {"channel": "12315", "reason": "消费纠纷"})
    world.act(op, made["rejected"], "reject", {"reason": "outside_duty", "route": "请向街道反映"})
    world.act(op, made["in_hand"], "urge", REASON)
    world.act(arbiter, made["in_hand"], "supervise", REASON)
    world.act(op, made["unreached"], "call-back", UNREACHED)
    asked = {"days": 5, "reason": "需委托鉴定", "basis": "办法第十条"}
    world.act(officer, made["extended"], "extend", asked)
    world.act(world.reviewer, made["extended"], "decide-extension", {"approve": True, "opinion": "同意"})
    world.now = APRIL_1
    sweep(world.session, now=world.now)
    world.session.flush()
    return made


def april(world: World, made: dict[str, Ticket]) -> None:
    """Let things happen afterwards that change nothing of March but what is told as a correction."""
    op, officer, arbiter = world.operator, world.officer, world.arbiter
    world.act(arbiter, made["appealed"], "decide-appeal", {"approve": True, "opinion": "成立"})
    world.act(op, made["closed"], "rework", REASON)
    world.act(op, made["in_hand"], "redispatch", {"office": "440105", **REASON})
    world.act(op, made["merged"], "unmerge", REASON)
    world.act(op, made["lead"], "recategorise", {"category": "F1", **REASON})
    world.act(officer, made["unsigned"], "accept")
    world.dispatched()
    intake: dict[str, Any] = {
        "channel": "12345",
        "kind": "complaint",
        "content": "三月里收到、四月才补录的诉求：执法人员不出示证件。",
        "category_code": "D1",
        "received_at": APRIL_1 - timedelta(days=3),
    }
    receive.receive(world.session, op, intake, now=world.later(hours=1), triage_now=False)
    world.now = APRIL_1 + timedelta(days=29)
    sweep(world.session, now=world.now)
    world.session.flush()


CHANGED_BY_CORRECTIONS = {
    "received",
    "answered_adjusted",
    "satisfied_adjusted",
    "solved_adjusted",
    *rules.CORRECTIONS,
}

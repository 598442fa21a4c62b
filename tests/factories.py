"""Plain functions that make what a test needs: reference data once a database, people, complaints, tickets on their way."""

import inspect
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker import seeds
from tracker.accounts import queries as accounts
from tracker.accounts import secrets
from tracker.accounts.models import Account, ApiToken
from tracker.app import gather_actions
from tracker.offices import service as offices
from tracker.permissions import Actor, Role
from tracker.tickets import actions, receive, schemas
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

S = Status

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""Monday, ten in the morning in Guangzhou."""

DAY = timedelta(days=1)

PEOPLE: dict[str, tuple[str, Role, str | None]] = {
    "operator": ("陈晓岚", Role.OPERATOR, "440106"),
    "officer": ("李志强", Role.OFFICER, "440106"),
    "officer2": ("黄丽敏", Role.OFFICER, "440106"),
    "reviewer": ("梁国栋", Role.REVIEWER, "440106"),
    "street": ("何俊杰", Role.OFFICER, "440106006"),
    "street.reviewer": ("罗小燕", Role.REVIEWER, "440106006"),
    "city.operator": ("马小雨", Role.OPERATOR, "440100"),
    "city.officer": ("邓志明", Role.OFFICER, "440100"),
    "city.reviewer": ("许文", Role.REVIEWER, "440100"),
    "arbiter": ("周文斌", Role.ARBITER, "440100"),
    "province": ("吴海燕", Role.REVIEWER, "440000"),
    "leader": ("郑启明", Role.LEADER, "440000"),
    "neighbour": ("赵越", Role.OFFICER, "440104"),
    "neighbour.operator": ("钱秀", Role.OPERATOR, "440104"),
    "administrator": ("林伟", Role.ADMINISTRATOR, None),
    "auditor": ("谢婉婷", Role.AUDITOR, None),
}
"""login → (name, post, office): 天河 440106 with 石牌 440106006 below, 广州 440100, 省 440000; 越秀 440104 next door."""

CONTENT = "天河区市场监督管理局多次到我店检查，一个月查了六次，没有检查通知，影响经营。"
"""Classified and routed to 天河区司法局 with confidence."""

MURKY = "我要投诉，请你们管一管这件事情。"
"""Nobody can tell what it is about: 人工研判."""

PHONE = "13800138000"

_serial = itertools.count(1)


def seed(session: Session, home: Path) -> None:
    """Load every room's reference data for two counties of Guangzhou, and the people."""
    offered = {"home": home, "now": NOW}
    for room, load in seeds.seeds():
        if room == "offices":
            for county in ("440106", "440104"):
                offices.seed(session, below=county)
        else:
            wanted = inspect.signature(load).parameters
            load(session, **{name: value for name, value in offered.items() if name in wanted})
        session.flush()
    _hire(session)


def _hire(session: Session) -> None:
    for login, (name, role, code) in PEOPLE.items():
        account = Account(
            name=login,
            display_name=name,
            role=role.value,
            office=offices.office(session, code) if code else None,
            password_hash="!",
            created_at=NOW,
            password_changed_at=NOW,
        )
        session.add(account)
        session.flush()
        session.add(
            ApiToken(
                account_id=account.id, label="测试", token_hash=secrets.digest(token(login)), created_at=NOW
            )
        )


def token(login: str) -> str:
    """Return the API token of that person."""
    return f"{secrets.TOKEN_PREFIX}of-{login}"


def headers(login: str) -> dict[str, str]:
    """Return the headers with which that person's program calls."""
    return {"Authorization": f"Bearer {token(login)}"}


def person(session: Session, login: str) -> Actor:
    """Return that person as an actor."""
    account = session.scalars(
        select(Account).where(Account.name == login).options(joinedload(Account.office))
    ).one()
    return accounts.as_actor(account)


def complaint(**changes: Any) -> dict[str, Any]:
    """Return a complaint as JSON; a change to None leaves the field out."""
    given = {"channel": "12345", "kind": "complaint", "content": CONTENT, **changes}
    return {name: value for name, value in given.items() if value is not None}


def caller(**changes: Any) -> dict[str, Any]:
    """Return a complainant with a telephone."""
    return {"name": "张小明", "phone": PHONE, **changes}


def take_in(
    session: Session, *, who: str = "operator", now: datetime = NOW, triage_now: bool = True, **changes: Any
) -> Ticket:
    """Return a complaint received by that person, its input judged as at the door."""
    intake = schemas.TicketIn().load(complaint(**changes))
    ticket = receive.receive(session, person(session, who), intake, now=now, triage_now=triage_now).ticket
    session.flush()
    return ticket


def act(
    session: Session, ticket: Ticket, who: str, name: str, *, now: datetime = NOW, **given: Any
) -> Ticket:
    """Return the ticket after that person did the action on it."""
    return actions.perform(session, person(session, who), REGISTRY[name], ticket.number, given, now=now)


REGISTRY: Mapping[str, actions.Action] = gather_actions()

REASON = {"reason": "按规定办理此步骤"}
REPLY = {"outcome": "untrue", "public_text": "经现场核查并调阅案卷，现将核查情况答复如下。"}
CALL = {"reached": True, "grade": "satisfied", "solved": True}

Step = tuple[str, str, dict[str, Any]]
_DISPATCH: Step = ("operator", "redispatch", {"office": "440106", "reason": "按属地派单", "category": "C1"})
_ACCEPT: Step = ("officer", "accept", {})
_REPLY: Step = ("officer", "reply", REPLY)
_REVIEW: Step = ("reviewer", "review", {"approve": True})
_CALLED: list[Step] = [_DISPATCH, _ACCEPT, _REPLY, _REVIEW]

WAYS: dict[Status, list[Step]] = {
    S.MANUAL: [],
    S.DISPATCHED: [_DISPATCH],
    S.RETURN_REQUESTED: [
        _DISPATCH,
        (
            "officer",
            "return",
            {"reason": "not_our_duty", "basis": "职责清单第三条", "statement": "该事项不归我局监督。"},
        ),
        ("reviewer", "sign-return", {"approve": True, "opinion": "同意退单"}),
    ],
    S.IN_PROGRESS: [_DISPATCH, _ACCEPT],
    S.SUSPENDED: [_DISPATCH, _ACCEPT, ("officer", "suspend", REASON)],
    S.REPLIED: [_DISPATCH, _ACCEPT, _REPLY],
    S.REVIEWED: _CALLED,
    S.CALLED_BACK: [
        *_CALLED,
        ("operator", "rework", REASON),
        ("officer2", "reply", REPLY),
        _REVIEW,
        ("operator", "rework", REASON),
        _REPLY,
        _REVIEW,
        ("operator", "call-back", {"reached": True, "grade": "very_dissatisfied", "solved": False}),
    ],
    S.REWORK: [*_CALLED, ("operator", "rework", REASON)],
    S.TERMINATING: [_DISPATCH, _ACCEPT, ("officer", "terminate", REASON)],
    S.CLOSED: [*_CALLED, ("operator", "call-back", CALL)],
    S.ARCHIVED: [*_CALLED, ("operator", "call-back", CALL), ("operator", "archive", {})],
    S.NOT_ACCEPTED: [("operator", "reject", {"reason": "outside_duty", "route": "请向街道办事处反映"})],
    S.REDIRECTED: [("operator", "redirect", {"channel": "110", "reason": "属于治安事项"})],
    S.TERMINATED: [
        _DISPATCH,
        _ACCEPT,
        ("officer", "terminate", REASON),
        ("reviewer", "terminate", {**REASON, "approve": True}),
    ],
    S.WITHDRAWN: [("operator", "withdraw", REASON)],
}
"""How a ticket truly comes into each status. RECEIVED and MERGED need more than steps; TRIAGED lasts no longer than a call."""


def standing(session: Session, status: Status, *, now: datetime = NOW, **changes: Any) -> Ticket:
    """Return a ticket in that status, brought there by the real actions of real people."""
    if status is S.RECEIVED:
        return take_in(session, now=now, triage_now=False, **changes)
    ticket = take_in(session, now=now, **{"content": MURKY, **changes})
    if status is S.MERGED:
        lead = take_in(session, now=now, content=MURKY)
        return act(session, ticket, "operator", "merge", now=now, lead=lead.number, **REASON)
    for who, name, given in WAYS[status]:
        act(session, ticket, who, name, now=now, **given)
    assert ticket.status == status, (ticket.status, status)
    return ticket


def source_no() -> str:
    """Return a source number nobody used yet."""
    return f"GZ{next(_serial):08d}"

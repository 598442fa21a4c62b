"""Somebody of every post in four offices, and something of 天河区司法局 behind the addresses that name one thing."""

import io
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, IntegerConverter, Rule
from werkzeug.test import TestResponse

from tests import factories
from tests.clues.sides import CLUE, PDF
from tests.doors import Visitor
from tests.factories import CONTENT, NOW, S
from tracker import web
from tracker.accounts.models import Account
from tracker.calendar.models import CalendarClosure
from tracker.config import Settings
from tracker.db import Database
from tracker.limits import Limits
from tracker.offices import service as offices
from tracker.permissions import Actor, Role
from tracker.replies.models import EvidenceFile
from tracker.supervision.models import Instruction

PLACES: dict[str, str] = {
    "own": "440106",
    "superior": "440100",
    "subordinate": "440106006",
    "other": "440104",
}
"""天河区, whose business everything is; 广州市 above it, 石牌街道 below it, 越秀区 beside it."""
POSTS = tuple(role for role in Role if role is not Role.SYSTEM)
OK, REFUSED, ABSENT, SIGN_IN = "ok", "refused", "absent", "sign-in"
PLAN = {"name": "规范涉企执法专项整治", "starts_on": "2026-03-01", "ends_on": "2026-12-31"}
PAPER = {
    "kind": "urging",
    "to_office": "440106",
    "facts": "该工单办理缓慢，未按时联系诉求人。",
    "basis": "《行政执法监督条例》的有关规定",
    "demand": "请抓紧办理。",
}
_STAND_INS = {"filename": "style.css", "code": "440106", "kind": "urging", "made_as": "pdf", "name": "note"}


@dataclass
class Town:
    """The application, who may knock at it, and what fills the blanks of its addresses by how they begin."""

    app: Flask
    connection: Connection
    door: web.Doorway
    settings: Settings
    limits: Limits
    people: dict[tuple[Role, str], Actor]
    blanks: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What is sent with a request, so that it is refused for who asks, not for what it says."""

    def ask(self, who: Actor | None, method: str, address: str, **given: Any) -> TestResponse:
        """Return the answer to somebody who brings a token, so that no form is looked for its own."""
        door = replace(self.door, identify=lambda session, now: who)
        headers = {"Authorization": "Bearer of the tests", **given.pop("headers", {})}
        asked = Visitor(self.app, self.app.response_class, use_cookies=False)
        asked.brought = {"doorway": door, "settings": self.settings, "limits": self.limits}
        return asked.open(address, method=method, headers=headers, buffered=True, **given)

    def answer(self, who: Actor | None, method: str, rule: Rule, *, page: bool = True) -> str:
        """Return which of the four answers somebody gets; whatever it wrote is taken back.

        page: False where a refusal is awaited, to be told it in a line instead of a page.
        """
        address = self.app.url_map.bind("localhost").build(rule.endpoint, self._filled(rule), method=method)
        given: dict[str, Any] = {} if page else {"headers": {"Content-Type": "application/json"}}
        if page and method != "GET":
            sent = self.sent.get(f"{method} {rule.rule}", {})
            files = {name: (io.BytesIO(PDF), "照片.pdf") for name, value in sent.items() if value is PDF}
            given = {"json": sent} if "/api/" in rule.rule and not files else {"data": sent | files}
        with self.connection.begin_nested() as step:
            answer = self.ask(who, method, address, **given)
            step.rollback()
        assert answer.status_code < 500 or rule.rule == "/readyz", (rule.rule, answer.text)
        return told(answer)

    def _filled(self, rule: Rule) -> dict[str, Any]:
        path = rule.rule.removeprefix("/api/v1")
        made = next((values for start, values in self.blanks.items() if path.startswith(start)), {})
        return {name: made.get(name, _stand_in(rule, name)) for name in rule.arguments}


def told(answer: TestResponse) -> str:
    """Return the kind of an answer; what was understood and found, though not done for want of input, is ok."""
    to_sign_in = answer.status_code in {302, 303} and answer.headers["Location"].startswith("/login")
    if answer.status_code == 401 or to_sign_in:
        return SIGN_IN
    return {403: REFUSED, 404: ABSENT}.get(answer.status_code, OK)


def _stand_in(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    if isinstance(converter, IntegerConverter):
        return 2026 if name == "year" else 9_999_999
    return _STAND_INS.get(name, "x" * 20)


def hire(session: Session) -> dict[tuple[Role, str], Actor]:
    """Return somebody of every post in each of the four offices."""
    people = {}
    for place, code in PLACES.items():
        office = offices.office(session, code)
        for role in POSTS:
            account = Account(
                name=f"{role.value}.{place}",
                display_name="某人",
                role=role.value,
                office_id=office.id,
                password_hash="!",
                created_at=NOW,
                password_changed_at=NOW,
            )
            session.add(account)
            session.flush()
            of = (office.id, office.path, str(office.level), office.short_name)
            people[role, place] = Actor(account.id, "某人", role, *of)
    return people


def settle(town: Town, session: Session, database: Database) -> Town:
    """Give 天河区 a ticket with all that can hang on one, and return the town."""
    ticket = factories.standing(session, S.IN_PROGRESS, content=CONTENT, complainant=factories.caller())
    factories.act(session, ticket, "leader", "instruct", text="请依法核实，尽快回复。", days=3)
    session.commit()
    number = ticket.number
    alike = factories.standing(session, S.DISPATCHED, content=CONTENT).number
    session.commit()
    evidence = {"file": (io.BytesIO(PDF), "现场照片.pdf")}
    made = {
        "evidence": _make(town, Role.OFFICER, "own", f"/tickets/{number}/evidence", data=evidence),
        "document": _make(town, Role.ARBITER, "superior", "/documents", json=PAPER | {"tickets": [number]}),
        "campaign": _make(town, Role.REVIEWER, "own", "/campaigns", json=PLAN),
        "clue": _make(town, Role.OFFICER, "own", f"/tickets/{number}/clues", json=CLUE),
    }
    closure = {"office_code": "440106", "day": "2026-03-04", "why": "台风停工"}
    _make(town, Role.ADMINISTRATOR, "own", "/calendar/closures", json=closure)
    campaign = made["campaign"]["id"]
    line = {"content": "街道执法队重复收取清运费。", "office": "440106", "category_code": "C1"}
    finding = _make(town, Role.REVIEWER, "own", f"/campaigns/{campaign}/findings", json=line)
    with database.unit_of_work() as fresh:
        file_id = fresh.scalars(select(EvidenceFile.id).where(EvidenceFile.ticket_id == ticket.id)).one()
        closure_id = fresh.scalars(select(CalendarClosure.id)).one()
        instruction = fresh.scalars(select(Instruction.id).where(Instruction.ticket_id == ticket.id)).one()
    of_ticket = {"number": number, "file_id": file_id, "name": "note", "instruction_id": instruction}
    town.blanks = {
        **dict.fromkeys(("/tickets", "/returns", "/callbacks", "/instructions", "/supervision"), of_ticket),
        "/groups": of_ticket,
        "/findings": {"number": finding["number"]},
        "/campaigns": {"campaign_id": campaign},
        "/documents": {"document_id": made["document"]["id"], "made_as": "pdf"},
        "/clues": {"number": made["clue"]["number"], "name": "co-sign", "n": 1},
    }
    clerk = {"account_id": town.people[Role.OFFICER, "own"].account_id}
    town.blanks |= {
        "/accounts": clerk,
        "/admin/accounts": clerk,
        "/calendar/closures": {"closure_id": closure_id},
    }
    reveal = {"field": "phone", "reason": "回访联系诉求人"}
    words = {"text": "已核实办理并回复群众。"}
    town.sent = {
        "POST /api/v1/offices/<code>/move": {"parent": "440100"},
        "POST /admin/offices/move": {"office": "440106006", "parent": "440100"},
        "POST /api/v1/tickets/<number>/reveal": reveal,
        "POST /tickets/<number>/reveal": reveal,
        "POST /api/v1/tickets/<number>/evidence": {"file": PDF},
        "POST /tickets/<number>/evidence": {"file": PDF},
        "POST /api/v1/tickets/<number>/clues": CLUE,
        "POST /api/v1/tickets/<number>/reply-check": {"public_text": "经核查属实，已责令改正。"},
        "POST /api/v1/instructions/<int:instruction_id>/answer": words,
        "POST /supervision/instructions/<int:instruction_id>": words,
        "POST /api/v1/documents": PAPER | {"tickets": [number]},
        "POST /api/v1/documents/preview": PAPER | {"tickets": [number]},
        "POST /api/v1/documents/<int:document_id>/answer": words,
        "POST /api/v1/documents/<int:document_id>/object": {"grounds": "事实有误，请求复核。"},
        "POST /api/v1/documents/<int:document_id>/recheck": {
            "outcome": "corrected",
            "finding": "已核实办理。",
        },
        "POST /api/v1/documents/<int:document_id>/rule": {"ruling": "uphold", "reason": "认定事实清楚。"},
        "POST /api/v1/documents/<int:document_id>/void": {"reason": "文号有误"},
        "POST /api/v1/groups/<number>/tickets": {"number": alike},
        "POST /groups/<number>/join": {"number": alike},
        "POST /api/v1/campaigns/<int:campaign_id>/findings": line,
        "POST /api/v1/campaigns/<int:campaign_id>/tickets": {"number": number},
        "POST /api/v1/calendar/closures/<int:closure_id>/reopen": {"why": "提前复工"},
        "POST /api/v1/clues/<number>/actions/<name>": {"opinion": "同意"},
        "POST /clues/<number>/actions/<name>": {"opinion": "同意"},
        "POST /api/v1/accounts/<int:account_id>/disable": {"reason": "调离岗位"},
    }
    return town


def _make(town: Town, role: Role, place: str, path: str, **given: Any) -> dict[str, Any]:
    answer = town.ask(town.people[role, place], "POST", f"/api/v1{path}", **given)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())

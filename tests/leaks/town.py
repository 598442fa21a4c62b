"""A county in which the planted complainant has complained in every way, and everybody has written about him."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from werkzeug.test import TestResponse

from tests import factories
from tests.clues.sides import PDF, Sides
from tests.factories import NOW, REPLY, S
from tests.leaks.planted import (
    ADDRESS,
    FACTS,
    ID_NO,
    LICENCE,
    NAME,
    OPINION,
    PERSON,
    PHONE,
    POST,
    RELEASED,
    REPORT,
    SAID,
    TOLD,
)
from tracker.groups import service as groups
from tracker.notices import outgoing
from tracker.notices.gateways import GatewayError, Message
from tracker.tickets.models import Ticket
from workers import events, surges

WISHES: tuple[dict[str, bool], ...] = ({}, {"hide_identity": True}, {"anonymous": True})
STAGES = ("proposed", "approved", "sent", "signed")
CLUE = {
    "person": PERSON,
    "post": POST,
    "rank": "section",
    "facts": FACTS,
    "amount_yuan": "36500",
    "report": REPORT,
}
_WITHOUT_ADDRESS = TOLD.replace(ADDRESS, "天河区")  # an address nobody gave us as one stays where it stands
SHEET = (
    "来源编号,标题,内容,姓名,电话,身份证号,被投诉单位\n"
    f"GZ-1,{NAME}的投诉,{_WITHOUT_ADDRESS},{NAME},{PHONE},{ID_NO},天河区城管局\n"
    f"GZ-2,{NAME}再投诉,,{NAME},{PHONE},1,天河区城管局\n"
)


@dataclass
class Town:
    """Both sides, the planted tickets by wish and status, the clues by stage, and what else has a number of its own."""

    sides: Sides
    standing: dict[tuple[int, S], str] = field(default_factory=dict)
    worked: list[str] = field(default_factory=list)
    clued: dict[str, str] = field(default_factory=dict)
    """Stage of the clue → its number; the tickets behind them are in `worked` too."""
    rating: str = ""
    receipt: str = ""

    @property
    def tickets(self) -> list[str]:
        return [*self.standing.values(), *self.worked]

    def ticket(self, **wish: bool) -> str:
        """Return a fresh ticket of the planted complainant in the hands of 天河区司法局."""
        with self.sides.office.unit_of_work() as session:
            made = factories.standing(session, S.IN_PROGRESS, **_complaint(wish))
            self.receipt = made.receipt_code
        self.worked.append(made.number)
        return made.number

    def do(self, login: str, path: str, **given: Any) -> TestResponse:
        """Do something that is to work."""
        answer = self.sides.by(login).post(f"/api/v1{path}", given)
        assert answer.status_code < 300, (login, path, answer.text)
        return answer

    def act(self, login: str, number: str, action: str, **given: Any) -> TestResponse:
        return self.do(login, f"/tickets/{number}/actions/{action}", **given)


def _complaint(wish: Mapping[str, bool]) -> dict[str, Any]:
    who = {"name": NAME, "phone": PHONE, "id_no": ID_NO, "address": ADDRESS, **wish}
    respondent = {"name": "天河区城市管理和综合执法局", "officer_name": "执法人员若干"}
    return {
        "title": f"{NAME}（{PHONE}）反映执法问题",
        "content": TOLD,
        "complainant": who,
        "place_text": f"{ADDRESS if wish else '石牌街道'}，{NAME}家门口，{PHONE}",
        "respondent": respondent,
        "uscc": LICENCE,
        "party_kind": "sole_trader",
    }


def settle(town: Town) -> Town:
    """Fill the town and return it."""
    with town.sides.office.unit_of_work() as session:
        for n, status in enumerate(one for one in S if one is not S.TRIAGED):
            wish = n % len(WISHES)
            made = factories.standing(session, status, **_complaint(WISHES[wish]))
            town.standing[wish, status] = made.number
    for live in (_handled, _returned, _supervised, _drawn, _imported, _hidden):
        live(town)
    for stage in STAGES:
        _clue(town, stage)
    _follow(town)
    return town


def _handled(town: Town) -> None:
    """From acceptance to appeal, everybody writing the complainant's particulars wherever something can be written."""
    number = town.ticket()
    town.act("operator", number, "note", note=SAID)
    town.act("officer", number, "co-handle", office="440106006", task=SAID)
    town.act("street", number, "co-reply", opinion=SAID)
    town.act("officer", number, "extend", days=5, reason=SAID, basis=SAID)
    town.act("reviewer", number, "decide-extension", approve=True, opinion=SAID)
    town.act("operator", number, "urge", reason=SAID)
    file = {"file": (io.BytesIO(PDF), f"{NAME}{PHONE}的收据.pdf")}
    sent = town.sides.by("officer").post(f"/api/v1/tickets/{number}/evidence", data=file)
    assert sent.status_code == 201, sent.text
    told = f"尊敬的{NAME}：您住{ADDRESS}，反映的问题经现场核查，现将核查情况答复如下。"
    town.act("officer", number, "reply", **{**REPLY, "public_text": told, "note": SAID})
    town.act("reviewer", number, "review", approve=False, opinion=SAID)
    town.act("officer", number, "reply", **{**REPLY, "public_text": told, "note": SAID})
    town.act("reviewer", number, "review", approve=True, opinion=SAID)
    town.rating = town.do("operator", f"/tickets/{number}/rating-link").get_json()["token"]
    town.do("operator", f"/tickets/{number}/reveal", field="phone", reason=SAID)
    answer = {"grade": "dissatisfied", "solved": False, "remark": SAID}
    rated = town.sides.office_client.post(f"/public/rate/{town.rating}", json=answer)
    assert rated.status_code == 200, rated.text
    facts = town.sides.office_client.post(f"/public/tickets/{town.receipt}/facts", json={"text": SAID})
    assert facts.status_code == 200, facts.text
    town.act("officer", number, "appeal", reason=SAID, proof=SAID)
    town.act("arbiter", number, "decide-appeal", approve=True, opinion=SAID)


def _returned(town: Town) -> None:
    for ruling in ("uphold", None):
        number = town.ticket()
        town.act("officer", number, "return", reason="not_our_duty", basis=SAID, statement=SAID)
        town.act("reviewer", number, "sign-return", approve=True, opinion=SAID)
        if ruling:
            town.act("arbiter", number, "rule", ruling=ruling, reason=SAID)
    suspended = town.ticket()
    town.act("officer", suspended, "suspend", reason=SAID)
    town.act("officer", suspended, "resume", note=SAID)
    town.act("officer", suspended, "terminate", reason=SAID)


def _supervised(town: Town) -> None:
    number = town.ticket()
    town.act("arbiter", number, "supervise", reason=SAID)
    town.act("arbiter", number, "instruct", text=SAID, given_by="局长")
    asked = town.sides.by("officer").get(f"/api/v1/tickets/{number}/instructions").get_json()["items"]
    town.do("officer", f"/instructions/{asked[0]['id']}/answer", text=SAID)
    town.do("arbiter", f"/tickets/{number}/sorting", sort="A", opinion=SAID)
    letter = {
        "kind": "urging",
        "tickets": [number],
        "to_office": "440106",
        "facts": "该工单办理缓慢，未按时联系诉求人。",
        "basis": "《行政执法监督条例》的有关规定",
        "demand": "请抓紧办理。",
    }
    path = f"/documents/{town.do('arbiter', '/documents', **letter).get_json()['id']}"
    town.do("officer", f"{path}/sign", note=SAID)
    town.do("officer", f"{path}/answer", text=SAID)
    town.do("arbiter", f"{path}/recheck", outcome="corrected", finding=SAID)
    other = f"/documents/{town.do('arbiter', '/documents', **letter).get_json()['id']}"
    town.do("officer", f"{other}/sign", note=SAID)
    town.do("arbiter", f"{other}/void", reason=SAID)


def _drawn(town: Town) -> None:
    campaign = {"name": "执法不公专项整治", "starts_on": "2026-03-01", "ends_on": "2026-06-30"}
    made = town.do("city.reviewer", "/campaigns", **campaign).get_json()["id"]
    number = town.ticket()
    town.do("city.reviewer", f"/campaigns/{made}/tickets", number=number, measures=SAID, lessons=SAID)
    put = town.sides.office_client.patch(
        f"/api/v1/findings/{number}", json={"progress": SAID}, headers=factories.headers("officer")
    )
    assert put.status_code == 200, put.text


def _imported(town: Town) -> None:
    file = {"file": (io.BytesIO(SHEET.encode()), f"12345转来{PHONE}.csv"), "channel": "12345-push"}
    sent = town.sides.by("operator").post("/api/v1/imports", data=file)
    assert sent.status_code == 202, sent.text


def _hidden(town: Town) -> None:
    """Where the complainant hides himself, only the desk knows what it may write down."""
    for wish in WISHES[1:]:
        number = town.ticket(**wish)
        town.act("operator", number, "note", note=SAID)


def _clue(town: Town, stage: str) -> None:
    number = town.ticket(**({"hide_identity": True} if stage == "sent" else {}))
    made = town.do("officer", f"/tickets/{number}/clues", **CLUE).get_json()["number"]
    town.clued[stage] = made
    steps: list[tuple[str, str]] = [("officer2", "co-sign"), ("reviewer", "approve"), ("reviewer", "send")]
    for login, step in steps[: {"proposed": 0, "approved": 2}.get(stage, 3)]:
        town.do(login, f"/clues/{made}/actions/{step}", opinion=OPINION)
    if stage == "signed":
        liaison = town.sides.liaison()
        for deed, given in (("sign", {}), ("accept", {}), ("feedback", {"text": RELEASED})):
            answer = liaison.act(made, deed, **given)
            assert answer.status_code == 200 or deed == "feedback", answer.text


class _Away:
    """A gateway that takes nothing."""

    is_personal = False

    def send(self, message: Message) -> None:
        raise GatewayError("对方系统拒绝（HTTP 400）", is_final=True)


def _follow(town: Town) -> None:
    """Let the workers do what is owed."""
    from tracker.imports import service as imports  # noqa: PLC0415 # beside the others it would be long

    office = town.sides.office
    rounds: tuple[Callable[..., int], ...] = (
        lambda session: imports.drain(session, now=NOW),
        lambda session: events.follow(session, NOW),
        groups.drain,
        lambda session: surges.one_round(session, NOW),
        lambda session: outgoing.deliver(session, {"webhook": _Away()}, now=NOW),
    )
    for one in rounds:
        for _ in range(50):
            with office.unit_of_work() as session:
                if one(session) == 0:
                    break


def tables(town: Town) -> dict[str, str]:
    """Return everything in the database as text, by table."""
    with town.sides.owner.connect() as connection:
        names = connection.execute(
            text("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'discipline')")
        ).all()
        return {
            f"{schema}.{name}": "\n".join(
                connection.execute(text(f'SELECT t::text FROM "{schema}"."{name}" t')).scalars()
            )
            for schema, name in names
        }


def n_tickets(town: Town) -> int:
    with town.sides.office.unit_of_work() as session:
        return session.query(Ticket).count()

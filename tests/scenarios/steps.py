"""What every story needs: people by their posts, actions and statuses by the words on the screen, all through HTTP."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from tests import factories
from tests.seeded import Caller, Clock
from tracker.tickets.rules import STATUS_LABELS

TICKETS = "/api/v1/tickets"

PEOPLE = {
    "天河话务员": "operator",
    "天河承办人": "officer",
    "天河另一承办人": "officer2",
    "天河审核人": "reviewer",
    "石牌司法所承办人": "street",
    "石牌司法所审核人": "street.reviewer",
    "广州话务员": "city.operator",
    "广州承办人": "city.officer",
    "广州审核人": "city.reviewer",
    "广州裁决人": "arbiter",
    "省厅审核人": "province",
    "省厅领导": "leader",
    "越秀承办人": "neighbour",
    "越秀话务员": "neighbour.operator",
    "管理员": "administrator",
    "审计员": "auditor",
}
"""What a clerk would call them → their login in `factories.PEOPLE`."""

OFFICES = {
    "广东省司法厅": "440000",
    "广州市司法局": "440100",
    "天河区司法局": "440106",
    "越秀区司法局": "440104",
    "石牌司法所": "440106006",
}
ACTIONS = {action.label: name for name, action in factories.REGISTRY.items()}
STATUSES = {label: status.value for status, label in STATUS_LABELS.items()}

DISCOVERY = {"name": "核查笔录.txt", "content": base64.b64encode("现场核查笔录".encode()).decode()}
REPLY = {"outcome": "partly_true", "public_text": "经核查，您反映的情况部分属实，已责令改正并向您说明。"}
AGREED = {"approve": True, "opinion": "同意"}
CONTENT = {"reached": True, "grade": "satisfied", "solved": True}
DISSATISFIED = {"reached": True, "grade": "very_dissatisfied", "solved": False}
UNANSWERED = {"reached": False, "remark": "无人接听"}
MORE_TIME = {"days": 5, "reason": "需要委托鉴定", "basis": "办法第十条"}
NOT_OURS = {"reason": "not_our_area", "basis": "属地管辖", "statement": "事发地不在本区。"}


class Case:
    """One complaint on its way. Ten minutes pass before every step; `days_later` lets more time pass."""

    def __init__(self, by: Callable[[str | None], Caller], clock: Clock, roles: set[str]) -> None:
        self._by, self._clock, self._roles = by, clock, roles
        self.told: dict[str, Any] = {}

    def _who(self, person: str) -> Caller:
        login = PEOPLE[person]
        self._roles.add(factories.PEOPLE[login][1].value)
        return self._by(login)

    @property
    def number(self) -> str:
        return str(self.told["number"])

    @property
    def office(self) -> str:
        """Return the name of the office in charge as this file calls it."""
        return next(name for name, code in OFFICES.items() if code == self.told["office"]["code"])

    @property
    def status(self) -> str:
        """Return the status in the words of the screen."""
        return STATUS_LABELS[self.told["status"]]

    def taken_in(self, person: str, content: str, **more: Any) -> Case:
        """Log the complaint of somebody with a telephone and keep what the desk was told."""
        given = {"content": content, "complainant": factories.caller(), **more}
        answer = self._who(person).post(TICKETS, factories.complaint(**given))
        assert answer.status_code == 201, answer.get_json()
        self.told = answer.get_json()
        self.receipt = self.told["receipt_code"]
        return self

    def another(self, person: str, content: str, **more: Any) -> Case:
        """Return another complaint, logged ten minutes later."""
        self._clock.forward(minutes=10)
        return Case(self._by, self._clock, self._roles).taken_in(person, content, **more)

    def step(self, person: str, action: str, then: str, **given: Any) -> Case:
        """Do the action of that label; the ticket must then stand in the status of that label."""
        self._clock.forward(minutes=10)
        answer = self._who(person).act(self.number, ACTIONS[action], **given)
        assert answer.status_code == 200, (person, action, answer.get_json())
        self.told = answer.get_json()
        assert self.told["status"] == STATUSES[then], (person, action, self.status)
        return self

    def refused(self, person: str, action: str, code: str, **given: Any) -> str:
        """Try the action; it must be refused with that code and change nothing. Return the sentence told."""
        before = self.told.get("version")
        answer = self._who(person).act(self.number, ACTIONS[action], **given)
        told = answer.get_json()
        assert 400 <= answer.status_code < 500, (person, action, told)
        assert told["code"] == code, told
        assert told["message"].endswith("。")
        now = self._by("leader").get(f"{TICKETS}/{self.number}").get_json()
        assert now["version"] == before, "a refusal writes nothing"
        return str(told["message"])

    def read(self, person: str) -> dict[str, Any]:
        """Return the ticket as that person sees it."""
        answer = self._who(person).get(f"{TICKETS}/{self.number}")
        assert answer.status_code == 200, answer.get_json()
        return dict(answer.get_json())

    def hidden_from(self, person: str) -> bool:
        """Return whether the ticket does not exist for that person."""
        return self._who(person).get(f"{TICKETS}/{self.number}").status_code == 404

    def listed(self, person: str, tab: str) -> bool:
        """Return whether the ticket stands under that tab of the person's queue."""
        told = self._who(person).get(f"{TICKETS}?tab={tab}").get_json()
        return self.number in {one["number"] for one in told["items"]}

    def offered(self, person: str) -> set[str]:
        """Return the labels of the actions offered to that person."""
        told = self._who(person).get(f"{TICKETS}/{self.number}/actions").get_json()
        return {one["label"] for one in told["items"]}

    def get(self, person: str, path: str) -> Any:
        """Return what one of the ticket's other doors shows that person."""
        answer = self._who(person).get(f"{TICKETS}/{self.number}/{path}")
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def adds(self, text: str) -> None:
        """Let the complainant add something, with his receipt."""
        answer = self._by(None).post(f"/public/tickets/{self.receipt}/facts", {"text": text})
        assert answer.status_code == 200, answer.get_json()

    def post(self, person: str, path: str) -> Any:
        """Send nothing to one of the ticket's other doors and return what came back."""
        answer = self._who(person).post(f"{TICKETS}/{self.number}/{path}")
        assert answer.status_code in {200, 201}, answer.get_json()
        return answer.get_json()

    def history(self) -> list[str]:
        """Return what happened, oldest first; every event's time at or after the one before."""
        items = self._by("leader").get(f"{TICKETS}/{self.number}/events").get_json()["items"]
        assert [one["at"] for one in items] == sorted(one["at"] for one in items)
        return [one["action"] for one in items]

    def last_note(self) -> str:
        """Return the words of the last event."""
        items = self._by("leader").get(f"{TICKETS}/{self.number}/events").get_json()["items"]
        return str(items[-1]["note"])

    def as_the_complainant_sees_it(self) -> dict[str, Any]:
        """Return what the complainant is told for his receipt."""
        answer = self._by(None).post("/public/query", {"receipt_code": self.receipt})
        assert answer.status_code == 200, answer.get_json()
        return dict(answer.get_json())

    def days_later(self, days: int) -> Case:
        self._clock.forward(days=days)
        return self

    def returned(self, officer: str, reviewer: str, **given: Any) -> Case:
        """Return the ticket: asked by one person, signed by another; only then it waits for a ruling."""
        before = self.status
        self.step(officer, "退单", then=before, **{**NOT_OURS, **given})
        return self.step(reviewer, "审核退单", then="退单待裁决", **AGREED)

    def looked_at(self, person: str) -> Case:
        """Look at the ticket anew, after others changed it."""
        self.told = self.read(person)
        return self

    def parts(self, person: str) -> list[Case]:
        """Return the cases the ticket was split into, as that person sees them."""
        found = []
        for one in self.read(person)["parts"]:
            part = Case(self._by, self._clock, self._roles)
            part.told = {"number": one["number"]}
            part.told = part.read(person)
            found.append(part)
        return found

    def concluded(self, officer: str, reviewer: str, **more: Any) -> Case:
        """Handle a part to its end: signed, replied to with evidence, and closed by the approval."""
        self.step(officer, "签收", then="办理中")
        self.step(officer, "答复", then="待审核", **{**REPLY, "evidence": [DISCOVERY], **more})
        return self.step(reviewer, "审核答复", then="已办结", **AGREED)

    def handled(self, officer: str, reviewer: str, **more: Any) -> Case:
        """Sign, reply and have the reply approved: the common way in the middle of many stories."""
        self.step(officer, "签收", then="办理中")
        return self.replied(officer, reviewer, **more)

    def replied(self, officer: str, reviewer: str, **more: Any) -> Case:
        """Reply and have the reply approved by somebody else."""
        self.step(officer, "答复", then="待审核", **{**REPLY, **more})
        return self.step(reviewer, "审核答复", then="待回访", **AGREED)

"""The people of the simulated day: real accounts, real services, and a clock that only the test moves."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tests import factories
from tests.simulation.story import Story
from tracker.accounts.models import Account
from tracker.offices import service as offices
from tracker.permissions import Actor, Role
from tracker.satisfaction import links
from tracker.tickets import actions, receive, schemas
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status
from workers import deadlines

SECRET = "the secret of the rating links of this test"


@dataclass(frozen=True)
class Area:
    """An office in charge: what is said of its bodies, and its people. above: who rules on its returns, if anybody."""

    office: str
    words: str
    category: str
    above: str | None


AREAS: Mapping[str, Area] = {
    "天河": Area("440106", "天河区城管局执法标准前后不一致，同样的招牌两次说法不同。", "C1", "440100"),
    "越秀": Area("440104", "越秀区城管局执法标准前后不一致，同样的摊位两次说法不同。", "C1", "440100"),
    "广州": Area("440100", "广州市市场监督管理局检查时态度粗暴，推搡店员。", "G1", None),
}
DESKS = ("440106", "440100")
POSTS = {
    "desk": Role.OPERATOR,
    "first": Role.OFFICER,
    "second": Role.OFFICER,
    "third": Role.OFFICER,
    "reviewer": Role.REVIEWER,
    "arbiter": Role.ARBITER,
}


@dataclass
class Town:
    """Everybody at work. now: the moment the script has come to; ticks: when the workers ran."""

    session: Session
    now: datetime
    people: dict[tuple[str, str], Actor] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    said: Counter[tuple[str, str]] = field(default_factory=Counter)

    def hire(self) -> None:
        for code in sorted({*DESKS, *(area.office for area in AREAS.values())}):
            office = offices.office(self.session, code)
            self.codes[office.id] = code
            for post, role in POSTS.items():
                account = Account(
                    name=f"{post}.{code}",
                    display_name=f"{office.short_name}{post}",
                    role=role.value,
                    office_id=office.id,
                    password_hash="!",
                    created_at=self.now,
                    password_changed_at=self.now,
                )
                self.session.add(account)
                self.session.flush()
                self.people[post, code] = Actor(
                    account.id,
                    account.display_name,
                    role,
                    office.id,
                    office.path,
                    str(office.level),
                    office.name,
                )

    def receive(self, story: Story, area: Area | None, *, channel: str, phone: str | None) -> None:
        """Type the complaint in; a clear one is dispatched at once, a murky one waits for a person."""
        intake = schemas.TicketIn().load(
            factories.complaint(
                channel=channel,
                kind=story.kind,
                content=area.words if area else factories.MURKY,
                category_code=area.category if area else None,
                urgent=story.urgent,
                received_at=story.received_at.isoformat(),
                complainant={"name": "来电人", "phone": phone} if phone else None,
            )
        )
        desk = self.people["desk", story.desk_office]
        ticket = receive.receive(self.session, desk, intake, now=self.now).ticket
        self.session.flush()
        story.number = ticket.number
        self.tickets[ticket.number] = ticket
        said = (phone or "", intake["content"])
        story.repeats = self.said[said] if phone else 0
        self.said[said] += 1
        if area is None:
            story.write(self.now, "receive", "manual")
        else:
            story.write(self.now, "receive").write(self.now, "dispatch", "dispatched", office=area.office)
        self._agrees(story)

    def do(
        self,
        story: Story,
        post: str,
        action: str,
        given: Mapping[str, Any],
        then: str = "",
        *,
        of: str = "",
        what: str = "",
        told: Mapping[str, Any] | None = None,
    ) -> None:
        """Let somebody act, and write it into the diary.

        of: code of the actor's office, the one in charge unless said. then: the status it must lead to, the same unless
        said. what: the word of the diary, the action's name unless said. told: what the diary shall know beside.
        """
        self._perform(story, post, action, given, of)
        moved = str(given.get("office", "")) if action in {"redispatch", "rule", "decide-return"} else ""
        story.write(self.now, what or action, then, office=moved, **(told or {}))
        self._agrees(story)

    def _perform(self, story: Story, post: str, action: str, given: Mapping[str, Any], of: str) -> None:
        actor, wanted = self.people[post, of or story.office], factories.REGISTRY[action]
        actions.perform(self.session, actor, wanted, story.number, given, now=self.now)

    def answer(self, story: Story, given: Mapping[str, Any], outcome: str, *, by_link: bool) -> None:
        """Let the complainant answer, on the telephone or by his link; outcome: what the rework table makes of it."""
        if by_link:
            token = links.issue(self.session, self.ticket(story), secret=SECRET, now=self.now)
            links.rate(self.session, token, dict(given), secret=SECRET, now=self.now)
        else:
            self._perform(story, "desk", "call-back", {"reached": True, **given}, story.desk_office)
        story.write(self.now, "call-back", "called_back", outcome=outcome, **given)
        if outcome != "supervise":
            story.write(self.now, outcome, {"close": "closed"}.get(outcome, outcome))
        self._agrees(story)

    def ring_in_vain(self, story: Story, *, last: bool) -> None:
        """Nobody answers; the last attempt closes the ticket in the same breath."""
        self._perform(story, "desk", "call-back", {"reached": False, "remark": "无人接听"}, story.desk_office)
        story.write(self.now, "tried", "called_back" if last else "")
        if last:
            story.write(self.now, "close", "closed")
        self._agrees(story)

    def ticket(self, story: Story) -> Ticket:
        return self.tickets[story.number]

    def read_anew(self) -> None:
        """Forget what is in memory, so that what is compared is what the database holds."""
        self.session.flush()
        self.session.expire_all()
        whole = select(Ticket).options(joinedload(Ticket.office), joinedload(Ticket.intake_office))
        self.tickets = {ticket.number: ticket for ticket in self.session.scalars(whole)}

    def tick(self, now: datetime) -> None:
        """Do what the workers do when their bell rings: rounds until nothing is due."""
        self.now = now
        while deadlines.one_round(self.session, now):
            pass

    def _agrees(self, story: Story) -> None:
        ticket = self.ticket(story)
        stands = (Status(ticket.status).value, self.codes[ticket.office_id])
        assert stands == (story.status, story.office), (story.number, stands, story.lines[-3:])

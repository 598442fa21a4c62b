"""A small province at work: real tables seeded, a few people, and a ticket brought to any stage by the real actions.

Its fixtures are imported by the conftest of a folder, or by a file, whose tests live in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, joinedload

from tracker import app
from tracker.accounts.models import Account
from tracker.calendar import service as calendar
from tracker.categories import service as categories
from tracker.offices import service as offices
from tracker.offices.models import Office
from tracker.permissions import SYSTEM, Actor, Role
from tracker.satisfaction import service as satisfaction
from tracker.tickets import actions, clocks, receive, seed, triage
from tracker.tickets import service as tickets
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""A Monday, ten in the morning in Guangzhou."""
PEOPLE = {
    "op": (Role.OPERATOR, "440100"),
    "officer": (Role.OFFICER, "440106"),
    "reviewer": (Role.REVIEWER, "440106"),
    "arbiter": (Role.ARBITER, "440100"),
    "stranger": (Role.REVIEWER, "440105"),
    "second": (Role.OFFICER, "440106"),
}
"""Login → (post, office), in the order of the world's fields."""
REGISTRY: Mapping[str, actions.Action] = app.gather_actions()
PDF = b"%PDF-1.4 a record of an inspection"
REPLY = {"outcome": "rectified", "public_text": "经核查情况属实，已责令改正并退还相关款项。"}
GOOD = {"reached": True, "grade": "satisfied", "solved": True}
BAD = {"reached": True, "grade": "dissatisfied", "solved": False}


@dataclass
class World:
    """People of the city (440100) and of one county (440106), and the session they work in."""

    session: Session
    operator: Actor
    officer: Actor
    reviewer: Actor
    arbiter: Actor
    stranger: Actor
    second: Actor
    now: datetime = NOW
    n: int = 0

    def later(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now

    def act(self, who: Actor, ticket: Ticket, name: str, given: Mapping[str, Any] | None = None) -> Ticket:
        return actions.perform(
            self.session, who, REGISTRY[name], ticket.number, dict(given or {}), now=self.later(hours=1)
        )

    def dispatched(self, category: str = "C1", kind: str = "complaint", **more: Any) -> Ticket:
        self.n += 1
        intake = {
            "channel": "12345",
            "kind": kind,
            "content": f"第{self.n}件：城管执法人员执法标准前后不一致。",
            "category_code": category,
            **more,
        }
        taken = receive.receive(self.session, self.operator, intake, now=self.now, triage_now=False).ticket
        tickets.move(self.session, taken, SYSTEM, "triage", Status.TRIAGED, now=self.now)
        triage.dispatch(self.session, SYSTEM, taken, self.office("440106"), now=self.now, because="试")
        self.session.flush()
        return taken

    def in_progress(self, category: str = "C1", **more: Any) -> Ticket:
        return self.act(self.officer, self.dispatched(category, **more), "accept")

    def replied(self, category: str = "C1", **more: Any) -> Ticket:
        return self.act(self.officer, self.in_progress(category, **more), "reply", REPLY)

    def reviewed(self, category: str = "C1", **more: Any) -> Ticket:
        return self.act(self.reviewer, self.replied(category, **more), "review", {"approve": True})

    def closed(self, category: str = "C1", **more: Any) -> Ticket:
        return self.act(self.operator, self.reviewed(category, **more), "call-back", GOOD)

    def again(self, ticket: Ticket) -> Ticket:
        """Reply in a round of rework, which takes another officer than the round before."""
        self.act(self.second if ticket.n_reworks % 2 else self.officer, ticket, "reply", REPLY)
        return self.act(self.reviewer, ticket, "review", {"approve": True})

    def city_reviewer(self) -> Actor:
        city = self.office("440100")
        return Actor(None, "市级审核人", Role.REVIEWER, city.id, city.path, "city", city.name)

    def office(self, code: str) -> Office:
        return self.session.scalars(select(Office).where(Office.code == code)).one()


def settle(session: Session) -> None:
    """Write what every world begins with: offices, calendar, categories, rules, and a few people."""
    offices.seed(session, below="4401")
    calendar.seed(session)
    categories.seed(session)
    seed.seed(session)
    satisfaction.seed(session)
    session.flush()
    for name, (role, office_code) in PEOPLE.items():
        _hire(session, name, role, office_code)


def build(session: Session) -> World:
    """Return the world on a session of the settled database."""
    found = session.scalars(select(Account).options(joinedload(Account.office)))
    people = {account.name: _actor(account) for account in found}
    return World(session, *(people[name] for name in PEOPLE))


def _actor(account: Account) -> Actor:
    office, role = account.office, Role(account.role)
    assert office
    return Actor(account.id, account.name, role, office.id, office.path, str(office.level), office.name)


def _hire(session: Session, name: str, role: Role, office_code: str) -> None:
    office = session.scalars(select(Office).where(Office.code == office_code)).one()
    account = Account(
        name=name,
        display_name=name,
        role=role.value,
        office_id=office.id,
        password_hash="x",
        created_at=NOW,
        password_changed_at=NOW,
    )
    session.add(account)
    session.flush()


@pytest.fixture(scope="session")
def engine(world_engine: Engine) -> Engine:
    """The engine of the settled database, over the empty database's."""
    return world_engine


@pytest.fixture(scope="session")
def database_url(world_engine: Engine) -> str:
    """Its URL, over the empty database's."""
    return world_engine.url.render_as_string(hide_password=False).replace(
        "postgresql+psycopg:", "postgresql:"
    )


@pytest.fixture
def world(session: Session) -> World:
    """The world in the rolled-back transaction of one test."""
    return build(session)


def deadline_of(world: World, ticket: Ticket, rule: str, start: datetime) -> datetime:
    return clocks.timetable(world.session).again(rule, from_at=start).due_at

"""What one may see and do, asked of one ticket in hand and of the database: both must say the same, whatever holds."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import MURKY, NOW
from tracker.offices import service as offices
from tracker.offices.models import Office
from tracker.permissions import Actor, Role
from tracker.rights import READS, Relation, may_read
from tracker.tickets import queries, service, sight
from tracker.tickets.models import CoHandler, Complainant, Ticket, TicketShare

CODES = ("440000", "440100", "440104", "440106", "440106006", "440104001")
"""省、市、两个区和各自的一个街道."""
N_TICKETS = 6
OFFICE = st.integers(0, len(CODES) - 1)
SOME = st.none() | OFFICE


@dataclass(frozen=True)
class Case:
    """How one ticket stands to the offices, by their places in `CODES`. whole: of the ticket it was split from."""

    lead: int
    intake: int
    assisting: int | None
    respondent: int | None
    whole: int | None
    parts: dict[int, str] = field(default_factory=dict)
    shares: dict[int, bool] = field(default_factory=dict)
    hidden: bool = False


CASES = st.lists(
    st.builds(
        Case,
        lead=OFFICE,
        intake=OFFICE,
        assisting=SOME,
        respondent=SOME,
        whole=st.none() | st.integers(0, N_TICKETS - 1),
        parts=st.dictionaries(OFFICE, st.sampled_from(("open", "done", "recalled")), max_size=3),
        shares=st.dictionaries(OFFICE, st.booleans(), max_size=2),
        hidden=st.booleans(),
    ),
    min_size=N_TICKETS,
    max_size=N_TICKETS,
)
ACTORS = st.lists(st.tuples(st.sampled_from(list(Role)), SOME), min_size=3, max_size=3, unique=True)


def actor_of(role: Role, office: Office | None) -> Actor:
    if office is None:
        return Actor(None, "无单位", role, None, "/", "province")
    return Actor(None, "某人", role, office.id, office.path, str(office.level), office.name)


def arrange(session: Session, cases: Sequence[Case], tickets: Sequence[Ticket], at: Sequence[Office]) -> None:
    about = [offices.body(session, f"{one.code}-SF").id for one in at]
    for case, ticket in zip(cases, tickets, strict=True):
        ticket.office, ticket.office_id = at[case.lead], at[case.lead].id
        ticket.intake_office, ticket.intake_office_id = at[case.intake], at[case.intake].id
        ticket.assisting_office_id = None if case.assisting is None else at[case.assisting].id
        ticket.respondent_body_id = None if case.respondent is None else about[case.respondent]
        ticket.parent_id = None if case.whole is None else tickets[case.whole].id
        session.get_one(Complainant, ticket.id).hide_identity = case.hidden
        for place, state in case.parts.items():
            ended = None if state == "open" else NOW
            recalled = NOW if state == "recalled" else None
            part = CoHandler(ticket_id=ticket.id, office_id=at[place].id, asked_at=NOW, task="协办")
            part.done_at, part.recalled_at = ended, recalled
            session.add(part)
        for place, in_force in case.shares.items():
            shared = TicketShare(
                ticket_id=ticket.id,
                office_id=at[place].id,
                shared_by_name="某人",
                shared_at=NOW,
                reason="抄送",
                until=date(2026, 4, 1),
                ended_at=None if in_force else NOW,
            )
            session.add(shared)
    session.flush()


def compare(session: Session, actor: Actor, tickets: Sequence[Ticket]) -> None:
    """Every relation, every part of a ticket and the whole sight: one by one and from the database."""

    asked = {relation: sight.among(actor, frozenset({relation})) for relation in RELATIONS}
    asked |= {part: sight.readable(actor, part) for part in READS} | {"visible": sight.visible(actor)}
    columns = [condition.label(name) for name, condition in asked.items()]
    ids = [one.id for one in tickets]
    listed = {row.id: row for row in session.execute(select(Ticket.id, *columns).where(Ticket.id.in_(ids)))}
    for ticket in tickets:
        told, stand = listed[ticket.id]._mapping, sight.stands(session, actor, ticket)
        assert {relation for relation in RELATIONS if told[relation]} == stand & RELATIONS
        assert bool(told["visible"]) == service.sees(session, actor, ticket)  # NULL where nothing is assisted
        if (
            Relation.RESPONDENT not in stand
        ):  # of the top office only hiding is asked anew, for each complainant
            assert {part for part in READS if told[part]} == {
                part for part in READS if may_read(actor, part, stand)
            }
    page = queries.tickets(session, actor, {"tab": "all", "limit": 200}, now=NOW)
    assert {one.id for one in page.items} == {key for key, row in listed.items() if row.visible}


RELATIONS = frozenset(Relation) - {Relation.RESPONDENT}
"""The relations that give something; the other takes all of these away."""
MANY = 400 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 12


@pytest.fixture
def tickets(session: Session) -> list[Ticket]:
    return [
        factories.take_in(session, content=MURKY, triage_now=False, complainant=factories.caller())
        for _ in range(N_TICKETS)
    ]


@settings(max_examples=MANY, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES, people=ACTORS)
def test_one_by_one_and_from_the_database(
    session: Session,
    tickets: list[Ticket],
    cases: list[Case],
    people: list[tuple[Role, int | None]],
) -> None:
    at = [offices.office(session, code) for code in CODES]
    with session.begin_nested() as step:
        arrange(session, cases, tickets, at)
        for role, place in people:
            compare(session, actor_of(role, None if place is None else at[place]), tickets)
        step.rollback()


def test_every_relation_is_met_with(session: Session, tickets: list[Ticket]) -> None:
    """What the random cases are made of covers the whole table, so that nothing above holds for want of a case."""
    at = [offices.office(session, code) for code in CODES]
    arrange(
        session,
        [
            Case(3, 3, 4, None, None, {2: "open"}, {5: True}),
            Case(2, 3, None, None, 0, {1: "done"}, {5: False}),
            Case(0, 4, None, 0, None),
            Case(1, 3, None, 3, None),
            Case(1, 1, None, 1, None, {3: "recalled"}),
            Case(4, 5, None, None, None),
        ],
        tickets,
        at,
    )
    met = set()
    for office in at:
        actor = actor_of(Role.OFFICER, office)
        compare(session, actor, tickets)
        for ticket in tickets:
            met |= sight.stands(session, actor, ticket)
    assert met == set(Relation)

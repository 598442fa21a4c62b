"""Anybody does anything to tickets, in any order, while time passes: whatever happens, these things stay true.

No unlawful state is reached and none is without exit and watcher; every refusal has a stable code and a sentence and
changes nothing; a ticket always has a responsible office; an office returns once, a designated one never; the chain of
events holds and tells the present state exactly.
"""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import CONTENT, MURKY, REASON, REGISTRY
from tests.tickets import chance
from tests.tickets.replay import Replay
from tracker.errors import Invalid, TrackerError
from tracker.offices.models import Body, Office
from tracker.offices.rules import BodyKind
from tracker.permissions import SYSTEM, Actor, allowed
from tracker.routing.rules import PRECEDENT
from tracker.satisfaction import archive, links
from tracker.satisfaction.rules import ARCHIVE_AFTER_DAYS
from tracker.tickets import (
    actions,
    bulk,
    clocks,
    handover,
    history,
    public_query,
    service,
    splitting,
    sweep,
    triage,
)
from tracker.tickets.models import CoHandler, Extension, ReturnRequest, Ticket, TicketEvent
from tracker.tickets.rules import ANSWERED, FINAL, OPEN, SETTLED, Status

S = Status
SEEDS = st.integers(0, 2**32 - 1)
TEXTS = (
    CONTENT,
    MURKY,
    "天河区城管局执法标准前后不一致，同样的招牌别家不罚。",
    "石牌街道综合行政执法队把我的三轮车拖走，不给文书。",
    "天河区司法局行政执法监督科的人三个月不答复。",
    "天河区城管局和越秀区城管局联合执法，把我的车拉走。",
)
MOST_TICKETS = 4
MOST_TRIES = 30
LEADS_ON = (
    *("archive", "close", "call-back", "review", "reply", "accept", "resume", "rule", "unmerge", "withdraw"),
    *("decide-return", "withdraw-return"),
    *("terminate", "rework", "redispatch", "redirect"),
)
"""Actions that leave a status, tried in this order to see that each can be left."""
CODE = re.compile(r"[a-z]+(_[a-z]+)*")
SECRET = "s" * 40


class Life(RuleBasedStateMachine):
    """A few tickets in the hands of everybody."""

    n_steps = 0
    n_done: dict[str, int]
    n_refused: dict[str, int]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session, self.now = session, factories.NOW
        self.savepoint = session.begin_nested()
        self.people: dict[str, Actor] = {
            login: factories.person(session, login) for login in factories.PEOPLE
        }
        only = self.people["province"]  # nobody stands above the top office: there it takes a second person
        self.people["province.2"] = replace(only, account_id=None, name="省厅另一审核人")
        self.offices = {one.id: one.code for one in session.scalars(select(Office))}
        self.replays: dict[str, Replay] = {}

    # --- what people and time do

    @initialize(seed=SEEDS)
    def a_life_begins(self, seed: int) -> None:
        """Somebody complains; how often which things happen from then on differs from life to life."""
        self.seed, self.n_happened = seed, 0
        random = Random(seed)
        self.habits = {
            self.somebody_complains: 1.0,
            self.people_are_at_work: 6.0 * random.choice((1, 3)),
            self.the_complainant_speaks: random.choice((0.2, 1.0)),
            self.many_are_done_at_once: 0.5,
            self.time_passes: random.choice((0.2, 1.0, 3.0)),
        }
        self.somebody_complains(random)

    @rule(seed=SEEDS)
    def something_happens(self, seed: int) -> None:
        """One of them; Hypothesis likes to draw the same numbers again, which would make every step alike."""
        self.n_happened += 1
        random = Random(f"{self.seed}/{self.n_happened}/{seed}")
        [happens] = random.choices(list(self.habits), list(self.habits.values()))
        happens(random)

    def somebody_complains(self, random: Random) -> None:
        if len(self.going_on()) >= MOST_TICKETS:
            return
        known = {"category_code": random.choice(chance.CATEGORIES)} if random.random() < 0.6 else {}
        phone = {"complainant": factories.caller()} if random.random() < 0.5 else {}
        ticket = factories.take_in(
            self.session,
            who=random.choice(("operator", "city.operator", "neighbour.operator")),
            now=self.now,
            triage_now=random.random() < 0.8,
            content=random.choice(TEXTS),
            **known,
            **phone,
        )
        self.replays[ticket.number] = Replay(self.offices)
        self.look_at_all()

    def people_are_at_work(self, random: Random) -> None:
        for _ in range(random.randint(2, 5)):
            if random.random() < 0.8:
                self.somebody_does_what_he_may(random)
            else:
                self.somebody_does_anything(random)

    def somebody_does_what_he_may(self, random: Random) -> None:
        ticket = self.ticket(random.choice(self.going_on() or list(self.replays)))
        may = [
            (actor, one.name)
            for actor in self.people.values()
            for one in REGISTRY.values()
            if allowed(actor, one.permission) and ticket.status in one.sources
        ]
        for _ in range(MOST_TRIES if may else 0):  # cheaper than asking first for every pair, and as fair
            actor, name = chance.chosen(random, may)
            one = {name: REGISTRY[name]}
            if service.sees(self.session, actor, ticket) and actions.lawful(self.session, actor, ticket, one):
                self.act(actor, ticket, name, chance.given(random, name, list(self.replays)))
                return

    def somebody_does_anything(self, random: Random) -> None:
        ticket = self.ticket(random.choice(list(self.replays)))
        name = random.choice(list(REGISTRY))
        given = chance.junk(random, name, list(self.replays))
        self.act(random.choice(list(self.people.values())), ticket, name, given)

    def many_are_done_at_once(self, random: Random) -> None:
        """A batch, and mostly second thoughts about it."""
        actor = random.choice([one for one in self.people.values() if one.account_id is not None])
        name, numbers = random.choice(bulk.BULK), list(self.replays)
        given = chance.given(random, name, numbers)

        def do() -> None:
            done = bulk.perform(self.session, actor, REGISTRY[name], numbers, given, now=self.now)
            if done.batch_id is not None and random.random() < 0.7:
                bulk.take_back(self.session, actor, done.batch_id, REGISTRY, now=self.now)

        self.session.expunge_all()
        self.attempt(f"bulk-{name}", do)

    def the_complainant_speaks(self, random: Random) -> None:
        number = random.choice(list(self.replays))
        receipt = self.ticket(number).receipt_code
        self.session.expunge_all()
        answer = {"grade": random.choice(chance.GRADES), "solved": random.random() < 0.6}

        def rate() -> None:
            ticket = service.lock(self.session, SYSTEM, number)
            token = links.issue(self.session, ticket, secret=SECRET, now=self.now)
            links.rate(self.session, token, answer, secret=SECRET, now=self.now)

        def add() -> None:
            public_query.add_facts(self.session, receipt, "昨天又来检查了。", now=self.now)

        if self.replays[number].status == S.REVIEWED:
            self.attempt("rate", rate)
        else:
            self.attempt(*random.choice((("rate", rate), ("facts", add))))

    def time_passes(self, random: Random) -> None:
        self.now += timedelta(hours=random.choice((1, 1, 5, 20, 24, 60, 200)), minutes=random.randint(0, 59))
        if random.random() < 0.7:
            self.session.flush()
            triage.drain(self.session, now=self.now)
            sweep.sweep(self.session, now=self.now)
            archive.archive_due(self.session, now=self.now)
        self.look_at_all()

    def going_on(self) -> list[str]:
        return [number for number, one in self.replays.items() if one.status not in FINAL]

    # --- how it is done and what must be true afterwards

    def ticket(self, number: str) -> Ticket:
        self.session.flush()
        self.session.expunge_all()  # everybody begins a unit of work of his own
        return service.find(self.session, SYSTEM, number)

    def act(self, actor: Actor, ticket: Ticket, name: str, given: dict[str, Any]) -> None:
        number = ticket.number
        self.attempt(
            name,
            lambda: actions.perform(self.session, actor, REGISTRY[name], number, given, now=self.now),
        )

    def attempt(self, name: str, do: Callable[[], object]) -> None:
        """Do it as one unit of work: all of it, or nothing and a refusal that can be shown."""
        type(self).n_steps += 1
        self.now += timedelta(minutes=1)
        try:
            with self.session.begin_nested():
                do()
            self.n_done[name] = self.n_done.get(name, 0) + 1
        except TrackerError as refused:
            look_at_refusal(refused)
            self.n_refused[refused.code] = self.n_refused.get(refused.code, 0) + 1
        self.look_at_all()

    def look_at_all(self) -> None:
        self.session.flush()
        wholes = select(Ticket.id).where(Ticket.number.in_(self.replays))
        for number in self.session.scalars(select(Ticket.number).where(Ticket.parent_id.in_(wholes))):
            self.replays.setdefault(number, Replay(self.offices))
        rows = self.session.execute(
            select(Ticket.id, Ticket.number, Ticket.n_events).where(Ticket.number.in_(self.replays))
        ).all()
        numbers = {one.id: one.number for one in rows}
        for ticket_id, number, n_events in rows:
            replay = self.replays[number]
            if replay.n_events == n_events:
                continue
            ticket = self.session.get_one(Ticket, ticket_id)
            replay.intake = self.offices[ticket.intake_office_id]
            for event in self.session.scalars(
                select(TicketEvent)
                .where(TicketEvent.ticket_id == ticket.id, TicketEvent.seq > replay.n_events)
                .order_by(TicketEvent.seq)
            ):
                replay.told(event)
            assert not replay.differs(ticket, numbers.get(ticket.merged_into_id or 0))
            assert replay.parent == numbers.get(ticket.parent_id or 0)
            self.look_at(ticket)

    def look_at(self, ticket: Ticket) -> None:
        assert ticket.office_id in self.offices, "a ticket always has a responsible office"
        assert ticket.status != S.TRIAGED, "it lasts no longer than a call"
        assert self.count(ReturnRequest, ticket, handover.unruled()) <= 1
        unruled = self.count(ReturnRequest, ticket, handover.unruled(), ReturnRequest.signed.is_(True))
        assert unruled == (ticket.status == S.RETURN_REQUESTED)
        self.look_at_the_precedent(ticket)
        assert self.count(Extension, ticket, Extension.approved.is_(None)) <= 1
        own_part = (CoHandler.office_id == ticket.office_id, CoHandler.done_at.is_(None))
        assert not self.count(CoHandler, ticket, *own_part), "nobody waits for himself"
        self.look_for_a_watcher(ticket)
        whole = self.session.get_one(Ticket, ticket.parent_id) if ticket.parent_id else ticket
        self.look_at_parts(whole)

    def look_at_parts(self, whole: Ticket) -> None:
        """No part is lost, and nothing split ends over an open part unless somebody said why."""
        found = self.session.scalars(select(Ticket).where(Ticket.parent_id == whole.id)).all()
        assert len(found) == whole.n_parts
        assert whole.parent_id is None or not found, "a part has no parts"
        if all(one.status in SETTLED for one in found):
            return
        assert whole.status not in FINAL - {S.ARCHIVED} | {S.MERGED}, "nobody would read what the part brings"
        if whole.status in ANSWERED | {S.REPLIED, S.ARCHIVED}:
            replies = select(TicketEvent).where(
                TicketEvent.ticket_id == whole.id, TicketEvent.action == "reply"
            )
            said = self.session.scalars(replies.order_by(TicketEvent.seq.desc())).first()
            assert said is not None
            assert said.data["overruled_parts"] >= 1, "no answer over an open part without a reason"

    def look_at_the_precedent(self, ticket: Ticket) -> None:
        if ticket.routing_rule != PRECEDENT:
            return
        body = self.session.get_one(Body, ticket.respondent_body_id)
        assert body.kind != BodyKind.SUPERVISION, "about the supervisors the table alone decides"
        assert "裁决先例" in (ticket.because or "")

    def look_for_a_watcher(self, ticket: Ticket) -> None:
        if ticket.status in OPEN and ticket.status != S.RECEIVED:  # received ones are watched by the triage
            moments = clocks.moments(ticket, clocks.table_of(self.session, ticket))
            assert moments, (ticket.status, "no clock runs")
            ahead = [one.at for one in moments if one.at > self.now]
            assert not ahead or (ticket.next_check_at is not None and ticket.next_check_at <= min(ahead))
        elif ticket.status == S.MERGED:
            lead = self.session.get_one(Ticket, ticket.merged_into_id)
            assert lead.status not in FINAL | ANSWERED, "a lead that ends or answers leaves nobody behind"
        elif ticket.status == S.CLOSED:
            assert ticket.closed_at is not None
            assert ticket.closed_at >= self.now - timedelta(days=ARCHIVE_AFTER_DAYS + 40)
        else:
            assert ticket.status == S.RECEIVED or ticket.next_check_at is None

    def count(self, model: Any, ticket: Ticket, *conditions: Any) -> int:
        rows = select(func.count()).select_from(model).where(model.ticket_id == ticket.id, *conditions)
        return self.session.scalar(rows) or 0

    def may_be_left(self, number: str) -> bool:
        """Return whether somebody can lead the ticket out of where it stands, really doing it and undoing it again."""
        before, random = self.ticket(number).status, Random(1)
        for name in [one for one in LEADS_ON if before in REGISTRY[one].sources]:
            for actor in self.people.values():
                tries = 6 if name in {"rule", "terminate", "review", "redispatch"} else 1
                if allowed(actor, REGISTRY[name].permission) and any(
                    self.leads_on(actor, number, name, random) for _ in range(tries)
                ):
                    return True
        return False

    def leads_on(self, actor: Actor, number: str, name: str, random: Random) -> bool:
        """Return whether the actor can leave the present status by the action, and undo it."""
        before, savepoint = self.ticket(number).status, self.session.begin_nested()
        given = chance.given(random, name, list(self.replays))
        try:
            if name == "reply" and before == S.REWORK:
                self.let_anybody_do_it_again(number)
            done = actions.perform(self.session, actor, REGISTRY[name], number, given, now=self.now)
        except TrackerError:
            return False
        else:
            return done.status != before
        finally:
            savepoint.rollback()

    def let_anybody_do_it_again(self, number: str) -> None:
        """Where an office has one officer, a reviewer above lets him do the rework, too."""
        for actor in self.people.values():
            try:
                with self.session.begin_nested():
                    allow = REGISTRY["allow-handler"]
                    actions.perform(self.session, actor, allow, number, dict(REASON), now=self.now)
            except TrackerError:
                continue
            return

    def teardown(self) -> None:
        try:
            assert not list(history.broken_links(self.session))
            for number in self.replays:
                ticket = self.ticket(number)
                if ticket.status not in FINAL | {S.RECEIVED}:
                    # a whole may end after its parts, each of which is looked at by itself
                    waits = splitting.n_open(self.session, ticket) > 0
                    assert waits or self.may_be_left(number), f"nobody can lead it out of {ticket.status}"
        finally:
            self.savepoint.rollback()
            self.session.expire_all()


def look_at_refusal(refused: TrackerError) -> None:
    assert CODE.fullmatch(refused.code), refused.code
    assert refused.message.endswith("。"), refused.message
    assert len(refused.message) > 5
    assert refused.http_status in {403, 404, 409, 412, 422}, refused.code
    assert not isinstance(refused, Invalid) or refused.fields or refused.code != "invalid"


def live(session: Session, n_lives: int, n_steps: int) -> type[Life]:
    """Let so many lives of so many steps pass and return the machine with its counts."""
    machine = type("LifeOfTickets", (Life,), {"n_steps": 0, "n_done": {}, "n_refused": {}})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: machine(session),
        settings=settings(
            max_examples=n_lives,
            stateful_step_count=n_steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(
                Phase.generate,
            ),  # a life is told by its seeds; making it shorter takes longer than reading it
            report_multiple_bugs=False,
        ),
    )
    return machine


def test_whatever_anybody_does_a_few_hundred_steps(session: Session) -> None:
    machine = live(session, n_lives=4, n_steps=25)
    assert machine.n_steps >= 150
    assert machine.n_done
    assert machine.n_refused


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("HYPOTHESIS_PROFILE") != "long", reason="part of the long profile")
def test_whatever_anybody_does_twenty_thousand_steps(session: Session) -> None:
    machine = live(session, n_lives=80, n_steps=120)
    assert machine.n_steps >= 20_000
    never = set(REGISTRY) - set(machine.n_done) - {"verify", "look-back"}  # findings have a test of their own
    assert not never, f"never succeeded: {sorted(never)}"

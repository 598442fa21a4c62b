"""Deciding who answers, by the rows in force; seeding and reading the table."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.clock import local_date
from tracker.offices.models import Office
from tracker.offices.rules import Level, path_codes
from tracker.routing.facts import Decision, Facts, Rule
from tracker.routing.models import RoutingRule
from tracker.routing.rules import choose
from tracker.routing.seed_rules import seed_rules
from tracker.routing.tree import OfficeNode, Tree


def seed(session: Session) -> None:
    """Add the rules that are not there yet; edited ones stay as they are."""
    rows = [
        {**vars(rule), "outcome": rule.outcome.value, "target": rule.target.value} for rule in seed_rules()
    ]
    session.execute(insert(RoutingRule).values(rows).on_conflict_do_nothing(index_elements=["code"]))


def table(session: Session) -> list[RoutingRule]:
    """Return every row, in the order they are tried."""
    return list(session.scalars(select(RoutingRule).order_by(RoutingRule.priority, RoutingRule.code)))


def in_force(session: Session, now: datetime) -> tuple[Rule, ...]:
    """Return the active rules effective on the local date of `now`, read once per unit of work."""
    if "routing_rules" not in session.info:
        today = local_date(now)
        rows = [row for row in table(session) if row.is_active and row.effective_from <= today]
        session.info["routing_rules"] = tuple(row.as_rule() for row in rows)
    rules: tuple[Rule, ...] = session.info["routing_rules"]
    return rules


def tree_for(session: Session, facts: Facts) -> Tree:
    """Return the active offices on the way up from every division the facts speak of."""
    places = [facts.place, *facts.candidates]
    for one in facts.respondents:
        places += [one.place, one.founder.place if one.founder else None]
    codes = {code for place in places if place for code in path_codes(place.path)} | {facts.intake_office}
    rows = session.execute(
        select(Office.code, Office.name, Office.level, Office.path).where(
            Office.code.in_(sorted(codes)), Office.is_active
        )
    )
    return Tree.of(OfficeNode(row.code, row.name, Level(row.level), row.path) for row in rows)


def decide(session: Session, facts: Facts, *, now: datetime) -> Decision:
    """Return who answers the complaint, by which rule and why; a person when nothing fits."""
    return choose(facts, tree_for(session, facts), in_force(session, now))

"""Trying a routing table: on a text (这段话会派给谁), and on the open tickets before it takes effect (试算)."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import product
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from tracker.clock import LOCAL, local_date
from tracker.offices import queries as offices
from tracker.offices.models import Office
from tracker.permissions import Actor
from tracker.routing import queries as routes
from tracker.routing import service as routing
from tracker.routing.conditions import in_force, resolved
from tracker.routing.facts import Decision, DecisionKind, Facts, Rule, Spoken
from tracker.routing.rules import choose
from tracker.routing.tree import Tree
from tracker.routing.witness import Condition, exists
from tracker.tickets import receive, triage
from tracker.tickets.engine import engine
from tracker.tickets.models import Ticket
from tracker.tickets.rules import FINAL, Status
from tracker.tickets.triage import Known, Proposal

TRIED = 2000
"""Open tickets that are tried, the newest first: a page must answer while somebody waits [P]."""
READ = 200
"""Texts that are read again at most, for tickets whose columns do not tell whom they complain about [P]."""
LISTED = 200
"""Tickets that are listed out of those that would move."""
_BY_HAND = ("by_hand", "campaign")
"""What `Ticket.routing_rule` says when a person or a campaign chose the office; rulings begin with `ruling_`."""
_JOINT = "joint"
"""Decided from several bodies in the text, of which the ticket keeps only the first."""


def ask(
    session: Session,
    actor: Actor,
    text: str,
    *,
    division_code: str | None,
    now: datetime,
    on: date | None = None,
) -> Proposal:
    """Return what would be done with a text by the table in force on a local date (now); writes nothing.

    Raises NotFound for an unknown division.
    """
    at = datetime.combine(on, time(12), LOCAL) if on and on != local_date(now) else now
    home = session.get(Office, actor.office_id) if actor.office_id else None
    title, content = receive.as_kept("", text)
    return triage.propose(
        session, title=title, text=content, now=at, home=home, known=Known(division_code=division_code)
    )


@dataclass(frozen=True)
class Move:
    """One open ticket that the other table would send elsewhere; before, after: in words, with the rules' codes."""

    number: str
    received_at: datetime
    office: str
    before: str
    after: str
    rule_before: str
    rule_after: str
    because: str


@dataclass(frozen=True)
class Preview:
    """What a table that begins on a local date would do to the open tickets the reader may see.

    n_tried: tickets compared, the newest whose office no person chose. more: there are older ones. n_unread: not compared,
    because too many texts would have to be read again. n_moved: all that would go elsewhere; `moves` are the first.
    """

    on: date
    n_tried: int
    n_unread: int
    more: bool
    n_moved: int
    moves: tuple[Move, ...] = field(default=())


def preview(
    session: Session,
    actor: Actor,
    drafts: Sequence[Rule] = (),
    *,
    on: date,
    now: datetime,
    tried: int = TRIED,
    listed: int = LISTED,
    read: int = READ,
) -> Preview:
    """Return which open tickets would go elsewhere by the drafts, and whatever else begins by that day; writes nothing.

    tried, listed, read: how many of the newest are tried, how many are listed, and how many texts read again at most.
    """
    before = routing.rules_on(session, local_date(now))
    versions = (*routing.versions(session), *drafts)
    after = resolved(in_force(versions, on))
    tree = Tree.of(routes.all_offices(session))
    rows = session.execute(_open(actor).limit(tried + 1)).all()
    touched = _Touched(versions, before, after)
    concerned = [row for row in rows[:tried] if touched(row.routing_rule)]
    moves: list[Move] = []
    n_moved = n_unread = 0
    for row, facts in _known(session, concerned, now, read):
        if facts is None:
            n_unread += 1
            continue
        here, there = choose(facts, tree, before), choose(facts, tree, after)
        if _goal(here) != _goal(there):
            n_moved += 1
            if len(moves) < listed:
                moves.append(_move(row, here, there, tree))
    n_tried = min(len(rows), tried) - n_unread
    return Preview(on, n_tried, n_unread, len(rows) > tried, n_moved, tuple(moves))


def _known(
    session: Session, rows: Sequence[Row[*tuple[Any, ...]]], now: datetime, read: int
) -> Iterator[tuple[Row[*tuple[Any, ...]], Facts | None]]:
    """Yield each ticket with its facts, read once for those alike; None when no more texts may be read again."""
    known: dict[Hashable, Facts] = {}
    n_read = 0
    for row in rows:
        key = _key(row)
        if key not in known:
            if _must_read(row) and n_read == read:
                yield row, None
                continue
            n_read += _must_read(row)
            known[key] = _facts(session, row, now)
        yield row, known[key]


class _Touched:
    """Which tickets a change may concern at all, told by the rule that once decided on them.

    A ticket fits some version of its rule. Where no rule that differs between the tables can fit it too, it stays. The
    category is left out of account, as a person may have corrected it since.
    """

    def __init__(self, versions: Sequence[Rule], before: Sequence[Rule], after: Sequence[Rule]) -> None:
        old, new = ({rule.code: rule for rule in rules} for rules in (before, after))
        codes = [code for code in {**old, **new} if old.get(code) != new.get(code)]
        self._changed = [one.condition for code in codes for one in (old.get(code), new.get(code)) if one]
        self._conditions: dict[str, list[Condition]] = {}
        for rule in versions:
            self._conditions.setdefault(rule.code, []).append(rule.condition)
        self._known: dict[str | None, bool] = {}

    def __call__(self, code: str | None) -> bool:
        if code not in self._known:
            self._known[code] = self._may_fit(code)
        return self._known[code]

    def _may_fit(self, code: str | None) -> bool:
        if not self._changed:
            return False
        own = self._conditions.get(code or "", [{}])
        return any(
            exists([_without_category(mine), _without_category(other)])
            for mine, other in product(own, self._changed)
        )


def _without_category(condition: Condition) -> Condition:
    return {name: wanted for name, wanted in condition.items() if name != "category"}


def _open(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return the query for the open tickets whose office the table chose, the newest first."""
    done = [one.value for one in FINAL | {Status.CLOSED, Status.MERGED}]
    rule = Ticket.routing_rule
    return (
        select(
            Ticket.number,
            Ticket.received_at,
            Ticket.title,
            Ticket.content,
            Ticket.division_code,
            Ticket.respondent_body_id,
            Ticket.respondent_name,
            Ticket.respondent_level,
            Ticket.category_code,
            Ticket.routing_rule,
            Ticket.intake_office_id,
            Office.name.label("office"),
        )
        .join(Office, Office.id == Ticket.office_id)
        .where(
            Ticket.status.not_in(done),
            Ticket.designated.is_(False),
            or_(rule.is_(None), and_(rule.not_in(_BY_HAND), rule.not_like("ruling\\_%"))),
            offices.below(Office.path, actor.office_path),
        )
        .order_by(Ticket.id.desc())
    )


def _key(row: Row[*tuple[Any, ...]]) -> Hashable:
    """Return all that a ticket's decision hangs on, so that those alike are decided once."""
    told = (row.division_code, row.respondent_body_id, row.respondent_name, row.respondent_level)
    spoken = (row.title, row.content) if _must_read(row) else ()
    return (*told, row.category_code, row.routing_rule == _JOINT, row.intake_office_id, *spoken)


def _must_read(row: Row[*tuple[Any, ...]]) -> bool:
    named = row.respondent_body_id or row.respondent_name
    return not named or row.routing_rule == _JOINT


def _facts(session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> Facts:
    """Return what routing knows of a stored ticket; its text is read again only where the columns do not tell."""
    told: Mapping[str, object] = {
        "body_id": row.respondent_body_id,
        "respondent_name": row.respondent_name,
        "respondent_level": row.respondent_level,
    }
    read = _must_read(row)
    result = (
        engine().serving(session).triage.suggest(row.title, row.content, row.received_at) if read else None
    )
    facts = routing.facts_for(
        session,
        result,
        home=session.get(Office, row.intake_office_id),
        division_code=row.division_code,
        category_code=row.category_code,
        spoken=Spoken(f"{row.title}\n{row.content}", local_date(now)) if read else None,
        **({} if row.routing_rule == _JOINT else told),  # type: ignore[arg-type]  # columns of their types
    )
    return routing.with_precedent(session, facts, now=now)


def _goal(decision: Decision) -> tuple[str, str, str]:
    return decision.kind.value, decision.office_code or "", decision.redirect_to


def goal_words(decision: Decision, tree: Tree) -> str:
    """Return where a decision leads, in words."""
    if decision.kind is DecisionKind.REDIRECT:
        return f"转{decision.redirect_to}"
    node = tree.nodes.get(decision.office_code or "")
    name = node.name if node else "（未定）"
    return name if decision.kind is DecisionKind.DISPATCH else f"人工研判（{name}）"


def _move(row: Row[*tuple[Any, ...]], here: Decision, there: Decision, tree: Tree) -> Move:
    return Move(
        number=row.number,
        received_at=row.received_at,
        office=row.office,
        before=goal_words(here, tree),
        after=goal_words(there, tree),
        rule_before=here.rule_id,
        rule_after=there.rule_id,
        because=there.because,
    )

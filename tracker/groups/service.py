"""Grouping as tickets come in, and what a person changes about it: 移出, 并入; the tickets themselves stay as they are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from classifiers import grouping
from classifiers.grouping import Group
from tracker.audit import service as audit
from tracker.errors import Conflict, Invalid
from tracker.groups import store
from tracker.groups.models import GroupMark, GroupMember, GroupWord, TicketGroup
from tracker.permissions import Actor, Permission, require
from tracker.rights import ACTIONS
from tracker.tickets import service as tickets
from tracker.tickets.actions import require_related
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

BATCH = 50
LATE = 10_000
"""Tickets behind the mark that are still looked for: numbers are given out before they are committed."""
MOST_WEIGHED = 200
"""Texts read again when a group is formed anew; of a larger one the latest."""
MOST_CHOICES = 20
"""Tickets of a group from which one that was taken out is kept apart, the oldest first."""
AT_ONCE = 20_000
"""Rows cleared in one transaction."""
_SAID = Ticket.parent_id.is_(None)
"""Parts of a split ticket say again what somebody said once."""
_LOCK = 0x67726F757073


def drain(session: Session, *, limit: int = BATCH) -> int:
    """Group up to `limit` tickets that were triaged and not grouped yet; return how many.

    One process at a time, since each text must see what the one before changed; another returns 0 and leaves it to it.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return 0
    at = store.mark(session)
    waiting = _waiting(session, at, limit)
    if not waiting:
        return 0
    told = store.words(waiting)
    store.count(session, told)
    at.n_tickets += len(waiting)
    at.last_ticket_id = max(at.last_ticket_id, _before_untriaged(session, waiting[-1].id))
    n_with = store.rarities(session, {word for one in told for word in one})
    is_decided = store.any_choice(session)
    for text in store.weighed(waiting, n_with, at.n_tickets):
        _settle(session, text, n_with, at.n_tickets, is_decided=is_decided)
    session.flush()
    return len(waiting)


def _waiting(session: Session, at: GroupMark, limit: int) -> Sequence[Ticket]:
    grouped = exists().where(GroupMember.ticket_id == Ticket.id)
    return session.scalars(
        select(Ticket)
        .where(Ticket.id > at.last_ticket_id - LATE, Ticket.status != Status.RECEIVED.value, _SAID, ~grouped)
        .order_by(Ticket.id)
        .limit(limit)
    ).all()


def _before_untriaged(session: Session, last_id: int) -> int:
    """Return how far the mark may go: not past a ticket that still waits to be told its place."""
    first = session.scalar(select(func.min(Ticket.id)).where(Ticket.status == Status.RECEIVED.value))
    return min(last_id, first - 1) if first is not None else last_id


def _settle(
    session: Session, text: Group, n_with: Mapping[str, int], n_texts: int, *, is_decided: bool
) -> None:
    """Put one new text where it belongs: where a person wants it, else where its words lead."""
    wanted = store.wanted(session, text.id) if is_decided else None
    if wanted is not None:
        there = store.load(session, wanted)
        here, newer = (text, there) if text.id < there.id else (there, text)
        here.absorb(newer)
        gone = [newer]
    else:
        here, gone = grouping.settle(
            text,
            lambda one: store.near(session, one, n_with),
            lambda one, other: is_decided and store.apart(session, one, other),
        )
    store.write(session, here)
    store.enter(session, [text.id], here.id)
    store.unite(session, [one.id for one in gone if one.id != text.id], here.id)
    if gone and grouping.is_due(here, gone):
        _look_over(session, here.id, n_texts)


def _look_over(session: Session, group_id: int, n_texts: int) -> None:
    """Weigh the group's texts by today's counts and part those that do not hold together; people's unions stay."""
    inside = session.scalars(store.members(group_id)).all()
    said = store.choices(session, inside)
    if any(one.together for one in said):
        return
    parted = {frozenset((one.ticket_id, one.other_id)) for one in said}
    texts = _weighed(session, inside, n_texts)
    for ids in grouping.look_over(texts, lambda a, b: frozenset((a.id, b.id)) in parted):
        _form(session, ids, [one for one in texts if one.id in set(ids)])


def _weighed(session: Session, ticket_ids: Collection[int], n_texts: int) -> list[Group]:
    latest = sorted(ticket_ids)[-MOST_WEIGHED:]
    found = session.scalars(select(Ticket).where(Ticket.id.in_(latest)).order_by(Ticket.id)).all()
    n_with = store.rarities(session, {word for one in store.words(found) for word in one})
    return store.weighed(found, n_with, n_texts)


def _form(session: Session, ticket_ids: Collection[int], texts: Sequence[Group]) -> int:
    """Make the tickets one group of their own and return its id. texts: of all of them, or of the latest."""
    first = texts[0]
    group = Group(min(ticket_ids), dict(first.sums), first.at, first.area)
    for one in texts[1:]:
        group.absorb(one)
    share = len(ticket_ids) / group.size
    group.sums = {word: weight * share for word, weight in group.sums.items()}
    group.size = len(ticket_ids)
    store.write(session, group)
    store.enter(session, ticket_ids, group.id)
    return group.id


def take_out(session: Session, actor: Actor, number: str, *, now: datetime) -> Ticket:
    """移出: part the ticket from its group for good and return it; it may found or join another one.

    Raises NotFound, NotAllowed, Conflict (not_grouped) when it is in no group with others.
    """
    require(actor, Permission.TICKET_TRIAGE)
    ticket = tickets.find(session, actor, number)
    require_related(session, actor, ticket, ACTIONS["regroup"])
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    others = [one for one in _fellows(session, ticket) if one != ticket.id]
    if not others:
        raise Conflict("该工单没有与其他工单归为一组，无需移出。", code="not_grouped")
    _keep(session, actor, ticket.id, others[:MOST_CHOICES], together=False, now=now)
    _regroup(session, [[ticket.id], others])
    audit.record(session, actor, "ungroup", "ticket", number, {"group_size": len(others) + 1}, now=now)
    return ticket


def join(session: Session, actor: Actor, number: str, other_number: str, *, now: datetime) -> Ticket:
    """并入: put the ticket into the group of the other one and return it; undoes an earlier 移出.

    Raises NotFound, NotAllowed, Invalid (own number, same group), Conflict (not_grouped_yet).
    """
    require(actor, Permission.TICKET_TRIAGE)
    ticket, other = tickets.find(session, actor, number), tickets.find(session, actor, other_number)
    for one in (ticket, other):
        require_related(session, actor, one, ACTIONS["regroup"])
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    left, joined = _fellows(session, ticket), _fellows(session, other)
    if not left or not joined:
        raise Conflict("工单还没有完成归组，请一分钟后再试。", code="not_grouped_yet")
    if ticket.id in joined:
        raise Invalid("两张工单已经在同一组。", code="same_group", fields={"number": ["已在本组。"]})
    store.reconcile(session, ticket.id, joined)
    _keep(session, actor, ticket.id, joined[:MOST_CHOICES], together=True, now=now)
    rest = [one for one in left if one != ticket.id]
    _regroup(session, [[*joined, ticket.id], *([rest] if rest else [])])
    audit.record(session, actor, "group", "ticket", number, {"with": other_number}, now=now)
    return ticket


def _fellows(session: Session, ticket: Ticket) -> list[int]:
    """Return the ids of the ticket's group, its own among them, by id; empty before it was grouped."""
    own = session.get(GroupMember, ticket.id, populate_existing=True)
    return sorted(session.scalars(store.members(own.group_id))) if own else []


def _keep(
    session: Session, actor: Actor, ticket_id: int, others: Sequence[int], *, together: bool, now: datetime
) -> None:
    store.decide(session, ticket_id, others, together=together, account_id=actor.account_id, at=now)


def _regroup(session: Session, parts: Sequence[Sequence[int]]) -> None:
    """Form each part anew and drop the groups that are empty then."""
    everyone = [one for part in parts for one in part]
    before = set(
        session.scalars(select(GroupMember.group_id).where(GroupMember.ticket_id.in_(everyone)).distinct())
    )
    n_texts = store.mark(session).n_tickets
    formed = {_form(session, part, _weighed(session, part, n_texts)) for part in parts}
    store.drop(session, before - formed)


def clear(session: Session) -> int:
    """Forget a part of the grouping so that it can begin anew, but nothing that people decided; return the rows cleared.

    Call it until it returns 0; grouping waits for no longer than one call.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    for table, key in (
        (GroupMember, GroupMember.ticket_id),
        (TicketGroup, TicketGroup.id),
        (GroupWord, GroupWord.word),
    ):
        if cleared := store.clear(session, table, key, AT_ONCE):
            return cleared
    at = store.mark(session)
    at.last_ticket_id = at.n_tickets = 0
    return 0


def progress(session: Session) -> tuple[int, int]:
    """Return how many tickets are grouped, and how many there are to group."""
    triaged = select(func.count()).select_from(Ticket).where(Ticket.status != Status.RECEIVED.value, _SAID)
    return store.mark(session).n_tickets, session.scalar(triaged) or 0

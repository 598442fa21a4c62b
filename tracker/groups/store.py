"""Groups as `classifiers.grouping` works on them, read from and written to the tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    Select,
    String,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from classifiers import group_words, grouping
from classifiers.group_words import Vector
from classifiers.grouping import Group
from tracker.db import Base
from tracker.groups.models import GroupChoice, GroupMark, GroupMember, GroupWord, TicketGroup
from tracker.offices import registry
from tracker.tickets.models import Ticket

COMMON = 500
"""Tickets holding a word from which it is no longer looked up: it would bring half the database along."""
AT_LEAST = 3
"""Words looked up however common, the heaviest; an event of thousands has made its own words common."""
MOST_LIKE = 40
"""Groups compared with a text: those that share the most of its heaviest words."""
_MOST_SHARED = "(SELECT count(*) FROM unnest(ticket_group.heads) AS head WHERE head = ANY(:heads)) DESC"
_AREA_DIGITS = 4


def mark(session: Session) -> GroupMark:
    """Return the one row that tells how far grouping has come."""
    session.execute(insert(GroupMark).values(id=1).on_conflict_do_nothing())
    return session.get_one(GroupMark, 1)


def area(division_code: str | None) -> str:
    """Return the code of the prefecture a division lies in, "" for none or for a whole province."""
    code = (division_code or "")[:_AREA_DIGITS]
    return "" if len(code) < _AREA_DIGITS or code.endswith("00") else code


def count(session: Session, told: Iterable[Vector]) -> None:
    """Add the words of new texts to the counts. Written in one order, so that two writers cannot lock each other out."""
    n_more: dict[str, int] = {}
    for word in chain.from_iterable(told):
        n_more[word] = n_more.get(word, 0) + 1
    if not n_more:
        return
    rows = [{"word": word, "n_tickets": n} for word, n in sorted(n_more.items())]
    for at in range(0, len(rows), 5_000):
        added = insert(GroupWord).values(rows[at : at + 5_000])
        session.execute(
            added.on_conflict_do_update(
                index_elements=[GroupWord.word],
                set_={"n_tickets": GroupWord.n_tickets + added.excluded.n_tickets},
            )
        )


def rarities(session: Session, words: Collection[str]) -> dict[str, int]:
    """Return in how many tickets each of the words occurs."""
    rows = session.execute(
        select(GroupWord.word, GroupWord.n_tickets).where(GroupWord.word == func.any(list(words)))
    )
    return {row.word: row.n_tickets for row in rows}


def weighed(tickets: Sequence[Ticket], n_with: Mapping[str, int], n_texts: int) -> list[Group]:
    """Return each ticket as a group of one, weighed by the counts given."""
    return [
        Group(
            one.id,
            grouping.weigh(_terms(one), n_with, n_texts),
            one.received_at,
            area(one.division_code),
        )
        for one in tickets
    ]


def words(tickets: Sequence[Ticket]) -> list[Vector]:
    """Return the words and names of each ticket."""
    return [_terms(one) for one in tickets]


def _terms(ticket: Ticket) -> Vector:
    return group_words.terms(ticket.title, ticket.content, divisions())


@cache
def divisions() -> frozenset[str]:
    """Return the names of all divisions, short forms too: a place is no evidence that two tickets are one matter."""
    return group_words.spoken(place.name for place in registry.places().values())


def near(session: Session, one: Group, rare: Mapping[str, int]) -> list[Group]:
    """Return the groups that share a heavy word with this one, itself excluded.

    rare: in how many tickets words occur, as far as known; common ones are looked up only when there is nothing else.
    """
    heads = one.heads()
    asked = [word for i, word in enumerate(heads) if i < AT_LEAST or rare.get(word, 0) <= COMMON]
    if not asked:
        return []
    span = grouping.ASLEEP_AFTER
    rows = session.execute(
        select(TicketGroup.id, TicketGroup.sums, TicketGroup.last_at, TicketGroup.area, TicketGroup.n_tickets)
        .where(
            TicketGroup.heads.overlap(asked),
            TicketGroup.last_at.between(one.at - span, one.at + span),
            TicketGroup.id != one.id,
            TicketGroup.area.in_(["", one.area]) if one.area else true(),
        )
        .order_by(
            text(_MOST_SHARED).bindparams(bindparam("heads", asked, ARRAY(String))), TicketGroup.id.desc()
        )
        .limit(MOST_LIKE)
    )
    return [Group(row.id, row.sums, row.last_at, row.area, row.n_tickets) for row in rows]


def apart(session: Session, one: Group, other: Group) -> bool:
    """Return whether a person said of a ticket here and one there that they are not about one matter."""
    ours, theirs = _own(one), _own(other)
    split = or_(
        GroupChoice.ticket_id.in_(ours) & GroupChoice.other_id.in_(theirs),
        GroupChoice.ticket_id.in_(theirs) & GroupChoice.other_id.in_(ours),
    )
    return bool(session.scalar(select(exists().where(split, ~GroupChoice.together))))


def _own(one: Group) -> Any:
    """Return the query for the ids of the group's tickets, the founding one also before it is written."""
    return members(one.id).union(select(literal(one.id)))


def any_choice(session: Session) -> bool:
    """Return whether people decided anything at all."""
    return bool(session.scalar(select(exists().where(GroupChoice.ticket_id > 0))))


def members(group_id: int) -> Select[int]:
    """Return the query for the ids of a group's tickets."""
    return select(GroupMember.ticket_id).where(GroupMember.group_id == group_id)


def load(session: Session, group_id: int) -> Group:
    """Return the group of that id, which must exist."""
    row = session.execute(select(TicketGroup.__table__).where(TicketGroup.id == group_id)).one()
    return Group(row.id, row.sums, row.last_at, row.area, row.n_tickets)


def write(session: Session, one: Group) -> None:
    """Write the group as it stands; its members are written apart."""
    sums = {word: round(weight, 4) for word, weight in one.sums.items()}
    row = {"n_tickets": one.size, "area": one.area, "sums": sums, "heads": one.heads(), "last_at": one.at}
    session.execute(
        insert(TicketGroup)
        .values(id=one.id, **row)
        .on_conflict_do_update(index_elements=[TicketGroup.id], set_=row)
    )


def enter(session: Session, ticket_ids: Collection[int], group_id: int) -> None:
    """Make the tickets members of the group, wherever they were."""
    rows = [{"ticket_id": one, "group_id": group_id} for one in sorted(ticket_ids)]
    entered = insert(GroupMember).values(rows)
    session.execute(
        entered.on_conflict_do_update(
            index_elements=[GroupMember.ticket_id], set_={"group_id": entered.excluded.group_id}
        )
    )


def unite(session: Session, gone: Collection[int], group_id: int) -> None:
    """Move the members of groups that went up in another, and drop those groups."""
    if gone:
        session.execute(update(GroupMember).where(GroupMember.group_id.in_(gone)).values(group_id=group_id))
        drop(session, gone)


def drop(session: Session, group_ids: Collection[int]) -> None:
    """Delete groups that nobody belongs to any more."""
    session.execute(delete(TicketGroup).where(TicketGroup.id.in_(group_ids)))


def choices(session: Session, ticket_ids: Collection[int]) -> list[GroupChoice]:
    """Return what people said of pairs among these tickets."""
    both = GroupChoice.ticket_id.in_(ticket_ids) & GroupChoice.other_id.in_(ticket_ids)
    return list(session.scalars(select(GroupChoice).where(both)))


def wanted(session: Session, ticket_id: int) -> int | None:
    """Return the group a person wants the ticket in, None when nobody said or none of its fellows is grouped yet."""
    fellow = or_(
        (GroupChoice.ticket_id == ticket_id) & (GroupChoice.other_id == GroupMember.ticket_id),
        (GroupChoice.other_id == ticket_id) & (GroupChoice.ticket_id == GroupMember.ticket_id),
    )
    return session.scalar(
        select(func.min(GroupMember.group_id)).join(GroupChoice, fellow).where(GroupChoice.together)
    )


def decide(
    session: Session,
    ticket_id: int,
    others: Collection[int],
    *,
    together: bool,
    account_id: int | None,
    at: datetime,
) -> None:
    """Keep what a person said of the ticket and each of the others; the last word on a pair counts."""
    for other in sorted(others):
        session.execute(
            delete(GroupChoice).where(GroupChoice.ticket_id == other, GroupChoice.other_id == ticket_id)
        )
        said = {"together": together, "account_id": account_id, "at": at}
        session.execute(
            insert(GroupChoice)
            .values(ticket_id=ticket_id, other_id=other, **said)
            .on_conflict_do_update(index_elements=[GroupChoice.ticket_id, GroupChoice.other_id], set_=said)
        )


def reconcile(session: Session, ticket_id: int, others: Collection[int]) -> None:
    """Forget that the ticket was to be kept apart from any of the others."""
    said = or_(
        (GroupChoice.ticket_id == ticket_id) & GroupChoice.other_id.in_(others),
        (GroupChoice.other_id == ticket_id) & GroupChoice.ticket_id.in_(others),
    )
    session.execute(delete(GroupChoice).where(said, ~GroupChoice.together))


def clear(session: Session, table: type[Base], key: InstrumentedAttribute[Any], limit: int) -> int:
    """Delete up to `limit` rows of the table and return how many."""
    some = session.scalars(select(key).limit(limit)).all()
    if some:
        session.execute(delete(table).where(key.in_(some)))
    return len(some)

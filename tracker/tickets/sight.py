"""可见范围: how an office stands to a ticket, found once for one ticket in hand and once as a condition for the database.

Which relations count for what is the table's business (`tracker.rights`); here stands only how each is found. A test holds
both ways equal, relation by relation.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import BigInteger, ColumnElement, Select, any_, false, func, not_, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker import rights
from tracker.offices.models import Body, Office
from tracker.offices.queries import below, office_ids
from tracker.offices.rules import BodyKind
from tracker.permissions import Actor
from tracker.rights import READS, SEEN, Facts, Relation, Relations, Sensitivity
from tracker.tickets.models import CoHandler, Ticket, TicketShare

R = Relation
_PART, _WHOLE = aliased(Ticket), aliased(Ticket)  # made once: an alias of so wide a table takes milliseconds


def stands(session: Session, actor: Actor, ticket: Ticket) -> Relations:
    """Return how the actor's office stands to the ticket; empty for a stranger. The ticket's offices must be loaded."""
    return SEEN if actor.is_system else rights.stands(actor, facts(session, ticket))


def facts(session: Session, ticket: Ticket) -> Facts:
    """Return what rights over the ticket hang on, in one statement."""
    part = (CoHandler.ticket_id == ticket.id, CoHandler.recalled_at.is_(None))
    about = (Body.id == ticket.respondent_body_id, Body.kind == BodyKind.SUPERVISION)
    row = session.execute(
        select(
            _array(select(CoHandler.office_id).where(*part, CoHandler.done_at.is_(None))).label("helping"),
            _array(select(CoHandler.office_id).where(*part, CoHandler.done_at.is_not(None))).label("helped"),
            _array(_shares().where(TicketShare.ticket_id == ticket.id)).label("shared"),
            _array(
                select(Office.id).join(Body, Body.division_code == Office.division_code).where(*about)
            ).label("respondents"),
            select(Ticket.office_id).where(Ticket.id == ticket.parent_id).scalar_subquery().label("whole_id"),
        )
    ).one()
    return Facts(
        lead_id=ticket.office_id,
        lead_path=ticket.office.path,
        intake_id=ticket.intake_office_id,
        intake_path=ticket.intake_office.path,
        assisting_id=ticket.assisting_office_id,
        whole_id=row.whole_id,
        helping=frozenset(row.helping),
        helped=frozenset(row.helped),
        shared=frozenset(row.shared),
        respondents=frozenset(row.respondents),
    )


def _shares(column: InstrumentedAttribute[int] = TicketShare.office_id) -> Select[int]:
    """Return the column of the shares in force."""
    return select(column).where(TicketShare.ended_at.is_(None))


def _array(ids: Select[int]) -> ColumnElement[list[int]]:
    return func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger))


def one_of(ids: Select[int]) -> ColumnElement[bool]:
    """Return the ids as an array read once: beside OR, the planner uses indexes for that but not for IN."""
    return any_(_array(ids))


Member = Callable[[InstrumentedAttribute[int], Select[int]], ColumnElement[bool]]
"""How "this column is one of these ids" is written."""

_WIDE = 3
"""So many slashes a path has that belongs to a city: from there up a reader sees so much that an index finds nothing
faster than reading in the order wanted, and a hash tells fastest whose a row is. Below, the indexes of each relation are
read and put together. The planner cannot tell the two apart, since it does not know how many ids a subquery gives."""


def _member(actor: Actor, relations: Relations) -> Member:
    if relations & {R.ABOVE, R.ABOVE_INTAKE} and actor.office_path.count("/") <= _WIDE:
        return lambda column, ids: column.in_(ids)
    return lambda column, ids: column == one_of(ids)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which the actor may know of a ticket."""
    return among(actor, SEEN)


def readable(actor: Actor, part: Sensitivity) -> ColumnElement[bool]:
    """Return the condition under which the actor may read that part of a ticket whose complainant is not hidden."""
    right = READS[part]
    return among(actor, right.relations) if rights.holds(actor, right, SEEN) else false()


def among(actor: Actor, relations: Relations) -> ColumnElement[bool]:
    """Return the condition under which the actor's office stands to a ticket in one of these relations."""
    if actor.is_system:
        return true()
    ways = list(_in_line(actor, relations))
    if actor.office_id is not None:
        member = _member(actor, relations)
        ways += [
            way(actor.office_id, member)
            for relation, way in sorted(_BY_NAME.items())
            if relation in relations
        ]
    found = or_(false(), *ways)
    return found & not_(kept_from(actor)) if rights.is_barred_from(actor) else found


def _in_line(actor: Actor, relations: Relations) -> Iterator[ColumnElement[bool]]:
    top = {R.LEAD} if R.TOP in relations and rights.is_top(actor.office_path) else set()
    for column, itself, over in (
        (Ticket.office_id, R.LEAD, R.ABOVE),
        (Ticket.intake_office_id, R.INTAKE, R.ABOVE_INTAKE),
    ):
        own = itself in relations | top and actor.office_id is not None
        if over in relations:
            yield _line(actor, column, _member(actor, relations), own=own)
        elif own:
            yield column == actor.office_id


def _line(
    actor: Actor, column: InstrumentedAttribute[int], member: Member, *, own: bool
) -> ColumnElement[bool]:
    if actor.office_path == "/":  # nobody's office, above all of them
        return true()
    if own:
        return member(column, office_ids(actor.office_path))
    strictly = select(Office.id).where(
        below(Office.path, actor.office_path), Office.path != actor.office_path
    )
    return member(column, strictly)


def _parts(own: int, member: Member, *, done: bool) -> ColumnElement[bool]:
    found = select(CoHandler.ticket_id).where(CoHandler.office_id == own, CoHandler.recalled_at.is_(None))
    answered = CoHandler.done_at.is_not(None) if done else CoHandler.done_at.is_(None)
    return member(Ticket.id, found.where(answered))


def _of_whole(own: int, member: Member) -> ColumnElement[bool]:
    found = select(_PART.id).join(_WHOLE, _WHOLE.id == _PART.parent_id)
    return member(Ticket.id, found.where(_PART.parent_id.is_not(None), _WHOLE.office_id == own))


_BY_NAME: dict[Relation, Callable[[int, Member], ColumnElement[bool]]] = {
    R.ASSISTING: lambda own, _: Ticket.assisting_office_id == own,
    R.CO: lambda own, member: _parts(own, member, done=False),
    R.CO_DONE: lambda own, member: _parts(own, member, done=True),
    R.WHOLE: _of_whole,
    R.SHARED: lambda own, member: member(
        Ticket.id, _shares(TicketShare.ticket_id).where(TicketShare.office_id == own)
    ),
}
"""How the relations are found that name the office itself, by its id."""


def kept_from(actor: Actor) -> ColumnElement[bool]:
    """Return the condition "the actor must keep away: his office is the one complained about" (回避)."""
    if not rights.is_barred_from(actor):
        return false()
    division = select(Office.division_code).where(Office.id == actor.office_id).scalar_subquery()
    itself = select(Body.id).where(Body.kind == BodyKind.SUPERVISION, Body.division_code == division)
    return func.coalesce(Ticket.respondent_body_id == one_of(itself), false())

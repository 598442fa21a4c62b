"""The rows behind the figures: for every base a query of (ticket_id, office_id, flags …), read from the history.

Who was in charge, in which status a ticket stood and when it was due are asked of the events as of the moment that
counts, not of the ticket as it is now; so what happens after a period leaves its figures alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    and_,
    cast,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from tracker.indicators.history import (
    Span,
    answered_along,
    is_dispatch,
    is_rework,
    moved,
    office_at,
    stands,
    status_at,
)
from tracker.indicators.rules import Base
from tracker.offices.models import Office
from tracker.satisfaction.models import Appeal, CallBack
from tracker.satisfaction.rules import CONTENT
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import HANDLING, OPEN, Kind, Ruling, Status

_CLOSED = (Status.CLOSED.value, Status.ARCHIVED.value)
_REPLIED = (Status.REVIEWED.value, Status.CALLED_BACK.value, *_CLOSED)
_NOT_DUE = (
    Status.SUSPENDED.value,
    Status.NOT_ACCEPTED.value,
    Status.REDIRECTED.value,
    Status.MERGED.value,
    Status.TERMINATED.value,
    Status.WITHDRAWN.value,
)
_CLOCKED = tuple(
    sorted(one.value for one in HANDLING | {Status.DISPATCHED, Status.REPLIED, Status.RETURN_REQUESTED})
)
"""As the queue's tab 已超期 has it."""


E, OTHER, RULED_FOR, RETURNED_BY = TicketEvent, aliased(TicketEvent), aliased(Office), aliased(Office)
"""The event counted, another event of the same ticket, the office a ruling names, and the one that returned."""
Cases = Select[*tuple[Any, ...]]


def _moves_to(span: Span, *statuses: Status) -> list[ColumnElement[bool]]:
    return [span.holds(E.at), E.to_status.in_([one.value for one in statuses]), moved(E)]


def _in_charge(*flags: Any) -> Cases:
    return select(E.ticket_id, office_at(E.ticket_id, E.at).label("office_id"), *flags)


def received(span: Span) -> Cases:
    """Requests that came in, a split one once; repeated: told by the same person before, or merged by the end of the period."""
    merged = (
        select(OTHER.action != "unmerge")
        .where(
            OTHER.ticket_id == E.ticket_id,
            OTHER.at <= span.at,
            or_(OTHER.to_status == Status.MERGED.value, OTHER.from_status == Status.MERGED.value),
            moved(OTHER),
        )
        .order_by(OTHER.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            E.ticket_id,
            office_at(E.ticket_id, span.at).label("office_id"),
            or_(func.coalesce(merged, false()), E.data["repeats"].astext.is_not(None)).label("repeated"),
        )
        .join(Ticket, Ticket.id == E.ticket_id)
        .where(span.holds(E.at), E.seq == 1, Ticket.kind != Kind.FINDING.value, Ticket.parent_id.is_(None))
    )


def dispatched(span: Span) -> Cases:
    """What was sent to an office."""
    return (
        select(E.ticket_id, Office.id.label("office_id"))
        .join(Office, Office.code == E.data["office_code"].astext)
        .where(span.holds(E.at), is_dispatch(E), stands(E))
    )


def signing(span: Span) -> Cases:
    """Dispatches settled in the period: signed or returned, or left until the limit; in_time: before it.

    The sweep, and whoever acts, first writes down that the limit passed, so that the history tells the two apart.
    """
    ran_out = and_(OTHER.action == "stage_overdue", OTHER.to_status == Status.DISPATCHED.value)
    in_time = (
        select(OTHER.action != "stage_overdue")
        .where(OTHER.ticket_id == E.ticket_id, OTHER.seq < E.seq, or_(ran_out, is_dispatch(OTHER)))
        .order_by(OTHER.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    taken = and_(
        E.from_status == Status.DISPATCHED.value,
        E.to_status.in_([Status.IN_PROGRESS.value, Status.RETURN_REQUESTED.value]),
    )
    left = and_(E.action == "stage_overdue", E.to_status == Status.DISPATCHED.value)
    office = office_at(E.ticket_id, E.at, before=E.seq).label("office_id")
    return select(E.ticket_id, office, taken.label("in_time")).where(
        span.holds(E.at), or_(left, and_(taken, in_time)), stands(E)
    )


_DUE_BEFORE = cast(E.data["due_before"].astext, DateTime(timezone=True))


def _changes_due(event: Any) -> ColumnElement[bool]:
    """Return the condition that the event moved the due moment; spelt out, so that an index over it would serve."""
    return event.data.op("?", is_comparison=True)(literal_column("'due_before'"))  # type: ignore[no-any-return]


def _due_moments(span: Span) -> Any:
    """Return (ticket_id, due_at): the due moments in the period that were in force when they came."""
    later = select(OTHER.id).where(
        OTHER.ticket_id == Ticket.id, OTHER.at > Ticket.due_at, _changes_due(OTHER)
    )
    lasting = select(Ticket.id.label("ticket_id"), Ticket.due_at.label("due_at")).where(
        span.holds(Ticket.due_at), ~later.exists()
    )
    between = select(OTHER.id).where(
        OTHER.ticket_id == E.ticket_id, OTHER.at > _DUE_BEFORE, OTHER.seq < E.seq, _changes_due(OTHER)
    )
    replaced = select(E.ticket_id, _DUE_BEFORE).where(
        E.at >= span.begins, _changes_due(E), span.holds(_DUE_BEFORE), E.at > _DUE_BEFORE, ~between.exists()
    )
    return union_all(lasting, replaced).subquery("due_moment")


def due(span: Span) -> Cases:
    """What fell due, or was closed before; closed, replied: whether it was when the due moment came."""
    moment = _due_moments(span)
    at = func.least(moment.c.due_at, span.now)
    stood = status_at(moment.c.ticket_id, at)
    cases = select(
        moment.c.ticket_id,
        moment.c.due_at,
        office_at(moment.c.ticket_id, at).label("office_id"),
        stood.label("status"),
    ).subquery("due_case")
    closed, replied = cases.c.status.in_(_CLOSED), cases.c.status.in_(_REPLIED)
    return select(
        cases.c.ticket_id, cases.c.office_id, closed.label("closed"), replied.label("replied")
    ).where(cases.c.status.not_in(_NOT_DUE), or_(cases.c.due_at <= span.now, closed))


def closed(span: Span) -> Cases:
    """What was closed; at_once: neither returned nor reworked before."""
    detour = select(OTHER.id).where(
        OTHER.ticket_id == E.ticket_id,
        OTHER.seq < E.seq,
        or_(
            and_(OTHER.to_status == Status.RETURN_REQUESTED.value, moved(OTHER)),
            is_rework(OTHER),
        ),
    )
    return _in_charge((~detour.exists()).label("at_once")).where(*_moves_to(span, Status.CLOSED))


def concluded(span: Span) -> Cases:
    """What was closed or sent back to be done again; reworked: the latter."""
    again = is_rework(E)
    ended = and_(E.to_status == Status.CLOSED.value, moved(E))
    return _in_charge(again.label("reworked")).where(span.holds(E.at), or_(again, ended))


def replied(span: Span) -> Cases:
    """What was replied to for the first time; held: by the office it was first dispatched to.

    What was answered along with its lead was nobody's to reply to.
    """
    before = select(OTHER.id).where(
        OTHER.ticket_id == E.ticket_id,
        OTHER.seq < E.seq,
        or_(OTHER.to_status == Status.REPLIED.value, answered_along(OTHER)),
    )
    first = office_at(E.ticket_id, E.at, first=True)
    held = office_at(E.ticket_id, E.at) == first
    return select(E.ticket_id, first.label("office_id"), held.label("held")).where(
        *_moves_to(span, Status.REPLIED), ~before.exists()
    )


def returned(span: Span) -> Cases:
    """What an office asked to return."""
    return _in_charge().where(*_moves_to(span, Status.RETURN_REQUESTED))


def ruled(span: Span) -> Cases:
    """Returns ruled on, for the office that returned; upheld: sent elsewhere; overruled: came back.

    One that was to be handled first and settled later counts when it is settled.
    """
    before = office_at(E.ticket_id, E.at, before=E.seq)
    at_once = (
        select(E.ticket_id, before.label("office_id"), RULED_FOR.id.label("to_id"))
        .join(RULED_FOR, RULED_FOR.code == E.data["office_code"].astext)
        .where(
            span.holds(E.at),
            E.action.in_(["rule", "decide-return"]),
            E.to_status == Status.DISPATCHED.value,
            E.data["ruling"].astext != Ruling.HANDLE_FIRST.value,
        )
    )
    settled = (
        select(E.ticket_id, RETURNED_BY.id, RULED_FOR.id)
        .join(RULED_FOR, RULED_FOR.code == E.data["duty_of"].astext)
        .join(RETURNED_BY, RETURNED_BY.code == E.data["returned_by"].astext)
        .where(span.holds(E.at), E.action == "settle-return")
    )
    ruling = union_all(at_once, settled).subquery("ruling")
    upheld = ruling.c.to_id != ruling.c.office_id
    return select(
        ruling.c.ticket_id, ruling.c.office_id, upheld.label("upheld"), not_(upheld).label("overruled")
    )


def attempted(span: Span) -> Cases:
    """Whom somebody called back, or who rated by himself; reached: who answered."""
    return select(CallBack.ticket_id, CallBack.office_id, CallBack.reached.label("reached")).where(
        span.holds(CallBack.attempted_at)
    )


def _last_answers(span: Span) -> Any:
    content = CallBack.grade.in_([grade.value for grade in CONTENT])
    return (
        select(
            CallBack.id,
            CallBack.ticket_id,
            CallBack.office_id,
            func.coalesce(content, false()).label("content"),
            func.coalesce(CallBack.solved, false()).label("solved"),
        )
        .where(span.holds(CallBack.attempted_at), CallBack.reached)
        .ext(distinct_on(CallBack.ticket_id, CallBack.office_id))
        .order_by(CallBack.ticket_id, CallBack.office_id, CallBack.id.desc())
        .subquery("answer")
    )


def answered(span: Span) -> Cases:
    """Last answers about an office in the period; content: the top three grades; solved."""
    last = _last_answers(span)
    return select(last.c.ticket_id, last.c.office_id, last.c.content, last.c.solved)


def kept(span: Span) -> Cases:
    """The same without answers an upheld appeal took out and tickets the law keeps out of rankings."""
    last = _last_answers(span)
    upheld = select(Appeal.id).where(Appeal.call_back_id == last.c.id, Appeal.upheld.is_(True))
    return (
        select(last.c.ticket_id, last.c.office_id, last.c.content, last.c.solved)
        .join(Ticket, Ticket.id == last.c.ticket_id)
        .where(~upheld.exists(), Ticket.excluded_from_ranking.is_(False))
    )


def overdue(span: Span) -> Cases:
    """What was overdue and not yet answered at the end of the period, or is now while it lasts."""
    if not span.is_over:
        late = [Ticket.due_at < span.now, Ticket.status.in_(_CLOCKED)]
        return select(Ticket.id.label("ticket_id"), Ticket.office_id).where(*late)
    changed_since = select(OTHER.id).where(
        OTHER.ticket_id == Ticket.id, OTHER.at > span.at, _changes_due(OTHER)
    )
    was_open = or_(Ticket.status.in_([one.value for one in OPEN]), Ticket.last_event_at >= span.at)
    unchanged = select(Ticket.id.label("ticket_id")).where(
        Ticket.due_at < span.at, was_open, ~changed_since.exists()
    )
    between = select(OTHER.id).where(
        OTHER.ticket_id == E.ticket_id, OTHER.at > span.at, OTHER.seq < E.seq, _changes_due(OTHER)
    )
    changed = select(E.ticket_id).where(
        E.at > span.at, _changes_due(E), span.at > _DUE_BEFORE, ~between.exists()
    )
    late_then = union_all(unchanged, changed).subquery("late_then")
    return select(late_then.c.ticket_id, office_at(late_then.c.ticket_id, span.at).label("office_id")).where(
        status_at(late_then.c.ticket_id, span.at).in_(_CLOCKED)
    )


def pressed(span: Span) -> Cases:
    """What was urged or put under supervision, by people or by the clock."""
    urged, supervised = E.action.in_(["urge", "auto_urge"]), E.action.in_(["supervise", "circulated"])
    return _in_charge(urged.label("urged"), supervised.label("supervised")).where(
        span.holds(E.at), or_(urged, supervised), stands(E)
    )


def aside(span: Span) -> Cases:
    """What was not accepted, or shown another way."""
    flags = [(E.to_status == one.value).label(one.value) for one in (Status.NOT_ACCEPTED, Status.REDIRECTED)]
    return _in_charge(*flags).where(*_moves_to(span, Status.NOT_ACCEPTED, Status.REDIRECTED))


def late(span: Span) -> Cases:
    """Requests of the period that were written down only after it."""
    recorded_at = cast(E.data["recorded_at"].astext, DateTime(timezone=True))
    return received(span).where(recorded_at >= span.ends)


def dropped(span: Span) -> Cases:
    """Answers of the period that were taken out after it, by an appeal or because the law keeps them out of rankings."""
    own = select(CallBack.ticket_id, CallBack.office_id).where(span.holds(CallBack.attempted_at))
    appealed = own.join(Appeal, Appeal.call_back_id == CallBack.id).where(
        Appeal.upheld.is_(True), Appeal.decided_at >= span.ends
    )
    decided = select(OTHER.id).where(
        OTHER.ticket_id == CallBack.ticket_id,
        OTHER.at >= span.ends,
        OTHER.action.in_(["exclude", "include"]),
    )
    both = union_all(appealed, own.where(CallBack.reached, decided.exists())).subquery("dropped")
    return select(both.c.ticket_id, both.c.office_id)


def resorted(span: Span) -> Cases:
    """Requests of the period whose category was corrected after it."""
    after = select(OTHER.id).where(
        OTHER.ticket_id == E.ticket_id, OTHER.at >= span.ends, OTHER.action == "recategorise"
    )
    return received(span).where(after.exists())


CASES: Mapping[Base, Callable[[Span], Cases]] = {
    Base.RECEIVED: received,
    Base.DISPATCHED: dispatched,
    Base.SIGNING: signing,
    Base.DUE: due,
    Base.CLOSED: closed,
    Base.CONCLUDED: concluded,
    Base.REPLIED: replied,
    Base.RETURNED: returned,
    Base.RULED: ruled,
    Base.ATTEMPTED: attempted,
    Base.ANSWERED: answered,
    Base.KEPT: kept,
    Base.OVERDUE: overdue,
    Base.PRESSED: pressed,
    Base.ASIDE: aside,
    Base.LATE: late,
    Base.DROPPED: dropped,
    Base.RESORTED: resorted,
}
"""Each base's rows over a span, of all offices; narrowed to a subtree by `queries`."""

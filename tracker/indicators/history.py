"""What the history says of a ticket as of a moment: who was in charge and where it stood."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from tracker.clock import LOCAL
from tracker.offices.models import Office
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Status

_DISPATCHES = ("dispatch", "redispatch", "rule", "decide-return")
_ANSWERED = (Status.REVIEWED.value, Status.CALLED_BACK.value, Status.CLOSED.value)

_TOOK_OVER = ("undo-redispatch", "inherit")
"""Lead a ticket back to the office named in the data, or on to the heir of one that was abolished."""

_ANSWERED_ALONG = "lead-reply"
"""With its lead's reply a merged ticket passes to the office that gave it."""

# made once: to make one anew for every query costs more than the query
_SENT, _MOVES, _BACK = aliased(TicketEvent), aliased(TicketEvent), aliased(TicketEvent)
_TO, _TAKEN = aliased(Office), aliased(Ticket)


@dataclass(frozen=True)
class Span:
    """A period of local dates, both included, looked at from `now`."""

    since: date
    until: date
    now: datetime

    @property
    def begins(self) -> datetime:
        """The first moment of the period."""
        return datetime.combine(self.since, time(), LOCAL)

    @property
    def ends(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.until + timedelta(days=1), time(), LOCAL)

    @property
    def at(self) -> datetime:
        """The moment as of which the period is told: its last, or now while it lasts."""
        return min(self.ends - timedelta(microseconds=1), self.now)

    @property
    def is_over(self) -> bool:
        """Whether nothing can be added to the period any more but corrections."""
        return self.ends <= self.now

    def holds(self, moment: Any) -> ColumnElement[bool]:
        """Return the condition that the moment lies in the period."""
        return and_(moment >= self.begins, moment < self.ends)


def moved(event: Any) -> ColumnElement[bool]:
    """Return the condition that the event moved the ticket; those of a late sweep stand after younger moves."""
    return event.from_status.is_distinct_from(event.to_status)  # type: ignore[no-any-return]  # an SQL condition


def is_dispatch(event: Any) -> ColumnElement[bool]:
    """Return the condition that the event sent the ticket to an office, named in its data."""
    return and_(event.to_status == Status.DISPATCHED.value, event.action.in_(_DISPATCHES))


def stands(event: Any) -> ColumnElement[bool]:
    """Return the condition that nobody took the event back (撤销批量办理)."""
    back = select(_BACK.id).where(
        _BACK.ticket_id == event.ticket_id,
        _BACK.seq > event.seq,
        _BACK.action.like("undo-%"),
        _BACK.data["undid"].as_integer() == event.seq,
    )
    return ~back.exists()


def answered_along(event: Any) -> ColumnElement[bool]:
    """Return the condition that the event answered a merged ticket with its lead's reply."""
    return event.action == _ANSWERED_ALONG  # type: ignore[no-any-return]  # an SQL condition


def office_at(ticket_id: Any, moment: Any, *, before: Any = None, first: bool = False) -> ColumnElement[int]:
    """Return the office in charge at the moment: the last it was dispatched to, or answered by, else the receiving office.

    before: only events with a lower seq. first: the first it was ever dispatched to, whatever the moment.
    """
    sent, to, taken = _SENT, _TO, _TAKEN
    conditions = [sent.ticket_id == ticket_id]
    if first:
        conditions += [is_dispatch(sent), stands(sent)]
    else:
        took_over = or_(is_dispatch(sent), sent.action.in_(_TOOK_OVER), answered_along(sent))
        conditions += [took_over, sent.at <= moment]
    if before is not None:
        conditions.append(sent.seq < before)
    found = (
        select(to.id)
        .select_from(sent)
        .join(to, to.code == sent.data["office_code"].astext)
        .where(*conditions)
        .order_by(sent.seq if first else sent.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    received = select(taken.intake_office_id).where(taken.id == ticket_id).scalar_subquery()
    return func.coalesce(found, received)


def status_at(ticket_id: Any, moment: Any) -> ColumnElement[Any]:
    """Return the status the ticket stood in at the moment."""
    moves = _MOVES
    return (
        select(moves.to_status)
        .where(moves.ticket_id == ticket_id, moves.at <= moment, moved(moves))
        .order_by(moves.seq.desc())
        .limit(1)
        .scalar_subquery()
    )


def is_rework(event: Any) -> ColumnElement[bool]:
    """Return the condition that the event sent an answered ticket back to be done again."""
    return and_(event.to_status == Status.REWORK.value, event.from_status.in_(_ANSWERED))

"""The actions of this room."""

from sqlalchemy.orm import object_session

from tracker.permissions import Actor
from tracker.permissions import Permission as P
from tracker.satisfaction import appeals, archive, exclusion, queries, schemas, service
from tracker.tickets.actions import Action, Relation
from tracker.tickets.models import Ticket
from tracker.tickets.rules import HANDLING
from tracker.tickets.rules import Status as S
from tracker.tickets.schemas import DecideIn, ReasonIn

_ANSWERED = frozenset({S.CALLED_BACK, S.CLOSED}) | HANDLING

_MARKED = _ANSWERED | {S.ARCHIVED}
"""An answer may stand."""


def _surveyed(_: Actor, ticket: Ticket) -> bool:
    return service.is_surveyed(ticket)


def _appealed(_: Actor, ticket: Ticket) -> bool:
    session = object_session(ticket)
    return session is not None and queries.open_appeal(session, ticket) is not None


ACTIONS: tuple[Action, ...] = (
    Action(
        "call-back",
        "回访",
        P.TICKET_CALL_BACK,
        Relation.INTAKE,
        frozenset({S.REVIEWED}),
        schemas.CallBackIn,
        service.call_back,
        tone="primary",
        offered=_surveyed,
    ),
    Action(
        "close",
        "办结",
        P.TICKET_CALL_BACK,
        Relation.INTAKE,
        frozenset({S.REVIEWED, S.CALLED_BACK}),
        ReasonIn,
        service.close,
        offered=_surveyed,
    ),
    Action(
        "rework",
        "重办",
        P.TICKET_CALL_BACK,
        Relation.INTAKE,
        frozenset({S.REVIEWED, S.CALLED_BACK, S.CLOSED}),
        ReasonIn,
        service.rework,
        tone="danger",
        offered=service.may_redo,
    ),
    Action(
        "appeal",
        "申诉剔除",
        P.TICKET_HANDLE,
        Relation.OWN,
        _ANSWERED,
        schemas.AppealIn,
        appeals.appeal,
        offered=lambda _, ticket: ticket.called_back_at is not None or ticket.n_reworks > 0,
    ),
    Action(
        "decide-appeal",
        "裁定申诉",
        P.TICKET_RULE,
        Relation.ABOVE,
        frozenset(S),
        DecideIn,
        appeals.decide_appeal,
        offered=_appealed,
    ),
    Action(
        "exclude",
        "不计入排名",
        P.TICKET_RULE,
        Relation.ABOVE,
        _MARKED,
        ReasonIn,
        exclusion.exclude,
        offered=lambda _, ticket: not ticket.excluded_from_ranking,
    ),
    Action(
        "include",
        "恢复计入排名",
        P.TICKET_RULE,
        Relation.ABOVE,
        frozenset(S),
        ReasonIn,
        exclusion.include,
        offered=lambda _, ticket: ticket.excluded_from_ranking,
    ),
    Action(
        "archive",
        "归档",
        P.TICKET_CALL_BACK,
        Relation.INTAKE,
        frozenset({S.CLOSED}),
        schemas.ArchiveIn,
        archive.archive,
    ),
)

"""The actions of this room."""

from sqlalchemy.orm import object_session

from tracker.permissions import Actor
from tracker.satisfaction import appeals, archive, exclusion, queries, schemas, service
from tracker.tickets.actions import Action
from tracker.tickets.models import Ticket
from tracker.tickets.schemas import DecideIn, ReasonIn


def _surveyed(_: Actor, ticket: Ticket) -> bool:
    return service.is_surveyed(ticket)


def _appealed(_: Actor, ticket: Ticket) -> bool:
    session = object_session(ticket)
    return session is not None and queries.open_appeal(session, ticket) is not None


ACTIONS: tuple[Action, ...] = (
    Action(
        "call-back",
        "回访",
        schemas.CallBackIn,
        service.call_back,
        tone="primary",
        offered=_surveyed,
    ),
    Action(
        "close",
        "办结",
        ReasonIn,
        service.close,
        offered=_surveyed,
    ),
    Action(
        "rework",
        "重办",
        ReasonIn,
        service.rework,
        tone="danger",
        offered=service.may_redo,
    ),
    Action(
        "appeal",
        "申诉剔除",
        schemas.AppealIn,
        appeals.appeal,
        offered=lambda _, ticket: ticket.called_back_at is not None or ticket.n_reworks > 0,
    ),
    Action(
        "decide-appeal",
        "裁定申诉",
        DecideIn,
        appeals.decide_appeal,
        offered=_appealed,
    ),
    Action(
        "exclude",
        "不计入排名",
        ReasonIn,
        exclusion.exclude,
        offered=lambda _, ticket: not ticket.excluded_from_ranking,
    ),
    Action(
        "include",
        "恢复计入排名",
        ReasonIn,
        exclusion.include,
        offered=lambda _, ticket: ticket.excluded_from_ranking,
    ),
    Action(
        "archive",
        "归档",
        schemas.ArchiveIn,
        archive.archive,
    ),
)

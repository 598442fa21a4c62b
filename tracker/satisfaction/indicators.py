"""The indicators of domain and law, defined once for page, export and API.

A share is counted ÷ of; it is None when there was nothing to count. 粤办函〔2021〕216号: law-enforcement requests are not
ranked by satisfaction alone, so the raw rates stand beside the adjusted ones, which leave out upheld appeals and tickets
excluded from ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    DateTime,
    Text,
    and_,
    cast,
    func,
    or_,
    select,
    true,
    values,
)
from sqlalchemy.orm import Session, aliased

from tracker.calendar.deadlines import Clock
from tracker.clock import LOCAL, local_date
from tracker.errors import Invalid
from tracker.offices.models import Office
from tracker.offices.queries import office_ids
from tracker.offices.service import office as office_of
from tracker.permissions import Actor, Permission, require, require_seen
from tracker.satisfaction.models import Appeal, CallBack
from tracker.satisfaction.rules import CONTENT
from tracker.tickets import clocks
from tracker.tickets.models import ReturnRequest, Ticket, TicketEvent
from tracker.tickets.rules import Kind, Status

MAX_DAYS = 366
"""The longest period counted at once."""

_ENDED_ASIDE = (
    Status.NOT_ACCEPTED,
    Status.REDIRECTED,
    Status.MERGED,
    Status.TERMINATED,
    Status.WITHDRAWN,
)


@dataclass(frozen=True)
class Rate:
    """One indicator: `counted` out of `of`."""

    code: str
    label: str
    counted: int
    of: int

    @property
    def share(self) -> float | None:
        """0 to 1, None when there was nothing to count."""
        return self.counted / self.of if self.of else None


@dataclass(frozen=True)
class Scope:
    """What is counted: an office with all below it, from the first day to the last, both included."""

    office: Office
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

    def offices(self) -> Any:
        """Return the ids of the offices counted, as a subquery."""
        return office_ids(self.office.path)

    def within(self, moment: Any) -> ColumnElement[bool]:
        """Return the condition that the moment lies in the period."""
        return and_(moment >= self.begins, moment < self.ends)


@dataclass(frozen=True)
class Indicators:
    """The rates of one scope; `adjusted` has those that appeals and exclusions change."""

    scope: Scope
    raw: tuple[Rate, ...]
    adjusted: tuple[Rate, ...]


def scope(
    session: Session,
    actor: Actor,
    office: str | None,
    since: date | None,
    until: date | None,
    *,
    now: datetime,
) -> Scope:
    """Return the scope: the actor's own office and the month so far unless told otherwise.

    Raises NotFound for an office outside the actor's subtree, Invalid for a period that is turned round or too long.
    """
    until = until or local_date(now)
    since = since or until.replace(day=1)
    if since > until:
        raise Invalid("起始日期不能晚于截止日期。", fields={"from": ["晚于截止日期。"]})
    if (until - since).days >= MAX_DAYS:
        raise Invalid(f"一次最多统计{MAX_DAYS}天。", fields={"from": ["跨度太大。"]})
    chosen = office_of(session, office) if office else session.get(Office, actor.office_id or 0)
    if chosen is None:
        chosen = session.scalars(select(Office).where(Office.parent_id.is_(None)).order_by(Office.id)).first()
    if chosen is None:
        raise Invalid("请选择要统计的单位。", fields={"office": ["请选择单位。"]})
    require_seen(actor, chosen.path, "该单位")
    return Scope(chosen, since, until, now)


def indicators(
    session: Session,
    actor: Actor,
    office: str | None,
    since: date | None,
    until: date | None,
    *,
    now: datetime,
) -> Indicators:
    """Return every indicator of the office's subtree over the period of local dates, raw and adjusted.

    office: a code, the actor's own when None. Raises NotAllowed, NotFound, Invalid as `scope`.
    """
    require(actor, Permission.REPORT_READ)
    of = scope(session, actor, office, since, until, now=now)
    answers_raw = _answers(session, of, adjusted=False)
    answers_adjusted = _answers(session, of, adjusted=True)
    raw = (
        _signed(session, of),
        _due(session, of),
        *answers_raw,
        *_course(session, of),
        *_returns(session, of),
    )
    return Indicators(of, raw, answers_adjusted)


def _count(session: Session, *columns: Any) -> Sequence[int]:
    row = session.execute(select(*columns)).one()
    return [int(value or 0) for value in row]


def _sign_limits(session: Session, of: Scope) -> Any:
    """Return a table of (local day, moment by which a ticket dispatched that day must be signed or returned).

    Counted from noon of the day: the limit is in working days, so every hour of a day has the same one.
    """
    table = clocks.timetable(session)
    first = min(rule.effective_from for rule in table.rules if rule.clock is Clock.SIGN)
    days = [of.since + timedelta(days=n) for n in range((of.until - of.since).days + 1)]
    rows = [
        (day, table.due(Clock.SIGN, from_at=datetime.combine(max(day, first), time(12), LOCAL)).due_at)
        for day in days
    ]
    columns = (Column("day", Date), Column("due_at", DateTime(timezone=True)))
    return values(*columns, name="sign_limit").data(rows)


def _signed(session: Session, of: Scope) -> Rate:
    """及时签收率: signed or returned within the limit ÷ dispatched, each dispatch counted for the office that got it."""
    limits = _sign_limits(session, of)
    following = aliased(TicketEvent)
    answered_at = (
        select(func.min(following.at))
        .where(
            following.ticket_id == TicketEvent.ticket_id,
            following.seq > TicketEvent.seq,
            following.from_status == Status.DISPATCHED.value,
            following.to_status != Status.DISPATCHED.value,
        )
        .scalar_subquery()
    )
    codes = select(Office.code).where(Office.id.in_(of.offices()))
    dispatched = (
        select(limits.c.due_at, answered_at.label("answered_at"))
        .select_from(TicketEvent)
        .join(limits, limits.c.day == cast(func.timezone(LOCAL.key, TicketEvent.at), Date))
        .where(
            TicketEvent.to_status == Status.DISPATCHED.value,
            TicketEvent.action.in_(["dispatch", "redispatch", "rule"]),
            of.within(TicketEvent.at),
            TicketEvent.data["office_code"].astext.in_(codes),
        )
        .subquery()
    )
    settled = or_(dispatched.c.answered_at.is_not(None), dispatched.c.due_at < of.now)
    counted, total = _count(
        session,
        func.count().filter(dispatched.c.answered_at <= dispatched.c.due_at),
        func.count().filter(settled),
    )
    return Rate("signed_in_time", "及时签收率", counted, total)


def _due(session: Session, of: Scope) -> Rate:
    """按时办结率: closed by the (extended) due ÷ due in the period; open overdue tickets stay in the denominator."""
    due = (
        select(Ticket.closed_at, Ticket.due_at)
        .where(
            Ticket.office_id.in_(of.offices()),
            of.within(Ticket.due_at),
            or_(Ticket.due_at <= of.now, Ticket.closed_at.is_not(None)),
            Ticket.status.not_in([status.value for status in _ENDED_ASIDE]),
        )
        .subquery()
    )
    counted, total = _count(
        session, func.count().filter(due.c.closed_at <= due.c.due_at), func.count(due.c.due_at)
    )
    return Rate("closed_in_time", "按时办结率", counted, total)


def _answers(session: Session, of: Scope, *, adjusted: bool) -> tuple[Rate, ...]:
    """解决率, 满意率, 回访成功率: by ticket and round, from the attempts of the period."""
    kept: ColumnElement[bool] = true()
    if adjusted:
        upheld = select(Appeal.call_back_id).where(Appeal.upheld.is_(True))
        excluded = select(Ticket.id).where(Ticket.excluded_from_ranking.is_(True))
        kept = and_(CallBack.id.not_in(upheld), CallBack.ticket_id.not_in(excluded))
    attempts = (
        select(CallBack)
        .where(CallBack.office_id.in_(of.offices()), of.within(CallBack.attempted_at), kept)
        .subquery()
    )
    once = func.concat(attempts.c.ticket_id, "/", attempts.c.round)
    reached, attempted, solved, content = _count(
        session,
        func.count(once.distinct()).filter(attempts.c.reached),
        func.count(once.distinct()),
        func.count(once.distinct()).filter(attempts.c.reached, attempts.c.solved),
        func.count(once.distinct()).filter(
            attempts.c.reached, cast(attempts.c.grade, Text).in_([grade.value for grade in CONTENT])
        ),
    )
    return (
        Rate("solved", "解决率", solved, reached),
        Rate("satisfied", "满意率", content, reached),
        Rate("reached", "回访成功率", reached, attempted),
    )


def _course(session: Session, of: Scope) -> tuple[Rate, ...]:
    """重办率, 一次办结率, 重复率: of what was closed, and of what came in, during the period."""
    mine = Ticket.office_id.in_(of.offices())
    closed_in = and_(mine, of.within(Ticket.closed_at))
    redone = (
        select(func.count(TicketEvent.ticket_id.distinct()))
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(
            mine,
            of.within(TicketEvent.at),
            TicketEvent.to_status == Status.REWORK.value,
            TicketEvent.action.in_(["rework", "verify", "look-back"]),
        )
        .scalar_subquery()
    )
    closed = select(func.count(Ticket.id)).where(closed_in).scalar_subquery()
    at_once = (
        select(func.count(Ticket.id))
        .where(closed_in, Ticket.n_reworks == 0, Ticket.n_returns == 0)
        .scalar_subquery()
    )
    received_in = and_(mine, of.within(Ticket.received_at), Ticket.kind != Kind.FINDING.value)
    received = select(func.count(Ticket.id)).where(received_in).scalar_subquery()
    repeated = (
        select(func.count(Ticket.id)).where(received_in, Ticket.merged_into_id.is_not(None)).scalar_subquery()
    )
    n_redone, n_closed, n_once, n_received, n_repeated = _count(
        session, redone, closed, at_once, received, repeated
    )
    return (
        Rate("reworked", "重办率", n_redone, n_closed + n_redone),
        Rate("closed_at_once", "一次办结率", n_once, n_closed),
        Rate("repeated", "重复率", n_repeated, n_received),
    )


def _returns(session: Session, of: Scope) -> tuple[Rate, ...]:
    """退单率: returns of the period ÷ dispatches, and how many were upheld (went elsewhere) or overruled (came back)."""
    mine = and_(ReturnRequest.office_id.in_(of.offices()), of.within(ReturnRequest.requested_at))
    elsewhere = ReturnRequest.ruled_office_id != ReturnRequest.office_id
    codes = select(Office.code).where(Office.id.in_(of.offices()))
    dispatched = (
        select(func.count(TicketEvent.id))
        .where(
            of.within(TicketEvent.at),
            TicketEvent.action.in_(["dispatch", "redispatch", "rule"]),
            TicketEvent.to_status == Status.DISPATCHED.value,
            TicketEvent.data["office_code"].astext.in_(codes),
        )
        .scalar_subquery()
    )
    asked = select(func.count(ReturnRequest.id)).where(mine).scalar_subquery()
    upheld = select(func.count(ReturnRequest.id)).where(mine, elsewhere).scalar_subquery()
    overruled = select(func.count(ReturnRequest.id)).where(mine, ~elsewhere).scalar_subquery()
    n_asked, n_upheld, n_overruled, n_dispatched = _count(session, asked, upheld, overruled, dispatched)
    return (
        Rate("returned", "退单率", n_asked, n_dispatched),
        Rate("returns_upheld", "退单成立率", n_upheld, n_asked),
        Rate("returns_overruled", "退单不成立率", n_overruled, n_asked),
    )

"""回访、办结、重办: what the complainant says decides what follows, by the rework table."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, object_session

from tracker.calendar.deadlines import Clock
from tracker.clock import local_date
from tracker.errors import Conflict, Invalid
from tracker.permissions import Actor
from tracker.satisfaction import queries, rules
from tracker.satisfaction.models import CallBack
from tracker.satisfaction.rules import Grade, Outcome
from tracker.tickets import clocks, handover, service
from tracker.tickets.models import Complainant, Ticket
from tracker.tickets.rules import ANSWERED, FINAL, Kind, Status

PHONE, LINK = "phone", "link"


def seed(session: Session) -> None:
    """Add the rework rows that are not there yet; idempotent."""
    queries.seed(session)


def is_surveyed(ticket: Ticket) -> bool:
    """Return whether a complainant stands behind the ticket, so that a call-back makes sense.

    Findings have none; a split ticket's complainant is asked about the whole, not about each part.
    """
    return ticket.kind != Kind.FINDING and ticket.parent_id is None


def _require_surveyed(ticket: Ticket) -> None:
    if ticket.parent_id is not None:
        raise Conflict("拆分出的工单不单独回访，由原工单一并回访。", code="part_not_surveyed")
    if not is_surveyed(ticket):
        raise Conflict("专项整治问题不回访，由上级机构验收销号。", code="finding_not_surveyed")


def call_back(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """回访 by telephone: reached, with grade and solved; or unreached, which counts once a day."""
    _require_surveyed(ticket)
    if given["reached"]:
        record_answer(session, actor, ticket, given, via=PHONE, now=now)
        return
    today = local_date(now)
    days = queries.unreached_days(session, ticket)
    if today in days:
        raise Conflict("今天已记过一次未接通，请改日再拨；接通了可直接登记结果。", code="tried_today")
    limit = clocks.timetable(session).rule(Clock.CALL_BACK_ATTEMPTS, on=today).amount
    outcome = rules.after_unreached([*days, today], limit)
    attempt = _attempt(actor, ticket, given, PHONE, now)
    attempt.outcome = outcome.value
    session.add(attempt)
    n = len({*days, today})
    note = f"第{n}次回访未接通" + (f"：{given['remark']}" if given.get("remark") else "")
    data = {"reached": False, "attempt": n, "outcome": outcome.value}
    if outcome is Outcome.AGAIN:
        service.append(session, ticket, actor, "call-back", now=now, note=note, data=data)
        return
    _called_back(session, actor, ticket, now, f"{note}，共{n}日未接通，按无法联系办结", data)
    _closed(session, actor, ticket, now, "三次回访均未接通" if n == 3 else f"{n}次回访均未接通")


def record_answer(
    session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], *, via: str, now: datetime
) -> CallBack:
    """Write the complainant's answer and do what the rework table says; return the answer.

    given: grade, solved, tags, remark. via: phone or link.
    """
    _require_surveyed(ticket)
    if given.get("grade") is None or given.get("solved") is None:
        missing = {name: ["接通后必填。"] for name in ("grade", "solved") if given.get(name) is None}
        raise Invalid("接通后请登记满意度和是否解决。", fields=missing)
    grade, solved = Grade(given["grade"]), bool(given["solved"])
    row = rules.decide(
        queries.rework_rows(session), grade, solved=solved, n_reworks=ticket.n_reworks, on=local_date(now)
    )
    outcome = row.outcome if row else Outcome.CLOSE
    answer = _attempt(actor, ticket, given, via, now)
    answer.grade, answer.solved, answer.outcome = grade.value, solved, outcome.value
    answer.rule_code = row.code if row else None
    session.add(answer)
    session.flush()
    words = f"{rules.GRADE_LABELS[grade]}，{'已解决' if solved else '未解决'}"
    data = {"reached": True, "grade": grade.value, "solved": solved, "via": via, "outcome": outcome.value}
    _called_back(session, actor, ticket, now, words, data)
    _follow(session, actor, ticket, outcome, row.sentence if row else "予以办结", now)
    return answer


def _follow(
    session: Session, actor: Actor, ticket: Ticket, outcome: Outcome, sentence: str, now: datetime
) -> None:
    if outcome is Outcome.REWORK:
        redo(session, actor, ticket, sentence, now)
    elif outcome is Outcome.SUPERVISE:
        ticket.supervised = True
        service.append(session, ticket, actor, "supervise", now=now, note=sentence)
        clocks.on_stage(session, ticket, Clock.CALL_BACK, now)
    else:
        _closed(session, actor, ticket, now, sentence)


def _attempt(actor: Actor, ticket: Ticket, given: dict[str, Any], via: str, now: datetime) -> CallBack:
    return CallBack(
        ticket_id=ticket.id,
        office_id=ticket.office_id,
        round=ticket.n_reworks,
        via=via,
        attempted_at=now,
        attempted_on=local_date(now),
        reached=given.get("reached", True),
        tags=list(given.get("tags") or []),
        remark=given.get("remark"),
        called_by_id=actor.account_id,
    )


def _called_back(
    session: Session, actor: Actor, ticket: Ticket, now: datetime, note: str, data: dict[str, Any]
) -> None:
    ticket.called_back_at = now
    service.move(
        session,
        ticket,
        actor,
        "call-back",
        Status.CALLED_BACK,
        now=now,
        note=note,
        data=data,
        internal=False,
    )


def _closed(session: Session, actor: Actor, ticket: Ticket, now: datetime, note: str) -> None:
    ticket.closed_at = now
    service.move(session, ticket, actor, "close", Status.CLOSED, now=now, note=note, internal=False)
    clocks.on_stage(session, ticket, None, now)


def redo(
    session: Session, actor: Actor, ticket: Ticket, reason: str, now: datetime, *, action: str = "rework"
) -> None:
    """重办: back to the office in charge, for another handler, with a handling clock of its own."""
    ticket.n_reworks += 1
    ticket.handler_id = None
    ticket.closed_at = ticket.called_back_at = ticket.reviewed_at = None
    data = {"round": ticket.n_reworks, "another_handler": True, **clocks.due_before(ticket)}
    handover.lapse_extension(session, ticket, handover.REWORKED, now)
    clocks.on_reworked(session, ticket, now)
    service.move(
        session, ticket, actor, action, Status.REWORK, now=now, note=reason, data=data, internal=False
    )
    clocks.on_stage(session, ticket, None, now)


def may_redo(_: Actor, ticket: Ticket) -> bool:
    """Return whether the ticket is one that is done again at somebody's word: no finding, no part of an answered ticket."""
    session = object_session(ticket)
    if ticket.parent_id is None or session is None:
        return is_surveyed(ticket)
    parent = session.get_one(Ticket, ticket.parent_id)
    return parent.status not in ANSWERED | FINAL | {Status.REPLIED}


def rework(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """重办 by hand; beyond the rounds of the table only while the ticket is under supervision.

    Of a split ticket's part, only while the parent has not answered: its end would come too late for the complainant.
    """
    if not may_redo(actor, ticket):
        raise Conflict(
            "原工单已经答复，不能单独重办这一件；确需重办的，请对原工单要求重办。", code="parent_answered"
        )
    most = rules.most_reworks(queries.rework_rows(session))
    if most is not None and ticket.n_reworks >= most and not ticket.supervised:
        raise Conflict(f"已重办{ticket.n_reworks}轮，请先转督办再要求重办。", code="reworks_spent")
    redo(session, actor, ticket, given["reason"], now)


def close(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """办结 by hand: what the call-back left open, or where there is nobody to call."""
    _require_surveyed(ticket)
    complainant = session.get(Complainant, ticket.id)
    if ticket.status == Status.REVIEWED and complainant is not None and complainant.phone_index is not None:
        raise Conflict("该工单留有联系电话，请先回访再办结。", code="call_back_first")
    _closed(session, actor, ticket, now, given["reason"])

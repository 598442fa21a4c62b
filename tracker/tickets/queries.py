"""Reading tickets: bounded, keyset-paged lists inside the reader's own sight."""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased, joinedload

from classifiers.words import search_tokens
from tracker.accounts.models import Account
from tracker.clock import LOCAL
from tracker.errors import Invalid
from tracker.fields import cipher
from tracker.offices.models import Division, Office
from tracker.offices.queries import below, office_ids
from tracker.permissions import Actor, Role
from tracker.rights import AT_WORK, HELPING, Sensitivity
from tracker.tickets.handover import unruled
from tracker.tickets.identifiers import plain_phone
from tracker.tickets.models import Channel, CoHandler, Complainant, ReturnRequest, Ticket, TicketEvent
from tracker.tickets.rules import HANDLING, OPEN, Kind, Ruling, Status
from tracker.tickets.sight import among, one_of, readable, visible

COUNT_CAP = 1000
"""Tabs count up to here and then say 999+."""

FAR = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
_FAR_AS_INDEXED: ColumnElement[datetime] = literal_column("'9999-01-01 00:00:00+00'::timestamptz")
# as `models.SOONEST` has it: a bound value would hide the index from the planner


@dataclass(frozen=True)
class Tab:
    """A tab of the queue. own: shows only what the reader's own office is in charge of, for officers and reviewers."""

    name: str
    label: str
    own: bool = True


TABS: tuple[Tab, ...] = (
    Tab("manual", "人工研判", own=False),
    Tab("sign", "待签收"),
    Tab("working", "办理中"),
    Tab("due_soon", "将到期"),
    Tab("overdue", "已超期"),
    Tab("helping", "协办"),
    Tab("review", "待审核"),
    Tab("returned", "退单", own=False),
    Tab("call_back", "待回访", own=False),
    Tab("supervised", "督办", own=False),
    Tab("all", "全部下级", own=False),
)


@dataclass(frozen=True)
class Page:
    """A page of a list; `next` is the opaque cursor of the following page, None on the last."""

    items: list[Ticket]
    next: str | None


def _values(statuses: frozenset[Status]) -> list[str]:
    return sorted(status.value for status in statuses)


def _in_tab(tab: str, now: datetime) -> ColumnElement[bool]:
    clocked = Ticket.status.in_(
        _values(HANDLING | {Status.DISPATCHED, Status.REPLIED, Status.RETURN_REQUESTED})
    )
    unsigned = select(ReturnRequest.ticket_id).where(unruled(), ReturnRequest.signed.is_(None))
    conditions: dict[str, ColumnElement[bool]] = {
        "manual": Ticket.status.in_([Status.MANUAL.value, Status.RECEIVED.value, Status.TRIAGED.value]),
        "sign": Ticket.status == Status.DISPATCHED.value,
        "working": Ticket.status.in_(_values(HANDLING | {Status.SUSPENDED, Status.TERMINATING})),
        "due_soon": clocked & Ticket.due_at.between(now, now + timedelta(days=3)),
        "overdue": clocked & (Ticket.due_at < now),
        "helping": Ticket.status.in_(_values(HANDLING | {Status.SUSPENDED})),
        "review": or_(Ticket.status == Status.REPLIED.value, Ticket.id == one_of(unsigned)),
        "returned": Ticket.status == Status.RETURN_REQUESTED.value,
        "call_back": Ticket.status.in_([Status.REVIEWED.value, Status.CALLED_BACK.value]),
        "supervised": Ticket.supervised & Ticket.status.in_(_values(OPEN)),
        "all": true(),
    }
    if tab not in conditions:
        raise Invalid("没有这个标签页。", fields={"tab": ["可选：" + "、".join(conditions)]})
    return conditions[tab]


def _scope(actor: Actor, tab: str) -> ColumnElement[bool]:
    own = next(one.own for one in TABS if one.name == tab)
    if tab == "helping":
        return among(actor, HELPING)
    if own and actor.role in {Role.OFFICER, Role.REVIEWER} and actor.office_id is not None:
        return among(actor, AT_WORK)
    return visible(actor)


def of_caller(session: Session, actor: Actor, phone: str) -> ColumnElement[bool]:
    """Return the condition "taken in from that number".

    A hidden identity answers only those to whom it may be shown: otherwise whoever handles the ticket could try numbers
    until one fits.
    """
    same = select(Complainant.ticket_id).where(
        Complainant.phone_index.in_(cipher(session).blinds(plain_phone(phone)))
    )
    hidden = select(Complainant.ticket_id).where(
        Complainant.ticket_id == Ticket.id, or_(Complainant.hide_identity, Complainant.anonymous)
    )
    open_ = readable(actor, Sensitivity.CALLER) & ~hidden.exists()
    return Ticket.id.in_(same) & or_(readable(actor, Sensitivity.IDENTITY), open_)


def matches(session: Session, actor: Actor, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return the conditions of the list filters: office (code, with all below), category, q, caller,

    division (code, with all below; a ticket without a place lies where its office does), received_from and received_to
    (local dates, both included), without_findings.
    """
    found: list[ColumnElement[bool]] = []
    if filters.get("office"):
        path = session.scalar(select(Office.path).where(Office.code == filters["office"]))
        within = office_ids(path or "?")
        found.append(Ticket.office_id.in_(within))
    if filters.get("category"):
        found.append(Ticket.category_code.startswith(filters["category"], autoescape=True))
    if filters.get("status"):
        found.append(Ticket.status == filters["status"])
    found += _received(filters) + _part_of(filters)
    if filters.get("division"):
        path = session.scalar(select(Division.path).where(Division.code == filters["division"]))
        inside = select(Division.code).where(below(Division.path, path or "?"))
        seat = aliased(Office)
        lies = select(seat.division_code).where(seat.id == Ticket.office_id).scalar_subquery()
        found.append(func.coalesce(Ticket.division_code, lies).in_(inside))
    if filters.get("without_findings"):
        found.append(Ticket.kind != Kind.FINDING.value)
    if filters.get("q"):
        found.append(_searched(filters["q"]))
    if filters.get("caller"):
        found.append(of_caller(session, actor, filters["caller"]))
    return found


def _part_of(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    if not filters.get("parent"):
        return []
    whole = aliased(Ticket)
    return [Ticket.parent_id.in_(select(whole.id).where(whole.number == filters["parent"]))]


def _received(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.get("received_from"):
        found.append(Ticket.received_at >= datetime.combine(filters["received_from"], time(), LOCAL))
    if filters.get("received_to"):
        after = filters["received_to"] + timedelta(days=1)
        found.append(Ticket.received_at < datetime.combine(after, time(), LOCAL))
    return found


def _searched(words: str) -> ColumnElement[bool]:
    if words.isdigit() and len(words) >= 8:
        return Ticket.number.startswith(words)
    tokens = search_tokens(words)
    if not tokens:
        return Ticket.title.contains(words, autoescape=True)
    lone = (f"{token}:*" if len(token) == 1 else token for token in tokens)
    return Ticket.search.op("@@")(func.to_tsquery("simple", " & ".join(lone)))


def _order(sort: str) -> tuple[Any, bool]:
    if sort == "due":
        return func.coalesce(Ticket.due_at, Ticket.stage_due_at, _FAR_AS_INDEXED), False
    if sort == "stage":
        return func.coalesce(Ticket.stage_due_at, FAR), False
    return Ticket.received_at, sort == "-received"


def tickets(session: Session, actor: Actor, filters: Mapping[str, Any], *, now: datetime) -> Page:
    """Return one page of the tickets the actor may see, by the filters of `schemas.ListIn`."""
    tab = filters.get("tab") or "all"
    condition = _in_tab(tab, now)
    key, descending = _order(filters.get("sort") or "due")
    query = select(Ticket, key.label("key")).where(
        condition, _scope(actor, tab), *matches(session, actor, filters)
    )
    if filters.get("cursor"):
        after = tuple_(*_decode(filters["cursor"]))
        at = tuple_(key, Ticket.id)
        query = query.where(at < after if descending else at > after)
    limit = int(filters.get("limit") or 50)
    order = (key.desc(), Ticket.id.desc()) if descending else (key, Ticket.id)
    rows = session.execute(
        query.order_by(*order)
        .limit(limit + 1)
        .options(
            joinedload(Ticket.office), joinedload(Ticket.intake_office), joinedload(Ticket.respondent_body)
        )
    ).all()
    more = rows[limit - 1] if len(rows) > limit else None
    return Page([row.Ticket for row in rows[:limit]], _encode(more.key, more.Ticket.id) if more else None)


def _encode(key: datetime, ticket_id: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([key.isoformat(), ticket_id]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, int]:
    """Return what `_encode` put in; raises Invalid for anything it cannot have written."""
    try:
        key, ticket_id = json.loads(base64.urlsafe_b64decode(cursor[:200] + "=" * (-len(cursor) % 4)))
        at, last = datetime.fromisoformat(key).astimezone(UTC), int(ticket_id)
        fits = datetime.fromisoformat(key).tzinfo is not None and 0 <= last < 2**63
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _bad_cursor() from error
    if not fits:
        raise _bad_cursor()
    return at, last


def _bad_cursor() -> Invalid:
    return Invalid("翻页标记无效，请从第一页重新开始。", fields={"cursor": ["无效。"]})


def tab_counts(session: Session, actor: Actor, *, now: datetime) -> dict[str, int]:
    """Return the number of tickets under each tab, counted no further than COUNT_CAP."""
    return {tab.name: tab_count(session, actor, tab.name, now=now) for tab in TABS}


def tab_count(session: Session, actor: Actor, tab: str, *, now: datetime) -> int:
    """Return the number of tickets under the tab, counted no further than COUNT_CAP."""
    some = select(Ticket.id).where(_in_tab(tab, now), _scope(actor, tab)).limit(COUNT_CAP)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def events(session: Session, ticket: Ticket, *, public_only: bool = False) -> list[TicketEvent]:
    """Return the ticket's history, oldest first."""
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)
    if public_only:
        query = query.where(TicketEvent.is_internal.is_(False))
    return list(session.scalars(query))


def complainant(session: Session, ticket: Ticket) -> Complainant | None:
    """Return who complained; of a split ticket's part the parent's complainant, whom its office must be able to ask."""
    return session.get(Complainant, ticket.parent_id or ticket.id)


def co_handlers(session: Session, ticket: Ticket) -> list[CoHandler]:
    """Return the co-handling offices, in the order they were asked."""
    query = select(CoHandler).where(CoHandler.ticket_id == ticket.id).options(joinedload(CoHandler.office))
    return list(session.scalars(query.order_by(CoHandler.id)))


def handler_name(session: Session, ticket: Ticket) -> str | None:
    """Return the name of who handles the ticket, None while nobody does."""
    return session.scalar(select(Account.display_name).where(Account.id == ticket.handler_id))


def return_requests(session: Session, ticket: Ticket) -> list[ReturnRequest]:
    """Return the ticket's returns with their rulings, newest first."""
    return list(
        session.scalars(
            select(ReturnRequest)
            .where(ReturnRequest.ticket_id == ticket.id)
            .options(
                joinedload(ReturnRequest.office),
                joinedload(ReturnRequest.claimed_office),
                joinedload(ReturnRequest.ruled_office),
                joinedload(ReturnRequest.settled_office),
            )
            .order_by(ReturnRequest.id.desc())
        )
    )


def channels(session: Session) -> list[Channel]:
    """Return the channels in use, by name."""
    return list(session.scalars(select(Channel).where(Channel.is_active).order_by(Channel.name)))


def division_names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return short names of the divisions: a township with its parent ("天河区石牌街道"), others by themselves."""
    if not codes:
        return {}
    above = aliased(Division)
    rows = session.execute(
        select(Division.code, Division.name, Division.level, above.name.label("parent"))
        .outerjoin(above, above.code == Division.parent_code)
        .where(Division.code.in_(codes))
    )
    return {row.code: f"{row.parent}{row.name}" if row.level == "township" else row.name for row in rows}


def office_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return the short names of the offices by id."""
    if not ids:
        return {}
    rows = session.execute(select(Office.id, Office.short_name).where(Office.id.in_(ids)))
    return {row.id: row.short_name for row in rows}


def open_returns(session: Session, actor: Actor, *, limit: int = 100) -> list[tuple[ReturnRequest, Ticket]]:
    """Return the returns waiting for a ruling in the actor's sight, the longest waiting first."""
    waiting = unruled() & (Ticket.status == Status.RETURN_REQUESTED.value)
    return _returns(session, actor, waiting, ReturnRequest.requested_at, limit)


def deferred_returns(
    session: Session, actor: Actor, *, limit: int = 100
) -> list[tuple[ReturnRequest, Ticket]]:
    """Return the returns to be settled after handling (先办后议) in the actor's sight, the oldest ruling first."""
    first = (ReturnRequest.ruling == Ruling.HANDLE_FIRST.value) & ReturnRequest.settled_at.is_(None)
    return _returns(session, actor, first, ReturnRequest.ruled_at, limit)


def _returns(
    session: Session, actor: Actor, condition: ColumnElement[bool], oldest: Any, limit: int
) -> list[tuple[ReturnRequest, Ticket]]:
    rows = session.execute(
        select(ReturnRequest, Ticket)
        .join(Ticket, Ticket.id == ReturnRequest.ticket_id)
        .where(condition, visible(actor))
        .options(
            joinedload(Ticket.office),
            joinedload(Ticket.intake_office),
            joinedload(ReturnRequest.office),
            joinedload(ReturnRequest.claimed_office),
            joinedload(ReturnRequest.ruled_office),
            joinedload(ReturnRequest.settled_office),
        )
        .order_by(oldest, ReturnRequest.id)
        .limit(limit)
    )
    return [(row.ReturnRequest, row.Ticket) for row in rows]


def by_numbers(session: Session, actor: Actor, numbers: Collection[str]) -> list[Ticket]:
    """Return those of the numbered tickets that the actor may see, by number."""
    return list(
        session.scalars(
            select(Ticket)
            .where(Ticket.number.in_(numbers), visible(actor))
            .options(joinedload(Ticket.office), joinedload(Ticket.intake_office))
            .order_by(Ticket.number)
        )
    )

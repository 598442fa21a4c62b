"""Reading groups: only tickets the reader may see are listed, and only they are counted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Numeric, Select, cast, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from tracker.errors import Invalid
from tracker.groups.models import GroupMember, TicketGroup
from tracker.permissions import Actor
from tracker.tickets.models import Complainant, Ticket
from tracker.tickets.rules import Kind
from tracker.tickets.sight import visible

ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Summary:
    """What a reader may know of a group. lead_id: the oldest ticket he sees, which stands for the group.

    n_people: distinct telephones or identity numbers; n_voices: all further messages and urges; heat: as
    `classifiers.grouping.heat`, rounded to 4 places.
    """

    group_id: int
    lead_id: int
    n_tickets: int
    n_people: int
    n_voices: int
    heat: float
    first_at: datetime
    last_at: datetime
    category_code: str | None
    division_code: str | None


def _summaries(actor: Actor) -> Select[Any]:
    """Return the query of every group with its sums over what the actor may see."""
    who = func.coalesce(Complainant.phone_index, Complainant.id_no_index)
    n, people = func.count(), func.count(who.distinct())
    voices = n - people + func.sum(Ticket.n_urged)
    return (
        select(
            GroupMember.group_id,
            func.min(Ticket.id).label("lead_id"),
            n.label("n_tickets"),
            people.label("n_people"),
            voices.label("n_voices"),
            func.round(people + func.ln(cast(1 + voices, Numeric)), 4).label("heat"),
            func.min(Ticket.received_at).label("first_at"),
            func.max(Ticket.received_at).label("last_at"),
            func.mode().within_group(Ticket.category_code).label("category_code"),
            func.mode().within_group(Ticket.division_code).label("division_code"),
        )
        .select_from(GroupMember)
        .join(Ticket, Ticket.id == GroupMember.ticket_id)
        .outerjoin(Complainant, Complainant.ticket_id == Ticket.id)
        .where(visible(actor))
        .group_by(GroupMember.group_id)
    )


def _summary(row: Any) -> Summary:
    values = dict(row._mapping)
    return Summary(**{**values, "n_voices": int(row.n_voices), "heat": float(row.heat)})


def hottest(
    session: Session, actor: Actor, *, now: datetime, days: int, limit: int, cursor: str | None = None
) -> tuple[list[Summary], str | None]:
    """Return a page of the groups of two and more complaints that were added to within `days`, the hottest first.

    Findings of campaigns are nobody's complaint and do not count.

    The second value is the cursor of the next page, None on the last. Raises Invalid for a cursor nobody gave out.
    """
    recent = select(TicketGroup.id).where(
        TicketGroup.n_tickets > 1, TicketGroup.last_at >= now - timedelta(days=days)
    )
    said = Ticket.kind != Kind.FINDING.value
    sums = _summaries(actor).where(GroupMember.group_id.in_(recent), said).having(func.count() > 1).subquery()
    query = select(sums)
    if cursor:
        query = query.where(tuple_(sums.c.heat, sums.c.group_id) < tuple_(*_decode(cursor)))
    rows = session.execute(query.order_by(sums.c.heat.desc(), sums.c.group_id.desc()).limit(limit + 1)).all()
    page = [_summary(row) for row in rows[:limit]]
    return page, f"{page[-1].heat}_{page[-1].group_id}" if len(rows) > limit else None


def _decode(cursor: str) -> tuple[float, int]:
    heat, _, group_id = cursor[:60].partition("_")
    try:
        at = float(heat), int(group_id)
    except ValueError as error:
        raise _bad_cursor() from error
    if not (0 <= at[0] < 1e9 and 0 <= at[1] < 2**63):
        raise _bad_cursor()
    return at


def _bad_cursor() -> Invalid:
    return Invalid("翻页标记无效，请从第一页重新开始。", fields={"cursor": ["无效。"]})


def of_ticket(session: Session, actor: Actor, ticket_id: int) -> Summary | None:
    """Return the group of a ticket with what the actor may know of it, None before it was grouped."""
    group_id = session.scalar(select(GroupMember.group_id).where(GroupMember.ticket_id == ticket_id))
    if group_id is None:
        return None
    row = session.execute(_summaries(actor).where(GroupMember.group_id == group_id)).one_or_none()
    return _summary(row) if row else None


def members(
    session: Session, actor: Actor, group_id: int, *, before: int | None = None, limit: int = 50
) -> list[Ticket]:
    """Return the group's tickets the actor may see, the latest number first. before: the id of the last row shown."""
    query = (
        select(Ticket)
        .join(GroupMember, GroupMember.ticket_id == Ticket.id)
        .where(GroupMember.group_id == group_id, visible(actor))
        .options(
            joinedload(Ticket.office), joinedload(Ticket.intake_office), joinedload(Ticket.respondent_body)
        )
        .order_by(Ticket.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query.where(Ticket.id < before) if before is not None else query))


def leads(session: Session, ids: Collection[int]) -> dict[int, Ticket]:
    """Return the tickets that stand for the groups, by id; only for ids from a summary of the same reader."""
    query = select(Ticket).where(Ticket.id.in_(ids)).options(joinedload(Ticket.office))
    return {one.id: one for one in session.scalars(query)}


def trend(
    session: Session, actor: Actor, group_ids: Collection[int], since: datetime
) -> dict[int, dict[date, int]]:
    """Return for each group how many of its tickets, of those the actor may see, came on each local day."""
    day = func.date(func.timezone(ZONE, Ticket.received_at)).label("day")
    rows = session.execute(
        select(GroupMember.group_id, day, func.count().label("n"))
        .join(Ticket, Ticket.id == GroupMember.ticket_id)
        .where(GroupMember.group_id.in_(group_ids), Ticket.received_at >= since, visible(actor))
        .group_by(GroupMember.group_id, day)
    )
    found: dict[int, dict[date, int]] = {one: {} for one in group_ids}
    for row in rows:
        found[row.group_id][row.day] = row.n
    return found

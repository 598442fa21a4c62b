"""Reading campaigns and their ledger inside the reader's own sight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.campaigns.models import Campaign, CampaignOffice, Finding
from tracker.campaigns.rules import Stage
from tracker.offices.models import Office
from tracker.offices.queries import below
from tracker.permissions import Actor
from tracker.tickets.models import Ticket
from tracker.tickets.rules import FINAL, Status
from tracker.tickets.sight import visible

_CLEARED = (Status.CLOSED.value, Status.ARCHIVED.value)
_TO_VERIFY = (Status.REVIEWED.value, Status.CALLED_BACK.value)
_ENDED = (Status.MERGED.value, *sorted(status.value for status in FINAL - {Status.ARCHIVED}))


@dataclass(frozen=True)
class Sums:
    """What a set of lines adds up to. amount_returned: integer 分."""

    n_items: int
    n_cleared: int
    n_overdue: int
    n_to_verify: int
    n_looked_back: int
    n_rebounds: int
    amount_returned: int

    @property
    def share_cleared(self) -> float | None:
        """销号率, 0 to 1; None for an empty ledger."""
        return self.n_cleared / self.n_items if self.n_items else None


@dataclass(frozen=True)
class OfficeSums:
    """The sums of one responsible office."""

    code: str
    name: str
    sums: Sums


def takes_part(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which the actor may know of a campaign: his line of offices issues or takes part."""
    issuing = select(Office.id).where(
        Office.id == Campaign.issuing_office_id, below(Office.path, actor.office_path)
    )
    part = (
        select(CampaignOffice.office_id)
        .join(Office, Office.id == CampaignOffice.office_id)
        .where(
            CampaignOffice.campaign_id == Campaign.id,
            or_(
                below(Office.path, actor.office_path),
                literal(actor.office_path).startswith(Office.path),
            ),
        )
    )
    return or_(issuing.exists(), part.exists())


def campaigns(session: Session, actor: Actor, *, limit: int = 100) -> list[Campaign]:
    """Return the campaigns the actor may know of, the newest first."""
    query = (
        select(Campaign)
        .where(takes_part(actor))
        .options(
            joinedload(Campaign.issuing_office),
            selectinload(Campaign.participants).joinedload(CampaignOffice.office),
        )
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def campaign(session: Session, actor: Actor, campaign_id: int) -> Campaign | None:
    """Return the campaign with its offices, or None when it is absent or outside the actor's sight."""
    query = (
        select(Campaign)
        .where(Campaign.id == campaign_id, takes_part(actor))
        .options(
            joinedload(Campaign.issuing_office),
            selectinload(Campaign.participants).joinedload(CampaignOffice.office),
        )
    )
    return session.scalar(query)


def _overdue(now: datetime) -> ColumnElement[bool]:
    return and_(Ticket.due_at < now, Ticket.status.not_in([*_CLEARED, *_TO_VERIFY, *_ENDED]))


def _in_stage(stage: Stage, now: datetime) -> ColumnElement[bool]:
    working = Ticket.status.not_in([*_CLEARED, *_TO_VERIFY, *_ENDED])
    return {
        Stage.OPEN: and_(working, or_(Ticket.due_at.is_(None), Ticket.due_at >= now)),
        Stage.OVERDUE: _overdue(now),
        Stage.TO_VERIFY: Ticket.status.in_(_TO_VERIFY),
        Stage.CLEARED: and_(Ticket.status.in_(_CLEARED), Finding.looked_back_on.is_(None)),
        Stage.LOOKED_BACK: and_(Ticket.status.in_(_CLEARED), Finding.looked_back_on.is_not(None)),
        Stage.ENDED: Ticket.status.in_(_ENDED),
    }[stage]


def ledger(
    session: Session, actor: Actor, filters: Mapping[str, Any], *, now: datetime
) -> tuple[list[Finding], int | None]:
    """Return a page of the ledger by item number, and the cursor of the next page, None on the last.

    filters: of `schemas.LedgerIn`, with `campaign`. Only tickets the actor may see.
    """
    query = (
        select(Finding)
        .join(Ticket, Ticket.id == Finding.ticket_id)
        .where(
            Finding.campaign_id == filters["campaign"],
            Finding.item_no > (filters.get("cursor") or 0),
            visible(actor),
        )
        .options(
            joinedload(Finding.ticket).options(
                joinedload(Ticket.office),
                joinedload(Ticket.intake_office),
                joinedload(Ticket.respondent_body),
            )
        )
        .order_by(Finding.item_no)
    )
    if filters.get("office"):
        path = select(Office.path).where(Office.code == filters["office"]).scalar_subquery()
        query = query.where(
            Ticket.office_id.in_(select(Office.id).where(Office.path.like(func.concat(path, "%"))))
        )
    if filters.get("problem_type"):
        query = query.where(Finding.problem_type == filters["problem_type"])
    if filters.get("stage"):
        query = query.where(_in_stage(Stage(filters["stage"]), now))
    limit = int(filters.get("limit") or 50)
    rows = list(session.scalars(query.limit(limit + 1)))
    return rows[:limit], rows[limit - 1].item_no if len(rows) > limit else None


def finding(session: Session, ticket_id: int) -> Finding | None:
    """Return the ledger line of a ticket with its campaign, or None."""
    return session.get(Finding, ticket_id, options=[joinedload(Finding.campaign)])


def _sums(now: datetime) -> list[Any]:
    cleared = Ticket.status.in_(_CLEARED)
    return [
        func.count(Finding.ticket_id),
        func.count().filter(cleared),
        func.count().filter(_overdue(now)),
        func.count().filter(Ticket.status.in_(_TO_VERIFY)),
        func.count().filter(cleared, Finding.looked_back_on.is_not(None)),
        func.coalesce(func.sum(Finding.n_rebounds), 0),
        func.coalesce(func.sum(Finding.amount_returned), 0),
    ]


def sums(session: Session, actor: Actor, campaign_id: int, *, now: datetime) -> Sums:
    """Return what the ledger adds up to in the actor's sight."""
    row = session.execute(
        select(*_sums(now))
        .select_from(Finding)
        .join(Ticket, Ticket.id == Finding.ticket_id)
        .where(Finding.campaign_id == campaign_id, visible(actor))
    ).one()
    return Sums(*(int(value) for value in row))


def sums_by_office(session: Session, actor: Actor, campaign_id: int, *, now: datetime) -> list[OfficeSums]:
    """Return the sums of each responsible office in the actor's sight, the least cleared first."""
    cleared = func.count(case((Ticket.status.in_(_CLEARED), 1)))
    rows = session.execute(
        select(Office.code, Office.name, *_sums(now))
        .select_from(Finding)
        .join(Ticket, Ticket.id == Finding.ticket_id)
        .join(Office, Office.id == Ticket.office_id)
        .where(Finding.campaign_id == campaign_id, visible(actor))
        .group_by(Office.code, Office.name)
        .order_by(cleared * 1.0 / func.count(Finding.ticket_id), Office.code)
        .limit(500)
    )
    return [OfficeSums(row[0], row[1], Sums(*(int(value) for value in row[2:]))) for row in rows]

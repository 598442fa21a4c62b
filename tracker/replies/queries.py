"""Reading replies and their evidence."""

from collections.abc import Collection

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.offices.models import Office
from tracker.replies.models import EvidenceFile, Reply, ReplyTemplate
from tracker.replies.rules import Outcome
from tracker.tickets.models import Ticket


def replies(session: Session, ticket: Ticket) -> list[Reply]:
    """Return the replies of the ticket, newest first."""
    return list(
        session.scalars(
            select(Reply).where(Reply.ticket_id == ticket.id).order_by(Reply.id.desc()).limit(100)
        )
    )


def pending(session: Session, ticket: Ticket) -> Reply | None:
    """Return the reply that waits for review, or None."""
    waiting = select(Reply).where(
        Reply.ticket_id == ticket.id, Reply.approved.is_(None), Reply.withdrawn_at.is_(None)
    )
    return session.scalar(waiting.order_by(Reply.id.desc()).limit(1))


def published(session: Session, ticket: Ticket) -> Reply | None:
    """Return the last approved reply, which the complainant may read, or None."""
    approved = select(Reply).where(Reply.ticket_id == ticket.id, Reply.approved.is_(True))
    return session.scalar(approved.order_by(Reply.id.desc()).limit(1))


def files(session: Session, ticket: Ticket) -> list[EvidenceFile]:
    """Return the evidence of the ticket without its bytes, oldest first."""
    return list(
        session.scalars(
            select(EvidenceFile)
            .where(EvidenceFile.ticket_id == ticket.id)
            .order_by(EvidenceFile.id)
            .limit(200)
        )
    )


def file(session: Session, ticket: Ticket, file_id: int) -> EvidenceFile | None:
    """Return one file of the ticket, or None."""
    return session.scalar(
        select(EvidenceFile).where(EvidenceFile.ticket_id == ticket.id, EvidenceFile.id == file_id)
    )


def same_file(session: Session, ticket: Ticket, sha256: str) -> EvidenceFile | None:
    """Return the file of the ticket with the same bytes, or None."""
    return session.scalar(
        select(EvidenceFile).where(EvidenceFile.ticket_id == ticket.id, EvidenceFile.sha256 == sha256)
    )


def n_files(session: Session, ticket: Ticket, *, for_reply: bool = False) -> int:
    """Return how many files of evidence the ticket carries. for_reply: without those handed in with a return."""
    counted = select(func.count()).select_from(EvidenceFile).where(EvidenceFile.ticket_id == ticket.id)
    if for_reply:
        counted = counted.where(EvidenceFile.return_request_id.is_(None))
    return session.scalar(counted) or 0


def templates(session: Session, office_ids: Collection[int]) -> list[ReplyTemplate]:
    """Return the reply templates of the offices and those of no office, each with its office."""
    found = select(ReplyTemplate).where(
        or_(ReplyTemplate.office_id.in_(office_ids), ReplyTemplate.office_id.is_(None))
    )
    return list(session.scalars(found.options(joinedload(ReplyTemplate.office)).order_by(ReplyTemplate.id)))


def template_of(
    session: Session, office: Office | None, category: str | None, outcome: Outcome
) -> ReplyTemplate | None:
    """Return the template of exactly that office (None: of none), category (None: all) and outcome, or None."""
    return session.scalar(
        select(ReplyTemplate).where(
            ReplyTemplate.office_id.is_not_distinct_from(office.id if office else None),
            ReplyTemplate.category_code.is_not_distinct_from(category),
            ReplyTemplate.outcome == outcome.value,
        )
    )

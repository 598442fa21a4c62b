"""Reading replies and their evidence."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.replies.models import EvidenceFile, Reply
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
    waiting = select(Reply).where(Reply.ticket_id == ticket.id, Reply.approved.is_(None))
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


def n_files(session: Session, ticket: Ticket) -> int:
    """Return how many files of evidence the ticket carries."""
    counted = select(func.count()).select_from(EvidenceFile).where(EvidenceFile.ticket_id == ticket.id)
    return session.scalar(counted) or 0

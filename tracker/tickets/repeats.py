"""Likely repeats: near-copies of a text, and what the same person said before in similar words."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session, joinedload, undefer

from classifiers.clean import clean
from classifiers.duplicates import LIKELY, bands, pack, signature, similarity, unpack
from tracker.fields import cipher
from tracker.permissions import Actor
from tracker.tickets.identifiers import plain_phone
from tracker.tickets.models import Complainant, Ticket, TicketBand
from tracker.tickets.queries import visible

LOOK_BACK = timedelta(days=180)
SAME_CALLER = 0.2
"""[P] How similar a text of the same caller must be; people tell the same story in other words."""
OF_A_BAND = 40
"""The latest tickets looked at under each band; a band that holds more is that of a form letter."""
CANDIDATES = 100
"""How many tickets are compared: those that share the most bands."""
MOST_OF_A_PERSON = 200
"""Tickets of one person that are looked at, the latest first."""


def mark(ticket: Ticket) -> None:
    """Give the ticket the signature by which repeats of it are found."""
    ticket.signature = pack(signature(clean(ticket.content)))


def index(session: Session, ticket: Ticket) -> None:
    """Enter the marked ticket under the bands of its signature; call it once the ticket is written."""
    if ticket.signature:
        rows = [{"band": band, "ticket_id": ticket.id} for band in bands(unpack(ticket.signature))]
        session.execute(insert(TicketBand).values(rows).on_conflict_do_nothing())


def caller_history(
    session: Session, actor: Actor, phone: str = "", *, id_no: str = "", limit: int = 5
) -> list[Ticket]:
    """Return the last tickets of that person, by telephone or identity number, which the actor may see."""
    found = session.execute(
        select(Complainant.ticket_id, Complainant.hide_identity | Complainant.anonymous)
        .where(_of_person(session, phone, id_no))
        .order_by(Complainant.ticket_id.desc())
        .limit(MOST_OF_A_PERSON)
    ).all()
    open_ids = [ticket_id for ticket_id, hidden in found if not hidden]
    hidden_ids = [ticket_id for ticket_id, hidden in found if hidden]
    if not found:
        return []
    # a hidden identity answers the receiving office alone, as in `queries.of_caller`
    near = or_(
        Ticket.id.in_(open_ids), Ticket.id.in_(hidden_ids) & (Ticket.intake_office_id == actor.office_id)
    )
    return list(
        session.scalars(
            select(Ticket)
            .where(near, visible(actor))
            .options(joinedload(Ticket.office), undefer(Ticket.signature))
            .order_by(Ticket.id.desc())
            .limit(limit)
        )
    )


def _of_person(session: Session, phone: str, id_no: str) -> ColumnElement[bool]:
    blind = cipher(session).blind
    ways = []
    if phone:
        ways.append(Complainant.phone_index == blind(plain_phone(phone)))
    if id_no:
        ways.append(Complainant.id_no_index == blind(id_no.upper()))
    return or_(*ways) if ways else ~true()


def likely(
    session: Session,
    actor: Actor,
    text: str,
    *,
    phone: str | None,
    now: datetime,
    id_no: str | None = None,
    limit: int = 5,
) -> list[Ticket]:
    """Return tickets of the last 180 days that probably tell the same, closest first, within the actor's sight."""
    of = signature(clean(text))
    floors = [(ticket, LIKELY) for ticket in _sharing(session, actor, bands(of), since=now - LOOK_BACK)]
    if phone or id_no:
        own = caller_history(session, actor, phone or "", id_no=id_no or "", limit=20)
        floors += [(ticket, SAME_CALLER) for ticket in own if ticket.received_at >= now - LOOK_BACK]
    found: dict[int, tuple[float, Ticket]] = {}
    for ticket, floor in floors:
        share = similarity(of, unpack(ticket.signature)) if ticket.signature else 0.0
        if share >= floor:
            found[ticket.id] = (share, ticket)
    closest = sorted(found.values(), key=lambda one: (one[0], one[1].id), reverse=True)
    return [ticket for _, ticket in closest[:limit]]


def _sharing(session: Session, actor: Actor, asked: tuple[int, ...], *, since: datetime) -> list[Ticket]:
    """Return the tickets that share the most bands, of the latest of each band.

    In two steps: asked in one, the planner may walk the tickets from the latest back until it has met enough.
    """
    own = func.unnest(literal(list(asked), ARRAY(BigInteger))).table_valued("band").render_derived(name="own")
    latest = (
        select(TicketBand.ticket_id)
        .where(TicketBand.band == own.c.band)
        .order_by(TicketBand.ticket_id.desc())
        .limit(OF_A_BAND)
        .lateral("latest")
    )
    ids = session.scalars(
        select(latest.c.ticket_id)
        .select_from(own)
        .join(latest, true())
        .group_by(latest.c.ticket_id)
        .order_by(func.count().desc(), latest.c.ticket_id.desc())
        .limit(CANDIDATES)
    ).all()
    if not ids:
        return []
    return list(
        session.scalars(
            select(Ticket)
            .where(Ticket.id.in_(ids), Ticket.received_at >= since, visible(actor))
            .options(joinedload(Ticket.office), undefer(Ticket.signature))
        )
    )

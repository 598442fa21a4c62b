"""Likely repeats: near-copies of a text, and what the same person said before in similar words."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session, joinedload

from classifiers.clean import clean
from classifiers.duplicates import LIKELY, bands, pack, signature, similarity, unpack
from tracker.fields import cipher
from tracker.permissions import Actor
from tracker.rights import Sensitivity
from tracker.tickets.identifiers import plain_phone
from tracker.tickets.models import Complainant, Ticket, TicketBand
from tracker.tickets.sight import readable, visible

LOOK_BACK = timedelta(days=180)
SAME_CALLER = 0.2
"""[P] How similar a text of the same caller must be; people tell the same story in other words."""
OF_A_BAND = 40
"""The latest tickets looked at under each band; a band that holds more is that of a form letter."""
CANDIDATES = 100
"""How many tickets are compared: those that share the most bands."""
OF_A_PERSON = 100
"""Tickets of one person that are looked at, the latest first."""


def mark(ticket: Ticket) -> None:
    """Give the ticket the signature by which repeats of it are found."""
    ticket.signature = pack(signature(clean(ticket.content)))


def index(session: Session, ticket: Ticket) -> None:
    """Enter the marked ticket under the bands of its signature; call it once the ticket is written."""
    if ticket.signature:
        rows = [{"band": band, "ticket_id": ticket.id} for band in bands(unpack(ticket.signature))]
        session.execute(insert(TicketBand).values(rows).on_conflict_do_nothing())


def told_before(session: Session, ticket: Ticket, *, phone: str | None, id_no: str | None) -> int:
    """Return how often the same person told the same in the 180 days before: what the ticket repeats.

    ticket: marked, not yet written. Only a number comes back, so hidden identities count like any other.
    """
    of = unpack(ticket.signature) if ticket.signature else None
    persons = _latest_of_person(session, phone or "", id_no or "")
    if of is None or not persons:
        return 0
    known = session.scalars(
        select(Ticket.signature).where(
            Ticket.id.in_(persons),
            Ticket.received_at >= ticket.received_at - LOOK_BACK,
            Ticket.signature.is_not(None),
        )
    )
    return sum(similarity(of, unpack(one)) >= SAME_CALLER for one in known if one)


def caller_history(
    session: Session, actor: Actor, phone: str = "", *, id_no: str = "", limit: int = 5
) -> list[Ticket]:
    """Return the last tickets of that person, by telephone or identity number, which the actor may see."""
    return list(
        session.scalars(
            select(Ticket)
            .where(Ticket.id.in_(_of_person(session, actor, phone, id_no)), visible(actor))
            .options(joinedload(Ticket.office))
            .order_by(Ticket.id.desc())
            .limit(limit)
        )
    )


def _of_person(session: Session, actor: Actor, phone: str, id_no: str) -> list[int]:
    """Return the ids of the person's latest tickets that answer the actor who asks by a number, as in `queries.of_caller`.

    What was only shared with his office does not, and a hidden identity only where it may be shown.
    """
    found = _latest_of_person(session, phone, id_no)
    if not found:
        return []
    hidden = [one for one, is_hidden in found.items() if is_hidden]
    answers = (Ticket.id.not_in(hidden) & readable(actor, Sensitivity.CALLER)) | (
        Ticket.id.in_(hidden) & readable(actor, Sensitivity.IDENTITY)
    )
    return list(session.scalars(select(Ticket.id).where(Ticket.id.in_(found), answers)))


def _latest_of_person(session: Session, phone: str, id_no: str) -> dict[int, bool]:
    """Return id → whether the identity is hidden, of the person's latest tickets."""
    key = cipher(session)
    ways = [
        *(Complainant.phone_index == one for one in key.blinds(plain_phone(phone))),
        *(Complainant.id_no_index == one for one in key.blinds(id_no.upper())),
    ]
    # each index read by itself: an OR over both would be read from the other end
    latest = [
        select(Complainant.ticket_id, (Complainant.hide_identity | Complainant.anonymous).label("hidden"))
        .where(way)
        .order_by(Complainant.ticket_id.desc())
        .limit(OF_A_PERSON)
        for way in ways
    ]
    return {row.ticket_id: row.hidden for query in latest for row in session.execute(query)}


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
    floors = dict.fromkeys(_sharing(session, bands(of)), LIKELY)
    if phone or id_no:
        floors |= dict.fromkeys(_of_person(session, actor, phone or "", id_no or ""), SAME_CALLER)
    rows = session.execute(
        select(Ticket.id, Ticket.signature).where(
            Ticket.id.in_(floors),
            Ticket.received_at >= now - LOOK_BACK,
            Ticket.signature.is_not(None),
            visible(actor),
        )
    )
    shares = {row.id: similarity(of, unpack(row.signature)) for row in rows}
    near = sorted(((share, one) for one, share in shares.items() if share >= floors[one]), reverse=True)
    closest = [one for _, one in near[:limit]]
    found = session.scalars(select(Ticket).where(Ticket.id.in_(closest)).options(joinedload(Ticket.office)))
    return sorted(found, key=lambda one: closest.index(one.id))


def _sharing(session: Session, asked: tuple[int, ...]) -> list[int]:
    """Return the ids of the tickets that share the most bands, of the latest of each band, visible or not.

    Asked apart from the tickets themselves: in one query the planner may walk all tickets from the latest back.
    """
    own = func.unnest(literal(list(asked), ARRAY(BigInteger))).table_valued("band").render_derived(name="own")
    latest = (
        select(TicketBand.ticket_id)
        .where(TicketBand.band == own.c.band)
        .order_by(TicketBand.ticket_id.desc())
        .limit(OF_A_BAND)
        .lateral("latest")
    )
    return list(
        session.scalars(
            select(latest.c.ticket_id)
            .select_from(own)
            .join(latest, true())
            .group_by(latest.c.ticket_id)
            .order_by(func.count().desc(), latest.c.ticket_id.desc())
            .limit(CANDIDATES)
        )
    )

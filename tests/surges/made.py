"""Tickets in bulk, as the tables hold them: nine quiet weeks and a surge."""

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.factories import NOW
from tracker.clock import LOCAL, local_date
from tracker.offices.models import Office
from tracker.tickets.models import Complainant, Ticket

TODAY = local_date(NOW)
STREET, COUNTY, NEIGHBOUR = "440106006", "440106", "440104"
_serial = count(1)


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), LOCAL)


def tickets(
    session: Session,
    day: date,
    n: int,
    *,
    category: str = "B1",
    division: str | None = STREET,
    office: str = COUNTY,
    kind: str = "complaint",
    hour: int = 9,
    phone: bytes | None = None,
) -> list[int]:
    """Put that many tickets in, received on that local day; return their ids. phone: all of one caller."""
    rows = [row(session, day, category, division, office, kind, hour) for _ in range(n)]
    ids = list(session.scalars(insert(Ticket).values(rows).returning(Ticket.id)))
    if phone is not None:
        of_one = [{"ticket_id": ticket_id, "phone_index": phone} for ticket_id in ids]
        session.execute(insert(Complainant).values(of_one))
    return ids


def row(
    session: Session, day: date, category: str, division: str | None, office: str, kind: str, hour: int
) -> dict[str, Any]:
    serial = next(_serial)
    office_id = session.scalar(select(Office.id).where(Office.code == office))
    return {
        "number": f"2026S{serial:08d}",
        "receipt_code": f"S{serial:015d}",
        "channel_code": "12345",
        "kind": kind,
        "status": "dispatched",
        "title": "收费",
        "content": "乱收费",
        "category_code": category,
        "division_code": division,
        "office_id": office_id,
        "intake_office_id": office_id,
        "received_at": at(day, hour),
        "last_event_at": at(day, hour),
        "last_event": "receive",
    }


def quiet_weeks(session: Session, *, until: date = TODAY, n_days: int = 75) -> None:
    """Put in one ticket a day on the street and two next door, up to the day before `until`."""
    street = row(session, until, "B1", STREET, COUNTY, "complaint", 9)
    next_door = row(session, until, "C1", NEIGHBOUR, NEIGHBOUR, "complaint", 9)
    rows = []
    for back in range(1, n_days + 1):
        received = at(until - timedelta(days=back))
        for one in (street, next_door, next_door):
            serial = next(_serial)
            numbered = {"number": f"2026S{serial:08d}", "receipt_code": f"S{serial:015d}"}
            rows.append({**one, **numbered, "received_at": received})
    session.execute(insert(Ticket).values(rows))

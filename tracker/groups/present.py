"""Groups as pages and the API show them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tracker.clock import local_date
from tracker.groups import queries, rules
from tracker.groups.queries import Summary
from tracker.permissions import Actor
from tracker.tickets import present, view
from tracker.tickets import queries as ticket_queries


def groups(
    session: Session, actor: Actor, found: Sequence[Summary], *, now: datetime, days: int
) -> list[dict[str, Any]]:
    """Return each group as one row: its lead ticket, sums, names of category and division, and the trend as bars."""
    leads = queries.leads(session, [one.lead_id for one in found])
    known = view.words(session, leads.values(), {})
    names = ticket_queries.division_names(session, [one.division_code for one in found if one.division_code])
    trends = queries.trend(session, actor, [one.group_id for one in found], now - timedelta(days=2 * days))
    return [
        {
            "number": leads[one.lead_id].number,
            "title": leads[one.lead_id].title,
            "office": leads[one.lead_id].office.short_name,
            "n_tickets": one.n_tickets,
            "n_people": one.n_people,
            "n_voices": one.n_voices,
            "heat": round(one.heat, 1),
            "category_code": one.category_code,
            "category": known.categories.get(one.category_code or "", ""),
            "division_code": one.division_code,
            "division": names.get(one.division_code or "", ""),
            "first_at": one.first_at,
            "last_at": one.last_at,
            "bars": rules.bars(trends[one.group_id], local_date(now), days),
        }
        for one in found
    ]


def answer(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row as JSON; trend: tickets in each of equal spans, oldest first, with the local date each began."""
    bars: list[rules.Bar] = row["bars"]
    plain = {name: value for name, value in row.items() if name != "bars"}
    return {
        **plain,
        "first_at": present.iso(row["first_at"]),
        "last_at": present.iso(row["last_at"]),
        "trend": [{"since": bar.since.isoformat(), "n": bar.n} for bar in bars],
        "links": {"self": f"/api/v1/groups/{row['number']}", "page": f"/groups/{row['number']}"},
    }

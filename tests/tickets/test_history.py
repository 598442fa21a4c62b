from datetime import UTC, datetime

from tracker.tickets.history import event_hash
from tracker.tickets.models import TicketEvent


def event(**changes: object) -> TicketEvent:
    facts: dict[str, object] = {
        "ticket_id": 1,
        "seq": 1,
        "action": "receive",
        "at": datetime(2026, 3, 1, tzinfo=UTC),
        "actor_name": "王芳",
        "to_status": "received",
        "note": "",
        "data": {"b": 1, "a": "二"},
        "is_internal": False,
    }
    return TicketEvent(**{**facts, **changes})


def test_the_hash_depends_on_every_fact_and_on_the_one_before() -> None:
    base = event_hash(None, event())
    assert len(base) == 32
    assert event_hash(None, event(data={"a": "二", "b": 1})) == base
    changed = [
        event(seq=2),
        event(action="accept"),
        event(at=datetime(2026, 3, 2, tzinfo=UTC)),
        event(actor_name="王方"),
        event(note="x"),
        event(data={"a": "三", "b": 1}),
        event(is_internal=True),
    ]
    hashes = {event_hash(None, one) for one in changed} | {event_hash(b"before", event()), base}
    assert len(hashes) == len(changed) + 2

"""Notices as JSON and for the pages."""

from typing import Any

from tracker.notices.queries import Item
from tracker.tickets.present import iso


def item(one: Item) -> dict[str, Any]:
    """Return one notice; `read_at` is None while the reader has not read it."""
    return {
        "id": one.notice.id,
        "kind": one.notice.kind,
        "text": one.notice.text,
        "ticket": one.number,
        "href": f"/tickets/{one.number}" if one.number else None,
        "created_at": iso(one.notice.created_at),
        "read_at": iso(one.read_at),
    }

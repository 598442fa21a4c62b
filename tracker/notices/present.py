"""Notices as JSON and for the pages."""

from typing import Any

from tracker.notices.models import SuperiorLetter
from tracker.notices.outgoing import Dead
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


def letter(one: SuperiorLetter, number: str, superior: str) -> dict[str, Any]:
    """Return a letter that waits: of which ticket, to which department, its text."""
    return {
        "id": one.id,
        "ticket": number,
        "to": superior,
        "text": one.text,
        "created_at": iso(one.created_at),
    }


def dead(one: Dead) -> dict[str, Any]:
    """Return a given-up delivery, without its address."""
    return {
        "id": one.delivery.id,
        "gateway": one.delivery.gateway,
        "kind": one.notice.kind,
        "ticket": one.number,
        "for": one.whom,
        "n_tries": one.delivery.n_tries,
        "error": one.delivery.error,
        "gave_up_at": iso(one.delivery.gave_up_at),
    }

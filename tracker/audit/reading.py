"""查阅记录: who was shown what, when and from where; written by the door, so that no view can forget it.

A reading takes no lock, unlike an entry of the audit log: pages are opened far more often than anything is done. What
chains the readings is the seal set over them soon afterwards (`tracker.audit.sealing`).
"""

from datetime import datetime
from urllib.parse import urlencode

from flask import request
from sqlalchemy.orm import Session

from tracker.audit import rules
from tracker.audit.models import ReadEntry
from tracker.permissions import Actor, Permission

P = Permission

UNNOTED = frozenset(
    {P.SIGNED_IN, P.TABLE_READ, P.TABLE_EDIT, P.NOTICE_READ, P.NOTICE_MANAGE, P.MODEL_READ, P.MODEL_MANAGE}
    | {P.ACCOUNT_MANAGE, P.AUDIT_READ, P.CLUE_PROPOSE, P.CLUE_APPROVE}
)
"""What shows no case: tables, the own inbox, models, accounts, the log itself. Readings of a clue stand with the clue,
or this log would tell which tickets have one."""

_UNSAID = {"q", "caller", "sought", "cursor"}
"""What was searched for stays out of the log: it may be somebody's name or telephone."""


def note_request(session: Session, actor: Actor, permission: Permission, now: datetime) -> None:
    """Write down that the present request was answered, if it is one that shows cases; called by the door."""
    if request.method != "GET" or permission in UNNOTED or request.url_rule is None:
        return
    parts = [part for part in request.path.split("/") if part]
    if parts[:2] == ["api", "v1"]:
        parts = parts[2:]
    named = [str(value) for value in (request.view_args or {}).values()]
    rest = "/".join(part for part in parts[1:] if part not in named[:1])
    told = [(name, value) for name, value in request.args.items() if value and name not in _UNSAID]
    if session.info.pop("by_share", False):
        told.append(("via", "share"))
    said = urlencode(sorted(told))
    note(
        session,
        actor,
        parts[0] if parts else "",
        named[0] if named else "",
        "?".join(one for one in (rest, said) if one),
        now=now,
    )


def note(
    session: Session, actor: Actor, thing: str, thing_id: str, asked: str = "", *, now: datetime
) -> ReadEntry:
    """Append one reading in the caller's transaction and return it.

    thing: first part of the address, a key of `rules.READ_LABELS`; asked: which part of it, by what filters, long digits
    hidden.
    """
    entry = ReadEntry(
        at=now,
        actor_id=actor.account_id,
        actor_name=rules.storable(actor.name, 80),
        office_id=actor.office_id,
        office_path=actor.office_path,
        thing=rules.storable(thing, 40),
        thing_id=rules.storable(thing_id, 80),
        asked=rules.storable(rules.without_digits(asked), 300),
        address=session.info.get("address"),
    )
    session.add(entry)
    return entry

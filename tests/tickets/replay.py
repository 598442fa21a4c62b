"""A ticket told again from its events alone, written another way than the services that wrote them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import NEXT, Status
from tracker.tickets.sweep import NOTES

S = Status

TURNED = {S.REVIEWED, S.CALLED_BACK, S.CLOSED}
"""What a rework leads back from."""


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


@dataclass
class Replay:
    """What the events told so far amount to. `told` takes the next one and asserts that it may follow."""

    offices: dict[int, str]
    status: str | None = None
    office: str | None = None
    handler: int | None = None
    category: str | None = None
    lead: str | None = None
    parent: str | None = None
    n_parts: int = 0
    designated: bool = False
    supervised: bool = False
    n_events: int = 0
    n_urged: int = 0
    n_returns: int = 0
    n_reworks: int = 0
    n_repeats: int = 0
    extended_days: int = 0
    dispatched_at: datetime | None = None
    accepted_at: datetime | None = None
    replied_at: datetime | None = None
    reviewed_at: datetime | None = None
    called_back_at: datetime | None = None
    closed_at: datetime | None = None
    suspended_at: datetime | None = None
    last_event: str = ""
    last_event_at: datetime | None = None
    last_deed_at: datetime | None = None
    intake: str | None = None  # told from outside: a part is received at its parent's desk, whoever split it
    returned_by: set[str] = field(default_factory=set)
    designations: set[str] = field(default_factory=set)
    unruled: int = 0
    n_without_arbiter: int = 0
    repliers: list[tuple[int, str | None, int | None]] = field(default_factory=list)
    allowed_rounds: set[int] = field(default_factory=set)

    def told(self, event: TicketEvent) -> None:
        assert event.seq == self.n_events + 1
        assert event.from_status == self.status
        assert (
            event.to_status == self.status
            or self.status is None
            or S(event.to_status) in NEXT[S(self.status)]
        )
        if event.action not in NOTES:  # what time did is dated when it happened, however late it is written
            assert self.last_deed_at is None or self.last_deed_at <= event.at, (self.last_event, event.action)
            self.last_deed_at = event.at
        if self.status is None:
            self.office = self.offices[event.office_id or 0]
        if event.to_status == S.REWORK and event.from_status in TURNED:
            self._redone()
        if event.from_status == S.SUSPENDED and event.to_status in {S.IN_PROGRESS, S.REWORK, S.TERMINATING}:
            self.suspended_at = None
        step = getattr(self, f"_{event.action.replace('-', '_')}", None)
        if step is not None:
            step(event, event.data)
        self.status, self.n_events = event.to_status, event.seq
        self.last_event, self.last_event_at = event.action, event.at

    def _redone(self) -> None:
        self.n_reworks += 1
        self.handler = self.closed_at = self.called_back_at = self.reviewed_at = None

    def _receive(self, _: TicketEvent, data: dict[str, Any]) -> None:
        self.category = data["category"]
        self.n_repeats = data.get("repeats", 0)

    def _triage(self, _: TicketEvent, data: dict[str, Any]) -> None:
        self.category = data.get("category") or data.get("to") or self.category

    def _dispatch(self, event: TicketEvent, data: dict[str, Any]) -> None:
        self.office = data["office_code"]
        self.designated = self.office in self.designations
        self.handler = self.accepted_at = None
        self.dispatched_at = self.dispatched_at or event.at

    _redispatch = _dispatch

    def _rule(self, event: TicketEvent, data: dict[str, Any]) -> None:
        assert self.unruled == 1
        self.unruled = self.n_without_arbiter = 0
        if data["ruling"] == "designate":
            self.designations.add(data["office_code"])
        self._dispatch(event, data)

    def _decide_return(self, event: TicketEvent, data: dict[str, Any]) -> None:
        assert (self.unruled, self.n_returns) == (1, 1), "whoever dispatched it decides the first return only"
        assert self.offices[event.office_id or 0] == self.intake != self.office
        assert data["ruling"] in {"uphold", "redispatch"}
        self.unruled = 0
        self._dispatch(event, data)

    def _withdraw_return(self, event: TicketEvent, _: dict[str, Any]) -> None:
        self.unruled -= event.from_status == S.RETURN_REQUESTED

    def _return(self, event: TicketEvent, _: dict[str, Any]) -> None:
        assert event.to_status == event.from_status, "nothing moves before the reviewer has signed"

    def _sign_return(self, _: TicketEvent, data: dict[str, Any]) -> None:
        assert self.office is not None
        if not data["approved"]:
            return
        assert self.office not in self.designations, "a designated office does not return"
        assert self.office not in self.returned_by, "one return for each office"
        self.returned_by.add(self.office)
        self.n_returns += 1
        self.unruled += 1
        self.n_without_arbiter += 1
        assert self.n_without_arbiter <= 2, "at most two returns before an arbiter rules"
        assert data["arbitration"] == (self.n_returns > 1 or self.office == self.intake)

    def _recategorise(self, _: TicketEvent, data: dict[str, Any]) -> None:
        assert data["from"] == self.category
        self.category = data["to"]

    def _accept(self, event: TicketEvent, _: dict[str, Any]) -> None:
        self.handler, self.accepted_at = event.actor_id, event.at

    def _suspend(self, event: TicketEvent, _: dict[str, Any]) -> None:
        self.suspended_at = event.at

    def _decide_extension(self, _: TicketEvent, data: dict[str, Any]) -> None:
        self.extended_days += data["days"] if data["approved"] else 0

    def _urge(self, _: TicketEvent, __: dict[str, Any]) -> None:
        self.n_urged += 1

    _auto_urge = _urge

    def _undo_urge(self, _: TicketEvent, __: dict[str, Any]) -> None:
        self.n_urged -= 1

    def _undo_accept(self, _: TicketEvent, data: dict[str, Any]) -> None:
        self.handler, self.accepted_at = data["handler_id"], _moment(data["accepted_at"])

    def _undo_redispatch(self, event: TicketEvent, data: dict[str, Any]) -> None:
        self._undo_accept(event, data)
        self.office, self.category = data["office_code"], data["category"]
        self.designated, self.dispatched_at = data["designated"], _moment(data["dispatched_at"])

    def _undo_reply(self, _: TicketEvent, data: dict[str, Any]) -> None:
        self.repliers.remove((self.n_reworks, self.office, self.handler))  # what was taken back bars nobody
        self.handler, self.replied_at = data["handler_id"], _moment(data["replied_at"])

    def _supervise(self, _: TicketEvent, __: dict[str, Any]) -> None:
        self.supervised = True

    _circulated = _supervise

    def _release(self, _: TicketEvent, __: dict[str, Any]) -> None:
        self.supervised = False

    def _allow_handler(self, _: TicketEvent, data: dict[str, Any]) -> None:
        assert data["round"] == self.n_reworks
        self.allowed_rounds.add(data["round"])

    def _reply(self, event: TicketEvent, _: dict[str, Any]) -> None:
        if event.actor_id and (self.n_reworks - 1, self.office, event.actor_id) in self.repliers:
            assert self.n_reworks in self.allowed_rounds, "rework is done by another handler"
        self.repliers.append((self.n_reworks, self.office, event.actor_id))
        self.handler, self.replied_at = event.actor_id, event.at

    def _review(self, event: TicketEvent, data: dict[str, Any]) -> None:
        self.reviewed_at = event.at if data["approved"] else self.reviewed_at

    def _call_back(self, event: TicketEvent, _: dict[str, Any]) -> None:
        self.called_back_at = event.at if event.to_status == S.CALLED_BACK else self.called_back_at

    def _close(self, event: TicketEvent, _: dict[str, Any]) -> None:
        self.closed_at = event.at

    def _inherit(self, _: TicketEvent, data: dict[str, Any]) -> None:
        assert self.office == data["former_code"]
        self.office, self.handler = data["office_code"], None

    def _unassign(self, _: TicketEvent, __: dict[str, Any]) -> None:
        self.handler = None

    def _split(self, _: TicketEvent, data: dict[str, Any]) -> None:
        self.n_parts = len(data["parts"])

    def _split_off(self, _: TicketEvent, data: dict[str, Any]) -> None:
        self.parent = data["parent"]

    def _unsplit(self, _: TicketEvent, data: dict[str, Any]) -> None:
        if "parent" in data:
            assert data["parent"] == self.parent
            self.parent = None
        else:
            assert len(data["parts"]) == self.n_parts
            self.n_parts = 0

    def _lead_reply(self, event: TicketEvent, data: dict[str, Any]) -> None:
        assert data["lead"] == self.lead
        self.office, self.handler = data["office_code"], None
        self.replied_at = self.reviewed_at = event.at

    def _merge(self, _: TicketEvent, data: dict[str, Any]) -> None:
        self.lead = data["lead"]

    def _unmerge(self, _: TicketEvent, __: dict[str, Any]) -> None:
        self.lead = None

    def _merged_in(self, _: TicketEvent, __: dict[str, Any]) -> None:
        self.n_repeats += 1

    def _unmerged(self, _: TicketEvent, __: dict[str, Any]) -> None:
        self.n_repeats -= 1

    def differs(self, ticket: Ticket, lead: str | None) -> dict[str, tuple[Any, Any]]:
        """Return {field: (replayed, present)} of everything in which the ticket is not what its events say."""
        present = {
            "status": S(ticket.status).value,
            "office": self.offices[ticket.office_id],
            "handler": ticket.handler_id,
            "category": ticket.category_code,
            "lead": lead,
            "last_event": ticket.last_event,
            "last_event_at": ticket.last_event_at,
            "n_events": ticket.n_events,
        }
        for name in (
            *(
                "designated",
                "supervised",
                "n_urged",
                "n_returns",
                "n_reworks",
                "n_repeats",
                "n_parts",
                "extended_days",
            ),
            *("dispatched_at", "accepted_at", "replied_at", "reviewed_at", "called_back_at", "closed_at"),
            "suspended_at",
        ):
            present[name] = getattr(ticket, name)
        return {
            name: (getattr(self, name), value)
            for name, value in present.items()
            if getattr(self, name) != value
        }

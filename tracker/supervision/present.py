"""The supervision board as JSON."""

from datetime import datetime
from typing import Any

from tracker.supervision.models import Instruction, SortingRule, TicketSorting
from tracker.supervision.rules import SORT_LABELS, Proposal, Sort
from tracker.tickets.models import Ticket
from tracker.tickets.present import iso


def proposal(one: Proposal | None) -> dict[str, Any] | None:
    """Return what the table proposes: class, rule and sentence."""
    if one is None:
        return None
    return {"sort": one.sort.value, "name": SORT_LABELS[one.sort], "rule": one.rule, "reason": one.reason}


def sorting(chosen: TicketSorting | None, proposed: Proposal | None) -> dict[str, Any]:
    """Return the class a person chose, None while nobody did, beside the proposal."""
    decided = None
    if chosen is not None:
        decided = {
            "sort": Sort(chosen.sort).value,
            "name": SORT_LABELS[Sort(chosen.sort)],
            "opinion": chosen.opinion,
            "proposed": chosen.proposed,
            "proposal_reason": chosen.proposal_reason,
            "at": iso(chosen.decided_at),
            "by": chosen.decided_by_name,
        }
    return {"decided": decided, "proposal": proposal(proposed)}


def instruction(one: Instruction, now: datetime) -> dict[str, Any]:
    """Return an instruction with its answer; late: whether the answer is overdue."""
    return {
        "id": one.id,
        "office": {"code": one.office.code, "name": one.office.name},
        "given_by": one.given_by,
        "given_on": one.given_on.isoformat(),
        "text": one.text,
        "due_at": iso(one.due_at),
        "late": late(one, now),
        "recorded_at": iso(one.recorded_at),
        "recorded_by": one.recorded_by_name,
        "answer": {"at": iso(one.answered_at), "by": one.answered_by_name, "text": one.answer}
        if one.answered_at
        else None,
    }


def late(one: Instruction, now: datetime) -> bool:
    """Return whether the answer to an instruction is overdue."""
    return one.answered_at is None and one.due_at is not None and one.due_at < now


def row(one: Ticket, sorted_as: dict[str, Any], n_documents: int, n_instructions: int) -> dict[str, Any]:
    """Return one ticket of the board."""
    return {
        "number": one.number,
        "title": one.title,
        "office": {"code": one.office.code, "name": one.office.name},
        "due_at": iso(one.due_at),
        "supervised": one.supervised,
        "n_urged": one.n_urged,
        "n_repeats": one.n_repeats,
        "n_reworks": one.n_reworks,
        "n_documents": n_documents,
        "n_open_instructions": n_instructions,
        "sorting": sorted_as,
    }


def rule(one: SortingRule) -> dict[str, Any]:
    """Return one row of the sorting table."""
    return {
        "code": one.code,
        "position": one.position,
        "sort": one.sort,
        "measure": one.measure,
        "at_least": one.at_least,
        "classes": one.classes,
        "sentence": one.sentence,
        "basis": one.basis,
        "verified": one.verified,
        "effective_from": one.effective_from.isoformat(),
        "is_active": one.is_active,
    }

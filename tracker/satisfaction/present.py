"""Satisfaction as JSON and for the pages."""

from typing import Any

from tracker.satisfaction import rules
from tracker.satisfaction.links import Opened
from tracker.satisfaction.models import Appeal, CallBack, ReworkRule
from tracker.tickets.present import iso


def call_back(one: CallBack) -> dict[str, Any]:
    """Return one attempt with what followed it."""
    return {
        "round": one.round,
        "via": one.via,
        "attempted_at": iso(one.attempted_at),
        "reached": one.reached,
        "grade": one.grade,
        "grade_label": rules.GRADE_LABELS[rules.Grade(one.grade)] if one.grade else None,
        "solved": one.solved,
        "tags": [rules.TAG_LABELS[rules.Tag(tag)] for tag in one.tags],
        "remark": one.remark,
        "outcome": one.outcome,
        "outcome_label": rules.OUTCOME_LABELS[rules.Outcome(one.outcome)],
        "rule": one.rule_code,
    }


def appeal(one: Appeal) -> dict[str, Any]:
    """Return one appeal; `upheld` is None while it waits."""
    return {
        "reason": one.reason,
        "proof": one.proof,
        "asked_at": iso(one.asked_at),
        "upheld": one.upheld,
        "decided_at": iso(one.decided_at),
        "opinion": one.opinion,
    }


def form(opened: Opened) -> dict[str, Any]:
    """Return what the complainant sees before rating, with the choices; nothing internal."""
    return {
        "number": opened.ticket.number,
        "title": opened.ticket.title,
        "reply": opened.reply,
        "grades": [{"value": grade.value, "label": label} for grade, label in rules.GRADE_LABELS.items()],
        "tags": [{"value": tag.value, "label": label} for tag, label in rules.TAG_LABELS.items()],
    }


def rated(answer: CallBack) -> dict[str, Any]:
    """Return the thanks a complainant gets, saying what follows."""
    closes = answer.outcome == rules.Outcome.CLOSE
    words = "感谢您的评价。" if closes else "感谢您的评价，我们会重新办理并再次答复您。"
    return {"message": words, "outcome": "closed" if closes else "reworked"}


def rework_rule(one: ReworkRule) -> dict[str, Any]:
    """Return one row of the rework table."""
    return {
        "code": one.code,
        "position": one.position,
        "grades": one.grades,
        "solved": one.solved,
        "min_reworks": one.min_reworks,
        "outcome": one.outcome,
        "sentence": one.sentence,
        "basis": one.basis,
        "verified": one.verified,
        "effective_from": one.effective_from.isoformat(),
        "is_active": one.is_active,
    }

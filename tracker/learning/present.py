"""Models, corrections and drift as JSON and as the page draws them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from classifiers import thresholds
from tracker.learning.models import Correction, Retraining
from tracker.learning.queries import Week
from tracker.learning.rules import STEP_LABELS, STEP_PERCENT, Step
from tracker.permissions import Actor, Permission, allowed
from tracker.textmodels import queries as models
from tracker.textmodels import service as textmodels
from tracker.textmodels.models import ModelSwitch, TextModel, TriageCost
from tracker.textmodels.rules import KIND_LABELS, STATE_LABELS, Kind, State
from tracker.tickets.present import iso

WIDTH, HEIGHT, MARGIN = 640, 180, 34
"""Of the chart, in its own units."""
INSET = 20
"""Between the frame and the first and the last point, so that no figure meets the scale."""
ACTION_LABELS = {
    "recategorise": "更正分类",
    "triage": "人工研判",
    "receive": "受理时选定",
    "redispatch": "改派",
    "dispatch": "人工派单",
    "rule": "裁决",
    "decide-return": "处理退单",
    "settle-return": "议定职责",
}
_SHOWN_SCORES = ("n", "accuracy", "top3_accuracy", "macro_f1", "ece", "coverage")


def model(one: TextModel) -> dict[str, Any]:
    """Return a model with its scores (0–1), before and after, and thresholds."""
    state = State(one.state)
    return {
        "version": one.version,
        "kind": one.kind,
        "kind_label": KIND_LABELS[Kind(one.kind)],
        "state": one.state,
        "state_label": STATE_LABELS[state],
        "may_switch": state in {State.CANDIDATE, State.RETIRED} and textmodels.at_hand(one),
        "because": one.because,
        "trained_at": iso(one.trained_at),
        "data_sha256": one.data_sha256,
        "n_rows": one.n_rows,
        "scores": {name: one.scores[name] for name in _SHOWN_SCORES if name in one.scores},
        "compared": one.compared or None,
        "thresholds": one.thresholds,
        "switched_at": iso(one.switched_at),
        "switched_by": one.switched_by_name or None,
    }


def outcome(one: TextModel, home: Path) -> dict[str, Any] | None:
    """Return what a model's thresholds would have made of texts it had not seen; None when none were kept."""
    said = thresholds.read(textmodels.path_of(home, one.folder))
    if not said:
        return None
    found = thresholds.outcome(said, one.thresholds)
    return {
        "n": found.n,
        "share_dispatched": found.n_acted / found.n,
        "share_wrong": found.n_wrong / found.n_acted if found.n_acted else 0.0,
    }


def switch(one: ModelSwitch) -> dict[str, Any]:
    """Return one switch."""
    return {
        "at": iso(one.at),
        "by": one.by_name,
        "from": one.from_version,
        "to": one.to_version,
        "reason": one.reason,
    }


def cost(one: TriageCost) -> dict[str, Any]:
    """Return one row of the costs."""
    return {
        "label": one.label,
        "wrong": one.wrong,
        "look": one.look,
        "changed_by": one.changed_by_name or None,
    }


def training(one: Retraining | None) -> dict[str, Any] | None:
    """Return how far the latest training is, None before the first."""
    if one is None:
        return None
    step = Step(one.step)
    return {
        "step": one.step,
        "label": STEP_LABELS[step],
        "percent": STEP_PERCENT[step],
        "under_way": one.finished_at is None,
        "asked_at": iso(one.asked_at),
        "asked_by": one.asked_by_name,
        "finished_at": iso(one.finished_at),
        "n_corrections": one.n_corrections,
        "version": one.version,
        "because": one.because,
    }


def correction(actor: Actor, one: Correction) -> dict[str, Any]:
    """Return one correction without the text it is about; why, which speaks of the case, for its readers only."""
    return {
        "id": one.id,
        "number": one.ticket.number,
        "subject": one.subject,
        "action": one.action,
        "action_label": ACTION_LABELS.get(one.action, one.action),
        "machine_label": one.machine_label,
        "machine_share": one.machine_share,
        "model_version": one.model_version,
        "old_label": one.old_label,
        "label": one.label,
        "agrees": one.machine_label == one.label if one.subject == "category" else None,
        "old_office": one.old_office.short_name if one.old_office else None,
        "office": one.office.short_name if one.office else None,
        "by": one.by_name,
        "at": iso(one.at),
        "why": one.why if allowed(actor, Permission.TICKET_READ) else None,
        "frozen": one.frozen,
    }


def week(one: Week) -> dict[str, Any]:
    """Return one week with the share (0–1) of labels left as they were."""
    return {
        "begins_on": one.begins_on.isoformat(),
        "n": one.n,
        "n_changed": one.n_changed,
        "agreement": round(one.agreement, 4),
    }


def chart(weeks: Sequence[Week]) -> list[dict[str, Any]]:
    """Return a point for each week: x and y in the chart's units, agreement from 0 at the bottom to 1 at the top."""
    room = WIDTH - 2 * (MARGIN + INSET)
    step = room / max(len(weeks) - 1, 1)
    return [
        {
            "x": round(MARGIN + INSET + (step * i if len(weeks) > 1 else room / 2), 1),
            "y": round(HEIGHT - MARGIN - one.agreement * (HEIGHT - 2 * MARGIN), 1),
            "label": f"{one.begins_on:%m-%d}",
            "agreement": one.agreement,
            "n": one.n,
            "n_changed": one.n_changed,
        }
        for i, one in enumerate(weeks)
    ]


def cuts(one: TextModel | None, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the thresholds of a model with the names of their categories; None as threshold: a person always looks."""
    if one is None:
        return []
    return [
        {"label": label, "name": names.get(label, ""), "cut": cut if cut < thresholds.NEVER else None}
        for label, cut in sorted(one.thresholds.items())
    ]


def everything(session: Session) -> list[dict[str, Any]]:
    """Return all models, the one in use first."""
    return [model(one) for one in models.every(session)]

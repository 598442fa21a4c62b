"""Registering models, switching between them and back, and choosing thresholds from the costs."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from classifiers import thresholds
from classifiers.category import DEFAULT_MODEL, META, Classifier, ModelError
from classifiers.thresholds import Cost
from tracker.audit import service as audit
from tracker.errors import Conflict, Invalid, NotFound
from tracker.permissions import SYSTEM, Actor, Permission, require
from tracker.textmodels import queries, rules
from tracker.textmodels.models import ModelSwitch, TextModel, TriageCost
from tracker.textmodels.rules import EVERY, Kind, State

_LOCK = 0x6D6F_6465
"""Key of the advisory lock under which the model in use changes."""


def path_of(home: Path, folder: str) -> Path:
    """Return where a model lies. home: TRACKER_HOME."""
    return home / folder if folder else DEFAULT_MODEL


def at_hand(model: TextModel) -> bool:
    """Return whether the model's files may still exist: those of a shipped one go with its program."""
    return bool(model.folder) or model.version == _shipped_meta()["version"]


def _shipped_meta() -> dict[str, Any]:
    return dict(json.loads((DEFAULT_MODEL / META).read_text(encoding="utf-8")))


def seed(session: Session, *, now: datetime) -> None:
    """Register the shipped model and the default costs where they are missing.

    A newly shipped model takes the place of an older shipped one, whose files are gone with the old program; beside a
    model trained here it waits as a candidate.
    """
    _lock(session)
    default = {"label": EVERY, "wrong": Cost().wrong, "look": Cost().look, "changed_at": now}
    session.execute(insert(TriageCost).values(default).on_conflict_do_nothing())
    meta = _shipped_meta()
    if queries.by_version(session, meta["version"]) is not None:
        return
    before = queries.in_use(session)
    state = rules.entry_state(Kind(before.kind) if before else None)
    shipped = TextModel(
        kind=Kind.SHIPPED.value,
        state=State.CANDIDATE.value,
        trained_at=now,
        because="随程序提供，用本项目自编的例句训练。",
        thresholds=cuts(session, DEFAULT_MODEL),
        **facts(meta),
    )
    session.add(shipped)
    session.flush()
    if state is State.ACTIVE:
        words = "程序升级，随程序提供的模型同时更新。" if before else "初次安装。"
        _switch(session, SYSTEM, before, shipped, words, now)


def facts(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a model that its own `meta.json` tells."""
    return {
        "version": meta["version"],
        "data_sha256": meta["data_sha256"],
        "n_rows": meta["n"],
        "scores": meta["scores"] or {},
    }


def cuts(session: Session, folder: Path) -> dict[str, float]:
    """Return label → threshold for the model in a folder: from its answers on unseen texts, else as it was trained."""
    meta = json.loads((folder / META).read_text(encoding="utf-8"))
    said = thresholds.read(folder)
    if said:
        return thresholds.choose_from(said, meta["labels"], queries.costs(session))
    return {str(label): float(cut) for label, cut in meta.get("thresholds", {}).items()}


def add(session: Session, model: TextModel) -> TextModel:
    """Register a trained model; raises Conflict when there is one of its version."""
    if queries.by_version(session, model.version) is not None:
        raise Conflict("已有同一数据训练出的模型，没有新的内容可学。", code="same_model")
    session.add(model)
    session.flush()
    return model


def find(session: Session, version: str) -> TextModel:
    """Return the model; raises NotFound."""
    found = queries.by_version(session, version)
    if found is None:
        raise NotFound(f"没有版本为“{version}”的模型，请从列表中选择。", code="unknown_model")
    return found


def switch(
    session: Session, actor: Actor, version: str, reason: str, *, home: Path, now: datetime
) -> TextModel:
    """Put another model, or an earlier one again, into use, and return it.

    Running processes see it from their next unit of work on. Raises NotFound, NotAllowed, or Conflict when it was refused,
    is in use already or cannot be loaded.
    """
    require(actor, Permission.MODEL_MANAGE)
    _lock(session)
    wanted = find(session, version)
    session.refresh(wanted)
    refusal = rules.may_switch_to(State(wanted.state))
    if refusal:
        raise Conflict(refusal, code="may_not_switch")
    if not at_hand(wanted):
        raise Conflict("这个模型的文件已随程序升级被替换，不能换回。", code="unusable_model")
    try:
        Classifier.load(path_of(home, wanted.folder))
    except ModelError as error:
        raise Conflict(f"不能启用：{error}", code="unusable_model") from error
    _switch(session, actor, queries.in_use(session), wanted, reason, now)
    audit.record(session, actor, "switch_model", "text_model", version, {"reason": reason}, now=now)
    return wanted


def _switch(
    session: Session, actor: Actor, before: TextModel | None, after: TextModel, reason: str, now: datetime
) -> None:
    """Let `after` take the place of `before` in one transaction."""
    if before is not None:
        before.state = State.RETIRED.value
        session.flush()  # the index lets no two be active, not even within a statement
    after.state = State.ACTIVE.value
    after.switched_at, after.switched_by_name = now, actor.name
    session.add(
        ModelSwitch(
            at=now,
            by_id=actor.account_id,
            by_name=actor.name,
            from_version=before.version if before else None,
            to_version=after.version,
            reason=reason,
        )
    )
    session.flush()
    queries.forget(session)


def _lock(session: Session) -> None:
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def set_costs(
    session: Session, actor: Actor, changed: Mapping[str, Cost | None], *, home: Path, now: datetime
) -> int:
    """Write costs (None removes a label's own), choose the thresholds of all models anew, return how many changed.

    Models without answers on unseen texts keep their thresholds. Raises NotAllowed, and Invalid for a cost out of range.
    """
    require(actor, Permission.MODEL_MANAGE)
    _lock(session)
    for label, cost in changed.items():
        row = session.get(TriageCost, label)
        if cost is None:
            if label == EVERY:
                raise Invalid("通用成本不能删除。", fields={"label": ["请选择一个分类。"]})
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = TriageCost(label=label)
            session.add(row)
        row.wrong, row.look, row.changed_at, row.changed_by_name = cost.wrong, cost.look, now, actor.name
    session.flush()
    n_changed = _refigure(session, queries.every(session), home)
    told = {label: f"{cost.wrong:g} : {cost.look:g}" if cost else None for label, cost in changed.items()}
    audit.record(session, actor, "change", "triage_cost", "、".join(changed), told, now=now)
    return n_changed


def _refigure(session: Session, models: Iterable[TextModel], home: Path) -> int:
    changed = 0
    for model in models:
        folder = path_of(home, model.folder)
        if thresholds.read(folder):
            found = cuts(session, folder)
            changed += found != model.thresholds
            model.thresholds = found
    session.flush()
    queries.forget(session)
    return changed

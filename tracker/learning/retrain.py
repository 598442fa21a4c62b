"""Training a challenger on what people corrected, comparing it with the model in use, and refusing a worse one.

A training goes in steps, each a unit of work, so that its progress is seen and a killed process repeats one step only.
Two kinds of texts decide: corrections kept for comparing, on which neither model was ever trained, and the shipped
sentences, on which every model left its answers by cross-validation, each given without having seen that sentence.
"""

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from classifiers import rows as texts
from classifiers import thresholds
from classifiers.category import DEFAULT_MODEL, Classifier, ModelError
from classifiers.rows import DataError, Labelled
from classifiers.thresholds import Answer
from tracker import jobs, logs
from tracker.audit import service as audit
from tracker.clock import local_date
from tracker.errors import Conflict
from tracker.learning import queries, rules
from tracker.learning.models import Retraining
from tracker.learning.rules import Judged, Step
from tracker.permissions import Actor, Permission, require
from tracker.textmodels import queries as models
from tracker.textmodels import service as textmodels
from tracker.textmodels.models import TextModel
from tracker.textmodels.rules import Kind, State

log = structlog.get_logger()

MODELS = "models"
"""Folder below TRACKER_HOME that holds one folder a model."""
_UNUSABLE = (DataError, ModelError, Conflict, OSError, ValueError)
"""What a training may run into; it ends with a sentence then."""


@dataclass(frozen=True)
class Material:
    """Shipped sentences and people's corrections to learn from; corrections kept for comparing."""

    base: Sequence[Labelled]
    corrections: Sequence[Labelled]
    frozen: Sequence[Labelled]


def ask(session: Session, actor: Actor, *, now: datetime) -> Retraining:
    """Ask for a training and return it; a worker does it.

    Raises NotAllowed, or Conflict when one is under way or nobody corrected or confirmed anything yet.
    """
    require(actor, Permission.MODEL_MANAGE)
    last = queries.retraining(session)
    if last is not None and last.finished_at is None:
        raise Conflict("已有一次再训练正在进行，请等它完成。", code="training_under_way")
    newest, n_corrections = queries.extent(session)
    if not n_corrections:
        raise Conflict("还没有人工更正或确认过分类，没有新的内容可学。", code="nothing_to_learn")
    asked = Retraining(
        step=Step.WAITING.value,
        asked_at=now,
        asked_by_id=actor.account_id,
        asked_by_name=actor.name,
        last_correction_id=newest,
        n_corrections=n_corrections,
    )
    session.add(asked)
    session.flush()
    jobs.after_commit(session, jobs.Job.RETRAIN)
    audit.record(session, actor, "retrain", "text_model", asked.id, {"n": n_corrections}, now=now)
    return asked


def advance(session: Session, home: Path, *, now: datetime, base: Sequence[Labelled] | None = None) -> int:
    """Do the next step of the training under way; return 1, or 0 when there is nothing to do.

    home: TRACKER_HOME. base: the sentences to begin from; None for those shipped.
    """
    training = queries.under_way(session)
    if training is None:
        return 0
    work = home / MODELS / f".training-{training.id}"
    try:
        _step(session, training, home, work, now, texts.own_sentences() if base is None else base)
    except _UNUSABLE as error:
        log.error("training_failed", training=training.id, error=logs.cause(error))
        _end(training, Step.FAILED, _sentence(error), work, now)
    session.flush()
    return 1


def _step(
    session: Session, training: Retraining, home: Path, work: Path, now: datetime, base: Sequence[Labelled]
) -> None:
    if training.step == Step.WAITING:
        training.step, training.started_at = Step.TRAINING.value, now
        return
    if now - (training.started_at or now) > timedelta(hours=rules.TRAINING_HOURS):
        raise Conflict("训练用时过长，已放弃；请在空闲时重试。")
    material = gather(session, base, training.last_correction_id)
    if training.step == Step.TRAINING:
        training.version = _train(session, material, home, work, now)
        training.step = Step.COMPARING.value
        return
    _compare(session, training, material, home, work, now)


def _sentence(error: BaseException) -> str:
    if isinstance(error, OSError):
        return "模型文件写入失败，请检查数据目录的剩余空间和权限后重试。"
    if isinstance(error, DataError | ModelError | Conflict):
        return str(error)
    return "训练未能完成，请查看日志后重试。"


def gather(session: Session, base: Sequence[Labelled], up_to: int) -> Material:
    """Return what is learned from and what is kept for comparing, no text a near-copy of one on the other side.

    up_to: newest correction to be looked at. A frozen correction that repeats a shipped sentence compares nothing.
    """
    found = [one for one in queries.latest(session, up_to=up_to) if one.label]
    corrected = [Labelled(one.title, one.content, one.label or "") for one in found]
    groups = texts.near_copies([f"{one.title}\n{one.text}" for one in (*base, *corrected)])
    known, mine = set(groups[: len(base)]), groups[len(base) :]
    kept = {group for group, one in zip(mine, found, strict=True) if one.frozen and group not in known}
    rows = list(zip(mine, found, corrected, strict=True))
    return Material(
        base,
        [row for group, one, row in rows if not one.frozen and group not in kept],
        [row for group, one, row in rows if one.frozen and group in kept],
    )


def _train(session: Session, material: Material, home: Path, work: Path, now: datetime) -> str:
    """Train the challenger in the folder `work`, and beside it a stand-in where one is needed; return its version."""
    from classifiers import train  # noqa: PLC0415  # loads scikit-learn, which nothing else here needs

    _clear(work)
    options = replace(train.OWN, trained_on=local_date(now).isoformat())
    made = train.train([*material.base, *material.corrections], work, options)
    if models.by_version(session, made.version) is not None:
        raise Conflict("自上次训练以来没有新的更正，模型与已有的相同。", code="same_model")
    champion = _champion(session)
    if not on_shipped_sentences(
        material.base, [textmodels.path_of(home, champion.folder), DEFAULT_MODEL], work
    ):
        train.train(material.base, _stand_in(work), options)
    return made.version


def _champion(session: Session) -> TextModel:
    found = models.in_use(session)
    if found is None:
        raise Conflict("没有登记在用的模型，请先运行 tracker seed。")
    return found


def _stand_in(work: Path) -> Path:
    return work.with_name(f"{work.name}-stand-in")


def _compare(
    session: Session, training: Retraining, material: Material, home: Path, work: Path, now: datetime
) -> None:
    champion = _champion(session)
    folder = textmodels.path_of(home, champion.folder)
    judged = on_shipped_sentences(material.base, [folder, DEFAULT_MODEL, _stand_in(work)], work)
    before, after = Classifier.load(folder), Classifier.load(work)
    answers = []
    for one in material.frozen:
        said = after.classify(one.title, one.text)
        judged.append(Judged(one.label, before.classify(one.title, one.text).label, said.label))
        answers.append(Answer(said.label, said.confidence, said.label == one.label))
    found = rules.compare(judged)
    thresholds.write(work, answers, thresholds.COMPARED)
    model = _register(session, training, champion, found, home, work, now)
    _end(training, Step.DONE, model.because, work, now)


def on_shipped_sentences(base: Sequence[Labelled], before: Sequence[Path], after: Path) -> list[Judged]:
    """Return both models' cross-validated answers to the sentences, none when there are no such.

    before: the model in use, and who stands for it where it was trained on the sentences of another program version.
    """
    said = thresholds.read(after)
    for folder in before:
        was = thresholds.read(folder)
        if _answers_to(base, was) and _answers_to(base, said):
            return [
                Judged(one.label, old.label, new.label, is_base=True)
                for one, old, new in zip(base, was, said, strict=False)
            ]
    return []


def _answers_to(base: Sequence[Labelled], said: Sequence[Answer]) -> bool:
    """Return whether the answers begin with those to these sentences, in order: right exactly where the labels agree."""
    pairs = zip(said, base, strict=False)
    return len(said) >= len(base) and all(one.right == (one.label == row.label) for one, row in pairs)


def _register(
    session: Session,
    training: Retraining,
    champion: TextModel,
    found: rules.Comparison,
    home: Path,
    work: Path,
    now: datetime,
) -> TextModel:
    meta = Classifier.load(work).meta
    folder = f"{MODELS}/{meta['version']}"
    refused = rules.refusal(found)
    model = TextModel(
        kind=Kind.CHALLENGER.value,
        folder=folder,
        trained_at=now,
        state=(State.REFUSED if refused else State.CANDIDATE).value,
        because=refused or rules.verdict(found),
        compared={"with": champion.version, "n_corrections": training.n_corrections, **asdict(found)},
        thresholds=textmodels.cuts(session, work),
        **textmodels.facts(meta),
    )
    textmodels.add(session, model)
    shutil.rmtree(home / folder, ignore_errors=True)
    work.rename(home / folder)
    return model


def _end(training: Retraining, step: Step, because: str, work: Path, now: datetime) -> None:
    training.step, training.because, training.finished_at = step.value, because, now
    _clear(work)


def _clear(work: Path) -> None:
    for folder in (work, _stand_in(work)):
        shutil.rmtree(folder, ignore_errors=True)

"""Reading which model is in use; asked before every classification, so at most once a unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.thresholds import Cost, Costs
from tracker.textmodels.models import ModelSwitch, TextModel, TriageCost
from tracker.textmodels.rules import EVERY, State

_KEPT = "active_model"


@dataclass(frozen=True)
class Served:
    """A model as the engine needs it. folder: "" for the shipped one."""

    version: str
    folder: str
    thresholds: Mapping[str, float]


def active(session: Session) -> Served | None:
    """Return the model in use, None before any was registered; one query for each unit of work."""
    if _KEPT not in session.info:
        session.info[_KEPT] = next(iter(_served(session, State.ACTIVE)), None)
    found: Served | None = session.info[_KEPT]
    return found


def forget(session: Session) -> None:
    """Let the next question for the model in use go to the database again."""
    session.info.pop(_KEPT, None)


def fallbacks(session: Session) -> list[Served]:
    """Return the models that were in use before, the latest first."""
    return _served(session, State.RETIRED)


def _served(session: Session, state: State) -> list[Served]:
    found = select(TextModel.version, TextModel.folder, TextModel.thresholds)
    found = found.where(TextModel.state == state.value).order_by(TextModel.switched_at.desc().nulls_last())
    return [Served(*row) for row in session.execute(found)]


def every(session: Session) -> Sequence[TextModel]:
    """Return all models: the one in use first, then the newest."""
    newest = (TextModel.state == State.ACTIVE.value).desc(), TextModel.id.desc()
    return session.scalars(select(TextModel).order_by(*newest)).all()


def in_use(session: Session) -> TextModel | None:
    """Return the model in use, or None before any was registered."""
    return session.scalar(select(TextModel).where(TextModel.state == State.ACTIVE.value))


def by_version(session: Session, version: str) -> TextModel | None:
    """Return the model of that version, or None."""
    return session.scalar(select(TextModel).where(TextModel.version == version))


def switches(session: Session, *, limit: int = 20) -> Sequence[ModelSwitch]:
    """Return the latest switches, the newest first."""
    return session.scalars(select(ModelSwitch).order_by(ModelSwitch.id.desc()).limit(limit)).all()


def cost_rows(session: Session) -> Sequence[TriageCost]:
    """Return the table of costs, the row for every label first."""
    return session.scalars(select(TriageCost).order_by(TriageCost.label != EVERY, TriageCost.label)).all()


def costs(session: Session) -> Costs:
    """Return the costs as the thresholds are chosen by."""
    rows = {row.label: Cost(row.wrong, row.look) for row in cost_rows(session)}
    return Costs(rows.pop(EVERY, Cost()), rows)

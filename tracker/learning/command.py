"""`tracker retrain`: the training of the page, taken step by step from the command line."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from classifiers.rows import Labelled
from tracker import clock
from tracker.db import Database
from tracker.learning import present, queries, retrain
from tracker.permissions import SYSTEM
from tracker.textmodels import queries as models

WAIT_S = 1.0
"""Between two looks while a worker is at it."""


def run(database: Database, home: Path, base: Sequence[Labelled] | None = None) -> dict[str, Any]:
    """Train a challenger and return what came of it: state ("candidate", "refused" or "failed"), because, model.

    base: the sentences to begin from, None for those shipped. A worker that hears the bell may take some of the steps;
    this waits for it. Raises Conflict when a training is under way already or there is nothing to learn.
    """
    with database.unit_of_work() as session:
        asked = retrain.ask(session, SYSTEM, now=clock.now())
        mine = asked.id
    while True:
        with database.unit_of_work() as session:
            taken = retrain.advance(session, home, now=clock.now(), base=base)
        if not taken:
            with database.unit_of_work() as session:
                found = _result(session, mine)
            if found is not None:
                return found
            time.sleep(WAIT_S)


def _result(session: Session, training_id: int) -> dict[str, Any] | None:
    """Return what came of the training, None while it is under way."""
    training = queries.training(session, training_id)
    if training.finished_at is None:
        return None
    model = models.by_version(session, training.version) if training.version else None
    return {
        "state": model.state if model else "failed",
        "because": training.because,
        "model": present.model(model) if model else None,
    }

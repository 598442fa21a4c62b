"""The text engine of this process: places and bodies loaded once and before any fork, models as they are switched."""

import csv
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Lock

import structlog
from sqlalchemy.orm import Session

from classifiers.category import ModelError
from classifiers.triage import Triage
from tracker import clock, config
from tracker.textmodels import queries
from tracker.textmodels.queries import Served

log = structlog.get_logger()

KEPT = 2
"""Models held at once beside the shipped one: the one in use and the one just left."""
HINT = Path("models") / "served"
"""Below TRACKER_HOME: version and folder of the model loaded last, for processes that hold no connection."""
RETRY_S = 60.0
"""Seconds after which a model that could not be loaded is tried again."""


@dataclass(frozen=True)
class Serving:
    """What classifies in a unit of work.

    thresholds: label → probability from which on no person need look. fault: Chinese sentence when another model than
    the one chosen had to be taken, else None.
    """

    triage: Triage
    thresholds: Mapping[str, float]
    fault: str | None = None


def division_rows() -> list[tuple[str, str, str, str | None]]:
    """Return (code, name, level, parent code) of every division shipped; read from the file, so no connection opens."""
    source = resources.files("tracker.offices") / "data" / "divisions.csv"
    with source.open(encoding="utf-8-sig") as file:
        return [
            (row["code"], row["name"], row["level"], row["parent_code"] or None)
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
        ]


class Engine:
    """The shipped model, ready at once, and whichever others were switched to since; safe to share between threads."""

    def __init__(self, home: Path) -> None:
        """Load the shipped model, places and bodies. home: TRACKER_HOME, where the other models lie."""
        self._home = home
        self._shipped = Triage(None, division_rows(), home_code="440000")
        self._shipped.suggest("", "预先读入词典", clock.now())  # jieba reads its dictionary at the first text
        self._loaded: dict[str, Triage] = {}
        self._failed: dict[str, tuple[float, str]] = {}
        self._lock = Lock()

    def serving(self, session: Session) -> Serving:
        """Return what classifies now: the model in use, or, when that cannot be loaded, the one before.

        A switch made by anybody is seen in the next unit of work.
        """
        chosen = queries.active(session)
        if chosen is None:
            return Serving(self._shipped, {})
        triage = self._triage(chosen)
        if triage is not None:
            return Serving(triage, chosen.thresholds)
        for other in queries.fallbacks(session):
            triage = self._triage(other)
            if triage is not None:
                return Serving(triage, other.thresholds, self._fault(chosen, other.version))
        return Serving(self._shipped, {}, self._fault(chosen, self._shipped.model_version))

    def preload(self) -> None:
        """Load the model another process was the first to need, so that jobs forked from here on find it ready.

        Only a hint is read, no database: which model is in use, each unit of work asks for itself.
        """
        try:
            version, folder = (self._home / HINT).read_text(encoding="utf-8").split("\n")
        except (OSError, ValueError):
            return
        self._triage(Served(version, folder, {}))

    def _leave_hint(self, served: Served) -> None:
        hint = self._home / HINT
        fresh = hint.with_name(f"{HINT.name}.{os.getpid()}")
        try:
            fresh.write_text(f"{served.version}\n{served.folder}", encoding="utf-8")
            fresh.replace(hint)
        except OSError as error:
            log.warning("hint_not_left", error=str(error))

    def _fault(self, chosen: Served, instead: str) -> str:
        return f"在用模型 {chosen.version} 无法载入，暂由 {instead} 代替。{self._failed[chosen.version][1]}"

    def _triage(self, wanted: Served) -> Triage | None:
        """Return the loaded model, None when it cannot be; a model is seen only once it is whole."""
        if not wanted.folder:
            return self._shipped
        found = self._loaded.get(wanted.version)
        if found is not None:
            return found
        with self._lock:
            return self._loaded.get(wanted.version) or self._load(wanted)

    def _load(self, wanted: Served) -> Triage | None:
        failed = self._failed.get(wanted.version)
        if failed and time.monotonic() < failed[0] + RETRY_S:
            return None
        try:
            made = self._shipped.with_model(self._home / wanted.folder)
        except (ModelError, OSError, ValueError, KeyError) as error:
            log.error(
                "model_not_loaded", version=wanted.version, error=type(error).__name__, told=str(error)[:200]
            )
            told = str(error) if isinstance(error, ModelError) else "请检查数据目录中的模型文件。"
            self._failed[wanted.version] = (time.monotonic(), told)
            return None
        kept = list(self._loaded.items())[-(KEPT - 1) :]
        self._loaded = {**dict(kept), wanted.version: made}
        log.info("model_loaded", version=wanted.version)
        self._leave_hint(wanted)
        return made


@cache
def engine() -> Engine:
    """Return this process's engine; the first call takes about a second, which workers and web spend at start."""
    made = Engine(config.home())
    made.preload()
    return made

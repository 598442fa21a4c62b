"""The text engine of this process: classifier, places and bodies, loaded once and before any fork."""

import csv
from functools import cache
from importlib import resources

from classifiers.triage import Triage
from tracker import clock


def division_rows() -> list[tuple[str, str, str, str | None]]:
    """Return (code, name, level, parent code) of every division shipped; read from the file, so no connection opens."""
    source = resources.files("tracker.offices") / "data" / "divisions.csv"
    with source.open(encoding="utf-8-sig") as file:
        return [
            (row["code"], row["name"], row["level"], row["parent_code"] or None)
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
        ]


@cache
def engine() -> Triage:
    """Return the engine; the first call takes about a second, which `workers` and `tracker.app` spend at start."""
    made = Triage(None, division_rows(), home_code="440000")
    made.suggest("", "预先读入词典", clock.now())  # jieba reads its dictionary at the first text
    return made

"""The routing rows a new system begins with."""

import csv
import json
from datetime import date
from importlib.resources import files

from tracker.routing.facts import DecisionKind, Rule, Target


def seed_rules() -> tuple[Rule, ...]:
    """Return the rows of data/routing_rules.csv."""
    text = (files("tracker.routing") / "data" / "routing_rules.csv").read_text("utf-8")
    return tuple(
        Rule(
            code=row["code"],
            priority=int(row["priority"]),
            condition=json.loads(row["condition"]),
            outcome=DecisionKind(row["outcome"]),
            target=Target(row["target"]),
            because=row["because"],
            basis=row["basis"],
            verified=row["verified"] == "true",
            effective_from=date.fromisoformat(row["effective_from"]),
            assisting=row["assisting"] == "true",
            leadership=row["leadership"] == "true",
        )
        for row in csv.DictReader(text.splitlines())
    )

"""The independent calculation: what time did to a ticket and its light, from the diary alone.

Another way than the product's on purpose: plain lists read from front to back, a calendar walked day by day, no SQL, no
prefix sums, none of the product's rules. The numbers are those of the domain's tables, written here once more.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.simulation import wall
from tests.simulation.story import Line, Story

HANDLING_DAYS = {"enquiry": 2, "help": 10, "suggestion": 10, "complaint": 15, "report": 15}
SIGN_DAYS = RULE_DAYS = 2
CALL_BACK_DAYS = 3
CIRCULATED_AFTER = 5
ARCHIVED_AFTER = timedelta(days=30)

RUNNING = {"dispatched", "in_progress", "rework", "replied", "terminating", "return_requested"}
"""The office owes an answer: what passes its due moment here is overdue."""
CLOSED = {"closed", "archived"}
ASIDE = {"suspended", "not_accepted", "redirected", "merged", "terminated", "withdrawn"}
GOOD = {"very_satisfied", "satisfied", "basically_satisfied"}

EVER = wall.on(wall.date(2100, 1, 1), 0)


def due_moments(story: Story, until: datetime) -> list[tuple[datetime, datetime]]:
    """(set at, due at) in order: each due moment held until the next one was set; due EVER where nothing is owed."""
    found: list[tuple[datetime, datetime]] = []
    suspended_on = None
    for line in story.lines:
        if line.at > until:
            break
        if line.what == "rework" or (line.status == "dispatched" and not found):
            found.append((line.at, wall.closing(wall.nth(wall.the_day(line.at), HANDLING_DAYS[story.kind]))))
        elif line.what == "lead-reply":
            found.append((line.at, EVER))
        elif line.what == "extended":
            found.append((line.at, _moved(found[-1][1], line.told["days"])))
        elif line.what == "suspend":
            suspended_on = wall.the_day(line.at)
        elif line.what == "resume" and suspended_on:
            found.append((line.at, _moved(found[-1][1], wall.between(suspended_on, wall.the_day(line.at)))))
    return found


def _moved(due_at: datetime, n: int) -> datetime:
    return wall.closing(wall.nth(wall.the_day(due_at), n))


def stages(story: Story) -> list[tuple[datetime, datetime, datetime, str]]:
    """(began, limit, ended, status) of every stage with a clock of its own; a stage still open ended never."""
    found: list[tuple[datetime, datetime, datetime, str]] = []
    begun: tuple[datetime, datetime, str] | None = None
    for line in story.lines:
        limit = _limit(story, line)
        if begun and (limit or line.status != begun[2]):
            found.append((begun[0], begun[1], line.at, begun[2]))
            begun = None
        if limit:
            begun = (line.at, limit, line.status)
    if begun:
        found.append((begun[0], begun[1], EVER, begun[2]))
    return found


def _limit(story: Story, line: Line) -> datetime | None:
    """When the stage that this line begins must be over; None when it begins none."""
    day = wall.the_day(line.at)
    if line.what in {"receive", "manual"} and line.status == "manual":
        return story.received_at + timedelta(hours=1 if story.urgent else 24)
    if line.what in {"dispatch", "redispatch", "rule", "unmerge"} and line.status == "dispatched":
        return wall.closing(wall.nth(day, SIGN_DAYS))
    if line.what == "return":
        return wall.closing(wall.nth(day, RULE_DAYS))
    if line.what in {"approve", "lead-reply"} or (
        line.what == "call-back" and line.told.get("outcome") == "supervise"
    ):
        return wall.closing(wall.nth(day, CALL_BACK_DAYS))
    return None


def time_did(story: Story, until: datetime) -> list[tuple[datetime, str]]:
    """(when, what) of everything the passing of time did to the ticket by then, in order."""
    found = [
        (limit, "stage_overdue") for _, limit, ended, _ in stages(story) if limit < ended and limit < until
    ]
    moments = due_moments(story, until)
    for n, (_, due) in enumerate(moments):
        if due == EVER:
            continue
        ends = moments[n + 1][0] if n + 1 < len(moments) else EVER
        urged = wall.opening(wall.nth(wall.the_day(due), 1))
        circulated = wall.opening(wall.nth(wall.the_day(urged), CIRCULATED_AFTER))
        for at, what in ((due, "overdue"), (urged, "auto_urge"), (circulated, "circulated")):
            line = story.at(at)
            if at < min(ends, until) and line is not None and line.status in RUNNING:
                found.append((at, what))
    return sorted([*found, *_looks(story, until), *_waits(story, until), *_parts(story, until)])


def _waits(story: Story, until: datetime) -> Iterable[tuple[datetime, str]]:
    """A return nobody rules on goes one office further up, twice, a working day apart."""
    for _, limit, ended, status in stages(story):
        for n in (1, 2):
            on = wall.opening(wall.nth(wall.the_day(limit), n))
            if status == "return_requested" and on < min(ended, until):
                yield on, "ruling_late"


def _parts(story: Story, until: datetime) -> Iterable[tuple[datetime, str]]:
    """A co-handler's days ran out, or the lead's where it had none of its own, before it gave its opinion."""
    for line in story.lines:
        if line.what == "co-handle":
            answered = next(
                (one.at for one in story.lines if one.what == "co-reply" and one.at > line.at), EVER
            )
            days = line.told["days"]
            due = wall.closing(wall.nth(wall.the_day(line.at), days)) if days else due_at(story, line.at)
            if due is not None and due < min(answered, until):
                yield due, "co_overdue"


def _looks(story: Story, until: datetime) -> Iterable[tuple[datetime, str]]:
    """Every ten working days somebody is asked whether a suspension is still right."""
    for n, line in enumerate(story.lines):
        if line.what == "suspend":
            ended = story.lines[n + 1].at if n + 1 < len(story.lines) else EVER
            on = wall.nth(wall.the_day(line.at), 10)
            while wall.opening(on) < min(ended, until):
                yield wall.opening(on), "still_suspended"
                on = wall.nth(on, 10)


def supervised(story: Story, now: datetime) -> bool:
    by_hand = any(
        line.what == "supervise" or line.told.get("outcome") == "supervise"
        for line in story.lines
        if line.at <= now
    )
    return by_hand or any(what == "circulated" for _, what in time_did(story, now))


def due_at(story: Story, now: datetime) -> datetime | None:
    moments = due_moments(story, now)
    return moments[-1][1] if moments and moments[-1][1] != EVER else None


def light(story: Story, now: datetime) -> str:
    """Red from the first moment after the due one, yellow from the working day before it."""
    line = story.at(now)
    assert line is not None
    if line.status == "suspended":
        return "suspended"
    if supervised(story, now) and line.status not in CLOSED | (ASIDE - {"suspended"}):
        return "supervised"
    due = due_at(story, now)
    if line.status not in RUNNING or due is None:
        return "none"
    if now > due:
        return "red"
    return "yellow" if wall.between(wall.the_day(now), wall.the_day(due)) <= 1 else "green"

"""The independent calculation of every figure: which tickets belong to it, told from the diaries in plain lists."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulation.reckoning import ASIDE, CLOSED, EVER, GOOD, due_at, due_moments, stages, time_did
from tests.simulation.story import Line, Story


@dataclass(frozen=True)
class Period:
    """From the first moment of a day to before the first one of another, told at `now`; offices: codes of the subtree."""

    begins: datetime
    ends: datetime
    now: datetime
    offices: frozenset[str]

    @property
    def at(self) -> datetime:
        return min(self.ends - timedelta(microseconds=1), self.now)

    def holds(self, at: datetime) -> bool:
        return self.begins <= at < self.ends and at <= self.now

    def told(self, story: Story) -> list[Line]:
        """What happened in the period while an office of the subtree was in charge."""
        return [line for line in story.lines if self.holds(line.at) and line.office in self.offices]


Counted = Callable[[Story, Period], bool]


def _received(story: Story, period: Period) -> bool:
    at = story.at(period.at)
    if story.recorded_at > period.now or not period.begins <= story.received_at < period.ends:
        return False
    office = at.office if at else story.desk_office
    return office in period.offices


def _repeated(story: Story, period: Period) -> bool:
    merging = [
        line.what for line in story.lines if line.what in {"merge", "unmerge"} and line.at <= period.at
    ]
    return _received(story, period) and (story.repeats > 0 or merging[-1:] == ["merge"])


def _dispatched(story: Story, period: Period) -> bool:
    return any(_is_dispatch(line) for line in period.told(story))


def _is_dispatch(line: Line) -> bool:
    return line.what in {"dispatch", "redispatch", "rule"} and line.status == "dispatched"


def _signings(story: Story, period: Period) -> list[bool]:
    """For each dispatch settled in the period: was it signed or returned in time?"""
    found = []
    for began, limit, ended, status in stages(story):
        if status != "dispatched":
            continue
        left = next((line for line in story.lines if line.at == ended and line.at > began), None)
        taken = left is not None and left.what in {"accept", "return"}
        at = ended if taken and ended <= limit else limit if limit < ended else None
        office = story.at(began)
        assert office is not None
        if at is not None and period.holds(at) and office.office in period.offices:
            found.append(taken and ended <= limit)
    return found


def _dues(story: Story, period: Period) -> list[Line]:
    """Where the ticket stood at each due moment of the period that was in force when it came."""
    found = []
    moments = due_moments(story, period.now)
    for n, (_, due) in enumerate(moments):
        ends = moments[n + 1][0] if n + 1 < len(moments) else EVER
        if not period.begins <= due < period.ends or ends <= due or due == EVER:
            continue
        line = story.at(min(due, period.now))
        assert line is not None
        is_due = due <= period.now or line.status in CLOSED
        if is_due and line.status not in ASIDE and line.office in period.offices:
            found.append(line)
    return found


def _closings(story: Story, period: Period) -> list[bool]:
    """For each time it was closed in the period: without a return or a rework before?"""
    return [
        not any(one.what in {"return", "rework"} for one in story.lines if one.at < line.at)
        for line in period.told(story)
        if line.what == "close"
    ]


def _first_reply(story: Story, period: Period) -> Line | None:
    line = next((line for line in story.lines if line.what in {"reply", "lead-reply"}), None)
    if line and line.what == "lead-reply":  # answered with its lead's, it was nobody's to reply to
        return None
    first = next((one.office for one in story.lines if _is_dispatch(one)), "")
    return line if line and period.holds(line.at) and first in period.offices else None


def _first_held(story: Story, period: Period) -> bool:
    line = _first_reply(story, period)
    first = next((one.office for one in story.lines if _is_dispatch(one)), "")
    return line is not None and line.office == first


def _rulings(story: Story, period: Period) -> list[bool]:
    """For each ruling of the period on a return of the subtree: was the ticket sent to another office?"""
    return [
        line.office != line.told["returned_by"]
        for line in story.lines
        if line.what == "rule" and period.holds(line.at) and line.told["returned_by"] in period.offices
    ]


def _calls(story: Story, period: Period) -> list[Line]:
    return [line for line in period.told(story) if line.what in {"call-back", "tried"}]


def _answers(story: Story, period: Period) -> list[Line]:
    """The last answer about each office of the subtree."""
    last = {line.office: line for line in _calls(story, period) if line.what == "call-back"}
    return list(last.values())


def _kept(story: Story, period: Period) -> list[Line]:
    """The same without what an appeal upheld since took out, and without tickets the law keeps out of rankings."""
    dropped = {
        line.told["answer_at"] for line in story.lines if line.what == "upheld" and line.at <= period.now
    }
    excluded = story.count("excluded")
    return [line for line in _answers(story, period) if line.at not in dropped and not excluded]


def _overdue(story: Story, period: Period) -> bool:
    at, due = story.at(period.at), due_at(story, period.at)
    waits = {"dispatched", "return_requested", "in_progress", "rework", "replied"}
    return bool(at and due and due < period.at and at.status in waits and at.office in period.offices)


def _pressed(by_hand: str, by_clock: str) -> Counted:
    def counted(story: Story, period: Period) -> bool:
        clock = [
            line.office
            for at, what in time_did(story, period.now)
            if what == by_clock and period.holds(at) and (line := story.at(at))
        ]
        hand = [
            line.office
            for line in story.lines
            if period.holds(line.at) and (line.what == by_hand or line.told.get("outcome") == by_hand)
        ]
        return any(office in period.offices for office in clock + hand)

    return counted


def _has(what: str) -> Counted:
    return lambda story, period: any(line.what == what for line in period.told(story))


def _after(what: str) -> Counted:
    def counted(story: Story, period: Period) -> bool:
        later = [line for line in story.lines if period.ends <= line.at <= period.now]
        return _received(story, period) and any(line.what == what for line in later)

    return counted


def _dropped(story: Story, period: Period) -> bool:
    answers = {line.at for line in period.told(story) if line.what == "call-back"}
    return any(
        line.what == "upheld" and period.ends <= line.at <= period.now and line.told["answer_at"] in answers
        for line in story.lines
    )


def _good(line: Line) -> bool:
    return line.told.get("grade") in GOOD


def _solved(line: Line) -> bool:
    return bool(line.told.get("solved"))


def _each(cases: Callable[[Story, Period], list[Line]], holds: Callable[[Line], bool]) -> Counted:
    """Counted when there is a case and the condition holds in every one."""
    return lambda story, period: bool(found := cases(story, period)) and all(holds(one) for one in found)


def _flags(cases: Callable[[Story, Period], list[bool]], wanted: Callable[[list[bool]], bool]) -> Counted:
    return lambda story, period: bool(found := cases(story, period)) and wanted(found)


FIGURES: dict[str, Counted] = {
    "received": _received,
    "repeated": _repeated,
    "dispatched": _dispatched,
    "signing": _flags(_signings, lambda _: True),
    "signed_in_time": _flags(_signings, all),
    "due": lambda story, period: bool(_dues(story, period)),
    "closed_in_time": _each(_dues, lambda line: line.status in CLOSED),
    "replied_in_time": _each(_dues, lambda line: line.status in CLOSED | {"reviewed", "called_back"}),
    "closed": _flags(_closings, lambda _: True),
    "closed_at_once": _flags(_closings, all),
    "concluded": lambda story, period: _has("close")(story, period) or _has("rework")(story, period),
    "reworked": _has("rework"),
    "replied": lambda story, period: _first_reply(story, period) is not None,
    "first_dispatch_held": _first_held,
    "returned": _has("return"),
    "ruled": _flags(_rulings, lambda _: True),
    "returns_upheld": _flags(_rulings, any),
    "returns_overruled": _flags(_rulings, lambda found: not any(found)),
    "attempted": lambda story, period: bool(_calls(story, period)),
    "reached": _has("call-back"),
    "answered": lambda story, period: bool(_answers(story, period)),
    "satisfied": _each(_answers, _good),
    "solved": _each(_answers, _solved),
    "answered_adjusted": lambda story, period: bool(_kept(story, period)),
    "satisfied_adjusted": _each(_kept, _good),
    "solved_adjusted": _each(_kept, _solved),
    "overdue": _overdue,
    "urged": _pressed("urge", "auto_urge"),
    "supervised": _pressed("supervise", "circulated"),
    "not_accepted": _has("reject"),
    "redirected": _has("redirect"),
    "late": lambda story, period: _received(story, period) and story.recorded_at >= period.ends,
    "dropped": _dropped,
    "resorted": _after("recategorise"),
}
"""Code of a figure → whether the ticket belongs to it."""

RATES = {
    "及时签收率": ("signed_in_time", "signing"),
    "按时答复率": ("replied_in_time", "due"),
    "首派成功率": ("first_dispatch_held", "replied"),
    "按时办结率": ("closed_in_time", "due"),
    "解决率": ("solved", "answered"),
    "满意率": ("satisfied", "answered"),
    "回访成功率": ("reached", "attempted"),
    "重办率": ("reworked", "concluded"),
    "退单率": ("returned", "dispatched"),
    "退单成立率": ("returns_upheld", "ruled"),
    "退单不成立率": ("returns_overruled", "ruled"),
    "重复率": ("repeated", "received"),
    "一次办结率": ("closed_at_once", "closed"),
    "满意率（剔除后）": ("satisfied_adjusted", "answered_adjusted"),
    "解决率（剔除后）": ("solved_adjusted", "answered_adjusted"),
}


def behind(stories: Iterable[Story], figure: str, period: Period) -> set[str]:
    """The numbers of the tickets that make up the figure."""
    counted = FIGURES[figure]
    return {
        story.number
        for story in stories
        if story.lines and story.recorded_at <= period.now and counted(story, period)
    }

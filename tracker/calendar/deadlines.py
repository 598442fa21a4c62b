"""Which time limit applies, when it ends, and which light it shows; pure, over the rows of the deadline table.

No number lives here: amounts, units and closing hours come with the rows.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from tracker.calendar.hours import USUAL, WorkTime
from tracker.calendar.rules import (
    FURTHEST,
    Calendar,
    Step,
    add_working_days,
    explain,
    name_of,
    next_working_day,
    working_days_between,
)
from tracker.clock import LOCAL, local, local_date
from tracker.errors import Invalid


class Clock(StrEnum):
    """What a time limit is for; the docstring under each says from when it runs."""

    DISPATCH = "dispatch"
    """派单: from receipt to dispatch."""
    SIGN = "sign"
    """签收或退单: from dispatch."""
    HANDLE = "handle"
    """办结: from dispatch; a return does not reset it."""
    EXTENSION = "extension"
    """延期: the most that may be added, from the former due date."""
    EXTENSION_COUNT = "extension_count"
    """How often the office's reviewer may extend; more needs special approval."""
    YELLOW = "yellow"
    """黄灯: how many working days before the due date."""
    URGE = "urge"
    """催办: working days after the due date."""
    CIRCULATE = "circulate"
    """通报: working days after the urge."""
    RULE = "rule"
    """裁决: from the request to return."""
    CALL_BACK = "call_back"
    """回访: from the approved reply."""
    CALL_BACK_ATTEMPTS = "call_back_attempts"
    """回访: attempts on different days before the complainant counts as unreachable."""
    CLUE_SEND = "clue_send"
    """线索移送: from the finding."""
    CLUE_DECIDE = "clue_decide"
    """线索移送审批: from the handlers' report to the head of the office."""
    CLUE_DELIVER = "clue_deliver"
    """线索送达: from the approval."""
    CLUE_FORWARD = "clue_forward"
    """纪检转送或退回: from the commission's receipt."""
    CLUE_DISPOSE = "clue_dispose"
    """纪检处置意见: from the commission's acceptance."""
    CORRECT = "correct"
    """意见书自行纠正: from service of the 行政执法监督意见书."""
    DECISION_REPORT = "decision_report"
    """决定书执行报告: from service of the 行政执法监督决定书."""
    RECHECK_ASK = "recheck_ask"
    """申请复核: from service of the document; execution is not suspended."""
    RECHECK_ANSWER = "recheck_answer"
    """复核答复: from the request."""
    PROSECUTOR_REPLY = "prosecutor_reply"
    """检察建议回复: from acceptance."""
    PROSECUTOR_RESULT = "prosecutor_result"
    """检察建议办理结果: from acceptance."""
    WITHDRAW_PUBLICATION = "withdraw_publication"
    """撤回公示: from revocation of the published decision."""


class Unit(StrEnum):
    """What an amount counts."""

    HOUR = "hour"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"
    TIMES = "times"


UNIT_LABELS: dict[Unit, str] = {
    Unit.HOUR: "小时",
    Unit.WORKING_HOUR: "个工作小时",
    Unit.WORKING_DAY: "个工作日",
    Unit.CALENDAR_DAY: "日",
    Unit.MONTH: "个月",
    Unit.TIMES: "次",
}


class Light(StrEnum):
    """How a due date stands: time enough, one working day or less, overdue."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True)
class Rule:
    """One row of the deadline table. Empty conditions match everything; `closes_at` is local time of the last day."""

    code: str
    clock: Clock
    amount: int
    unit: Unit
    basis: str
    verified: bool
    effective_from: date
    kind: str = ""
    category_prefix: str = ""
    urgency: str = ""
    closes_at: time = time(17, 30)


@dataclass(frozen=True)
class Deadline:
    """When something is due (aware UTC), by which rule, and whether an unarranged year was guessed at.

    days: the amount in the rule's own unit. due_on: the local date of `due_at`.
    """

    due_at: datetime
    due_on: date
    rule_code: str
    provisional: bool
    basis: str
    verified: bool
    days: int
    unit: Unit


def applicable(
    rules: Iterable[Rule], *, clock: Clock, on: date, kind: str = "", category: str = "", urgency: str = ""
) -> Rule:
    """Return the most particular rule in force on the local date; of equals the newest.

    A date before every fitting rule gets the oldest of them, so that old matters brought in late have a deadline too.
    Raises Invalid when the table has no rule for it, which an administrator can put right.
    """
    fitting = [
        rule
        for rule in rules
        if rule.clock is clock
        and rule.kind in {"", kind}
        and rule.urgency in {"", urgency}
        and category.startswith(rule.category_prefix)
    ]
    if not fitting:
        raise Invalid("没有适用的时限规则，请管理员在“时限规则”中补充。", code="no_deadline_rule")
    in_force = [rule for rule in fitting if rule.effective_from <= on]
    if not in_force:
        first = min(rule.effective_from for rule in fitting)
        in_force = [rule for rule in fitting if rule.effective_from == first]
    return max(in_force, key=_particular)


def _particular(rule: Rule) -> tuple[int, int, int, date, str]:
    return len(rule.category_prefix), bool(rule.kind), bool(rule.urgency), rule.effective_from, rule.code


def due(rule: Rule, calendar: Calendar, *, from_at: datetime, amount: int | None = None) -> Deadline:
    """Return when the rule's time ends for a clock started at `from_at` (aware).

    Hours are exact; working hours run only while offices work. Days and months end at the rule's closing time in
    Asia/Shanghai; when days or months end on a day off, on the next working day (民法典 art 203). `amount` replaces the
    rule's own, for an extension shorter than the most allowed. Raises Invalid for a rule that counts no time.
    """
    n = rule.amount if amount is None else amount
    start_on = local_date(from_at)
    if rule.unit is Unit.HOUR:
        due_at = from_at + timedelta(hours=n)
        return _deadline(rule, n, due_at, local_date(due_at), provisional=False)
    if rule.unit is Unit.WORKING_HOUR:
        due_at = WorkTime.of(calendar).after(from_at, timedelta(hours=n))
        end_on = local_date(due_at)
        return _deadline(rule, n, due_at, end_on, provisional=calendar.is_provisional(start_on, end_on))
    end_on = _end(start_on, n, rule.unit, calendar)
    due_at = datetime.combine(end_on, rule.closes_at, LOCAL)
    return _deadline(rule, n, due_at, end_on, provisional=calendar.is_provisional(start_on, end_on))


def _deadline(rule: Rule, n: int, due_at: datetime, due_on: date, *, provisional: bool) -> Deadline:
    return Deadline(
        due_at.astimezone(UTC), due_on, rule.code, provisional, rule.basis, rule.verified, n, rule.unit
    )


def _end(start_on: date, n: int, unit: Unit, calendar: Calendar) -> date:
    if unit is Unit.WORKING_DAY:
        return add_working_days(start_on, n, calendar).end_on
    if not 0 <= n <= FURTHEST:
        raise Invalid(f"期限应在 0 至 {FURTHEST} 之间，请检查期限设置。", code="days_out_of_range")
    if unit is Unit.CALENDAR_DAY:
        return next_working_day(start_on + timedelta(days=n), calendar)
    if unit is Unit.MONTH:
        return next_working_day(months_after(start_on, n), calendar)
    raise Invalid("这条规则只计次数，不能用来推算日期。", code="rule_counts_no_time")


def months_after(day: date, n: int) -> date:
    """Return the same day n months on, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def explanation(
    rule: Rule, calendar: Calendar, *, from_at: datetime, amount: int | None = None
) -> tuple[Step, ...]:
    """Return why the deadline of `due` falls on its day: every day counted, or one sentence where days do not count."""
    found = due(rule, calendar, from_at=from_at, amount=amount)
    start_on = local_date(from_at)
    if rule.unit is Unit.WORKING_DAY:
        return explain(start_on, found.days, calendar)
    ends = f"{name_of(found.due_on)} {local(found.due_at):%H:%M}"
    words = (
        f"自{name_of(start_on)} {local(from_at):%H:%M}起 {found.days} {UNIT_LABELS[rule.unit]}，至{ends}止"
    )
    if rule.unit is Unit.WORKING_HOUR:
        words += f"；只计工作时间（{USUAL}）"
    elif rule.unit is not Unit.HOUR:
        words += "；期限末日遇休息日的顺延至下一个工作日"
    return (Step(found.due_on, calendar.is_working(found.due_on), 0, words, found.provisional),)


def is_overdue(due_at: datetime, now: datetime) -> bool:
    """Return whether the due moment has passed; the one definition behind lights, lists and figures."""
    return now > due_at


def light(due_at: datetime, now: datetime, calendar: Calendar, *, yellow_days: int = 1) -> Light:
    """Return red once overdue, yellow on the last `yellow_days` working days before the due date and on it, else green.

    `yellow_days` is the amount of the rule for `Clock.YELLOW`. A due date ends with the working day, so that red begins
    with the first working time after it.
    """
    if is_overdue(due_at, now):
        return Light.RED
    remaining = working_days_between(local_date(now), local_date(due_at), calendar)
    return Light.YELLOW if remaining <= yellow_days else Light.GREEN


def yellow_from(due_at: datetime, calendar: Calendar, *, yellow_days: int = 1) -> datetime:
    """Return the moment (aware UTC) the light turns yellow: the start of the first local day `light` calls yellow."""
    day = calendar.day_of_rank(calendar.rank(local_date(due_at)) - yellow_days)
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


@dataclass(frozen=True)
class Closure:
    """A day on which an office and all offices below it were closed, such as for a typhoon, and why."""

    day: date
    office_path: str
    why: str


@dataclass(frozen=True)
class Timetable:
    """The calendar and the deadline rules of one moment: all that is needed to say when things are due.

    closures: local ones, which count only in the timetable `at` an office.
    """

    calendar: Calendar
    rules: tuple[Rule, ...]
    closures: tuple[Closure, ...] = ()
    _places: dict[str, "Timetable"] = field(default_factory=dict, repr=False, compare=False)
    _late: dict[date, tuple[date, date]] = field(default_factory=dict, repr=False, compare=False)

    def at(self, office_path: str) -> "Timetable":
        """Return the timetable of an office: days it or an office above it was closed count as days off.

        Made once per office and kept, so that a batch of tickets pays for it once.
        """
        if not self.closures:
            return self
        if office_path not in self._places:
            shut = {one.day: one.why for one in self.closures if office_path.startswith(one.office_path)}
            calendar = self.calendar.closed(shut)
            here = self if calendar is self.calendar else Timetable(calendar, self.rules)
            self._places[office_path] = here
        return self._places[office_path]

    def rule(self, clock: Clock, *, on: date, kind: str = "", category: str = "", urgency: str = "") -> Rule:
        """Return the rule that applies; see `applicable`."""
        return applicable(self.rules, clock=clock, on=on, kind=kind, category=category, urgency=urgency)

    def due(
        self,
        clock: Clock,
        *,
        from_at: datetime,
        kind: str = "",
        category: str = "",
        urgency: str = "",
        amount: int | None = None,
    ) -> Deadline:
        """Return when the clock started at `from_at` runs out; see `due`."""
        rule = self.rule(clock, on=local_date(from_at), kind=kind, category=category, urgency=urgency)
        return due(rule, self.calendar, from_at=from_at, amount=amount)

    def again(self, rule_code: str, *, from_at: datetime, amount: int | None = None) -> Deadline:
        """Return the deadline of a known rule, for recomputing one that was provisional; raises Invalid as `named`."""
        return due(self.named(rule_code), self.calendar, from_at=from_at, amount=amount)

    def explanation(
        self, rule_code: str, *, from_at: datetime, amount: int | None = None
    ) -> tuple[Step, ...]:
        """Return why a deadline computed by that rule falls on its day; raises Invalid as `named`."""
        return explanation(self.named(rule_code), self.calendar, from_at=from_at, amount=amount)

    def named(self, rule_code: str) -> Rule:
        """Return the rule of that code; raises Invalid when there is none."""
        for rule in self.rules:
            if rule.code == rule_code:
                return rule
        raise Invalid(f"时限规则 {rule_code} 已不存在，请管理员检查“时限规则”。", code="no_deadline_rule")

    def yellow_days(self, on: date) -> int:
        """Return how many working days before the due date the light turns yellow, by the rule in force."""
        return self.rule(Clock.YELLOW, on=on).amount

    def light(self, due_at: datetime, now: datetime) -> Light:
        """Return the light of something due then; see `light`."""
        return light(due_at, now, self.calendar, yellow_days=self.yellow_days(local_date(now)))

    def urged_on(self, day: date) -> date:
        """Return the local day by whose rules 催办 is reckoned: that day, or the first on which there is a rule."""
        return max([day, *(rule.effective_from for rule in self.rules if rule.clock is Clock.URGE)])

    def late_days(self, due_on: date) -> tuple[date, date]:
        """Return the local days of 催办 and 通报 for what was due that day; reckoned once a day, not once a ticket."""
        if due_on not in self._late:
            on = self.urged_on(due_on)
            urge_on = add_working_days(due_on, self.rule(Clock.URGE, on=on).amount, self.calendar).end_on
            circulate_days = self.rule(Clock.CIRCULATE, on=on).amount
            self._late[due_on] = urge_on, add_working_days(urge_on, circulate_days, self.calendar).end_on
        return self._late[due_on]

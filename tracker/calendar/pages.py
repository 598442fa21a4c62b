"""/admin/calendar: a year as twelve months, a click on a day to change it, and who changed what and why."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import web
from tracker.calendar import arrange, changes, hours, queries, service
from tracker.calendar.queries import Shut
from tracker.calendar.rules import Calendar, name_of
from tracker.clock import local_date
from tracker.errors import Invalid, TrackerError
from tracker.permissions import Permission, allowed
from tracker.web import allow

blp = Blueprint("calendar_pages", __name__, url_prefix="/admin/calendar")

BLUEPRINTS = (blp,)
FIRST_YEAR, LAST_YEAR = 1990, 2200


@dataclass(frozen=True)
class Cell:
    """One day of a month as it is drawn: its mark (休, 班, 停, 时 or none), tone, and everything about it in words."""

    day: date
    mark: str
    tone: str
    words: str


@blp.get("")
@allow(Permission.TABLE_READ)
def index() -> ResponseReturnValue:
    """Show a year, the present one unless another is asked for."""
    return _page(None)


def _asked_year() -> int:
    given = request.args.get("year", "")
    number = int(given) if given.isdecimal() and len(given) == 4 else local_date(web.now()).year
    return min(max(number, FIRST_YEAR), LAST_YEAR)


def _page(problem: TrackerError | None, year: int | None = None) -> ResponseReturnValue:
    """Return the page. problem: why the last form was not taken."""
    year = year or _asked_year()
    session, actor = web.session(), web.actor()
    calendar, shut = service.load(session), queries.shut(session, actor, year)
    may_edit = allowed(actor, Permission.TABLE_EDIT)
    page = render_template(
        "calendar/index.html",
        year=year,
        stored=queries.year(session, year),
        months=[(month, _month(year, month, calendar, shut)) for month in range(1, 13)],
        n_working=sum(calendar.is_working(day) for day in _days(date(year, 1, 1), date(year, 12, 31))),
        last=max(calendar.years, default=None),
        shut=shut,
        changes=queries.changes(session, actor, year),
        offices=queries.offices(session, actor) if may_edit else [],
        may_edit=may_edit,
        usual=hours.USUAL,
        today=local_date(web.now()),
        problem=problem,
    )
    return page, (problem.http_status if problem else 200)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=after) for after in range((last - first).days + 1)]


def _month(year: int, month: int, calendar: Calendar, shut: list[Shut]) -> list[Cell | None]:
    """Return the cells of a month from Monday on, None before its first day."""
    begins, n_days = monthrange(year, month)
    closed: dict[date, list[Shut]] = {}
    for one in shut:
        closed.setdefault(one.closure.day, []).append(one)
    cells: list[Cell | None] = [None] * begins
    days = _days(date(year, month, 1), date(year, month, n_days))
    return cells + [_cell(day, calendar, closed.get(day, [])) for day in days]


def _cell(day: date, calendar: Calendar, closed: list[Shut]) -> Cell:
    working, named = calendar.is_working(day), calendar.notes.get(day, "")
    unusual = calendar.hours.get(day, "") if working else ""
    words = [f"{name_of(day)}，{'上班' if working else '休息'}", named, unusual]
    words += [f"{one.office.short_name}停工：{one.closure.why}" for one in closed]
    told = "；".join(word for word in words if word)
    if closed:
        return Cell(day, "停", "shut", told)
    if unusual:
        return Cell(day, "时", "hours", told)
    weekday = day.weekday() < 5
    if working:
        return Cell(day, "" if weekday else "班", "work" if weekday else "made-up", told)
    return Cell(day, "休" if weekday or named else "", "off", told)


@blp.post("/<int:year>/day")
@allow(Permission.TABLE_EDIT)
def change_day(year: int) -> ResponseReturnValue:
    """Do to the day that was clicked what is chosen above the months."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
        told = _change(day)
    except ValueError:
        return _page(Invalid("请点选一个日期。", code="bad_date"), year)
    except TrackerError as refused:
        return _page(refused, year)
    flash(told, "success")
    return redirect(url_for(".index", year=day.year), 303)


def _change(day: date) -> str:
    session, actor, given = web.session(), web.actor(), request.form
    why, note = _text("why", 200), _text("note", 50)
    if not why:
        raise Invalid("请先填写原因，再点日期。", code="why_missing", fields={"why": ["请填写原因。"]})
    if given.get("how") == "close":
        if not given.get("office"):
            fields = {"office": ["请选择单位。"]}
            raise Invalid("请先选择停工的单位，再点日期。", code="office_missing", fields=fields)
        changes.close(session, actor, given.get("office", ""), day, why[:50], now=web.now())
        return f"已登记停工：{name_of(day)}。受影响工单的时限将在一分钟内重算。"
    calendar = service.load(session)
    working = calendar.is_working(day)
    odd = _text("hours", 60) if given.get("how") == "hours" else ""
    now_working = True if odd else not working
    if odd:
        note = note or calendar.notes.get(day, "")
    service.set_day(session, actor, day, is_working=now_working, note=note, hours=odd, why=why, now=web.now())
    state = f"上班（{odd}）" if odd else "上班" if now_working else "休息"
    return f"{name_of(day)}已改为{state}。受影响工单的时限将在一分钟内重算。"


def _text(name: str, most: int) -> str:
    value = request.form.get(name, "").strip()
    if len(value) > most:
        raise Invalid(f"填写的内容太长，最多 {most} 字。", code="too_long", fields={name: ["太长。"]})
    return value


@blp.post("/<int:year>/load")
@allow(Permission.TABLE_EDIT)
def load_year(year: int) -> ResponseReturnValue:
    """Load the pasted arrangement of the year."""
    try:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Invalid("年份应在 1990 至 2200 之间。", code="year_out_of_range")
        source = _text("source", 200)
        if not source:
            raise Invalid("请填写安排的出处，如文号。", code="source_missing", fields={"source": ["必填。"]})
        days = arrange.read(request.form.get("days", ""))
        service.load_year(web.session(), web.actor(), year, days, source=source, now=web.now())
    except TrackerError as refused:
        return _page(refused, year)
    flash(f"已载入{year}年放假安排，暂定的时限将在一分钟内重算。", "success")
    return redirect(url_for(".index", year=year), 303)


@blp.post("/<int:year>/closures/<int:closure_id>/reopen")
@allow(Permission.TABLE_EDIT)
def reopen(year: int, closure_id: int) -> ResponseReturnValue:
    """Take a closure back."""
    try:
        changes.reopen(web.session(), web.actor(), closure_id, _text("why", 200), now=web.now())
    except TrackerError as refused:
        return _page(refused, year)
    flash("已撤销停工登记，受影响工单的时限将在一分钟内重算。", "success")
    return redirect(url_for(".index", year=year), 303)

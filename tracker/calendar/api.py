"""/api/v1/calendar and /api/v1/deadline-rules."""

from datetime import date, timedelta
from typing import Any

from flask_smorest import Blueprint

from tracker import web
from tracker.calendar import changes, queries, schemas, service
from tracker.calendar.models import DeadlineRule
from tracker.calendar.rules import Day
from tracker.clock import local_date
from tracker.errors import Invalid
from tracker.permissions import Permission
from tracker.web import allow

blp = Blueprint("calendar", __name__, url_prefix="/api/v1", description="工作日历与时限规则")


@blp.route("/calendar")
@allow(Permission.TABLE_READ)
@blp.arguments(schemas.YearQuery, location="query")
@blp.response(200, schemas.YearSchema)
def show_year(query: dict[str, int]) -> dict[str, Any]:
    """Return every day of a year, its holidays and made-up working days."""
    return _year(query.get("year", local_date(web.now()).year))


@blp.route("/calendar/<int:year>", methods=["PUT"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.ArrangementSchema)
@blp.response(200, schemas.YearSchema)
def load_year(arrangement: dict[str, Any], year: int) -> dict[str, Any]:
    """Load or replace the arrangement of a year."""
    if not 1990 <= year <= 2200:
        raise Invalid("年份应在 1990 至 2200 之间。", code="year_out_of_range")
    days = [Day(**day) for day in arrangement["days"]]
    service.load_year(web.session(), web.actor(), year, days, source=arrangement["source"], now=web.now())
    return _year(year)


@blp.route("/calendar/days/<day>", methods=["PUT"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.DayChange)
@blp.response(200, schemas.DaySchema)
def set_day(change: dict[str, Any], day: str) -> object:
    """Make one day a working day or a day off."""
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise Invalid("日期格式应为 2026-10-01。", code="bad_date") from error
    return service.set_day(web.session(), web.actor(), on, **change, now=web.now())


@blp.route("/calendar/closures")
@allow(Permission.TABLE_READ)
@blp.arguments(schemas.YearQuery, location="query")
@blp.response(200, schemas.ClosureList)
def list_closures(query: dict[str, int]) -> dict[str, list[dict[str, Any]]]:
    """Return the local closures of a year that touch the reader's office."""
    return _closures(query.get("year", local_date(web.now()).year))


@blp.route("/calendar/closures", methods=["POST"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.ClosureIn)
@blp.response(201, schemas.ClosureList)
def close(given: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Close an office and all below it on a working day; return the closures of that year."""
    changes.close(web.session(), web.actor(), **given, now=web.now())
    return _closures(given["day"].year)


@blp.route("/calendar/closures/<int:closure_id>/reopen", methods=["POST"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.WhyIn)
@blp.response(204)
def reopen(given: dict[str, Any], closure_id: int) -> None:
    """Take a closure back."""
    changes.reopen(web.session(), web.actor(), closure_id, given["why"], now=web.now())


def _closures(number: int) -> dict[str, list[dict[str, Any]]]:
    return {
        "items": [
            {**vars(one.closure), "office": one.office.name, "office_code": one.office.code}
            for one in queries.shut(web.session(), web.actor(), number)
        ]
    }


@blp.route("/deadline-rules")
@allow(Permission.TABLE_READ)
@blp.response(200, schemas.DeadlineRuleList)
def list_rules() -> dict[str, list[DeadlineRule]]:
    """Return all deadline rules with their legal basis."""
    return {"items": queries.deadline_rules(web.session())}


@blp.route("/deadline-rules/<code>", methods=["PATCH"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.DeadlineRuleChange)
@blp.response(200, schemas.DeadlineRuleSchema)
def change_rule(changes: dict[str, Any], code: str) -> DeadlineRule:
    """Change a deadline rule; deadlines already set stay as they are."""
    return service.change_rule(web.session(), web.actor(), code, **changes, now=web.now())


def _year(number: int) -> dict[str, Any]:
    stored = queries.year(web.session(), number)
    calendar = service.load(web.session())
    start = date(number, 1, 1)
    days = [
        Day(day, calendar.is_working(day), calendar.notes.get(day, ""), calendar.hours.get(day, ""))
        for day in (start + timedelta(days=n) for n in range((date(number, 12, 31) - start).days + 1))
    ]
    return {
        "year": number,
        "provisional": number not in calendar.years,
        "source": stored.source if stored else "",
        "n_working_days": sum(day.is_working for day in days),
        "days": days,
    }

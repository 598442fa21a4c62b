"""/indicators: the leader's board, the tickets behind each of its figures, and the monthly circular as a workbook."""

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Blueprint, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError

from tracker import marks
from tracker.audit import service as audit
from tracker.categories import service as categories
from tracker.clock import local_date
from tracker.errors import Invalid
from tracker.indicators import circular as word
from tracker.indicators import export, present, rules, schemas, service
from tracker.indicators.queries import Narrower, Scope
from tracker.offices.models import Office
from tracker.permissions import Permission, allowed, in_subtree
from tracker.surges import queries as surges
from tracker.surges import service as alarms
from tracker.tickets.actions import lists
from tracker.web import actor, allow, now, session

blp = Blueprint("indicators_pages", __name__, url_prefix="/indicators")

BLUEPRINTS = (blp,)

ALARMS_SHOWN = 3
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def _given(schema: type[Schema]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = schema().load({name: value for name, value in request.args.items() if value})
    except ValidationError as error:
        raise Invalid("统计条件有误，请从看板重新选择。", fields=lists(error.messages)) from error
    return found


def _scope(given: Mapping[str, Any]) -> Scope:
    return service.scope(session(), actor(), given["office"], given["since"], given["until"], now=now())


def _names() -> dict[str, str]:
    return {one.category.code: one.category.name for one in categories.tree(session(), with_inactive=True)}


@blp.get("")
@allow(Permission.REPORT_READ)
def board() -> ResponseReturnValue:
    """S8: today, the period's figures, offices with something overdue, category by area, trends, alarms."""
    of = _scope(_given(schemas.PeriodIn))
    found = service.report(session(), actor(), of)
    today = service.today(session(), actor(), of)
    return render_template(
        "indicators/board.html",
        of=of,
        choices=_choices(of),
        above=_above(of),
        late_clock=present.late_clock(found),
        tiles=present.tiles(of, today, found),
        red=present.red_list(today, found),
        rates=[(one, present.rate(of, one)) for one in found.rates()],
        figures=[
            (figure, found.counts[figure.code], present.address(of, figure.code)) for figure in rules.FIGURES
        ],
        definitions=rules.FIGURE,
        corrections=[
            (rules.FIGURE[code], n, present.address(of, code)) for code, n in found.corrections.items()
        ],
        offices=present.comparison(found),
        grid=present.grid(of, service.grid(session(), of), _names()),
        charts=present.charts(of, service.trend(session(), of)),
        size=(present.WIDTH, present.HEIGHT, present.FOOT),
        alarms=_alarms(),
        circulars=_circulars(of),
    )


def _choices(of: Scope) -> list[dict[str, Any]]:
    """Return the periods one click away."""
    today = local_date(now())
    first = today.replace(day=1)
    before = rules.month_before(today)
    periods = (
        ("今日", today, today),
        ("近30天", today - timedelta(days=29), today),
        ("本月", first, today),
        ("上月", *before),
        ("今年", today.replace(month=1, day=1), today),
    )
    return [
        {
            "label": label,
            "address": url_for(".board", **present.dates(of, since, until)),
            "active": (since, until) == (of.span.since, of.span.until),
        }
        for label, since, until in periods
    ]


def _above(of: Scope) -> dict[str, str] | None:
    """Return the way back up to the board of the office above, where the reader may see it."""
    above = session().get(Office, of.office.parent_id or 0)
    if above is None or not in_subtree(actor(), above.path):
        return None
    query = present.period(of) | {"office": above.code}
    return {"name": above.short_name, "address": url_for(".board", **query)}


def _circulars(of: Scope) -> list[dict[str, str]]:
    """Return the circulars one click away: last month's and that of the period shown, as Word and as workbook."""
    last = present.dates(of, *rules.month_before(local_date(now())))
    return [
        {
            "label": label,
            "name": name,
            "address": url_for(".circular", made_as=made_as, **period),
            "main": "1" if label == "上月通报" else "",
        }
        for label, period in (("上月通报", last), ("本期通报", present.period(of)))
        for made_as, name in (("docx", "Word"), ("xlsx", "Excel"))
        if not (label == "本期通报" and period == last)
    ]


def _alarms() -> dict[str, Any] | None:
    """Return the open surge alarms of the reader's subtree, the worst first; None where he has no such page."""
    has_page = "surges_pages.index" in current_app.view_functions
    if not has_page or not allowed(actor(), Permission.SURGE_READ):
        return None
    opened = surges.opened(session(), actor())
    sentences = alarms.sentences(session(), opened[:ALARMS_SHOWN], local_date(now()))
    return {
        "n": len(opened),
        "shown": [(one, sentences[one.id]) for one in opened[:ALARMS_SHOWN]],
    }


@blp.get("/tickets")
@allow(Permission.REPORT_READ)
def tickets() -> ResponseReturnValue:
    """Show exactly the tickets behind one figure, the newest first."""
    given = _given(schemas.FigureIn)
    of = _scope(given)
    narrower = Narrower(given["category"], given["area"], given["own"])
    found = service.tickets(
        session(), actor(), of, given["figure"], narrower, cursor=given["cursor"], limit=given["limit"]
    )
    more = {name: given[name] for name in ("category", "area") if given[name]}
    here = present.address(of, given["figure"], own="1" if given["own"] else None, **more)
    names = _names()
    return render_template(
        "indicators/tickets.html",
        of=of,
        figure=service.figure(given["figure"]),
        found=present.listed(found),
        names={
            leaf.code: leaf.name
            for one in categories.tree(session(), with_inactive=True)
            for leaf in one.leaves
        },
        category=given["category"] and names.get(given["category"], "未分类"),
        area=given["area"] and service.area_name(session(), of, given["area"]),
        own=given["own"],
        older=f"{here}&cursor={found.next}" if found.next else None,
        newer=here if given["cursor"] else None,
        board_at=url_for(".board", **present.period(of)),
    )


@blp.get("/export.<any(xlsx, docx):made_as>")
@allow(Permission.EXPORT)
def circular(made_as: str) -> ResponseReturnValue:
    """Give the circular of the period as workbook or Word with the figures of the board; the audit log keeps who took it."""
    of = _scope(_given(schemas.PeriodIn))
    found = service.report(session(), actor(), of)
    grid, names = service.grid(session(), of), _names()
    if made_as == "xlsx":
        content = export.workbook(found, grid, names, marks.taken_by(actor(), now()))
    else:  # a paper of the office, which goes out under its own name
        content = word.document(found, grid, names)
    told = {**present.period(of), "format": made_as}
    audit.record(session(), actor(), "export", "indicators", of.office.code, told, now=now())
    return send_file(
        BytesIO(content),
        mimetype=MIME[made_as],
        as_attachment=True,
        download_name=f"{export.title(found)}.{made_as}",
    )

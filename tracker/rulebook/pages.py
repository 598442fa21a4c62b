"""/admin/routing: the table, one rule with its versions, the tester, sheets, and the duty list."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.categories.models import Category
from tracker.clock import local_date
from tracker.errors import Invalid, TrackerError
from tracker.offices import service as offices
from tracker.permissions import Permission
from tracker.routing import api as routing_api
from tracker.routing import duties, exchange, queries, sheets, versions
from tracker.routing.facts import DecisionKind, Rule
from tracker.routing.wording import OUTCOME_WORDS, TARGET_WORDS, condition_text
from tracker.rulebook import forms, service
from tracker.rulebook.precedent_pages import blp as precedents_blp
from tracker.web import actor, allow, now, session

blp = Blueprint("rulebook", __name__, url_prefix="/admin/routing")

BLUEPRINTS = (blp, precedents_blp)
SHOWN_DUTIES = 500
_WORDS = {"condition_text": condition_text, "outcomes": OUTCOME_WORDS, "targets": TARGET_WORDS}


def _today() -> date:
    return local_date(now())


@blp.get("")
@allow(Permission.TABLE_READ)
def index() -> ResponseReturnValue:
    """Show the rules in the order they are tried, what begins later, and what is wrong."""
    current, upcoming = routing_api.tables(_today())
    faults = versions.faults_on(session(), _today())
    return render_template("routing/index.html", rules=current, upcoming=upcoming, faults=faults, **_WORDS)


@blp.get("/export.xlsx")
@allow(Permission.TABLE_READ)
def export() -> ResponseReturnValue:
    """Hand out the table."""
    current, upcoming = routing_api.tables(_today())
    latest = {row.code: row for row in (*current, *sorted(upcoming, key=lambda one: one.version))}
    return routing_api.workbook(sheets.rules_book(latest.values()), "派单规则")


@blp.get("/preview")
@allow(Permission.TABLE_READ)
def upcoming_moves() -> ResponseReturnValue:
    """Show which open tickets the rules that begin by a day would send elsewhere."""
    on = _day(request.args.get("on", "")) or _today()
    found = service.preview(session(), actor(), on=on, now=now())
    return render_template("routing/preview.html", preview=found)


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None


@blp.get("/rules/new")
@allow(Permission.TABLE_EDIT)
def new() -> ResponseReturnValue:
    """Show the form of a new rule."""
    return _form(forms.blank(_today()), None)


@blp.post("/rules/new")
@allow(Permission.TABLE_EDIT)
def add() -> ResponseReturnValue:
    """Try a new rule on the open tickets, or save it."""
    return _write(None)


@blp.get("/rules/<code>")
@allow(Permission.TABLE_READ)
def show(code: str) -> ResponseReturnValue:
    """Show one rule: the form for those who may change it, and all its versions."""
    known = versions.latest(session(), code)
    return _form(forms.shown(known, _today()), known)


@blp.post("/rules/<code>")
@allow(Permission.TABLE_EDIT)
def change(code: str) -> ResponseReturnValue:
    """Try the changed rule on the open tickets, save it as a new version, or retire it."""
    return _write(versions.latest(session(), code))


def _form(
    values: Mapping[str, str],
    known: Rule | None,
    *,
    refused: TrackerError | None = None,
    preview: service.Preview | None = None,
) -> ResponseReturnValue:
    errors = refused.fields if refused else {}
    page = render_template(
        "routing/rule.html",
        known=known,
        values=values,
        inputs=forms.fields(values, errors, is_new=known is None),
        history=list(reversed(queries.rule_versions(session(), known.code))) if known else [],
        legend=forms.legend(),
        refused=refused,
        preview=preview,
        **_WORDS,
    )
    return page, (refused.http_status if refused else 200)


def _write(known: Rule | None) -> ResponseReturnValue:
    form = {name: " ".join(request.form.getlist(name)) for name in request.form if name != "csrf_token"}
    deed = form.get("deed", "try")
    try:
        draft, reason = forms.read(form, known)
        if deed == "retire":
            draft = replace(
                draft if known is None else known, effective_from=draft.effective_from, is_active=False
            )
        if deed == "try":
            return _form(form, known, preview=_trial([draft]))
        expected = int(form["expected"]) if form.get("expected", "").isdecimal() else None
        if known is None:
            versions.add_rule(session(), actor(), draft, reason=reason, now=now())
        else:
            versions.put(session(), actor(), [draft], reason=reason, now=now(), expected=expected)
    except TrackerError as refused:
        return _form(form, known, refused=refused)
    done = "停用" if deed == "retire" else "保存"
    flash(
        f"规则“{draft.code}”已{done}，自 {draft.effective_from.isoformat()} 起生效；已派工单不变。", "success"
    )
    return redirect(url_for(".index"), 303)


def _trial(drafts: list[Rule]) -> service.Preview:
    numbered = versions.numbers(session(), drafts)
    versions.refuse(session(), numbered, now=now())
    on = max((one.effective_from for one in numbered), default=_today())
    return service.preview(session(), actor(), numbered, on=on, now=now())


@blp.get("/test")
@allow(Permission.TABLE_READ)
def test() -> ResponseReturnValue:
    """Show the empty tester."""
    return render_template("routing/test.html", values={}, found=None, refused=None)


@blp.post("/test")
@allow(Permission.TABLE_READ)
def try_text() -> ResponseReturnValue:
    """Say where the text would go and why."""
    values = {name: request.form.get(name, "").strip() for name in ("text", "division_code", "on")}
    refused, found = None, None
    try:
        if not 0 < len(values["text"]) <= 20_000:
            raise Invalid("请填写 1 至 20,000 字的诉求内容。", fields={"text": ["请填写诉求内容。"]})
        found = service.ask(
            session(),
            actor(),
            values["text"],
            division_code=values["division_code"] or None,
            on=_day(values["on"]),
            now=now(),
        )
    except TrackerError as error:
        refused = error
    page = render_template(
        "routing/test.html",
        values=values,
        found=found,
        category=_category_named(found.text.suggestion.label) if found else "",
        assisting=_office_named(found.decision.assisting_office_code) if found else "",
        refused=refused,
        kinds=DecisionKind,
        outcomes=OUTCOME_WORDS,
    )
    return page, (refused.http_status if refused else 200)


def _category_named(code: str) -> str:
    """Return a category as people know it: D1 无证或不亮证执法."""
    known = session().get(Category, code)
    return f"{code} {known.name}" if known else code


def _office_named(code: str | None) -> str:
    return offices.office(session(), code).name if code else ""


@blp.get("/import")
@allow(Permission.TABLE_EDIT)
def import_form() -> ResponseReturnValue:
    """Show the form for a sheet of rules."""
    return render_template("routing/import.html", today=_today().isoformat())


@blp.post("/import")
@allow(Permission.TABLE_EDIT)
def import_rules() -> ResponseReturnValue:
    """Check a sheet of rules and try it on the open tickets, or take it in."""
    told: dict[str, Any] = {"today": _today().isoformat(), "reason": request.form.get("reason", "")}
    try:
        content, on = routing_api.uploaded(), _day(request.form.get("effective_from", ""))
        if request.form.get("deed") != "save":
            found = exchange.read_rules(session(), content, effective_from=on, now=now())
            tried = _trial(list(found.drafts)) if found.drafts and not found.bad else None
            return render_template("routing/import.html", found=found, preview=tried, **told)
        found = exchange.import_rules(
            session(), actor(), content, reason=told["reason"], effective_from=on, now=now()
        )
    except TrackerError as refused:
        return render_template("routing/import.html", refused=refused, **told), refused.http_status
    if found.bad:
        return render_template("routing/import.html", found=found, **told), 422
    flash(f"已写入 {found.n_written} 条规则的新版本，{found.n_unchanged} 条没有变化。", "success")
    return redirect(url_for(".index"), 303)


@blp.get("/duties")
@allow(Permission.TABLE_READ)
def duty_list() -> ResponseReturnValue:
    """Show the duty list and the form for a new one."""
    return _duties()


def _duties(**more: Any) -> str:
    lines = duties.current(session(), _today(), limit=SHOWN_DUTIES + 1)
    shown = lines[:SHOWN_DUTIES]
    return render_template(
        "routing/duties.html", lines=shown, more=len(lines) > len(shown), today=_today(), **more
    )


@blp.post("/duties")
@allow(Permission.TABLE_EDIT)
def import_duties() -> ResponseReturnValue:
    """Check a duty list, or put it into force."""
    try:
        found = exchange.import_duties(
            session(),
            actor(),
            routing_api.uploaded(),
            reason=request.form.get("reason", ""),
            effective_from=_day(request.form.get("effective_from", "")),
            whole=request.form.get("whole") == "true",
            dry_run=request.form.get("deed") != "save",
            now=now(),
        )
    except TrackerError as refused:
        return _duties(refused=refused), refused.http_status
    if found.bad:
        return _duties(found=found), 422
    if request.form.get("deed") != "save":
        return _duties(found=found)
    flash(f"职责清单已写入 {found.n_written} 条。", "success")
    return redirect(url_for(".duty_list"), 303)


@blp.get("/duties.xlsx")
@allow(Permission.TABLE_READ)
def export_duties() -> ResponseReturnValue:
    """Hand out the duty list, or the template while there is none."""
    return routing_api.workbook(sheets.duties_book(duties.current(session(), _today())), "职责清单")

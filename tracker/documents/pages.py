"""/documents: the list, issuing, one document with its steps."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError

from tracker.documents import (
    api,
    issue,
    layout_pages,
    layouts,
    letters,
    objections,
    present,
    queries,
    rules,
    schemas,
    service,
    settings_pages,
)
from tracker.documents.models import Document
from tracker.documents.rules import KIND_LABELS, TERMS, Kind, State
from tracker.errors import Invalid, TrackerError
from tracker.permissions import Permission, allowed
from tracker.tickets import forms
from tracker.tickets import service as tickets
from tracker.tickets.actions import lists
from tracker.tickets.models import Ticket
from tracker.web import actor, allow, now, session

blp = Blueprint("documents_pages", __name__)

BLUEPRINTS = (blp, settings_pages.blp, layout_pages.blp)

BADGES = {"/documents": queries.n_waiting}

LATE_LABELS = {"receipt_late": "签收逾期", "late": "反馈逾期"}


@blp.get("/documents")
@allow(Permission.DOCUMENT_READ)
def index() -> ResponseReturnValue:
    """List documents by kind, office and state."""
    wanted = {name: value for name, value in request.args.items() if value}
    problem, filters = "", schemas.ListIn().load({})
    try:
        filters = schemas.ListIn().load(wanted)
        page = queries.documents(session(), actor(), filters, now=now())
    except (ValidationError, Invalid):
        problem, page = "筛选条件有误，已显示全部文书。", queries.documents(session(), actor(), {}, now=now())
    office = filters.get("office") and queries.office_named(session(), filters["office"])
    return render_template(
        "documents/list.html",
        rows=[_row(one, n) for one, n in _counted(page.items)],
        problem=problem,
        filters=filters,
        office=office,
        kinds=KIND_LABELS,
        states={**{one.value: label for one, label in rules.STATE_LABELS.items()}, **LATE_LABELS},
        older="?" + urlencode({**wanted, "cursor": page.next}) if page.next else None,
        newer="?" + urlencode({k: v for k, v in wanted.items() if k != "cursor"})
        if wanted.get("cursor")
        else None,
        may_issue=_kinds(),
    )


def _counted(found: Sequence[Document]) -> list[tuple[Document, int]]:
    n = queries.n_tickets(session(), found)
    return [(one, n.get(one.id, 0)) for one in found]


def _row(one: Document, n_tickets: int) -> dict[str, Any]:
    return {
        "document": one,
        "kind": KIND_LABELS[Kind(one.kind)],
        "state": present.tone(one),
        "late": present.late(one, now()),
        "n_tickets": n_tickets,
    }


def _kinds() -> dict[str, str]:
    """Return the kinds the actor may issue, by value."""
    return {one.value: label for one, label in KIND_LABELS.items() if issue.may_issue(actor(), one) is None}


@blp.get("/documents/new")
@allow(Permission.DOCUMENT_ORDER)
def new() -> ResponseReturnValue:
    """Show the form for the tickets asked for, filled in as far as they tell."""
    found = [
        tickets.find(session(), actor(), number)
        for number in _numbers(request.args.getlist("ticket"))[: rules.MOST_TICKETS]
    ]
    return _form(found, _proposed(found, request.args.get("kind", "")))


def _numbers(texts: Sequence[str]) -> list[str]:
    """Return the ticket numbers written in the texts, each once, whatever stands between them."""
    return list(dict.fromkeys(one for text in texts for one in re.split(r"[\s,，、;；]+", text) if one))


def _proposed(found: Sequence[Ticket], kind: str) -> dict[str, Any]:
    values: dict[str, Any] = {"kind": kind, "basis": letters.BASES[Kind.URGING]}
    offices = {one.office.code for one in found}
    bodies = {one.respondent_body.code for one in found if one.respondent_body}
    if len(offices) == 1 and found[0].office_id != actor().office_id and kind != Kind.OPINION:
        values["to_office"] = offices.pop()
    elif len(bodies) == 1:
        values["to_body"] = bodies.pop()
    return values


def _form(
    found: Sequence[Ticket], values: Mapping[str, Any], refused: TrackerError | None = None
) -> ResponseReturnValue:
    fields = {
        one["name"]: one
        for one in forms.form_fields(
            schemas.IssueIn, values=values, errors=refused.fields if refused else None
        )
    }
    fields["kind"]["choices"] = list(_kinds().items())
    for name, told in _names(values).items():
        fields[name]["named"] = told
    page = render_template(
        "documents/new.html",
        fields=fields,
        tickets=found,
        more=request.form.get("more", ""),
        once_key=request.form.get("once_key") or uuid4().hex,
        refused=refused,
        days={kind.value: terms.days for kind, terms in TERMS.items()},
        no_font=None if layouts.typeface() else layouts.NO_FONT,
        variables=letters.VARIABLES,
    )
    return page, (refused.http_status if refused else 200)


def _names(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of office and body behind the codes typed, for the pickers."""
    office, body = values.get("to_office"), values.get("to_body")
    return {
        "to_office": queries.office_named(session(), office) if office else "",
        "to_body": queries.body_named(session(), body) if body else "",
    }


def _sent() -> dict[str, Any]:
    """Return the form as the schema's input, the ticket numbers gathered; raises Invalid with the fields at fault."""
    given = forms.payload(schemas.IssueIn, request.form)
    given["once_key"] = request.form.get("once_key") or None
    given["tickets"] = _numbers([*request.form.getlist("ticket"), request.form.get("more", "")])
    return _checked(schemas.IssueIn, given)


def _checked(schema: type[Schema], given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(schema().load(given))
    except ValidationError as error:
        raise Invalid("填写的内容有误，请按提示修改。", fields=lists(error.messages)) from error


@blp.post("/documents")
@allow(Permission.DOCUMENT_ORDER)
def create() -> ResponseReturnValue:
    """Issue, or show the preview when that button was pressed; what is refused is said beside what was typed."""
    try:
        given = _sent()
        step = request.form.get("step", "")
        if step.startswith("preview"):
            return api.preview_file(given, word=step == "preview-word")
        with session().begin_nested():
            made = issue.issue(session(), actor(), given, now=now())
    except TrackerError as refused:
        asked = _numbers(request.form.getlist("ticket"))[: rules.MOST_TICKETS]
        found = [tickets.find(session(), actor(), number) for number in asked]
        return _form(found, request.form, refused)
    flash(f"已制发 {made.number}。", "success")
    return redirect(f"/documents/{made.id}", 303)


@blp.get("/documents/<int:document_id>")
@allow(Permission.DOCUMENT_READ)
def show(document_id: int) -> ResponseReturnValue:
    """Show one document."""
    return _show(service.find(session(), actor(), document_id))


def _show(one: Document, tried: str = "", refused: TrackerError | None = None) -> ResponseReturnValue:
    page = render_template(
        "documents/show.html",
        **_row(one, 0),
        letter=letters.letter(one.letter),
        tickets=queries.tickets(session(), one),
        files={file.format: file for file in queries.files(session(), one)},
        rechecks=queries.rechecks(session(), one),
        objection=queries.objection(session(), one),
        rulings=rules.RULING_LABELS,
        outcomes=rules.OUTCOME_LABELS,
        no_font=None if layouts.typeface() else layouts.NO_FONT,
        steps=_steps(one, tried, refused),
    )
    return page, (refused.http_status if refused else 200)


_STEPS: dict[str, tuple[str, type[Schema], frozenset[State]]] = {
    "sign": ("签收", schemas.SignIn, frozenset({State.UNSIGNED})),
    "answer": ("反馈办理情况", schemas.AnswerIn, frozenset({State.CORRECTING})),
    "recheck": ("复查", schemas.RecheckIn, frozenset({State.CORRECTING, State.ANSWERED})),
    "object": ("申请复核", schemas.ObjectIn, frozenset({State.CORRECTING, State.ANSWERED})),
    "rule": ("复核决定", schemas.RulingIn, frozenset({State.CORRECTING, State.ANSWERED})),
    "void": ("作废", schemas.VoidIn, frozenset({State.UNSIGNED, State.CORRECTING, State.ANSWERED})),
}


def _may(one: Document, step: str) -> bool:
    if one.state not in _STEPS[step][2]:
        return False
    if step in {"sign", "answer"}:
        return service.receives(actor(), one)
    if step in {"object", "rule"}:
        return _may_object(one) if step == "object" else _may_rule(one)
    own = actor().office_id == one.office_id and allowed(actor(), Permission.DOCUMENT_ISSUE)
    return own and (step == "recheck" or allowed(actor(), TERMS[Kind(one.kind)].permission))


def _may_object(one: Document) -> bool:
    until = objections.last_moment(session(), one)
    in_time = until is not None and now() <= until
    return in_time and service.receives(actor(), one) and queries.objection(session(), one) is None


def _may_rule(one: Document) -> bool:
    asked = queries.objection(session(), one)
    another = actor().office_id == one.office_id and actor().account_id != one.issued_by_id
    waiting = asked is not None and asked.ruled_at is None
    return waiting and another and allowed(actor(), Permission.DOCUMENT_DECIDE)


def _steps(one: Document, tried: str, refused: TrackerError | None) -> list[dict[str, Any]]:
    """Return the steps open to the actor, each with its form; the refused one open with what was typed."""
    open_to = [name for name in _STEPS if _may(one, name)]
    return [_step(one, name, refused if name == tried else None) for name in open_to]


def _step(one: Document, name: str, refused: TrackerError | None) -> dict[str, Any]:
    label, schema, _ = _STEPS[name]
    fields = forms.form_fields(
        schema,
        scope=name,
        values=request.form if refused else None,
        errors=refused.fields if refused else None,
    )
    if name == "sign" and one.to_office_id is None:
        label = "登记送达回证"
    elif name == "sign":
        fields = [each for each in fields if each["name"] == "note"]
    return {
        "name": name,
        "label": label,
        "fields": fields,
        "open": refused is not None or name in {"sign", "answer"},
        "problem": refused.message if refused else "",
    }


@blp.post("/documents/<int:document_id>/<any(sign, answer, recheck, object, rule, void):step>")
@allow(Permission.DOCUMENT_SIGN)
def act(document_id: int, step: str) -> ResponseReturnValue:
    """Do one step; what is refused is said beside its form."""
    label, schema, _ = _STEPS[step]
    try:
        given = _checked(schema, forms.payload(schema, request.form))
        with session().begin_nested():
            _do(document_id, step, given)
    except TrackerError as refused:
        return _show(service.find(session(), actor(), document_id), step, refused)
    flash(f"已{label}。" if step != "answer" else "已反馈。", "success")
    return redirect(f"/documents/{document_id}", 303)


def _do(document_id: int, step: str, given: dict[str, Any]) -> None:
    who, at = actor(), now()
    if step == "sign":
        service.sign(session(), who, document_id, given, now=at)
    elif step == "answer":
        service.answer(session(), who, document_id, given["text"], now=at)
    elif step == "recheck":
        service.recheck(session(), who, document_id, given, now=at)
    elif step == "object":
        objections.object_to(session(), who, document_id, given["grounds"], now=at)
    elif step == "rule":
        objections.rule(session(), who, document_id, rules.Ruling(given["ruling"]), given["reason"], now=at)
    else:
        service.void(session(), who, document_id, given["reason"], now=at)


@blp.get("/documents/<int:document_id>/files/<made_as>")
@allow(Permission.DOCUMENT_READ)
def file(document_id: int, made_as: str) -> ResponseReturnValue:
    """Give the stored bytes; a PDF opens in the browser."""
    document, found = service.file(session(), actor(), document_id, made_as)
    return api.download(found.content, made_as, document.number, inline=True)

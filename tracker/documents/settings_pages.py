"""/admin/documents: the texts that documents are made from, and what heads the numbers of each office."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from tracker.documents import letters, numbers, queries, schemas, service
from tracker.documents.rules import KIND_LABELS, Kind
from tracker.errors import Invalid, NotFound, TrackerError
from tracker.offices.service import office as office_of
from tracker.permissions import Permission
from tracker.tickets import forms
from tracker.tickets.actions import lists
from tracker.web import actor, allow, now, session

blp = Blueprint("documents_settings", __name__, url_prefix="/admin/documents")


@blp.get("")
@allow(Permission.TABLE_EDIT)
def show() -> ResponseReturnValue:
    """Show the texts of all kinds and the number heads."""
    return _page()


def _page(refused: TrackerError | None = None, tried: str = "") -> ResponseReturnValue:
    """Return the page. refused, tried: why the last change was not taken, and of which kind (or "prefix") it was."""
    page = render_template(
        "documents/settings.html",
        texts=[_text(kind, tried) for kind in KIND_LABELS],
        variables=letters.VARIABLES,
        prefixes=numbers.prefixes(session()),
        fields=forms.form_fields(
            schemas.PrefixIn,
            values=request.form if tried == "prefix" else None,
            errors=refused.fields if refused and tried == "prefix" else None,
        ),
        kinds={"": "全部种类", **KIND_LABELS},
        refused=refused,
        tried=tried,
    )
    return page, (refused.http_status if refused else 200)


def _text(kind: Kind, tried: str) -> dict[str, Any]:
    row = queries.template(session(), kind)
    stored = row.text if row else letters.DEFAULTS[kind]
    typed = request.form.get("text", "") if tried == kind.value else stored
    return {"kind": kind.value, "label": KIND_LABELS[kind], "text": typed, "row": row}


@blp.post("/texts/<kind>")
@allow(Permission.TABLE_EDIT)
def set_text(kind: str) -> ResponseReturnValue:
    """Keep the text of a kind; an unknown variable is named beside it."""
    if kind not in set(Kind):
        raise NotFound("没有这种文书。", code="unknown_kind")
    try:
        with session().begin_nested():
            service.set_template(session(), actor(), Kind(kind), request.form.get("text", ""), now=now())
    except TrackerError as refused:
        return _page(refused, kind)
    flash(f"已保存{KIND_LABELS[Kind(kind)]}的正文模板。", "success")
    return redirect("/admin/documents", 303)


@blp.post("/prefixes")
@allow(Permission.TABLE_EDIT)
def set_prefix() -> ResponseReturnValue:
    """Set what heads the numbers of an office."""
    try:
        given = schemas.PrefixIn().load(forms.payload(schemas.PrefixIn, request.form))
        office = office_of(session(), given["office"])
        with session().begin_nested():
            numbers.set_prefix(session(), actor(), office, given["kind"] or "", given["prefix"], now=now())
    except ValidationError as error:
        return _page(Invalid("填写的内容有误，请按提示修改。", fields=lists(error.messages)), "prefix")
    except TrackerError as refused:
        return _page(refused, "prefix")
    flash(f"已设置{office.name}的发文机关代字。", "success")
    return redirect("/admin/documents", 303)

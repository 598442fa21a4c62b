"""/replies/templates: the reply templates of an office, what it inherits, and the form to write its own."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from tracker.categories import service as categories
from tracker.errors import Invalid, TrackerError
from tracker.permissions import Permission
from tracker.replies import rules, schemas, templates, wording
from tracker.tickets import forms
from tracker.tickets.actions import lists
from tracker.web import actor, allow, now, session

blp = Blueprint("reply_templates", __name__, url_prefix="/replies/templates")

_HERE = "/replies/templates"


@blp.get("")
@allow(Permission.REPLY_TEMPLATE)
def show() -> ResponseReturnValue:
    """Show the templates that hold for the office; `edit` opens one in the form."""
    office = templates.editing_office(session(), actor())
    found = templates.of_office(session(), office, with_hidden=True)
    asked = request.args.get("edit", "")
    chosen = next((one for one in found if str(one.id) == asked), None)
    values = (
        {
            "outcome": chosen.outcome.value,
            "category": chosen.category,
            "text": chosen.text,
            "is_active": chosen.is_active,
        }
        if chosen
        else {"is_active": True}
    )
    return _page(values, chosen_id=chosen.id if chosen else None)


def _page(
    values: dict[str, Any], *, chosen_id: int | None = None, refused: TrackerError | None = None
) -> ResponseReturnValue:
    office = templates.editing_office(session(), actor())
    branches = categories.tree(session())
    names = {one.code: one.name for branch in branches for one in (branch.category, *branch.leaves)}
    groups = [
        (
            f"{one.category.code} {one.category.name}",
            [
                (one.category.code, f"{one.category.code} 全部{one.category.name}"),
                *((leaf.code, f"{leaf.code} {leaf.name}") for leaf in one.leaves),
            ],
        )
        for one in branches
    ]
    page = render_template(
        "replies/templates.html",
        office=office,
        found=templates.of_office(session(), office, with_hidden=True),
        labels=rules.OUTCOME_LABELS,
        names=names,
        fields=forms.form_fields(
            schemas.TemplateIn,
            scope="template",
            values=values,
            errors=refused.fields if refused else None,
            groups=groups,
        ),
        chosen_id=chosen_id,
        refused=refused,
        from_ticket=wording.FROM_TICKET,
        blanks=wording.BLANKS,
    )
    return page, (refused.http_status if refused else 200)


@blp.post("")
@allow(Permission.REPLY_TEMPLATE)
def put() -> ResponseReturnValue:
    """Keep the office's own text for a category and outcome; an unknown variable is named beside it."""
    typed = forms.payload(schemas.TemplateIn, request.form)
    try:
        given = schemas.TemplateIn().load(typed)
        with session().begin_nested():
            templates.put(session(), actor(), given, now=now())
    except ValidationError as error:
        return _page(typed, refused=Invalid("填写的内容有误，请按提示修改。", fields=lists(error.messages)))
    except TrackerError as refused:
        return _page(typed, refused=refused)
    flash("已保存本单位的答复模板。", "success")
    return redirect(_HERE, 303)


@blp.post("/<int:template_id>/remove")
@allow(Permission.REPLY_TEMPLATE)
def remove(template_id: int) -> ResponseReturnValue:
    """Drop the office's own text, so that the one above holds again."""
    templates.remove(session(), actor(), template_id, now=now())
    flash("已删除本单位的模板；上级单位有同类模板的，恢复采用。", "success")
    return redirect(_HERE, 303)

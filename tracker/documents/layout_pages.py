"""/admin/documents/layouts: taking in an own Word layout, looking at it, using it, going back to ours."""

from flask import Blueprint, Response, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from tracker.documents import api, layouts, wordlayouts
from tracker.documents.rules import KIND_LABELS
from tracker.errors import TrackerError
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("documents_layouts", __name__, url_prefix="/admin/documents/layouts")

_EXAMPLES = """{%p for 段 in 正文 %}
{{ 段 }}
{%p endfor %}

{%tr for 行 in 工单表 %}
{{ 行[0] }} | {{ 行[1] }} | {{ 行[2] }} | {{ 行[3] }} | {{ 行[4] }}
{%tr endfor %}"""
"""What a loop looks like in Word; here, since a template's formatter would put blanks into it."""


@blp.get("")
@allow(Permission.TABLE_EDIT)
def show() -> ResponseReturnValue:
    """Show the layouts taken in, which of them are in use, and the form for another."""
    return _page()


def _page(refused: TrackerError | None = None) -> ResponseReturnValue:
    page = render_template(
        "documents/layouts.html",
        rows=wordlayouts.listed(session()),
        kinds={"": "全部种类", **KIND_LABELS},
        names=layouts.CHINESE,
        needed=[layouts.CHINESE[name] for name in layouts.NEEDED],
        examples=_EXAMPLES,
        refused=refused,
    )
    return page, (refused.http_status if refused else 200)


@blp.post("")
@allow(Permission.TABLE_EDIT)
def upload() -> ResponseReturnValue:
    """Take a layout in; what is wrong with it is told above the form."""
    try:
        with session().begin_nested():
            row = api.layout_taken_in()
    except TrackerError as refused:
        return _page(refused)
    flash(f"已收下版式“{row.name}”，请先预览，再启用。", "success")
    return redirect("/admin/documents/layouts", 303)


@blp.post("/<int:layout_id>/<any(use, stop):deed>")
@allow(Permission.TABLE_EDIT)
def switch(layout_id: int, deed: str) -> ResponseReturnValue:
    """Use the layout from the next document on, or go back to ours."""
    row = wordlayouts.switch(session(), actor(), layout_id, on=deed == "use", now=now())
    told = (
        f"已启用版式“{row.name}”，今后制发的文书用它。"
        if deed == "use"
        else "已停用，今后制发的文书用系统版式。"
    )
    flash(told + "已制发的文书不变。", "success")
    return redirect("/admin/documents/layouts", 303)


@blp.get("/builtin.docx")
@allow(Permission.TABLE_EDIT)
def builtin() -> ResponseReturnValue:
    """Give our own layout."""
    return api.download(wordlayouts.builtin(), "docx", "系统版式")


@blp.get("/<int:layout_id>/file")
@allow(Permission.TABLE_EDIT)
def file(layout_id: int) -> Response:
    """Give the layout as it was taken in."""
    row = wordlayouts.find(session(), actor(), layout_id)
    return api.download(row.content, "docx", row.name.removesuffix(".docx"))


@blp.get("/<int:layout_id>/preview")
@allow(Permission.TABLE_EDIT)
def preview(layout_id: int) -> Response:
    """Give a sample letter in the layout."""
    row = wordlayouts.find(session(), actor(), layout_id)
    return api.download(layouts.docx(wordlayouts.SAMPLE, row.content), "docx", f"预览-{row.id}")

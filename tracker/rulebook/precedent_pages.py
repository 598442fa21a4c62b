"""/admin/routing/precedents: the rulings that dispatching follows, and switching one off or on again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import Conflict, Invalid
from tracker.permissions import Permission
from tracker.routing import precedents
from tracker.tickets.rules import RULING_LABELS
from tracker.web import actor, allow, now, session

blp = Blueprint("precedents", __name__, url_prefix="/admin/routing/precedents")


@blp.get("")
@allow(Permission.PRECEDENT_SWITCH)
def index() -> ResponseReturnValue:
    """Show the precedents of the reader's subtree, those in force first."""
    rows = [precedents.told(actor(), *one) for one in precedents.listed(session(), actor())]
    labels = {ruling.value: label for ruling, label in RULING_LABELS.items()}
    return render_template(
        "routing/precedents.html", rows=rows, labels=labels, most=precedents.LISTED, now=now()
    )


@blp.post("/<int(max=9223372036854775807):precedent_id>")
@allow(Permission.PRECEDENT_SWITCH)
def switch(precedent_id: int) -> ResponseReturnValue:
    """Switch one off or on again, with the reason, and go back to the list."""
    active = request.form.get("active") == "true"
    reason = request.form.get("reason", "")[:500]
    try:
        with session().begin_nested():
            precedents.switch(session(), actor(), precedent_id, active=active, reason=reason, now=now())
    except (Conflict, Invalid) as refused:
        flash(refused.message, "danger")
    else:
        flash(f"裁决先例已{'恢复' if active else '停用'}；已派工单不变。", "success")
    return redirect(url_for(".index"), 303)

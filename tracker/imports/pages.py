"""Pages of imports (S10): template, upload, trial, progress, refused rows, undo."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from tracker import marks
from tracker.campaigns import ledger
from tracker.campaigns import queries as ledgers
from tracker.campaigns import service as campaigns
from tracker.errors import TrackerError
from tracker.imports import queries, rules, service, sheets
from tracker.imports.api import uploaded
from tracker.permissions import Permission
from tracker.tickets.queries import channels
from tracker.web import actor, allow, now, session

blp = Blueprint("imports", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_PROBLEMS = 200


@blp.get("/imports")
@allow(Permission.IMPORT)
def index() -> ResponseReturnValue:
    """Show the batches and the form."""
    return _page()


def _page(**more: object) -> str:
    found = queries.batches(session(), actor())
    return render_template(
        "imports/index.html",
        batches=found,
        running=any(one.state == rules.BatchState.RUNNING for one in found),
        labels=rules.BATCH_LABELS,
        channels=channels(session()),
        campaigns=ledgers.campaigns(session(), actor()),
        **more,
    )


@blp.post("/imports")
@allow(Permission.IMPORT)
def upload() -> ResponseReturnValue:
    """Try the file or import it."""
    try:
        name, content = uploaded()
        channel = request.form.get("channel", "12345-push")
        campaign_id = request.form.get("campaign", type=int)
        if campaign_id is not None:
            campaigns.find(session(), actor(), campaign_id)
        plan = service.plan(session(), name, content, channel=channel, campaign_id=campaign_id)
        if request.form.get("deed") == "try":
            wrong = list(service.problems(plan))
            return _page(tried=name, n_rows=len(plan.rows), n_bad=len(wrong), problems=wrong[:SHOWN_PROBLEMS])
        service.start(session(), actor(), name, content, plan, now=now())
    except TrackerError as refused:
        return _page(problem=refused.message), refused.http_status
    flash(f"“{name}”共{len(plan.rows)}行，正在导入；本页会自动更新进度。", "success")
    return redirect(url_for(".index"))


@blp.get("/imports/template.xlsx")
@allow(Permission.IMPORT)
def template() -> ResponseReturnValue:
    """Hand out the template."""
    return send_file(BytesIO(sheets.template()), XLSX, as_attachment=True, download_name="导入模板.xlsx")


@blp.get("/imports/ledger-template.xlsx")
@allow(Permission.IMPORT)
def ledger_template() -> ResponseReturnValue:
    """Hand out the template of a campaign's ledger."""
    content = sheets.ledger_template(ledger.HEADS)
    return send_file(BytesIO(content), XLSX, as_attachment=True, download_name="台账模板.xlsx")


@blp.get("/imports/<int:batch_id>/rejects.xlsx")
@allow(Permission.IMPORT)
def rejects(batch_id: int) -> ResponseReturnValue:
    """Give the refused rows back with their reasons."""
    batch = service.batch_of(session(), actor(), batch_id)
    heads = service.HEADS if batch.campaign_id is None else ledger.HEADS
    refused = queries.refused(session(), batch, masked=batch.account_id != actor().account_id)
    content = sheets.rejects(refused, heads, marks.taken_by(actor(), now()))
    return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=f"未受理-{batch.id}.xlsx")


@blp.post("/imports/<int:batch_id>/undo")
@allow(Permission.IMPORT)
def undo(batch_id: int) -> ResponseReturnValue:
    """Withdraw what nobody signed yet."""
    n = service.undo(session(), actor(), batch_id, now=now())
    flash(f"已撤回{n}件尚未签收的工单。", "success")
    return redirect(url_for(".index"))

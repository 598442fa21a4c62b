"""The page door of the replies room: uploading evidence from the ticket page."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from tracker.permissions import Permission
from tracker.replies import evidence, rules
from tracker.replies.template_pages import blp as templates_blp
from tracker.web import actor, allow, now, session

blp = Blueprint("replies_pages", __name__)

BLUEPRINTS = (blp, templates_blp)


@blp.post("/tickets/<number>/evidence")
@allow(Permission.TICKET_HANDLE)
def upload(number: str) -> ResponseReturnValue:
    """Keep the files sent by the form (field `file`, several at once) and go back to the ticket."""
    for sent in request.files.getlist("file"):
        content = sent.stream.read(rules.MAX_FILE_BYTES + 1)
        evidence.upload(session(), actor(), number, sent.filename or "", content, now=now())
        flash(f"已上传 {rules.clean_name(sent.filename or '')}。", "success")
    return redirect(f"/tickets/{number}")

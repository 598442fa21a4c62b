"""Page of the inbox."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.notices import queries, service
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("notices", __name__)


@blp.route("/notices")
@allow(Permission.NOTICE_READ)
def inbox() -> ResponseReturnValue:
    """Show the inbox."""
    before = request.args.get("before", type=int)
    page = queries.inbox(session(), actor(), before=before)
    return render_template(
        "notices/inbox.html", page=page, n_unread=service.n_unread(session(), actor()), before=before
    )


@blp.route("/notices/read", methods=["POST"])
@allow(Permission.NOTICE_READ)
def read_all() -> ResponseReturnValue:
    """Mark everything as read."""
    n = service.read_all(session(), actor(), now=now())
    flash(f"已将{n}条消息标为已读。")
    return redirect(url_for("notices.inbox"))
